package dev.objectdb.codec;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Runs checks that recurse where the code under test does not, or with a stack of known size. */
final class DeepStack {
  private static final long AMPLE = 64L << 20;

  private DeepStack() {}

  static void run(Runnable check) throws InterruptedException {
    run(AMPLE, check);
  }

  static void run(long stackBytes, Runnable check) throws InterruptedException {
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    Thread thread =
        new Thread(
            null,
            () -> {
              try {
                check.run();
              } catch (Throwable e) {
                failure.set(e);
              }
            },
            "check",
            stackBytes);
    thread.start();
    thread.join();
    Throwable thrown = failure.get();
    if (thrown != null) {
      throw new AssertionError(thrown);
    }
  }
}
