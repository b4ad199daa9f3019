package dev.objectdb.operator.database.step;

import dev.objectdb.crds.v1alpha1.ObjectDatabase;
import dev.objectdb.crds.v1alpha1.ObjectDatabaseSpec.DeletionPolicy;
import dev.objectdb.crds.v1alpha1.ObjectDatabaseStatus;
import dev.objectdb.operator.database.manifest.PostgresAccess;
import dev.objectdb.operator.database.manifest.PostgresServer;
import dev.objectdb.operator.database.manifest.SchemaJob;
import dev.objectdb.operator.database.manifest.Servers;
import dev.objectdb.operator.database.observe.PodTrouble;
import dev.objectdb.operator.database.status.Reason;
import dev.objectdb.operator.database.step.PostgresStep.Credentials;
import dev.objectdb.operator.database.step.StepResult.Done;
import dev.objectdb.operator.database.step.StepResult.Fail;
import dev.objectdb.operator.database.step.StepResult.Hold;
import dev.objectdb.operator.database.step.StepResult.Wait;
import dev.objectdb.operator.kube.Labels.Component;
import dev.objectdb.operator.kube.Secrets;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The data of a database whose deletion policy says so is gone, before the resource goes: first the
 * servers end, then a Job drops the tables, or the volume of an embedded PostgreSQL is deleted.
 *
 * <p>A finalizer holds the resource so long, and never for good: what is not done after some
 * minutes stays.
 */
public final class DeletionStep {
  /** Finalizer of a resource whose data goes with it. */
  public static final String FINALIZER = "objectdb.dev/data";

  private static final Duration LIMIT = Duration.ofMinutes(10);

  private final KubernetesClient client;
  private final Jobs jobs;
  private final Secrets secrets;
  private final PostgresStep postgresStep;
  private final ImageChoice images;
  private final Clock clock;

  /** Makes the step, which reads by another one how to log in. */
  public DeletionStep(
      KubernetesClient client, PostgresStep postgresStep, ImageChoice images, Clock clock) {
    this.client = client;
    this.jobs = new Jobs(client);
    this.secrets = new Secrets(client);
    this.postgresStep = postgresStep;
    this.images = images;
    this.clock = clock;
  }

  /** Returns whether a database should have the finalizer. */
  public static boolean wantsFinalizer(ObjectDatabase database) {
    return database.getSpec().deletionPolicy() == DeletionPolicy.Delete;
  }

  /** Runs the step; failed if the data stays for good. */
  public StepResult<String> run(Pass pass) {
    StepResult<String> result = remove(pass);
    if (result instanceof Wait<String>(Reason _, String message) && isOverdue(pass.database())) {
      return new Fail<>(
          Reason.DataRetained,
          "the data stays where it is, since it could not be removed within %d minutes: %s"
              .formatted(LIMIT.toMinutes(), message));
    }
    return result;
  }

  private boolean isOverdue(ObjectDatabase database) {
    Instant begun = Instant.parse(database.getMetadata().getDeletionTimestamp());
    return clock.instant().isAfter(begun.plus(LIMIT));
  }

  private StepResult<String> remove(Pass pass) {
    ObjectDatabase database = pass.database();
    pass.seen().named(Deployment.class, Servers.name(database)).ifPresent(this::delete);
    pass.seen().all(Job.class).stream() // they would make the tables anew
        .filter(job -> !job.getMetadata().getName().equals(SchemaJob.nameOfDrop(database)))
        .forEach(jobs::delete);
    if (!pass.seen().alive(Component.SERVER).isEmpty()) {
      return waiting("the servers are ending");
    }
    return database.getSpec().postgres().embedded() == null ? drop(pass) : deleteVolume(pass);
  }

  private StepResult<String> deleteVolume(Pass pass) {
    ObjectDatabase database = pass.database();
    String name = PostgresServer.name(database);
    pass.seen().named(StatefulSet.class, name).ifPresent(this::delete);
    if (!pass.seen().alive(Component.POSTGRES).isEmpty()) {
      return waiting("the embedded PostgreSQL is ending");
    }
    String namespace = database.getMetadata().getNamespace();
    String claim = PostgresServer.claim(database);
    client.persistentVolumeClaims().inNamespace(namespace).withName(claim).delete();
    secrets.delete(namespace, name, database.getMetadata().getName());
    return new Done<>("volume %s is deleted".formatted(claim));
  }

  private StepResult<String> drop(Pass pass) {
    return switch (postgresStep.read(pass.database())) {
      case Done<Credentials>(Credentials credentials) -> drop(pass, credentials.access());
      case Wait<Credentials>(Reason _, String message) -> waiting(message);
      case Hold<Credentials>(Reason _, String message) -> waiting(message);
      case Fail<Credentials>(Reason _, String message) -> waiting(message);
    };
  }

  private StepResult<String> drop(Pass pass, PostgresAccess postgres) {
    ObjectDatabase database = pass.database();
    String name = SchemaJob.nameOfDrop(database);
    Optional<Job> job = pass.seen().named(Job.class, name);
    if (job.isEmpty()) {
      jobs.create(SchemaJob.drop(database, image(pass), postgres));
    } else if (Jobs.hasSucceeded(job.get())) {
      return new Done<>("Job %s has removed the tables".formatted(name));
    } else if (!postgres.fingerprint().equals(Jobs.startedWith(job.get()))) {
      jobs.delete(job.get()); // it may be pausing after failures with a password that is corrected
    }
    return waiting(
        PodTrouble.of(pass.seen().pods(Component.SCHEMA))
            .map(trouble -> "Job %s fails and is tried again: %s".formatted(name, trouble))
            .orElse("Job %s is removing the tables".formatted(name)));
  }

  /** One that has served, where there is one: another may be why the resource is deleted. */
  private String image(Pass pass) {
    return Optional.ofNullable(pass.database().getStatus())
        .map(ObjectDatabaseStatus::image)
        .orElseGet(() -> images.wanted(pass));
  }

  private static StepResult<String> waiting(String message) {
    return new Wait<>(Reason.Deleting, message);
  }

  private void delete(HasMetadata object) {
    client.resource(object).delete();
  }
}
