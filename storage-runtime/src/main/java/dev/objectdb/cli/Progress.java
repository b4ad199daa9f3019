package dev.objectdb.cli;

import java.io.Console;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * Shows what a command is waiting for: at a terminal one line that counts the seconds, elsewhere a
 * plain line at the beginning, every few seconds, and at the end.
 */
final class Progress {
  private static final Duration TERMINAL_PERIOD = Duration.ofMillis(100);
  private static final Duration PLAIN_PERIOD = Duration.ofSeconds(5);

  /** Of a bar, whatever the terminal's is: narrower looks well everywhere. */
  private static final int WIDTH = 79;

  /** Returns to the beginning of the line and empties it. */
  private static final String REWRITE = "\r\u001b[K";

  private final PrintWriter out;
  private final boolean terminal;

  Progress(PrintWriter out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  /** Chooses by what the output is. */
  static Progress of(PrintStream out) {
    // There is no console where the output goes to a file; with some settings there is a false one.
    boolean terminal =
        Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent();
    return new Progress(new PrintWriter(out, true, out.charset()), terminal);
  }

  /** Says something that stays. */
  void note(String line) {
    out.println(line);
    out.flush();
  }

  /**
   * Does something that may take a while.
   *
   * @param what as "starting PostgreSQL"
   * @param detail what it is waiting for at the moment, if that is known
   */
  <T> T during(String what, Supplier<Optional<String>> detail, Callable<T> work) throws Exception {
    long start = System.nanoTime();
    if (!terminal) {
      note(what);
    }
    Thread ticker = Thread.ofVirtual().name("progress").start(() -> tick(what, detail, start));
    try {
      T result = work.call();
      stop(ticker);
      note("%s%s: done in %s".formatted(terminal ? REWRITE : "", what, since(start)));
      return result;
    } catch (Exception e) {
      stop(ticker);
      note("%s%s: stopped after %s".formatted(terminal ? REWRITE : "", what, since(start)));
      throw e;
    }
  }

  /** How far something has come that can be counted. */
  interface Bar extends AutoCloseable {
    /** Before it is known how much there is to do. */
    Bar NONE =
        new Bar() {
          @Override
          public void step(long done) {}

          @Override
          public void giveWay() {}

          @Override
          public void close() {}
        };

    /** So many more are done. */
    void step(long done);

    /** Leaves the line to what is written next; the bar is drawn again below it. */
    void giveWay();

    /** Draws it a last time. */
    @Override
    void close();
  }

  /** Shows a bar with rate and time left; elsewhere than at a terminal a line every few seconds. */
  Bar bar(String what, String unit, long total) {
    if (!terminal) {
      note("%s %,d %s".formatted(what, total, unit));
    }
    ProgressBar bar =
        new ProgressBarBuilder()
            .setTaskName(what)
            .setUnit(" " + unit, 1)
            .setInitialMax(total)
            .setStyle(ProgressBarStyle.ASCII)
            .setUpdateIntervalMillis(
                Math.toIntExact((terminal ? TERMINAL_PERIOD : PLAIN_PERIOD).toMillis()))
            .continuousUpdate() // a line may have been written over it
            .showSpeed()
            .setConsumer(new DelegatingProgressBarConsumer(this::draw, WIDTH))
            .build();
    return new DrawnBar(bar);
  }

  private void draw(String rendered) {
    if (terminal) {
      out.print(REWRITE + rendered);
      out.flush();
    } else {
      note(rendered);
    }
  }

  private final class DrawnBar implements Bar {
    private final ProgressBar bar;

    DrawnBar(ProgressBar bar) {
      this.bar = bar;
    }

    @Override
    public void step(long done) {
      bar.stepBy(done);
    }

    @Override
    public void giveWay() {
      if (terminal) {
        out.print(REWRITE);
        out.flush();
      }
    }

    @Override
    public void close() {
      bar.close();
      if (terminal) {
        out.println();
      }
    }
  }

  private void tick(String what, Supplier<Optional<String>> detail, long start) {
    try {
      while (true) {
        Thread.sleep(terminal ? TERMINAL_PERIOD : PLAIN_PERIOD);
        String line =
            "%s (%s)%s".formatted(what, since(start), detail.get().map(it -> ": " + it).orElse(""));
        if (terminal) {
          out.print(REWRITE + line);
          out.flush();
        } else {
          note("still " + line);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the work is done
    }
  }

  /** Waits for the ticker, so that it writes nothing after the line that ends the step. */
  private static void stop(Thread ticker) {
    ticker.interrupt();
    boolean interrupted = Thread.interrupted();
    try {
      ticker.join();
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static String since(long start) {
    return "%.1f s".formatted((System.nanoTime() - start) / 1e9);
  }
}
