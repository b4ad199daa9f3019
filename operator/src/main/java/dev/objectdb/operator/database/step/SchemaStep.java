package dev.objectdb.operator.database.step;

import dev.objectdb.crds.v1alpha1.ObjectDatabase;
import dev.objectdb.operator.database.manifest.PostgresAccess;
import dev.objectdb.operator.database.manifest.SchemaJob;
import dev.objectdb.operator.database.manifest.Servers;
import dev.objectdb.operator.database.observe.Observed;
import dev.objectdb.operator.database.observe.PodTrouble;
import dev.objectdb.operator.database.status.ConditionType;
import dev.objectdb.operator.database.status.Reason;
import dev.objectdb.operator.database.step.StepResult.Done;
import dev.objectdb.operator.database.step.StepResult.Fail;
import dev.objectdb.operator.database.step.StepResult.Hold;
import dev.objectdb.operator.database.step.StepResult.Wait;
import dev.objectdb.operator.kube.Labels.Component;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Optional;
import java.util.stream.Stream;

/** The tables are as the wanted image needs them: its Job has succeeded. */
public final class SchemaStep {
  private static final String HELD =
      "the servers stay with %s; the tables are made as %s needs them, and the servers replaced,"
          + " when %s";

  private final Jobs jobs;
  private final UpdateGate gate;

  public SchemaStep(KubernetesClient client, UpdateGate gate) {
    this.jobs = new Jobs(client);
    this.gate = gate;
  }

  /** Returns whether the step was done before, so that servers can do without another look. */
  public static boolean wasDone(Pass pass, PostgresAccess postgres, String image) {
    return pass.seen()
        .named(Job.class, SchemaJob.name(pass.database(), image, postgres))
        .filter(Jobs::hasSucceeded)
        .isPresent();
  }

  /** Runs the step; done with the image. */
  public StepResult<String> run(Pass pass, PostgresAccess postgres, String image) {
    StepResult<String> result = job(pass, postgres, image);
    switch (result) {
      case Done<String> _ ->
          pass.found()
              .tell(
                  ConditionType.SchemaReady,
                  true,
                  Reason.SchemaApplied,
                  "the tables are as %s needs them".formatted(image));
      case Hold<String> _ -> {} // they are still as the servers need them that run
      case Wait<String>(Reason reason, String message) ->
          pass.found().tell(ConditionType.SchemaReady, false, reason, message);
      case Fail<String>(Reason reason, String message) ->
          pass.found().tell(ConditionType.SchemaReady, false, reason, message);
    }
    return result;
  }

  private StepResult<String> job(Pass pass, PostgresAccess postgres, String image) {
    ObjectDatabase database = pass.database();
    Observed seen = pass.seen();
    String name = SchemaJob.name(database, image, postgres);
    Optional<Job> job = seen.named(Job.class, name);
    if (job.isEmpty()) {
      Optional<StepResult<String>> held = held(pass, image);
      if (held.isPresent()) {
        return held.get();
      }
      // Of an image that is not wanted any more, most likely because its Job never ends.
      others(seen, name).filter(other -> !Jobs.hasSucceeded(other)).forEach(jobs::delete);
      jobs.create(SchemaJob.desired(database, image, postgres));
      return applying(name);
    }
    if (Jobs.hasSucceeded(job.get())) {
      others(seen, name).forEach(jobs::delete);
      return new Done<>(image);
    }
    if (!postgres.fingerprint().equals(Jobs.startedWith(job.get()))) {
      jobs.delete(
          job.get()); // it may be pausing after failures with a password that is corrected now
      return applying(name);
    }
    return PodTrouble.of(seen.pods(Component.SCHEMA))
        .<StepResult<String>>map(
            trouble ->
                new Wait<>(
                    Reason.SchemaFailing,
                    "schema Job %s fails and is tried again: %s".formatted(name, trouble)))
        .orElseGet(() -> applying(name));
  }

  /** Tables of a newer image may be more than those servers can start with that run. */
  private Optional<StepResult<String>> held(Pass pass, String image) {
    return pass.seen()
        .named(Deployment.class, Servers.name(pass.database()))
        .map(Servers::imageOf)
        .filter(deployed -> !deployed.equals(image))
        .flatMap(
            deployed ->
                gate.closed(pass)
                    .map(
                        it -> new Hold<>(it.reason(), HELD.formatted(deployed, image, it.text()))));
  }

  private static Stream<Job> others(Observed seen, String name) {
    return seen.all(Job.class).stream().filter(other -> !name.equals(nameOf(other)));
  }

  private static StepResult<String> applying(String name) {
    return new Wait<>(Reason.SchemaApplying, "Job %s is making the schema".formatted(name));
  }

  private static String nameOf(Job job) {
    return job.getMetadata().getName();
  }
}
