package dev.objectdb.operator.kube;

import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.api.model.StatusCause;
import io.fabric8.kubernetes.api.model.StatusDetails;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.List;
import java.util.Optional;

/** What an answer of the API server means, by its codes and never by its text. */
public final class ApiErrors {
  private static final int UNPROCESSABLE = 422;
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

  /** Returns whether the API server cannot take an object as it is. */
  public static boolean isInvalid(KubernetesClientException error) {
    return error.getCode() == UNPROCESSABLE
        || error.getCode() == HttpURLConnection.HTTP_BAD_REQUEST;
  }

  /** Returns whether a right, a quota or a policy is missing or in the way. */
  public static boolean isForbidden(KubernetesClientException error) {
    return error.getCode() == HttpURLConnection.HTTP_FORBIDDEN && !isNamespaceTerminating(error);
  }

  /** Returns what the API server said, or what went wrong before it could say anything. */
  public static String text(KubernetesClientException error) {
    return Optional.ofNullable(error.getStatus())
        .map(Status::getMessage)
        .orElseGet(() -> String.valueOf(error.getMessage()));
  }
}
