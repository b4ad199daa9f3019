package dev.objectdb.operator.database.step;

import static java.util.Objects.requireNonNull;

import dev.objectdb.crds.v1alpha1.CnpgCluster;
import dev.objectdb.crds.v1alpha1.EmbeddedPostgres;
import dev.objectdb.crds.v1alpha1.ObjectDatabase;
import dev.objectdb.crds.v1alpha1.Postgres;
import dev.objectdb.operator.database.manifest.PostgresAccess;
import dev.objectdb.operator.database.manifest.PostgresServer;
import dev.objectdb.operator.database.observe.Observed;
import dev.objectdb.operator.database.observe.PodTrouble;
import dev.objectdb.operator.database.status.ConditionType;
import dev.objectdb.operator.database.status.Reason;
import dev.objectdb.operator.database.step.CredentialsReader.Source;
import dev.objectdb.operator.kube.Labels.Component;
import dev.objectdb.operator.kube.Secrets;
import dev.objectdb.operator.kube.ServerSideApply;
import dev.objectdb.operator.pg.PostgresAddress;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.util.Optional;
import java.util.function.Supplier;

/** It is known where PostgreSQL is: a Secret says so, and an embedded server runs. */
public final class PostgresStep {
  private static final String DEVELOPMENT_ONLY =
      "the embedded PostgreSQL has no replica and no backup: for production name a server of your"
          + " own in spec.postgres.secretRef";

  private final Secrets secrets;
  private final CredentialsReader reader;
  private final ServerSideApply apply;
  private final String defaultImage;
  private final Supplier<String> passwords;

  /**
   * Makes the step.
   *
   * @param defaultImage of a new embedded server whose resource names none
   * @param passwords new ones, of letters and digits only
   */
  public PostgresStep(
      Secrets secrets, ServerSideApply apply, String defaultImage, Supplier<String> passwords) {
    this.secrets = secrets;
    this.reader = new CredentialsReader(secrets);
    this.apply = apply;
    this.defaultImage = defaultImage;
    this.passwords = passwords;
  }

  /**
   * How to reach PostgreSQL.
   *
   * @param access for the pods
   * @param address for the operator's own looks
   * @param trusted certificates, PEM; empty for none
   * @param source where the address stands, for people
   */
  public record Credentials(
      PostgresAccess access, PostgresAddress address, String trusted, String source) {}

  /** Runs the step. */
  public StepResult<Credentials> run(Pass pass) {
    StepResult<Credentials> result = find(pass);
    switch (result) {
      case StepResult.Done<Credentials> _ -> {} // the next step looks whether it answers
      case StepResult.Hold<Credentials> _ -> {}
      case StepResult.Wait<Credentials>(Reason reason, String message) ->
          pass.found().tell(ConditionType.DatabaseReachable, false, reason, message);
      case StepResult.Fail<Credentials>(Reason reason, String message) ->
          pass.found().tellUnknown(ConditionType.DatabaseReachable, reason, message);
    }
    return result;
  }

  private StepResult<Credentials> find(Pass pass) {
    ObjectDatabase database = pass.database();
    Postgres declared = database.getSpec().postgres();
    EmbeddedPostgres embedded = declared.embedded();
    if (embedded != null) {
      return embedded(database, embedded, pass.seen());
    }
    return read(database);
  }

  /** Reads what is there, and makes nothing. */
  public StepResult<Credentials> read(ObjectDatabase database) {
    Postgres declared = database.getSpec().postgres();
    if (declared.embedded() != null) {
      return reader.read(database, Source.embedded(database));
    }
    CnpgCluster cluster = declared.cnpgRef();
    return reader.read(
        database,
        cluster == null
            ? Source.of(requireNonNull(declared.secretRef()), declared.tls())
            : Source.of(cluster, declared.tls()));
  }

  /** Advises against what is not for production. */
  public static void advise(Pass pass) {
    if (pass.database().getSpec().postgres().embedded() != null) {
      pass.found().advise(Reason.DevelopmentOnly, DEVELOPMENT_ONLY);
    }
  }

  private StepResult<Credentials> embedded(
      ObjectDatabase database, EmbeddedPostgres declared, Observed seen) {
    String name = PostgresServer.name(database);
    String namespace = database.getMetadata().getNamespace();
    if (secrets.read(namespace, name).isEmpty()) {
      secrets.write(PostgresServer.secret(database, passwords.get()), Optional.empty());
    }
    apply.apply(PostgresServer.service(database), seen.named(Service.class, name));
    Optional<StatefulSet> cached = seen.named(StatefulSet.class, name);
    String image =
        Optional.ofNullable(declared.image())
            .or(() -> cached.map(PostgresServer::imageOf))
            .orElse(defaultImage);
    StatefulSet live = apply.apply(PostgresServer.desired(database, declared, image), cached);
    return isReady(live) ? read(database) : starting(seen);
  }

  private static boolean isReady(StatefulSet live) {
    return live.getStatus() != null
        && live.getStatus().getReadyReplicas() != null
        && live.getStatus().getReadyReplicas() > 0;
  }

  private static StepResult<Credentials> starting(Observed seen) {
    return PodTrouble.of(seen.pods(Component.POSTGRES))
        .<StepResult<Credentials>>map(
            trouble ->
                new StepResult.Wait<>(
                    Reason.PostgresFailing, "the embedded PostgreSQL does not start: " + trouble))
        .orElseGet(
            () ->
                new StepResult.Wait<>(
                    Reason.PostgresStarting, "the embedded PostgreSQL is starting"));
  }
}
