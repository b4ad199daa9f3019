package dev.objectdb.operator.database.step;

import dev.objectdb.crds.v1alpha1.ObjectDatabase;
import dev.objectdb.operator.database.manifest.Monitors;
import dev.objectdb.operator.database.status.Reason;
import dev.objectdb.operator.kube.ApiErrors;
import dev.objectdb.operator.kube.ServedKinds;
import dev.objectdb.operator.kube.ServerSideApply;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.List;
import java.util.Optional;

/**
 * What has a Prometheus look at the servers is as declared. Nothing depends on it, so whatever is
 * in its way is only told as advice. A cluster need not have its kinds, so none of it is watched:
 * every pass looks.
 */
public final class MonitoringStep {
  private static final String UNAVAILABLE =
      "spec.monitoring declares a %s, and the API server knows no such kind: install the Prometheus"
          + " operator, or take it out of spec.monitoring";
  private static final String REFUSED = "spec.monitoring: the %s could not be made: %s";

  private final KubernetesClient client;
  private final ServerSideApply apply;
  private final ServedKinds kinds;

  public MonitoringStep(KubernetesClient client, ServerSideApply apply, ServedKinds kinds) {
    this.client = client;
    this.apply = apply;
    this.kinds = kinds;
  }

  /** Makes what is declared, and removes what no longer is. */
  public void run(Pass pass) {
    List<GenericKubernetesResource> desired = Monitors.desired(pass.database());
    for (String kind : List.of(Monitors.POD_MONITOR, Monitors.RULE)) {
      Optional<GenericKubernetesResource> wanted =
          desired.stream().filter(object -> object.getKind().equals(kind)).findFirst();
      if (kinds.has(Monitors.API, kind)) {
        wanted.ifPresentOrElse(object -> make(pass, object), () -> remove(pass.database(), kind));
      } else if (wanted.isPresent()) {
        pass.found().advise(Reason.MonitoringUnavailable, UNAVAILABLE.formatted(kind));
      }
    }
  }

  private void make(Pass pass, GenericKubernetesResource object) {
    try {
      apply.apply(object, Optional.empty());
    } catch (KubernetesClientException e) {
      if (Refusal.of(e).isEmpty()) {
        throw e;
      }
      String message = REFUSED.formatted(object.getKind(), ApiErrors.text(e));
      pass.found().advise(Reason.MonitoringUnavailable, message);
    }
  }

  /** One that is not ours stays; who may not even look has made none. */
  private void remove(ObjectDatabase database, String kind) {
    try {
      Optional.ofNullable(client.resource(Monitors.named(database, kind)).get())
          .filter(live -> live.hasOwnerReferenceFor(database))
          .ifPresent(live -> client.resource(live).delete());
    } catch (KubernetesClientException e) {
      if (!ApiErrors.isForbidden(e)) {
        throw e;
      }
    }
  }
}
