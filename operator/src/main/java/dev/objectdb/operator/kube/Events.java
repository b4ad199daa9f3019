package dev.objectdb.operator.kube;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.MicroTime;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.fabric8.kubernetes.api.model.events.v1.EventBuilder;
import io.fabric8.kubernetes.api.model.events.v1.EventSeries;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.net.HttpURLConnection;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells people what changed, as {@code kubectl events} shows it. What was told before, of the same
 * generation, in the same words, is counted on that event and is no new one, whoever tells it. An
 * event that cannot be written is logged and forgotten: the conditions say the same.
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
    Event event = event(about, warning, reason, note);
    try {
      create(event);
    } catch (KubernetesClientException e) {
      if (ApiErrors.isNamespaceTerminating(e)) {
        return;
      }
      LOG.atWarn()
          .addKeyValue("namespace", about.getMetadata().getNamespace())
          .addKeyValue("name", about.getMetadata().getName())
          .addKeyValue("reason", reason)
          .setCause(e)
          .log("an event could not be written");
    }
  }

  private void create(Event event) {
    Resource<Event> resource = client.resource(event);
    try {
      resource.create();
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
        throw e;
      }
      resource.edit(before -> again(before, event.getEventTime()));
    }
  }

  private static Event again(Event before, MicroTime now) {
    EventSeries series = before.getSeries();
    int count = series == null ? 1 : series.getCount();
    return new EventBuilder(before)
        .withNewSeries()
        .withCount(count + 1)
        .withLastObservedTime(now)
        .endSeries()
        .build();
  }

  private Event event(HasMetadata about, boolean warning, String reason, String note) {
    String namespace = about.getMetadata().getNamespace();
    String name = about.getMetadata().getName();
    String uid = about.getMetadata().getUid();
    String generation = String.valueOf(about.getMetadata().getGeneration());
    return new EventBuilder()
        .withNewMetadata()
        .withNamespace(namespace)
        .withName(name + "." + Fingerprint.of(uid, generation, reason, note))
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
                .withName(name)
                .withUid(uid)
                .build())
        .build();
  }
}
