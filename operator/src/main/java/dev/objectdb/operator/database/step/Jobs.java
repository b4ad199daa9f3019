package dev.objectdb.operator.database.step;

import dev.objectdb.operator.database.manifest.SchemaJob;
import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobStatus;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.Map;

/** Jobs that run until they succeed once, and are never changed. */
final class Jobs {
  private final KubernetesClient client;

  Jobs(KubernetesClient client) {
    this.client = client;
  }

  /** Makes one, unless a pass before did, unseen yet. */
  void create(Job job) {
    try {
      client.resource(job).create();
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
        throw e;
      }
    }
  }

  /** Deletes one with its pods. */
  void delete(Job job) {
    client.resource(job).withPropagationPolicy(DeletionPropagation.BACKGROUND).delete();
  }

  static boolean hasSucceeded(Job job) {
    JobStatus status = job.getStatus();
    return status != null && status.getSucceeded() != null && status.getSucceeded() > 0;
  }

  /** Returns the fingerprint of the login that it was started with. */
  static String startedWith(Job job) {
    Map<String, String> annotations = job.getMetadata().getAnnotations();
    return annotations == null ? "" : annotations.getOrDefault(SchemaJob.POSTGRES, "");
  }
}
