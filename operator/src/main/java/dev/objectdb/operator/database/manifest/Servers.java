package dev.objectdb.operator.database.manifest;

import dev.objectdb.crds.v1alpha1.ObjectDatabase;
import dev.objectdb.crds.v1alpha1.ObjectDatabaseSpec;
import dev.objectdb.crds.v1alpha1.UpdateStrategy;
import dev.objectdb.crds.v1alpha1.Zeo;
import dev.objectdb.operator.kube.Fingerprint;
import dev.objectdb.operator.kube.Labels;
import dev.objectdb.operator.kube.Labels.Component;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraint;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraintBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.apps.DeploymentStrategy;
import io.fabric8.kubernetes.api.model.apps.DeploymentStrategyBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The servers: a Deployment, because they hold nothing. A new template is rolled out by adding a
 * server before one is taken away, so no client is ever without one.
 */
public final class Servers {
  /** Annotation of pods with the fingerprint of the template that they were made of. */
  public static final String TEMPLATE = "objectdb.dev/template";

  /** Annotation of the Deployment with what the servers' pools were computed from. */
  private static final String POOL = "objectdb.dev/pool";

  /** Name of the port for clients. */
  static final String ZEO = "zeo";

  /** Name of the port of probes and metrics. */
  static final String MONITORING = "monitoring";

  /** Two transactions of the greatest size, which are spooled below /tmp. */
  private static final String SPOOL_MAX = "8Gi";

  /** Until all nodes have learned that a server is going; new connections come until then. */
  private static final long DEREGISTER_SECONDS = 5;

  /** After so long without progress, besides the pause, a rollout is reported as stuck. */
  private static final int PROGRESS_SECONDS = 600;

  private Servers() {}

  /** Returns the name of the Deployment. */
  public static String name(ObjectDatabase database) {
    return Metadata.name(database);
  }

  /** Returns the Deployment. */
  public static Deployment desired(ObjectDatabase database, String image, PostgresAccess postgres) {
    UpdateStrategy update = database.getSpec().updateStrategy();
    int pauseSeconds = Durations.seconds(update.pauseBetweenPods());
    return new DeploymentBuilder()
        .withMetadata(Metadata.owned(database, name(database), Component.SERVER))
        .editMetadata()
        .addToAnnotations(POOL, postgres.poolBasis())
        .endMetadata()
        .withNewSpec()
        .withReplicas(replicas(database))
        .withRevisionHistoryLimit(2)
        .withStrategy(strategy(update))
        .withMinReadySeconds(pauseSeconds)
        .withProgressDeadlineSeconds(PROGRESS_SECONDS + pauseSeconds)
        .withNewSelector()
        .withMatchLabels(Labels.selector(Metadata.name(database), Component.SERVER))
        .endSelector()
        .withTemplate(
            marked(
                UserTemplate.over(
                    template(database, image, postgres), database.getSpec().podTemplate())))
        .endSpec()
        .build();
  }

  private static DeploymentStrategy strategy(UpdateStrategy declared) {
    return switch (declared.type()) {
      case Rolling ->
          new DeploymentStrategyBuilder()
              .withType("RollingUpdate")
              .withNewRollingUpdate()
              .withMaxSurge(new IntOrString(declared.maxSurge()))
              .withMaxUnavailable(new IntOrString(declared.maxUnavailable()))
              .endRollingUpdate()
              .build();
      case Recreate -> new DeploymentStrategyBuilder().withType("Recreate").build();
    };
  }

  /** Returns how many servers should run. */
  public static int replicas(ObjectDatabase database) {
    return database.getSpec().hibernated() ? 0 : database.getSpec().replicas();
  }

  /** Returns the fingerprint of the template of a Deployment of ours. */
  public static String templateOf(Deployment desired) {
    return Objects.requireNonNull(
        desired.getSpec().getTemplate().getMetadata().getAnnotations().get(TEMPLATE));
  }

  /** Returns the place of the database that the servers of a Deployment of ours use. */
  public static String placeOf(Deployment live) {
    return annotation(live.getSpec().getTemplate().getMetadata(), SchemaJob.POSTGRES);
  }

  /** Returns the place of the database that a server uses. */
  public static String placeOf(Pod server) {
    return annotation(server.getMetadata(), SchemaJob.POSTGRES);
  }

  /** Returns the same, but that all servers end before the first new one starts. */
  public static Deployment oneAfterTheOther(Deployment desired) {
    return new DeploymentBuilder(desired)
        .editSpec()
        .withStrategy(new DeploymentStrategyBuilder().withType("Recreate").build())
        .endSpec()
        .build();
  }

  /** Returns what the pools of the servers of a Deployment of ours were computed from. */
  public static String poolBasisOf(Deployment live) {
    return annotation(live.getMetadata(), POOL);
  }

  private static String annotation(ObjectMeta metadata, String name) {
    Map<String, String> annotations = metadata == null ? null : metadata.getAnnotations();
    return annotations == null ? "" : annotations.getOrDefault(name, "");
  }

  /** Returns how many servers run at most, while they are replaced. */
  public static int atOnce(ObjectDatabase database) {
    UpdateStrategy update = database.getSpec().updateStrategy();
    int surge = update.type() == UpdateStrategy.Type.Rolling ? update.maxSurge() : 0;
    int replicas = replicas(database);
    return replicas == 0 ? 0 : replicas + surge;
  }

  /** Returns the image that a Deployment of ours runs. */
  public static String imageOf(Deployment live) {
    return live.getSpec().getTemplate().getSpec().getContainers().get(0).getImage();
  }

  private static PodTemplateSpec marked(PodTemplateSpec template) {
    return new PodTemplateSpecBuilder(template)
        .editMetadata()
        .addToAnnotations(TEMPLATE, Fingerprint.of(Serialization.asJson(template)))
        .endMetadata()
        .build();
  }

  private static PodTemplateSpec template(
      ObjectDatabase database, String image, PostgresAccess postgres) {
    return new PodTemplateSpecBuilder()
        .withNewMetadata()
        .withLabels(Labels.of(Metadata.name(database), Component.SERVER))
        // Servers read again who logs in; another place needs other pods.
        .addToAnnotations(SchemaJob.POSTGRES, postgres.place())
        .endMetadata()
        .withSpec(
            RuntimePod.pod(database, postgres, SPOOL_MAX)
                .addToVolumes(Settings.volume(database))
                .addAllToVolumes(ZeoTlsFiles.volumes(database))
                .withServiceAccountName(ServerAccount.name(database))
                .withTopologySpreadConstraints(
                    spread(database, "kubernetes.io/hostname"),
                    spread(database, "topology.kubernetes.io/zone"))
                .withContainers(container(database, postgres, image))
                .build())
        .build();
  }

  private static Container container(
      ObjectDatabase database, PostgresAccess postgres, String image) {
    ObjectDatabaseSpec spec = database.getSpec();
    ContainerBuilder container =
        RuntimePod.container(database, postgres, image, "serve")
            .addAllToEnv(configuration(spec, postgres.poolMax()))
            .addToVolumeMounts(Settings.mount())
            .addAllToEnv(ZeoTlsFiles.env(database))
            .addAllToVolumeMounts(ZeoTlsFiles.mounts(database))
            .addAllToEnv(jvm(spec.jvmOptions()))
            .withResources(ServerResources.of(spec))
            .withStartupProbe(probe("/livez", 2, 60))
            .withLivenessProbe(probe("/livez", 10, 6))
            .withReadinessProbe(probe("/readyz", 5, 2));
    return container
        .addNewPort()
        .withName(ZEO)
        .withContainerPort(spec.zeo().port())
        .withProtocol("TCP")
        .endPort()
        .addNewPort()
        .withName(MONITORING)
        .withContainerPort(spec.monitoring().port())
        .withProtocol("TCP")
        .endPort()
        .withNewLifecycle()
        .withNewPreStop()
        .withNewSleep(DEREGISTER_SECONDS)
        .endPreStop()
        .endLifecycle()
        .build();
  }

  private static List<EnvVar> configuration(ObjectDatabaseSpec spec, int poolMax) {
    Zeo zeo = spec.zeo();
    return RuntimePod.differing(
        RuntimePod.env("OBJECTDB_ZEO_PORT", Integer.toString(zeo.port())),
        RuntimePod.env("OBJECTDB_ZEO_READ_ONLY", Boolean.toString(zeo.readOnly())),
        RuntimePod.env("OBJECTDB_ZEO_TRANSACTION_TIMEOUT", zeo.transactionTimeout()),
        RuntimePod.env("OBJECTDB_ZEO_MAX_CONNECTIONS", Integer.toString(zeo.maxConnections())),
        RuntimePod.env("OBJECTDB_ZEO_MAX_CONNECTION_AGE", zeo.maxConnectionAge()),
        RuntimePod.env("OBJECTDB_ZEO_DRAIN_TIMEOUT", zeo.drainTimeout()),
        Settings.logLevel(),
        RuntimePod.env("OBJECTDB_MONITORING_PORT", Integer.toString(spec.monitoring().port())),
        RuntimePod.env("OBJECTDB_POOL_MIN", Integer.toString(Math.min(spec.pool().min(), poolMax))),
        RuntimePod.env("OBJECTDB_POOL_MAX", Integer.toString(poolMax)),
        RuntimePod.env("OBJECTDB_POOL_ACQUIRE_TIMEOUT", spec.pool().acquireTimeout()),
        RuntimePod.env("OBJECTDB_POOL_MAX_LIFETIME", spec.pool().maxLifetime()),
        RuntimePod.env("OBJECTDB_POOL_IDLE_TIMEOUT", spec.pool().idleTimeout()),
        RuntimePod.env("OBJECTDB_POSTGRES_STATEMENT_TIMEOUT", spec.postgres().statementTimeout()),
        RuntimePod.env("OBJECTDB_POSTGRES_LOCK_TIMEOUT", spec.postgres().lockTimeout()),
        RuntimePod.env("OBJECTDB_CACHE_MEMORY", spec.cache().memory()),
        RuntimePod.env("OBJECTDB_SNAPSHOT_WINDOW", spec.snapshotWindow()));
  }

  /** The image has options of its own, to which these are added. */
  private static List<EnvVar> jvm(@Nullable List<String> options) {
    return options == null || options.isEmpty()
        ? List.of()
        : List.of(RuntimePod.env("JAVA_TOOL_OPTIONS", String.join(" ", options)));
  }

  private static Probe probe(String path, int periodSeconds, int failures) {
    return new ProbeBuilder()
        .withNewHttpGet()
        .withPath(path)
        .withPort(new IntOrString(MONITORING))
        .endHttpGet()
        .withPeriodSeconds(periodSeconds)
        .withTimeoutSeconds(Math.min(periodSeconds, 3))
        .withFailureThreshold(failures)
        .build();
  }

  /** A wish, not a condition: two servers on one node are better than one. */
  private static TopologySpreadConstraint spread(ObjectDatabase database, String key) {
    return new TopologySpreadConstraintBuilder()
        .withMaxSkew(1)
        .withTopologyKey(key)
        .withWhenUnsatisfiable("ScheduleAnyway")
        .withNewLabelSelector()
        .withMatchLabels(Labels.selector(Metadata.name(database), Component.SERVER))
        .endLabelSelector()
        .withMatchLabelKeys("pod-template-hash")
        .build();
  }
}
