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

  private static @Nullable String trouble(String status) {
    Pod pod =
        Serialization.unmarshal(
            "---\n{apiVersion: v1, kind: Pod, metadata: {name: site-1}, status: %s}"
                .formatted(status),
            Pod.class);
    return PodTrouble.of(List.of(pod)).orElse(null);
  }
}
