package dev.objectdb.operator;

import dev.objectdb.operator.OperatorConfig.BadConfigException;
import dev.objectdb.operator.database.ObjectDatabaseReconciler;
import dev.objectdb.operator.database.status.StatusBuilder;
import dev.objectdb.operator.database.status.StatusWriter;
import dev.objectdb.operator.database.step.PostgresStep;
import dev.objectdb.operator.database.step.SchemaStep;
import dev.objectdb.operator.database.step.ServersStep;
import dev.objectdb.operator.health.HealthServer;
import dev.objectdb.operator.kube.Events;
import dev.objectdb.operator.kube.Secrets;
import dev.objectdb.operator.kube.ServerSideApply;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.javaoperatorsdk.operator.Operator;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The program: reads its configuration, wires the parts, runs until it is told to stop. */
public final class OperatorMain {
  private static final Logger LOG = LoggerFactory.getLogger(OperatorMain.class);
  private static final int BAD_CONFIG = 2;
  private static final int LEASE_LOST = 3;
  private static final int PASSWORD_BYTES = 24;

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
    AtomicBoolean stopping = new AtomicBoolean();
    Operator operator =
        new Operator(
            sdk -> {
              SdkSettings.operator(sdk, client);
              config
                  .leaseNamespace()
                  .ifPresent(
                      namespace ->
                          SdkSettings.oneOfSeveral(
                              sdk, namespace, config.identity(), () -> leaseLost(stopping)));
            });
    operator.register(
        reconciler(client, config), sdk -> SdkSettings.controller(sdk, config.namespaces()));
    HealthServer health =
        new HealthServer(
            config.healthPort(),
            () ->
                operator.getRuntimeInfo().isStarted()
                    && operator.getRuntimeInfo().allEventSourcesAreHealthy());
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  stopping.set(true);
                  operator.stop();
                  health.close();
                  client.close();
                },
                "shutdown"));
    operator.start();
    LOG.info("started");
  }

  static ObjectDatabaseReconciler reconciler(KubernetesClient client, OperatorConfig config) {
    Clock clock = Clock.systemUTC();
    ServerSideApply apply = new ServerSideApply(client);
    return new ObjectDatabaseReconciler(
        new ObjectDatabaseReconciler.Parts(
            apply,
            new PostgresStep(
                new Secrets(client), apply, config.postgresImage(), OperatorMain::password),
            new SchemaStep(client),
            new ServersStep(apply),
            new StatusBuilder(clock),
            new StatusWriter(new Events(client, clock, config.identity()))),
        config.runtimeImage());
  }

  private static String password() {
    byte[] bytes = new byte[PASSWORD_BYTES];
    new SecureRandom().nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  /** Halts: any orderly way out could still write, and the next leader is at work by then. */
  private static void leaseLost(AtomicBoolean stopping) {
    if (!stopping.get()) {
      LOG.error("the lease of the leader was lost; ending");
      Runtime.getRuntime().halt(LEASE_LOST);
    }
  }
}
