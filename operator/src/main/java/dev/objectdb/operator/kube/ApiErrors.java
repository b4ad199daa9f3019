package dev.objectdb.operator.kube;

import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.api.model.StatusCause;
import io.fabric8.kubernetes.api.model.StatusDetails;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.List;
import java.util.Optional;

/** What an answer of the API server means, by its codes and never by its text. */
public final class ApiErrors {
  private static final String NAMESPACE_TERMINATING = "NamespaceTerminating";

  private ApiErrors() {}

  /** Returns whether nothing can be made any more, because the whole namespace is going. */
  public static boolean isNamespaceTerminating(KubernetesClientException error) {
    return Optional.ofNullable(error.getStatus())
        .map(Status::getDetails)
        .map(StatusDetails::getCauses)
        .orElse(List.of())
        .stream()
        .map(StatusCause::getReason)
        .anyMatch(NAMESPACE_TERMINATING::equals);
  }

  /** Returns what the API server said, or what went wrong before it could say anything. */
  public static String text(KubernetesClientException error) {
    return Optional.ofNullable(error.getStatus())
        .map(Status::getMessage)
        .orElseGet(() -> String.valueOf(error.getMessage()));
  }
}
