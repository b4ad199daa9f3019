package dev.objectdb.operator.kube;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.Optional;

/**
 * Reads Secrets by name, and makes some. They are never listed or watched, so the operator needs
 * neither right and keeps nobody's secrets in its memory; a change is noticed at the next pass.
 */
public final class Secrets {
  private final KubernetesClient client;

  public Secrets(KubernetesClient client) {
    this.client = client;
  }

  /** Returns the Secret of that name, if there is one. */
  public Optional<Secret> read(String namespace, String name) {
    return Optional.ofNullable(client.secrets().inNamespace(namespace).withName(name).get());
  }

  /**
   * Returns a Secret that we make, if there is one.
   *
   * @param owner number of the database that it belongs to
   * @throws NotOursException if another owner has a Secret of that name
   */
  public Optional<Secret> readOwn(String namespace, String name, String owner) {
    Optional<Secret> live = read(namespace, name);
    if (live.isPresent() && !ServerSideApply.isOwnedBy(owner, live.get())) {
      throw new NotOursException(live.get());
    }
    return live;
  }

  /**
   * Makes a Secret as desired, unless somebody else wrote it since it was read.
   *
   * @param live as it was read
   * @return the Secret as it is now, whoever wrote it
   */
  public Secret write(Secret desired, Optional<Secret> live) {
    try {
      if (live.isEmpty()) {
        return client.resource(desired).create();
      }
      String version = live.get().getMetadata().getResourceVersion();
      return client
          .resource(
              new SecretBuilder(desired)
                  .editMetadata()
                  .withResourceVersion(version)
                  .endMetadata()
                  .build())
          .patch(ServerSideApply.FORCED);
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
        throw e;
      }
      return read(desired.getMetadata().getNamespace(), desired.getMetadata().getName())
          .orElseThrow(() -> e);
    }
  }

  /** Deletes a Secret that carries the label of a database; one of somebody else stays. */
  public void delete(String namespace, String name, String database) {
    read(namespace, name)
        .filter(secret -> Labels.database(secret).filter(database::equals).isPresent())
        .ifPresent(secret -> client.resource(secret).delete());
  }
}
