package dev.objectdb.operator.database.status;

import dev.objectdb.operator.database.step.ServerCounts;
import dev.objectdb.operator.database.step.StepResult;

/**
 * What a pass found, for the status.
 *
 * @param result of the first step that is not done, or of the last one
 * @param servers how many there are
 * @param image what the servers run or are being moved to
 * @param schemaApplied whether the database is known to be in the declared history mode
 */
public record Report(
    StepResult<?> result, ServerCounts servers, String image, boolean schemaApplied) {}
