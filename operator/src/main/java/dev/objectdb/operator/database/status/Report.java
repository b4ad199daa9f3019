package dev.objectdb.operator.database.status;

import dev.objectdb.operator.database.step.ServerCounts;
import dev.objectdb.operator.database.step.StepResult;

/**
 * What a pass found, for the status.
 *
 * @param result of the first step that is not done, or of the last one: how far the pass got
 * @param servers how many there are
 * @param image what the servers should run
 * @param found what the steps found on the way
 */
public record Report(StepResult<?> result, ServerCounts servers, String image, Findings found) {
  /** Returns the same with another result. */
  public Report with(StepResult<?> other) {
    return new Report(other, servers, image, found);
  }
}
