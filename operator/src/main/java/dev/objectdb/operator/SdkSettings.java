package dev.objectdb.operator;

import dev.objectdb.crds.v1alpha1.ObjectDatabase;
import dev.objectdb.operator.kube.ServerSideApply;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.javaoperatorsdk.operator.api.config.ConfigurationServiceOverrider;
import io.javaoperatorsdk.operator.api.config.ControllerConfigurationOverrider;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfiguration;
import io.javaoperatorsdk.operator.api.monitoring.Metrics;
import io.javaoperatorsdk.operator.processing.event.rate.LinearRateLimiter;
import io.javaoperatorsdk.operator.processing.retry.GenericRetry;
import io.javaoperatorsdk.operator.processing.retry.Retry;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Executors;

/** How the Operator SDK runs our reconciler; every setting that differs from its default. */
final class SdkSettings {
  /** Passes in flight end in that time; they never wait, so it is ample. */
  static final Duration STOP_WITHIN = Duration.ofSeconds(20);

  /** The SDK's default is ten hours; a lost event and an unwatched Secret are noticed by then. */
  private static final Duration LOOK_AT_LEAST = Duration.ofMinutes(2);

  private SdkSettings() {}

  static void operator(
      ConfigurationServiceOverrider sdk, KubernetesClient client, Metrics metrics) {
    sdk.withKubernetesClient(client)
        .withMetrics(metrics)
        .withCloseClientOnStop(false)
        // Passes only do I/O; a pool of platform threads would let slow ones starve the others.
        .withExecutorService(Executors.newVirtualThreadPerTaskExecutor())
        .withReconciliationTerminationTimeout(STOP_WITHIN)
        // One namespace that may not be read must not stop the others.
        .withStopOnInformerErrorDuringStartup(false)
        // The cached objects are only read.
        .withCloneSecondaryResourcesWhenGettingFromCache(false)
        .withUseSSAToPatchPrimaryResource(true);
  }

  /** The lease that tells which of several operators acts. */
  record Lease(String namespace, String name) {}

  /**
   * Lets only one of several operators act; the others read along, so that they are up to date when
   * they take over.
   *
   * @param lease which one: operators that look after other namespaces have another
   * @param identity of this process and of no other one ever: the client takes a lease that names
   *     it for its own, even if it was written before a restart and somebody else has it by now
   */
  static void oneOfSeveral(
      ConfigurationServiceOverrider sdk, Lease lease, String identity, Leadership leadership) {
    sdk.withLeaderElectionConfiguration(
        new LeaderElectionConfiguration(
            lease.name(),
            lease.namespace(),
            Leadership.LEASE,
            Leadership.RENEW,
            Leadership.RETRY,
            identity,
            new LeaderCallbacks(leadership::won, leadership::lost, _ -> {}),
            false));
  }

  static void controller(
      ControllerConfigurationOverrider<ObjectDatabase> sdk, Set<String> namespaces) {
    if (namespaces.isEmpty()) {
      sdk.watchingAllNamespaces();
    } else {
      sdk.settingNamespaces(namespaces);
    }
    sdk.withFieldManager(ServerSideApply.FIELD_MANAGER)
        // Only databases whose data goes with them have a finalizer, which the SDK's own way would
        // give to all of them: a pass has to be told of deletions itself.
        .withTriggerReconcilerOnAllEvents(true)
        .withRetry(retry())
        // A rollout brings many events at once; five passes a second see them all as well.
        .withRateLimiter(new LinearRateLimiter(Duration.ofSeconds(1), 5))
        .withReconciliationMaxInterval(LOOK_AT_LEAST);
  }

  /** From one second to five minutes, for ever: the SDK's default gives up after five attempts. */
  private static Retry retry() {
    GenericRetry retry = new GenericRetry();
    retry.setInitialInterval(Duration.ofSeconds(1));
    retry.setIntervalMultiplier(2);
    retry.setMaxInterval(Duration.ofMinutes(5).toMillis());
    return retry.withoutMaxAttempts();
  }
}
