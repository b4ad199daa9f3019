package dev.objectdb.operator.database.manifest;

import dev.objectdb.crds.v1alpha1.ObjectDatabase;
import dev.objectdb.crds.v1alpha1.ObjectDatabaseSpec.PullSecret;
import dev.objectdb.operator.kube.Labels;
import dev.objectdb.operator.kube.Labels.Component;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.util.List;

/** Names, labels and owner of what belongs to a database. */
final class Metadata {
  private Metadata() {}

  /** Returns the metadata of an object that goes when the database goes. */
  static ObjectMeta owned(ObjectDatabase database, String name, Component component) {
    return new ObjectMetaBuilder(kept(database, name, component))
        .addNewOwnerReference()
        .withApiVersion(database.getApiVersion())
        .withKind(database.getKind())
        .withName(name(database))
        .withUid(database.getMetadata().getUid())
        .withController(true)
        .withBlockOwnerDeletion(true)
        .endOwnerReference()
        .build();
  }

  /** Returns the metadata of an object that stays when the database goes. */
  static ObjectMeta kept(ObjectDatabase database, String name, Component component) {
    return new ObjectMetaBuilder()
        .withNamespace(database.getMetadata().getNamespace())
        .withName(name)
        .withLabels(Labels.of(name(database), component))
        .build();
  }

  /** Returns with what the images of all pods are pulled. */
  static List<LocalObjectReference> pullSecrets(ObjectDatabase database) {
    List<PullSecret> declared = database.getSpec().imagePullSecrets();
    return declared == null
        ? List.of()
        : declared.stream().map(secret -> new LocalObjectReference(secret.name())).toList();
  }

  static String name(ObjectDatabase database) {
    return database.getMetadata().getName();
  }
}
