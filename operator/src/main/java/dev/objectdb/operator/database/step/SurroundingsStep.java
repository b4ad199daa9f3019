package dev.objectdb.operator.database.step;

import dev.objectdb.operator.database.manifest.Connection;
import dev.objectdb.operator.database.manifest.Surroundings;
import dev.objectdb.operator.database.manifest.ZeoTlsFiles;
import dev.objectdb.operator.kube.Labels;
import dev.objectdb.operator.kube.Labels.Component;
import dev.objectdb.operator.kube.ServerSideApply;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What stands around the servers is as declared, and what is no longer declared is gone. */
public final class SurroundingsStep {
  private final KubernetesClient client;
  private final ServerSideApply apply;

  public SurroundingsStep(KubernetesClient client, ServerSideApply apply) {
    this.client = client;
    this.apply = apply;
  }

  /**
   * Makes and removes objects; done with how many there should be. One that is refused keeps no
   * other one from being made, and the servers from nothing: the first refusal is the result.
   *
   * @param certificates whom clients have to trust; while that is not known, it is whom they were
   *     told to
   */
  public StepResult<Integer> run(Pass pass, StepResult<String> certificates) {
    String trusted =
        certificates instanceof StepResult.Done<String>(String now) ? now : trustedBefore(pass);
    List<HasMetadata> desired =
        Surroundings.desired(pass.database(), new Connection.Security(speaksTls(pass), trusted));
    List<StepResult<Integer>> refused = new ArrayList<>();
    desired.forEach(object -> attempt(refused, () -> make(pass, object)));
    superfluous(pass, desired)
        .forEach(object -> attempt(refused, () -> client.resource(object).delete()));
    return refused.isEmpty() ? new StepResult.Done<>(desired.size()) : refused.getFirst();
  }

  private static void attempt(List<StepResult<Integer>> refused, Runnable request) {
    try {
      request.run();
    } catch (KubernetesClientException e) {
      refused.add(Refusal.<Integer>of(e).orElseThrow(() -> e));
    }
  }

  private void make(Pass pass, HasMetadata object) {
    Optional<HasMetadata> live =
        pass.seen().objects().stream().filter(it -> isSame(it, object)).findFirst();
    apply.apply(object, live);
  }

  private static List<HasMetadata> superfluous(Pass pass, List<HasMetadata> desired) {
    return pass.seen().objects().stream()
        .filter(it -> Surroundings.KINDS.stream().anyMatch(kind -> kind.isInstance(it)))
        .filter(it -> Labels.isOf(Component.SERVER, it) && isOwned(pass, it))
        .filter(it -> it.getMetadata().getDeletionTimestamp() == null)
        .filter(it -> desired.stream().noneMatch(wanted -> isSame(it, wanted)))
        .toList();
  }

  /** As the servers do that are there: those that are declared may have to wait for long. */
  private static boolean speaksTls(Pass pass) {
    List<Pod> servers = pass.seen().pods(Component.SERVER);
    return servers.isEmpty()
        ? pass.database().getSpec().zeo().tls().enabled()
        : servers.stream().anyMatch(ZeoTlsFiles::isSpokenBy);
  }

  private static String trustedBefore(Pass pass) {
    return pass.seen()
        .named(ConfigMap.class, Connection.name(pass.database()))
        .map(Connection::trusted)
        .orElse("");
  }

  private static boolean isSame(HasMetadata one, HasMetadata other) {
    return one.getClass() == other.getClass()
        && one.getMetadata().getName().equals(other.getMetadata().getName());
  }

  private static boolean isOwned(Pass pass, HasMetadata object) {
    String owner = pass.database().getMetadata().getUid();
    return object.getMetadata().getOwnerReferences().stream()
        .anyMatch(reference -> reference.getUid().equals(owner));
  }
}
