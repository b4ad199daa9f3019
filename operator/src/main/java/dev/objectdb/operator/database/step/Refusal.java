package dev.objectdb.operator.database.step;

import dev.objectdb.operator.database.status.Reason;
import dev.objectdb.operator.database.step.StepResult.Fail;
import dev.objectdb.operator.database.step.StepResult.Wait;
import dev.objectdb.operator.kube.ApiErrors;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.Optional;

/** The API server does not take an object, and would not take it the next time either. */
public final class Refusal {
  private static final String INVALID =
      "the API server refuses what the resource leads to: %s: correct the resource";
  private static final String FAILED = "a request to the API server failed: %s";

  private Refusal() {}

  /** Returns what to report if the object itself is the reason, for which only a change helps. */
  public static <T> Optional<StepResult<T>> invalid(KubernetesClientException error) {
    return ApiErrors.isInvalid(error)
        ? Optional.of(new Fail<>(Reason.ObjectRefused, INVALID.formatted(ApiErrors.text(error))))
        : Optional.empty();
  }

  /** Returns what to report of any answer that is about this object alone. */
  static <T> Optional<StepResult<T>> of(KubernetesClientException error) {
    return Refusal.<T>invalid(error)
        .or(() -> ApiErrors.isForbidden(error) ? Optional.of(failed(error)) : Optional.empty());
  }

  /** Returns what to report of any request that failed. */
  public static <T> StepResult<T> failed(KubernetesClientException error) {
    return new Wait<>(Reason.RequestFailed, FAILED.formatted(ApiErrors.text(error)));
  }
}
