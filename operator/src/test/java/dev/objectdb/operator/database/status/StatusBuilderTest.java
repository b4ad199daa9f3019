package dev.objectdb.operator.database.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.objectdb.crds.v1alpha1.Condition;
import dev.objectdb.crds.v1alpha1.Condition.Status;
import dev.objectdb.crds.v1alpha1.HistoryMode;
import dev.objectdb.crds.v1alpha1.ObjectDatabase;
import dev.objectdb.crds.v1alpha1.ObjectDatabaseStatus;
import dev.objectdb.crds.v1alpha1.ObjectDatabaseStatus.Phase;
import dev.objectdb.operator.Databases;
import dev.objectdb.operator.database.step.ServerCounts;
import dev.objectdb.operator.database.step.StepResult;
import dev.objectdb.operator.database.step.StepResult.Done;
import dev.objectdb.operator.database.step.StepResult.Fail;
import dev.objectdb.operator.database.step.StepResult.Hold;
import dev.objectdb.operator.database.step.StepResult.Wait;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class StatusBuilderTest {
  private static final ServerCounts NONE = new ServerCounts(2, 0, 0, 0);
  private static final ServerCounts ALL = new ServerCounts(2, 2, 2, 2);
  private static final ServerCounts ALL_OLD = new ServerCounts(2, 2, 2, 0);
  private static final StepResult<String> DONE = new Done<>("");
  private static final StepResult<String> MAKING = new Wait<>(Reason.SchemaApplying, "making");
  private static final StepResult<String> ROLLING = new Wait<>(Reason.RollingOut, "rolling");
  private static final StepResult<String> MISSING = new Fail<>(Reason.SecretNotFound, "missing");

  private final ObjectDatabase database = Databases.site("{postgres: {secretRef: {name: pg}}}");
  private Findings found = new Findings();
  private int minute;

  @Test
  void whileTheSchemaIsMadeNothingIsReady() {
    ObjectDatabaseStatus status = pass(MAKING, NONE);
    assertThat(ready(status).status()).isEqualTo(Status.False);
    assertThat(ready(status).reason()).isEqualTo("SchemaApplying");
    assertThat(is(status, ConditionType.Reconciling)).isTrue();
    assertThat(is(status, ConditionType.Stalled)).isFalse();
    assertThat(status.phase()).isEqualTo(Phase.Bootstrapping);
    assertThat(status.ready()).isEqualTo("0/2");
    assertThat(status.historyMode()).isNull();
  }

  @Test
  void allServersAreReady() {
    found.tell(ConditionType.SchemaReady, true, Reason.SchemaApplied, "made");
    ObjectDatabaseStatus status = pass(DONE, ALL);
    assertThat(is(status, ConditionType.Ready)).isTrue();
    assertThat(is(status, ConditionType.Reconciling)).isFalse();
    assertThat(status.phase()).isEqualTo(Phase.Running);
    assertThat(status.ready()).isEqualTo("2/2");
    assertThat(status.observedGeneration()).isEqualTo(1);
    assertThat(status.historyMode()).isEqualTo(HistoryMode.Free);
    assertThat(status.endpoints()).extracting(it -> it.zeo()).isEqualTo("site.plone.svc:8100");
    assertThat(status.selector())
        .isEqualTo(
            "app.kubernetes.io/component=server,app.kubernetes.io/instance=site,"
                + "app.kubernetes.io/name=objectdb");
  }

  @Test
  void theSameReportGivesTheSameStatus() {
    ObjectDatabaseStatus first = pass(DONE, ALL);
    assertThat(pass(DONE, ALL)).isEqualTo(first);
  }

  @Test
  void aConditionKeepsItsTimeUntilItsStatusChanges() {
    String made = ready(pass(MAKING, NONE)).lastTransitionTime();
    assertThat(ready(pass(MISSING, NONE)).lastTransitionTime()).isEqualTo(made);
    assertThat(ready(pass(DONE, ALL)).lastTransitionTime()).isNotEqualTo(made);
  }

  @Test
  void aFailureStopsUntilSomebodyActs() {
    pass(DONE, ALL);
    ObjectDatabaseStatus status = pass(MISSING, ALL_OLD);
    assertThat(is(status, ConditionType.Ready)).isFalse();
    assertThat(is(status, ConditionType.Reconciling)).isFalse();
    assertThat(is(status, ConditionType.Stalled)).isTrue();
    assertThat(status.phase()).isEqualTo(Phase.Failed);
    assertThat(status.message()).isEqualTo("missing");
  }

  @Test
  void readyOfOneGenerationNeverSatisfiesAWaiterForTheNext() {
    pass(DONE, ALL);
    database.getMetadata().setGeneration(2L);

    Condition old = ready(pass(ROLLING, ALL_OLD));
    assertThat(old.status()).isEqualTo(Status.True);
    assertThat(old.observedGeneration()).isEqualTo(1);

    Condition firstNew = ready(pass(ROLLING, new ServerCounts(2, 3, 3, 1)));
    assertThat(firstNew.status()).isEqualTo(Status.True);
    assertThat(firstNew.observedGeneration()).isEqualTo(2);
  }

  @Test
  void serversOfAnEarlierGenerationThatComeBackDoNotSatisfyItEither() {
    pass(DONE, ALL);
    database.getMetadata().setGeneration(2L);
    Condition none = ready(pass(ROLLING, NONE));
    assertThat(none.status()).isEqualTo(Status.False);
    Condition back = ready(pass(ROLLING, ALL_OLD));
    assertThat(back.status()).isEqualTo(Status.True);
    assertThat(back.observedGeneration()).isEqualTo(1);
  }

  @Test
  void withoutServersNothingIsReadyEvenWhenDeclared() {
    ObjectDatabaseStatus status = pass(DONE, new ServerCounts(0, 0, 0, 0));
    assertThat(is(status, ConditionType.Ready)).isFalse();
    assertThat(ready(status).reason()).isEqualTo("ScaledToZero");
    assertThat(is(status, ConditionType.Reconciling)).isFalse();
  }

  @Test
  void afterARunAnOutageIsADegradation() {
    pass(DONE, ALL);
    assertThat(pass(new Wait<>(Reason.ServersFailing, "away"), NONE).phase())
        .isEqualTo(Phase.Degraded);
  }

  @Test
  void whatAStepFindsIsAConditionOfItsOwn() {
    found.tell(ConditionType.SchemaReady, false, Reason.SchemaFailing, "why");
    Condition first = schema(pass(MAKING, NONE));
    assertThat(first.status()).isEqualTo(Status.False);
    assertThat(first.reason()).isEqualTo("SchemaFailing");
    assertThat(first.message()).isEqualTo("why");

    found.tell(ConditionType.SchemaReady, false, Reason.SchemaApplying, "again");
    Condition other = schema(pass(MAKING, NONE));
    assertThat(other.reason()).isEqualTo("SchemaApplying");
    assertThat(other.lastTransitionTime()).isEqualTo(first.lastTransitionTime());

    found.tell(ConditionType.SchemaReady, true, Reason.SchemaApplied, "made");
    assertThat(schema(pass(DONE, ALL)).lastTransitionTime())
        .isNotEqualTo(first.lastTransitionTime());
  }

  @Test
  void whatAPassDidNotLookAtStaysWithItsGeneration() {
    found.tell(ConditionType.SchemaReady, true, Reason.SchemaApplied, "made");
    Condition told = schema(pass(DONE, ALL));
    database.getMetadata().setGeneration(2L);
    assertThat(schema(pass(MISSING, ALL))).isEqualTo(told);
    assertThat(told.observedGeneration()).isEqualTo(1);
  }

  @Test
  void whatCannotBeLookedAtIsUnknown() {
    found.tellUnknown(ConditionType.SchemaReady, Reason.SecretNotFound, "missing");
    assertThat(schema(pass(MISSING, NONE)).status()).isEqualTo(Status.Unknown);
  }

  @Test
  void adviceIsOneWarningAndGoesWhenNobodyGivesIt() {
    found.advise(Reason.DevelopmentOnly, "no backup");
    found.advise(Reason.ServersFailing, "and slow");
    ObjectDatabaseStatus status = pass(DONE, ALL);
    Condition warning = StatusBuilder.find(status, ConditionType.Warning).orElseThrow();
    assertThat(warning.status()).isEqualTo(Status.True);
    assertThat(warning.reason()).isEqualTo("DevelopmentOnly");
    assertThat(warning.message()).isEqualTo("no backup; and slow");
    assertThat(StatusBuilder.find(pass(DONE, ALL), ConditionType.Warning)).isEmpty();
  }

  @Test
  void conditionsStandInOneOrder() {
    found.tell(ConditionType.SchemaReady, true, Reason.SchemaApplied, "made");
    found.advise(Reason.DevelopmentOnly, "no backup");
    assertThat(pass(DONE, ALL).conditions())
        .extracting(Condition::type)
        .containsExactly("Ready", "Reconciling", "Stalled", "SchemaReady", "Warning");
  }

  @Test
  void whatIsOnHoldIsNeitherWorkNorTrouble() {
    pass(DONE, ALL);
    database.getMetadata().setGeneration(2L);
    ObjectDatabaseStatus status = pass(new Hold<>(Reason.Paused, "paused"), ALL_OLD);
    assertThat(is(status, ConditionType.Ready)).isTrue();
    assertThat(ready(status).observedGeneration()).isEqualTo(1);
    assertThat(is(status, ConditionType.Reconciling)).isFalse();
    assertThat(is(status, ConditionType.Stalled)).isFalse();
    assertThat(status.phase()).isEqualTo(Phase.Paused);
    assertThat(status.observedGeneration()).isEqualTo(2);
  }

  @Test
  void whoWakesUpIsNotDegraded() {
    pass(DONE, ALL);
    pass(new Hold<>(Reason.Hibernated, "asleep"), new ServerCounts(0, 0, 0, 0));
    Wait<?> starting = new Wait<>(Reason.ServersStarting, "starting");
    assertThat(pass(starting, new ServerCounts(2, 0, 0, 0)).phase()).isEqualTo(Phase.Updating);
    assertThat(pass(starting, new ServerCounts(2, 2, 0, 0)).phase()).isEqualTo(Phase.Updating);
    assertThat(pass(DONE, ALL).phase()).isEqualTo(Phase.Running);
    assertThat(pass(starting, new ServerCounts(2, 2, 0, 0)).phase()).isEqualTo(Phase.Degraded);
  }

  @Test
  void aHibernatedDatabaseIsNotReadyAndNothingIsWrong() {
    ObjectDatabase asleep = Databases.site("{hibernated: true, postgres: {secretRef: {name: pg}}}");
    ObjectDatabaseStatus status =
        new StatusBuilder(Clock.systemUTC())
            .build(asleep, new Report(DONE, new ServerCounts(0, 0, 0, 0), "image", new Findings()));
    assertThat(ready(status).status()).isEqualTo(Status.False);
    assertThat(ready(status).reason()).isEqualTo("Hibernated");
    assertThat(is(status, ConditionType.Reconciling)).isFalse();
    assertThat(status.phase()).isEqualTo(Phase.Hibernated);
  }

  @Test
  void aFactIsAbsentAgainOnceItIsNotTold() {
    found.tell(ConditionType.UpgradeAvailable, true, Reason.NewImageAvailable, "another");
    assertThat(is(pass(DONE, ALL), ConditionType.UpgradeAvailable)).isTrue();
    assertThat(StatusBuilder.find(pass(DONE, ALL), ConditionType.UpgradeAvailable)).isEmpty();
  }

  @Test
  void anEndlessMessageIsCut() {
    assertThat(pass(new Wait<>(Reason.ServersFailing, "x".repeat(5000)), NONE).message())
        .hasSize(1024);
  }

  /** Another pass, a minute later. */
  private ObjectDatabaseStatus pass(StepResult<?> result, ServerCounts servers) {
    Instant now = Instant.parse("2026-11-22T08:00:00Z").plusSeconds(60L * minute++);
    ObjectDatabaseStatus status =
        new StatusBuilder(Clock.fixed(now, ZoneOffset.UTC))
            .build(database, new Report(result, servers, "image", found));
    database.setStatus(status);
    found = new Findings();
    return status;
  }

  private static Condition schema(ObjectDatabaseStatus status) {
    return StatusBuilder.find(status, ConditionType.SchemaReady).orElseThrow();
  }

  private static Condition ready(ObjectDatabaseStatus status) {
    return StatusBuilder.find(status, ConditionType.Ready).orElseThrow();
  }

  private static boolean is(ObjectDatabaseStatus status, ConditionType type) {
    return StatusBuilder.find(status, type).orElseThrow().status() == Status.True;
  }
}
