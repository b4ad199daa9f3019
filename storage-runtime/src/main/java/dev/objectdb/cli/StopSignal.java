package dev.objectdb.cli;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Turns Ctrl-C and SIGTERM into an interrupt of the command's own thread, so that everything is
 * stopped where it was started, in reverse order, whatever the command was at. The process ends
 * when the command has closed this.
 */
final class StopSignal implements AutoCloseable {
  /** More than all bounded waits of a shutdown besides the drain together. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Thread command = Thread.currentThread();
  private final CountDownLatch stopped = new CountDownLatch(1);

  private final Duration patience;

  /**
   * @param drain time that open transactions get; well after it the process ends regardless
   */
  StopSignal(Duration drain) {
    this.patience = PATIENCE.plus(drain);
    Runtime.getRuntime().addShutdownHook(new Thread(this::stop, "stop"));
  }

  /** Waits until somebody wants the command to stop; that is the exception. */
  void await() throws InterruptedException {
    new CountDownLatch(1).await();
  }

  /** Says that everything has been stopped. */
  @Override
  public void close() {
    stopped.countDown();
  }

  private void stop() {
    if (stopped.getCount() == 0) {
      return; // the command is at its end anyway
    }
    command.interrupt();
    try {
      if (!stopped.await(patience.toSeconds(), TimeUnit.SECONDS)) {
        System.err.println("objectdb: still not stopped, giving up");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
