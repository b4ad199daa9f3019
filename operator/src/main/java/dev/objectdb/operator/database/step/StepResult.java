package dev.objectdb.operator.database.step;

import dev.objectdb.operator.database.status.Reason;

/**
 * What a step found.
 *
 * @param <T> what the next step needs of this one
 */
public sealed interface StepResult<T> {
  /** It is so. */
  record Done<T>(T value) implements StepResult<T> {}

  /** It will be so without anybody's help; an event or the clock brings the next look. */
  record Wait<T>(Reason reason, String message) implements StepResult<T> {}

  /** It is left as it is on purpose, as the resource says; nobody has to do anything. */
  record Hold<T>(Reason reason, String message) implements StepResult<T> {}

  /** It will not be so before somebody acts; the message names the remedy. */
  record Fail<T>(Reason reason, String message) implements StepResult<T> {}
}
