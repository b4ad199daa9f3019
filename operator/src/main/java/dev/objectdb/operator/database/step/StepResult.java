package dev.objectdb.operator.database.step;

import dev.objectdb.operator.database.status.Reason;
import java.util.function.Function;

/**
 * What a step found.
 *
 * @param <T> what the next step needs of this one
 */
public sealed interface StepResult<T> {
  /** Goes on with what was done; a result of any other kind stays what it is. */
  default <U> StepResult<U> then(Function<T, StepResult<U>> next) {
    return switch (this) {
      case Done<T>(T value) -> next.apply(value);
      case Wait<T>(Reason reason, String message) -> new Wait<>(reason, message);
      case Hold<T>(Reason reason, String message) -> new Hold<>(reason, message);
      case Fail<T>(Reason reason, String message) -> new Fail<>(reason, message);
    };
  }

  /** It is so. */
  record Done<T>(T value) implements StepResult<T> {}

  /** It will be so without anybody's help; an event or the clock brings the next look. */
  record Wait<T>(Reason reason, String message) implements StepResult<T> {}

  /** It is left as it is on purpose, as the resource says; nobody has to do anything. */
  record Hold<T>(Reason reason, String message) implements StepResult<T> {}

  /** It will not be so before somebody acts; the message names the remedy. */
  record Fail<T>(Reason reason, String message) implements StepResult<T> {}
}
