package dev.objectdb.operator.database.observe;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStateWaiting;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Why pods do not get ready, in the words of the scheduler, the kubelet or the program itself. */
public final class PodTrouble {
  /** Waiting for one of these is part of every start. */
  private static final Set<String> ON_THE_WAY = Set.of("ContainerCreating", "PodInitializing");

  /** Waiting for one of these is waiting for an image. */
  private static final Set<String> NO_IMAGE =
      Set.of("ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull");

  private static final ObjectMapper JSON = new ObjectMapper();

  /** What the runtime's program begins its last words with. */
  private static final String PROGRAM = "objectdb: ";

  private static final int LINE_MAX = 500;

  private PodTrouble() {}

  /** Returns whether a pod serves. */
  public static boolean isReady(Pod pod) {
    return condition(pod, "Ready").map(PodCondition::getStatus).filter("True"::equals).isPresent();
  }

  /** What it is that a pod suffers from, roughly. */
  public enum Kind {
    CRASH_LOOP,
    IMAGE_PULL,
    UNSCHEDULABLE,
    OTHER,
  }

  /**
   * One trouble.
   *
   * @param text with the name of the pod
   */
  public record Trouble(Kind kind, String text) {}

  /** Returns the text of the first trouble. */
  public static Optional<String> of(List<Pod> pods) {
    return find(pods).map(Trouble::text);
  }

  /** Returns the first trouble of the pods, in the order of their names, if one has any. */
  public static Optional<Trouble> find(List<Pod> pods) {
    return pods.stream()
        .sorted(Comparator.comparing(pod -> pod.getMetadata().getName()))
        .flatMap(
            pod ->
                trouble(pod)
                    .map(
                        it ->
                            new Trouble(
                                it.kind(),
                                "pod %s: %s".formatted(pod.getMetadata().getName(), it.text())))
                    .stream())
        .findFirst();
  }

  private static Optional<Trouble> trouble(Pod pod) {
    if (pod.getStatus() == null || isReady(pod)) {
      return Optional.empty();
    }
    Optional<Trouble> unschedulable =
        condition(pod, "PodScheduled")
            .filter(condition -> "Unschedulable".equals(condition.getReason()))
            .map(
                condition ->
                    new Trouble(Kind.UNSCHEDULABLE, "Unschedulable: " + condition.getMessage()));
    return unschedulable.or(
        () ->
            Stream.concat(
                    pod.getStatus().getInitContainerStatuses().stream(),
                    pod.getStatus().getContainerStatuses().stream())
                .flatMap(status -> trouble(status).stream())
                .findFirst());
  }

  private static Optional<Trouble> trouble(ContainerStatus status) {
    Optional<String> ended =
        lastEnd(status).filter(end -> end.getExitCode() != 0).map(PodTrouble::text);
    ContainerStateWaiting waiting =
        status.getState() == null ? null : status.getState().getWaiting();
    if (waiting == null
        || waiting.getReason() == null
        || ON_THE_WAY.contains(waiting.getReason())) {
      return ended.map(text -> new Trouble(Kind.CRASH_LOOP, text));
    }
    String detail =
        ended
            .or(() -> Optional.ofNullable(waiting.getMessage()).map(PodTrouble::lastLine))
            .orElse("");
    return Optional.of(
        new Trouble(
            kind(waiting.getReason()),
            detail.isEmpty() ? waiting.getReason() : waiting.getReason() + ": " + detail));
  }

  private static Kind kind(String reason) {
    if (NO_IMAGE.contains(reason)) {
      return Kind.IMAGE_PULL;
    }
    return reason.equals("CrashLoopBackOff") ? Kind.CRASH_LOOP : Kind.OTHER;
  }

  private static Optional<ContainerStateTerminated> lastEnd(ContainerStatus status) {
    return Stream.of(
            Optional.ofNullable(status.getState()), Optional.ofNullable(status.getLastState()))
        .flatMap(Optional::stream)
        .flatMap(state -> Optional.ofNullable(state.getTerminated()).stream())
        .findFirst();
  }

  private static String text(ContainerStateTerminated end) {
    String message = end.getMessage();
    String line = message == null ? "" : lastLine(message);
    return line.isEmpty() ? "%s, exit code %d".formatted(end.getReason(), end.getExitCode()) : line;
  }

  /**
   * A message is the end of a log: the last line in which our program says why it ends, or simply
   * the last one; of a JSON line what it says.
   */
  private static String lastLine(String log) {
    List<String> lines = log.lines().filter(text -> !text.isBlank()).toList();
    String line =
        lines.reversed().stream()
            .filter(text -> text.startsWith(PROGRAM))
            .findFirst()
            .or(() -> lines.reversed().stream().findFirst())
            .orElse("");
    String said = line.startsWith("{") ? message(line) : line.strip();
    return said.length() <= LINE_MAX ? said : said.substring(0, LINE_MAX);
  }

  private static String message(String line) {
    try {
      JsonNode json = JSON.readTree(line);
      for (String key : List.of("formattedMessage", "message")) {
        if (json.hasNonNull(key)) {
          return json.get(key).asText();
        }
      }
    } catch (JsonProcessingException e) {
      // a line that was cut off, or no JSON: shown as it is
    }
    return line;
  }

  private static Optional<PodCondition> condition(Pod pod, String type) {
    return pod.getStatus() == null
        ? Optional.empty()
        : pod.getStatus().getConditions().stream()
            .filter(condition -> condition.getType().equals(type))
            .findFirst();
  }
}
