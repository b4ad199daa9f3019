package dev.objectdb.operator.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.objectdb.crds.v1alpha1.ObjectDatabase;
import dev.objectdb.operator.Databases;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.Cache;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OperatorMetricsTest {
  private final AtomicBoolean leads = new AtomicBoolean();
  private final OperatorMetrics metrics = new OperatorMetrics(leads::get);
  private final List<ObjectDatabase> databases = new ArrayList<>();

  @AfterEach
  void stop() {
    metrics.close();
  }

  @Test
  void whoActsIsTold() {
    assertThat(metrics.scrape()).contains("objectdb_operator_leader 0.0\n");
    leads.set(true);
    assertThat(metrics.scrape()).contains("objectdb_operator_leader 1.0\n");
  }

  @Test
  void eachDatabaseIsToldByNamespaceAndName() {
    metrics.watch(new Listed(databases));
    databases.add(
        Databases.read(
            """
            apiVersion: objectdb.dev/v1alpha1
            kind: ObjectDatabase
            metadata: {name: site, namespace: plone}
            spec: {replicas: 3, postgres: {embedded: {}}}
            status:
              replicas: 3
              readyReplicas: 2
              certificates: [{name: tls, notAfter: "2027-02-20T12:00:00Z"}]
              conditions:
              - {type: Ready, status: "True", reason: A, message: a, lastTransitionTime: x}
              - {type: Stalled, status: "False", reason: A, message: a, lastTransitionTime: x}
            """));
    String site = "{name=\"site\",namespace=\"plone\"}";
    assertThat(metrics.scrape().lines())
        .contains(
            "objectdb_database_ready" + site + " 1.0",
            "objectdb_database_replicas" + site + " 3.0",
            "objectdb_database_replicas_ready" + site + " 2.0",
            "objectdb_database_replicas_wanted" + site + " 3.0",
            "objectdb_database_certificate_expiry_timestamp_seconds"
                + "{name=\"site\",namespace=\"plone\",secret=\"tls\"} 1.8031248E9",
            "objectdb_database_condition{name=\"site\",namespace=\"plone\",type=\"Ready\"} 1.0",
            "objectdb_database_condition{name=\"site\",namespace=\"plone\",type=\"Stalled\"} 0.0");
    databases.clear();
    assertThat(metrics.scrape()).doesNotContain("site");
  }

  @Test
  void aDatabaseThatNobodyLookedAtYetIsNotReady() {
    metrics.watch(new Listed(List.of(Databases.site("{postgres: {embedded: {}}}"))));
    assertThat(metrics.scrape())
        .contains("objectdb_database_ready{name=\"site\",namespace=\"plone\"} 0.0");
  }

  private record Listed(List<ObjectDatabase> databases) implements Cache<ObjectDatabase> {
    @Override
    public Optional<ObjectDatabase> get(ResourceID id) {
      return Optional.empty();
    }

    @Override
    public Stream<ResourceID> keys() {
      return Stream.empty();
    }

    @Override
    public Stream<ObjectDatabase> list(Predicate<ObjectDatabase> predicate) {
      return databases.stream().filter(predicate);
    }
  }
}
