package dev.objectdb.operator.database.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PodTroubleTest {
  @Test
  void startingIsNoTrouble() {
    assertThat(trouble("{containerStatuses: [{state: {waiting: {reason: ContainerCreating}}}]}"))
        .isNull();
    assertThat(trouble("{containerStatuses: [{state: {running: {}}}]}")).isNull();
    assertThat(PodTrouble.of(List.of())).isEmpty();
  }

  @Test
  void anImageThatCannotBePulledIsTold() {
    assertThat(
            trouble(
                "{containerStatuses: [{state: {waiting: {reason: ImagePullBackOff, "
                    + "message: 'Back-off pulling image \"x\"'}}}]}"))
        .isEqualTo("pod site-1: ImagePullBackOff: Back-off pulling image \"x\"");
  }

  @Test
  void aCrashIsToldInTheWordsOfTheProgram() {
    assertThat(
            trouble(
                "{containerStatuses: [{state: {waiting: {reason: CrashLoopBackOff}}, "
                    + "lastState: {terminated: {exitCode: 2, reason: Error, "
                    + "message: \"starting\\nobjectdb: OBJECTDB_ZEO_PORT is x\\nmore\\n\"}}}]}"))
        .isEqualTo("pod site-1: CrashLoopBackOff: objectdb: OBJECTDB_ZEO_PORT is x");
  }

  @Test
  void aLineOfJsonIsToldByItsMessage() {
    assertThat(
            trouble(
                "{containerStatuses: [{state: {running: {}}, lastState: {terminated: {exitCode: 1, "
                    + "message: '{\"level\":\"ERROR\",\"message\":\"no database\"}'}}}]}"))
        .isEqualTo("pod site-1: no database");
  }

  @Test
  void aSilentEndIsToldByItsCode() {
    assertThat(
            trouble(
                "{containerStatuses: [{state: {terminated: {exitCode: 137, reason: OOMKilled}}}]}"))
        .isEqualTo("pod site-1: OOMKilled, exit code 137");
  }

  @Test
  void aPodThatFitsNowhereIsTold() {
    assertThat(
            trouble(
                "{conditions: [{type: PodScheduled, status: 'False', reason: Unschedulable, "
                    + "message: 0/3 nodes are available}]}"))
        .isEqualTo("pod site-1: Unschedulable: 0/3 nodes are available");
  }

  @Test
  void whatHappenedToAReadyPodBeforeDoesNotMatter() {
    assertThat(
            trouble(
                "{conditions: [{type: Ready, status: 'True'}], containerStatuses: "
                    + "[{state: {running: {}}, lastState: {terminated: {exitCode: 1}}}]}"))
        .isNull();
  }

  @Test
  void troublesAreOfAFewKinds() {
    assertThat(kind("{containerStatuses: [{state: {waiting: {reason: ErrImagePull}}}]}"))
        .isEqualTo(PodTrouble.Kind.IMAGE_PULL);
    assertThat(kind("{containerStatuses: [{state: {waiting: {reason: CrashLoopBackOff}}}]}"))
        .isEqualTo(PodTrouble.Kind.CRASH_LOOP);
    assertThat(kind("{containerStatuses: [{state: {terminated: {exitCode: 1}}}]}"))
        .isEqualTo(PodTrouble.Kind.CRASH_LOOP);
    assertThat(kind("{conditions: [{type: PodScheduled, reason: Unschedulable}]}"))
        .isEqualTo(PodTrouble.Kind.UNSCHEDULABLE);
    assertThat(
            kind("{containerStatuses: [{state: {waiting: {reason: CreateContainerConfigError}}}]}"))
        .isEqualTo(PodTrouble.Kind.OTHER);
  }

  private static PodTrouble.Kind kind(String status) {
    return PodTrouble.find(List.of(pod(status))).orElseThrow().kind();
  }

  private static @Nullable String trouble(String status) {
    return PodTrouble.of(List.of(pod(status))).orElse(null);
  }

  private static Pod pod(String status) {
    return Serialization.unmarshal(
        "---\n{apiVersion: v1, kind: Pod, metadata: {name: site-1}, status: %s}".formatted(status),
        Pod.class);
  }
}
