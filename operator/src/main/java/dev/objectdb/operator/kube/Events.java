package dev.objectdb.operator.kube;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.MicroTime;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.fabric8.kubernetes.api.model.events.v1.EventBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells people what changed, as {@code kubectl events} shows it. An event that cannot be written is
 * logged and forgotten: the conditions say the same.
 */
public final class Events {
  private static final Logger LOG = LoggerFactory.getLogger(Events.class);
  private static final DateTimeFormatter MICROS =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'");
  private static final int NOTE_MAX = 1024;

  private final KubernetesClient client;
  private final Clock clock;
  private final String instance;

  /**
   * Makes a recorder.
   *
   * @param instance which operator tells, normally the name of its pod
   */
  public Events(KubernetesClient client, Clock clock, String instance) {
    this.client = client;
    this.clock = clock;
    this.instance = instance;
  }

  /** Tells something about an object. */
  public void tell(HasMetadata about, boolean warning, String reason, String note) {
    String namespace = about.getMetadata().getNamespace();
    Event event =
        new EventBuilder()
            .withNewMetadata()
            .withNamespace(namespace)
            .withGenerateName(about.getMetadata().getName() + "-")
            .endMetadata()
            .withEventTime(
                new MicroTime(ZonedDateTime.now(clock.withZone(ZoneOffset.UTC)).format(MICROS)))
            .withReportingController("objectdb.dev/operator")
            .withReportingInstance(instance)
            .withAction("Reconcile")
            .withType(warning ? "Warning" : "Normal")
            .withReason(reason)
            .withNote(note.length() <= NOTE_MAX ? note : note.substring(0, NOTE_MAX))
            .withRegarding(
                new ObjectReferenceBuilder()
                    .withApiVersion(about.getApiVersion())
                    .withKind(about.getKind())
                    .withNamespace(namespace)
                    .withName(about.getMetadata().getName())
                    .withUid(about.getMetadata().getUid())
                    .build())
            .build();
    try {
      client.events().v1().events().inNamespace(namespace).resource(event).create();
    } catch (KubernetesClientException e) {
      if (ApiErrors.isNamespaceTerminating(e)) {
        return;
      }
      LOG.atWarn()
          .addKeyValue("namespace", namespace)
          .addKeyValue("name", about.getMetadata().getName())
          .addKeyValue("reason", reason)
          .setCause(e)
          .log("an event could not be written");
    }
  }
}
