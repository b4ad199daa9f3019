package dev.objectdb.operator.kube;

import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which kinds the API server knows, asked once in a while: others define and remove them while we
 * run.
 *
 * <p>Thread-safe.
 */
public final class ServedKinds {
  private static final Duration FRESH = Duration.ofMinutes(1);

  private record Answer(boolean there, Instant at) {}

  private final KubernetesClient client;
  private final Clock clock;
  private final Map<String, Answer> answers = new ConcurrentHashMap<>();

  public ServedKinds(KubernetesClient client, Clock clock) {
    this.client = client;
    this.clock = clock;
  }

  /**
   * Returns whether there is a kind, as of the last minute.
   *
   * @param api its group and version
   * @throws io.fabric8.kubernetes.client.KubernetesClientException if the API server does not
   *     answer
   */
  public boolean has(String api, String kind) {
    Instant now = clock.instant();
    Answer known = answers.get(api + "/" + kind);
    if (known == null || known.at().plus(FRESH).isBefore(now)) {
      known = new Answer(client.supports(api, kind), now);
      answers.put(api + "/" + kind, known);
    }
    return known.there();
  }
}
