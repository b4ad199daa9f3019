package dev.objectdb.operator.database.manifest;

import dev.objectdb.crds.v1alpha1.ObjectDatabase;
import dev.objectdb.crds.v1alpha1.Postgres;
import dev.objectdb.operator.kube.Fingerprint;
import dev.objectdb.operator.kube.Labels;
import dev.objectdb.operator.kube.Labels.Component;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;

/**
 * The Job that brings the tables to where the image wants them ({@code objectdb schema apply},
 * which changes nothing the second time). Its name tells image and inputs, so another image is
 * another Job, and one that succeeded is never run again. And the one that removes them, when their
 * database is deleted and its policy is to delete them too ({@code objectdb schema drop}).
 */
public final class SchemaJob {
  /** Annotation with the fingerprint of the login that the Job was started with. */
  public static final String POSTGRES = "objectdb.dev/postgres";

  /** The kubelet tries again with growing pauses; the database may be away for long. */
  private static final int RETRIES = Integer.MAX_VALUE;

  private SchemaJob() {}

  /** Returns the name, which depends on all that the result depends on. */
  public static String name(ObjectDatabase database, String image, PostgresAccess postgres) {
    Postgres declared = database.getSpec().postgres();
    return "%s-schema-%s"
        .formatted(
            Metadata.name(database),
            Fingerprint.of(
                image,
                postgres.place(),
                declared.schema(),
                declared.foreignColumns().name(),
                database.getSpec().historyMode().name()));
  }

  /** Returns who owns the tables that this database uses. */
  public static String owner(ObjectDatabase database) {
    return database.getMetadata().getNamespace() + "/" + Metadata.name(database);
  }

  /** Returns the Job that brings the tables up to date. */
  public static Job desired(ObjectDatabase database, String image, PostgresAccess postgres) {
    return job(database, image, postgres, name(database, image, postgres), "apply");
  }

  /** Returns the name of the Job that removes the tables. */
  public static String nameOfDrop(ObjectDatabase database) {
    return Metadata.name(database) + "-schema-drop";
  }

  /** Returns the Job that removes the tables. */
  public static Job drop(ObjectDatabase database, String image, PostgresAccess postgres) {
    return job(database, image, postgres, nameOfDrop(database), "drop");
  }

  private static Job job(
      ObjectDatabase database, String image, PostgresAccess postgres, String name, String verb) {
    return new JobBuilder()
        .withMetadata(Metadata.owned(database, name, Component.SCHEMA))
        .editMetadata()
        .addToAnnotations(POSTGRES, postgres.fingerprint())
        .endMetadata()
        .withNewSpec()
        .withBackoffLimit(RETRIES)
        .withNewTemplate()
        .withNewMetadata()
        .withLabels(Labels.of(Metadata.name(database), Component.SCHEMA))
        .endMetadata()
        .withSpec(
            RuntimePod.pod(database, postgres, "64Mi")
                .withRestartPolicy("OnFailure")
                .withContainers(
                    RuntimePod.container(
                            database, postgres, image, "schema", verb, "--owner", owner(database))
                        .withNewResources()
                        .addToRequests("cpu", new Quantity("100m"))
                        .addToRequests("memory", new Quantity("256Mi"))
                        .addToLimits("memory", new Quantity("512Mi"))
                        .endResources()
                        .build())
                .build())
        .endTemplate()
        .endSpec()
        .build();
  }
}
