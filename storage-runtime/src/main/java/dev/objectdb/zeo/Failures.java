package dev.objectdb.zeo;

import dev.objectdb.storage.ConflictException;
import dev.objectdb.storage.PosKeyException;
import dev.objectdb.storage.StorageException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns what went wrong in a call into its answer, and counts and logs it where that is no part of
 * normal work: conflicts and missing objects are.
 */
final class Failures {
  private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

  private final Tally tally;

  Failures(Tally tally) {
    this.tally = tally;
  }

  /**
   * Returns what the client is told, and logs what it is not told.
   *
   * @param method the wire name of the call
   */
  Reply.Failure of(String method, Throwable exception) {
    if (exception instanceof StorageException e) {
      if (!(e instanceof PosKeyException) && !(e instanceof ConflictException)) {
        tally.failures.increment();
        LOG.atWarn()
            .addKeyValue("method", method)
            .addKeyValue("error", e.getMessage())
            .log("call failed");
      }
      return WireErrors.of(e);
    }
    tally.failures.increment();
    LOG.atError()
        .addKeyValue("method", method)
        .setCause(exception)
        .log("call failed by a fault of this server");
    return WireErrors.internal();
  }
}
