package dev.objectdb.operator;

import static java.util.Objects.requireNonNull;

import dev.objectdb.crds.v1alpha1.Condition;
import dev.objectdb.crds.v1alpha1.ObjectDatabase;
import dev.objectdb.operator.database.manifest.Servers;
import dev.objectdb.operator.database.observe.Observed;
import dev.objectdb.operator.metrics.OperatorMetrics;
import dev.objectdb.operator.pg.Observation;
import dev.objectdb.operator.pg.Probe.Target;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.MixedOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.CustomResourceDefinitionContext;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.api.config.ConfigurationServiceOverrider;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;

/** An API server in memory with the operator on it; the test plays controllers and kubelet. */
final class FakeCluster implements AutoCloseable {
  /** The smallest specification. */
  static final String EMBEDDED = "{postgres: {embedded: {}}}";

  private static final String NAMESPACE = Databases.NAMESPACE;

  /** A tenth of the usual, so that tests need not wait for it. */
  private static final Duration LOOK_AGAIN = OperatorMain.LOOK_AGAIN.dividedBy(10);

  private final SsaDispatcher dispatcher = new SsaDispatcher();
  private final KubernetesMockServer server =
      new KubernetesMockServer(
          new Context(), new MockWebServer(), new HashMap<>(), dispatcher, false);
  private final KubernetesClient client;
  private final List<Operator> operators = new ArrayList<>();
  private final OperatorMetrics metrics = new OperatorMetrics(() -> true);
  private volatile Function<Target, Observation> probe = _ -> Databases.reached();

  FakeCluster() {
    this(true);
  }

  /** A cluster on which tests start the operators. */
  static FakeCluster withoutOperator() {
    return new FakeCluster(false);
  }

  private FakeCluster(boolean operator) {
    server.init();
    server.expectCustomResource(
        CustomResourceDefinitionContext.fromCustomResourceType(ObjectDatabase.class));
    client = server.createClient();
    if (operator) {
      startOperator(_ -> {});
    }
  }

  /** Another operator takes over, with another default image. */
  void upgradeOperator(String image) {
    stopOperators();
    start(image, _ -> {});
  }

  void stopOperators() {
    operators.forEach(Operator::stop);
    operators.clear();
  }

  /**
   * Starts an operator; a second one knows nothing of the first.
   *
   * @param more settings of this one
   */
  Operator startOperator(Consumer<ConfigurationServiceOverrider> more) {
    return start("runtime:1", more);
  }

  private Operator start(String image, Consumer<ConfigurationServiceOverrider> more) {
    OperatorConfig config =
        new OperatorConfig(image, "postgres:1", Set.of(), Optional.empty(), "lease", 8080, "test");
    Operator operator =
        new Operator(
            sdk -> {
              SdkSettings.operator(sdk, client, metrics.sdk());
              more.accept(sdk);
            });
    operator.register(
        OperatorMain.reconciler(
            client, config, (target, _) -> probe.apply(target), metrics, LOOK_AGAIN),
        sdk -> SdkSettings.controller(sdk, config.namespaces()));
    operator.start();
    operators.add(operator);
    return operator;
  }

  @Override
  public void close() {
    operators.forEach(Operator::stop);
    metrics.close();
    client.close();
    server.destroy();
  }

  /** Waits, with the one limit of all these tests. */
  static ConditionFactory await() {
    return Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(20))
        .ignoreExceptions();
  }

  SsaDispatcher dispatcher() {
    return dispatcher;
  }

  OperatorMetrics metrics() {
    return metrics;
  }

  KubernetesClient client() {
    return client;
  }

  /** Makes PostgreSQL say something else from now on. */
  void postgresSays(Function<Target, Observation> other) {
    probe = other;
  }

  // --- users ---------------------------------------------------------------------------------

  void create(String spec) {
    ObjectDatabase database = Databases.site(spec);
    database.getMetadata().setUid(null);
    database.getMetadata().setGeneration(null);
    client.resource(database).create();
  }

  void change(String spec) {
    await() // the operator may have written the status in between
        .untilAsserted(
            () -> {
              ObjectDatabase database = database();
              database.setSpec(Databases.site(spec).getSpec());
              client.resource(database).update();
            });
  }

  void createSecret(String name, String key, String value) {
    createSecret(name, Map.of(key, value));
  }

  void createSecret(String name, Map<String, String> values) {
    client
        .resource(
            new SecretBuilder()
                .withNewMetadata()
                .withNamespace(NAMESPACE)
                .withName(name)
                .endMetadata()
                .withData(
                    values.entrySet().stream()
                        .collect(Collectors.toMap(Map.Entry::getKey, it -> base64(it.getValue()))))
                .build())
        .createOr(it -> it.update());
  }

  /** Makes the smallest database there is, and plays until it serves. */
  void running() {
    running(EMBEDDED);
  }

  /** Makes a database of an embedded PostgreSQL, and plays until it serves. */
  void running(String spec) {
    create(spec);
    postgresStarts();
    schemaSucceeds();
    serversStart();
    await().until(() -> ready().reason().equals("ServersReady"));
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  // --- what is there ---------------------------------------------------------------------------

  ObjectDatabase database() {
    return requireNonNull(
        client.resources(ObjectDatabase.class).inNamespace(NAMESPACE).withName("site").get());
  }

  Condition ready() {
    return condition("Ready");
  }

  Condition condition(String type) {
    return requireNonNull(requireNonNull(database().getStatus()).conditions()).stream()
        .filter(condition -> condition.type().equals(type))
        .findFirst()
        .orElseThrow();
  }

  @Nullable Deployment deployment() {
    return find(client.apps().deployments(), "site");
  }

  /** The image that servers are made with. */
  String image() {
    return requireNonNull(deployment())
        .getSpec()
        .getTemplate()
        .getSpec()
        .getContainers()
        .get(0)
        .getImage();
  }

  @Nullable StatefulSet postgres() {
    return find(client.apps().statefulSets(), "site-postgres");
  }

  @Nullable Secret secret(String name) {
    return find(client.secrets(), name);
  }

  List<Job> jobs() {
    return client.batch().v1().jobs().inNamespace(NAMESPACE).list().getItems();
  }

  Event event(String reason) {
    return client.events().v1().events().inNamespace(NAMESPACE).list().getItems().stream()
        .filter(event -> event.getReason().equals(reason))
        .findFirst()
        .orElseThrow();
  }

  List<String> events() {
    return client.events().v1().events().inNamespace(NAMESPACE).list().getItems().stream()
        .map(event -> event.getReason())
        .toList();
  }

  /** Versions of everything that the operator made, to see whether anything is written. */
  Map<String, String> versions() {
    Map<String, String> versions = new HashMap<>();
    children().forEach(it -> put(versions, it));
    client.secrets().inAnyNamespace().list().getItems().forEach(it -> put(versions, it));
    jobs().forEach(it -> put(versions, it));
    put(versions, database());
    return versions;
  }

  /** All that the operator made and repairs, but Jobs, which would run again. */
  List<HasMetadata> children() {
    List<HasMetadata> children = new ArrayList<>();
    for (Class<? extends HasMetadata> kind : Observed.KINDS) {
      if (kind != Pod.class && kind != Job.class) {
        children.addAll(client.resources(kind).inNamespace(NAMESPACE).list().getItems());
      }
    }
    return children;
  }

  private static void put(Map<String, String> versions, HasMetadata object) {
    versions.put(
        object.getKind() + "/" + object.getMetadata().getName(),
        object.getMetadata().getResourceVersion());
  }

  private static <T extends HasMetadata, L extends KubernetesResourceList<T>, R extends Resource<T>>
      @Nullable T find(MixedOperation<T, L, R> kind, String name) {
    return kind.inNamespace(NAMESPACE).withName(name).get();
  }

  // --- controllers and kubelet -------------------------------------------------------------------

  void postgresStarts() {
    await().until(() -> postgres() != null);
    client
        .resource(
            new StatefulSetBuilder(requireNonNull(postgres()))
                .withNewStatus()
                .withReplicas(1)
                .withReadyReplicas(1)
                .endStatus()
                .build())
        .updateStatus();
  }

  void schemaSucceeds() {
    await().until(() -> jobs().stream().anyMatch(FakeCluster::isOpen));
    for (Job job : jobs()) {
      client
          .resource(new JobBuilder(job).withNewStatus().withSucceeded(1).endStatus().build())
          .updateStatus();
    }
  }

  private static boolean isOpen(Job job) {
    return job.getStatus() == null || job.getStatus().getSucceeded() == null;
  }

  /** Makes the pods of the Deployment as it is now, ready, and takes all others away. */
  void serversStart() {
    await().until(() -> deployment() != null);
    Deployment deployment = requireNonNull(deployment());
    String template = Servers.templateOf(deployment);
    podsGo();
    for (int i = 0; i < deployment.getSpec().getReplicas(); i++) {
      client
          .resource(pod(deployment, "site-%s-%d".formatted(template, i)))
          .createOr(it -> it.update());
    }
  }

  /** All servers end. */
  void podsGo() {
    client
        .pods()
        .inNamespace(NAMESPACE)
        .withLabel("app.kubernetes.io/component", "server")
        .delete();
  }

  private static Pod pod(Deployment deployment, String name) {
    return new PodBuilder()
        .withMetadata(deployment.getSpec().getTemplate().getMetadata())
        .editMetadata()
        .withNamespace(NAMESPACE)
        .withName(name)
        .endMetadata()
        .withSpec(deployment.getSpec().getTemplate().getSpec())
        .withNewStatus()
        .addNewCondition()
        .withType("Ready")
        .withStatus("True")
        .endCondition()
        .endStatus()
        .build();
  }

  /** Causes two passes: when the second one begins, the first one has ended. */
  void wakeTwice() {
    for (int i = 0; i < 2; i++) {
      int before = dispatcher.secretsRead();
      client
          .resource(
              new PodBuilder()
                  .withNewMetadata()
                  .withNamespace(NAMESPACE)
                  .withName("site-wake")
                  .addToLabels("app.kubernetes.io/managed-by", "objectdb-operator")
                  .addToLabels("app.kubernetes.io/instance", "site")
                  .addToAnnotations("wake", dispatcher.writes().size() + "")
                  .endMetadata()
                  .build())
          .createOr(it -> it.update());
      await().until(() -> dispatcher.secretsRead() > before);
    }
  }

  /** A pod of a component that crashes with those words. */
  void podCrashes(String component, String words) {
    client
        .resource(
            new PodBuilder()
                .withNewMetadata()
                .withNamespace(NAMESPACE)
                .withName("site-crashing")
                .addToLabels("app.kubernetes.io/managed-by", "objectdb-operator")
                .addToLabels("app.kubernetes.io/instance", "site")
                .addToLabels("app.kubernetes.io/component", component)
                .withAnnotations(template().getMetadata().getAnnotations())
                .endMetadata()
                .withSpec(template().getSpec())
                .withNewStatus()
                .addNewContainerStatus()
                .withNewState()
                .withNewWaiting("back-off", "CrashLoopBackOff")
                .endState()
                .withNewLastState()
                .withNewTerminated()
                .withExitCode(1)
                .withMessage(words)
                .endTerminated()
                .endLastState()
                .endContainerStatus()
                .endStatus()
                .build())
        .create();
  }

  /** What every server is made of, once there is a Deployment. */
  private PodTemplateSpec template() {
    return Optional.ofNullable(deployment())
        .map(deployment -> deployment.getSpec().getTemplate())
        .orElseGet(
            () ->
                new PodTemplateSpecBuilder()
                    .withNewMetadata()
                    .endMetadata()
                    .withNewSpec()
                    .endSpec()
                    .build());
  }
}
