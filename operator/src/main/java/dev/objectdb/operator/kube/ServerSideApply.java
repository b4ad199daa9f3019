package dev.objectdb.operator.kube;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Makes objects as desired. Comparing a live object with a desired one goes wrong in many ways
 * (defaults, quantities, other people's fields), so nothing is compared: the desired object is
 * applied, which changes nothing where nothing differs. It is not even sent when both the desired
 * object and the version of the live one are those of the last time; so whatever anybody changes is
 * put right, and an idle operator asks nothing.
 *
 * <p>Thread-safe.
 */
public final class ServerSideApply {
  /** Owner of the fields that we apply. */
  public static final String FIELD_MANAGER = "objectdb-operator";

  /** Applies, and takes over whatever others set. */
  static final PatchContext FORCED =
      new PatchContext.Builder()
          .withPatchType(PatchType.SERVER_SIDE_APPLY)
          .withFieldManager(FIELD_MANAGER)
          .withForce(true)
          .build();

  /** What is forgotten is only sent once more. */
  private static final int REMEMBERED_MAX = 10_000;

  private record Sent(HasMetadata desired, String resourceVersion) {}

  private final KubernetesClient client;
  private final Map<String, Sent> sent = new RecentlyUsed();

  public ServerSideApply(KubernetesClient client) {
    this.client = client;
  }

  /**
   * Makes an object as desired.
   *
   * @param desired with exactly one owner reference, to the database
   * @param cached the object as an informer saw it last
   * @return the object as it is now
   * @throws NotOursException if another owner has an object of that name
   */
  public <T extends HasMetadata> T apply(T desired, Optional<T> cached) {
    Optional<T> live = cached.isPresent() ? cached : find(desired);
    if (live.isPresent() && !isOurs(desired, live.get())) {
      throw new NotOursException(live.get());
    }
    String key = key(desired);
    Optional<Sent> now = live.map(object -> new Sent(desired, version(object)));
    if (live.isPresent() && now.equals(lastSent(key))) {
      return live.get();
    }
    T applied = client.resource(desired).patch(FORCED);
    remember(key, new Sent(desired, version(applied)));
    return applied;
  }

  /** Asks the API server, before the first apply: what is not ours has not our label either. */
  private <T extends HasMetadata> Optional<T> find(T desired) {
    return Optional.ofNullable(client.resource(desired).get());
  }

  private static boolean isOurs(HasMetadata desired, HasMetadata live) {
    return isOwnedBy(desired.getMetadata().getOwnerReferences().get(0).getUid(), live);
  }

  static boolean isOwnedBy(String owner, HasMetadata live) {
    return live.getMetadata().getOwnerReferences().stream()
        .map(OwnerReference::getUid)
        .anyMatch(owner::equals);
  }

  private static String version(HasMetadata object) {
    return object.getMetadata().getUid() + "@" + object.getMetadata().getResourceVersion();
  }

  private static String key(HasMetadata object) {
    return "%s/%s/%s"
        .formatted(
            object.getKind(), object.getMetadata().getNamespace(), object.getMetadata().getName());
  }

  private Optional<Sent> lastSent(String key) {
    synchronized (sent) {
      return Optional.ofNullable(sent.get(key));
    }
  }

  private void remember(String key, Sent value) {
    synchronized (sent) {
      sent.put(key, value);
    }
  }

  private static final class RecentlyUsed extends LinkedHashMap<String, Sent> {
    RecentlyUsed() {
      super(16, 0.75f, true);
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<String, Sent> eldest) {
      return size() > REMEMBERED_MAX;
    }
  }
}
