package dev.objectdb.operator;

import dev.objectdb.operator.OperatorConfig.BadConfigException;
import dev.objectdb.operator.SdkSettings.Lease;
import dev.objectdb.operator.database.ObjectDatabaseReconciler;
import dev.objectdb.operator.database.status.StatusBuilder;
import dev.objectdb.operator.database.status.StatusWriter;
import dev.objectdb.operator.database.step.CertificatesStep;
import dev.objectdb.operator.database.step.DeletionStep;
import dev.objectdb.operator.database.step.ImageChoice;
import dev.objectdb.operator.database.step.MonitoringStep;
import dev.objectdb.operator.database.step.PostgresStep;
import dev.objectdb.operator.database.step.SchemaStep;
import dev.objectdb.operator.database.step.ServersStep;
import dev.objectdb.operator.database.step.SurroundingsStep;
import dev.objectdb.operator.database.step.UpdateGate;
import dev.objectdb.operator.health.HealthServer;
import dev.objectdb.operator.health.HealthServer.Probes;
import dev.objectdb.operator.health.Heartbeat;
import dev.objectdb.operator.kube.Events;
import dev.objectdb.operator.kube.Secrets;
import dev.objectdb.operator.kube.ServedKinds;
import dev.objectdb.operator.kube.ServerSideApply;
import dev.objectdb.operator.metrics.OperatorMetrics;
import dev.objectdb.operator.pg.JdbcProbe;
import dev.objectdb.operator.pg.PostgresWatch;
import dev.objectdb.operator.pg.Probe;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.RuntimeInfo;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The program: reads its configuration, wires the parts, runs until it is told to stop. */
public final class OperatorMain {
  private static final Logger LOG = LoggerFactory.getLogger(OperatorMain.class);
  private static final int BAD_CONFIG = 2;
  private static final int PASSWORD_BYTES = 24;

  /** With the deadlines of a look, an outage of PostgreSQL is known in less than 20 seconds. */
  static final Duration LOOK_AGAIN = Duration.ofSeconds(10);

  private OperatorMain() {}

  /** Starts; the probes answer from then on. */
  public static void main(String[] args) throws IOException {
    try {
      start(OperatorConfig.read(System.getenv()));
    } catch (BadConfigException e) {
      System.err.println("objectdb-operator: " + e.getMessage());
      System.exit(BAD_CONFIG);
    }
  }

  private static void start(OperatorConfig config) throws IOException {
    KubernetesClient client = new KubernetesClientBuilder().build();
    boolean alone = config.leaseNamespace().isEmpty();
    Leadership leadership = new Leadership(alone, code -> Runtime.getRuntime().halt(code));
    OperatorMetrics metrics = new OperatorMetrics(leadership::isLeading);
    Operator operator =
        new Operator(
            sdk -> {
              SdkSettings.operator(sdk, client, metrics.sdk());
              config
                  .leaseNamespace()
                  .ifPresent(
                      namespace ->
                          SdkSettings.oneOfSeveral(
                              sdk,
                              new Lease(namespace, config.leaseName()),
                              self(config),
                              leadership));
            });
    operator.register(
        reconciler(client, config, new JdbcProbe(), metrics, LOOK_AGAIN),
        sdk -> SdkSettings.controller(sdk, config.namespaces()));
    Heartbeat heartbeat = new Heartbeat(Leadership.RENEW, leadership::stoodStill);
    HealthServer health =
        new HealthServer(config.healthPort(), probes(operator, heartbeat), metrics::scrape);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  leadership.stop();
                  operator.stop();
                  health.close();
                  heartbeat.close();
                  client.close();
                },
                "shutdown"));
    operator.start();
    LOG.info("started");
  }

  /** An operator that stands by hears of changes too, and is as ready as the one that acts. */
  static Probes probes(Operator operator, Heartbeat heartbeat) {
    RuntimeInfo info = operator.getRuntimeInfo();
    return new Probes(
        info::isStarted,
        heartbeat::isBeating,
        () -> info.isStarted() && info.allEventSourcesAreHealthy());
  }

  /**
   * Wires what passes are made of.
   *
   * @param lookAgain how soon to look again at what is not watched: a Secret, and PostgreSQL
   */
  static ObjectDatabaseReconciler reconciler(
      KubernetesClient client,
      OperatorConfig config,
      Probe probe,
      OperatorMetrics metrics,
      Duration lookAgain) {
    Clock clock = Clock.systemUTC();
    ServerSideApply apply = new ServerSideApply(client);
    UpdateGate gate = new UpdateGate(clock);
    Secrets secrets = new Secrets(client);
    PostgresStep postgresStep =
        new PostgresStep(secrets, apply, config.postgresImage(), OperatorMain::password);
    ImageChoice images = new ImageChoice(config.runtimeImage());
    return new ObjectDatabaseReconciler(
        new ObjectDatabaseReconciler.Parts(
            new CertificatesStep(secrets, clock),
            new SurroundingsStep(client, apply),
            new MonitoringStep(client, apply, new ServedKinds(client, clock)),
            postgresStep,
            new PostgresWatch(probe, clock, lookAgain),
            new SchemaStep(client, gate),
            new ServersStep(apply, gate),
            new StatusBuilder(clock),
            new StatusWriter(new Events(client, clock, config.identity())),
            metrics,
            images,
            new DeletionStep(client, postgresStep, images, clock)),
        lookAgain);
  }

  private static String self(OperatorConfig config) {
    return config.identity() + "_" + UUID.randomUUID();
  }

  private static String password() {
    byte[] bytes = new byte[PASSWORD_BYTES];
    new SecureRandom().nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }
}
