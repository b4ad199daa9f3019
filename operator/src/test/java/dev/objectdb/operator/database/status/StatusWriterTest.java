package dev.objectdb.operator.database.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.objectdb.crds.v1alpha1.ObjectDatabase;
import dev.objectdb.crds.v1alpha1.ObjectDatabaseStatus;
import dev.objectdb.operator.Databases;
import dev.objectdb.operator.database.step.ServerCounts;
import dev.objectdb.operator.database.step.StepResult;
import dev.objectdb.operator.database.step.StepResult.Done;
import dev.objectdb.operator.database.step.StepResult.Wait;
import java.time.Clock;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class StatusWriterTest {
  private static final StepResult<String> DONE = new Done<>("");
  private static final StepResult<String> MAKING = new Wait<>(Reason.SchemaApplying, "making");

  private final ObjectDatabase database = Databases.site("{postgres: {secretRef: {name: pg}}}");

  @Test
  void theSameReasonIsToldOnceHoweverManyConditionsHaveIt() {
    assertThat(
            news(
                MAKING,
                it -> it.tell(ConditionType.SchemaReady, false, Reason.SchemaApplying, "making")))
        .containsExactly(Map.entry(Reason.SchemaApplying, "making"));
  }

  @Test
  void whatBeginsAsItShouldBeIsNoNews() {
    assertThat(news(DONE, StatusWriterTest::applied)).containsOnlyKeys(Reason.ServersReady);
  }

  @Test
  void whatChangesIsNewsAndWhatStaysIsNot() {
    news(MAKING, it -> it.tell(ConditionType.SchemaReady, false, Reason.SchemaApplying, "making"));
    assertThat(news(DONE, StatusWriterTest::applied))
        .containsOnlyKeys(Reason.ServersReady, Reason.SchemaApplied);
    assertThat(news(DONE, StatusWriterTest::applied)).isEmpty();
    assertThat(news(DONE, it -> it.advise(Reason.DevelopmentOnly, "no backup")))
        .containsOnlyKeys(Reason.DevelopmentOnly);
  }

  private static void applied(Findings found) {
    found.tell(ConditionType.SchemaReady, true, Reason.SchemaApplied, "made");
  }

  private Map<Reason, String> news(StepResult<?> result, Consumer<Findings> steps) {
    Findings found = new Findings();
    steps.accept(found);
    ObjectDatabaseStatus before = database.getStatus();
    ObjectDatabaseStatus after =
        new StatusBuilder(Clock.systemUTC())
            .build(database, new Report(result, new ServerCounts(2, 2, 2, 2), "image", found));
    database.setStatus(after);
    return StatusWriter.news(before, after);
  }
}
