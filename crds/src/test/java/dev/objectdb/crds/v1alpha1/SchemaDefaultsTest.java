package dev.objectdb.crds.v1alpha1;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class SchemaDefaultsTest {
  @Test
  void theSmallestResourceBecomesComplete() throws IOException {
    assertThat(filled("spec: {postgres: {embedded: {}}}"))
        .isEqualTo(
            GeneratedCrd.parse(
                """
                spec:
                  postgres:
                    embedded: {storage: {size: 10Gi}}
                    foreignColumns: Refuse
                    lockTimeout: 5s
                    schema: public
                    statementTimeout: 60s
                  cache: {memory: 256Mi}
                  deletionPolicy: Retain
                  deletionProtection: false
                  hibernated: false
                  historyMode: Free
                  logLevel: info
                  paused: false
                  pool:
                    acquireTimeout: 30s
                    idleTimeout: 10m
                    max: 10
                    maxLifetime: 30m
                    min: 2
                    reserve: 5
                  replicas: 2
                  snapshotWindow: 5m
                  updatePolicy: Pinned
                  monitoring:
                    podMonitor: {enabled: false, interval: 30s}
                    port: 9180
                    rules: {enabled: false}
                  podTemplate: {terminationGracePeriodSeconds: 60}
                  updateStrategy:
                    {maxSurge: 1, maxUnavailable: 0, pauseBetweenPods: 10s, type: Rolling}
                  zeo:
                    drainTimeout: 30s
                    maxConnectionAge: 0s
                    maxConnections: 1000
                    networkPolicy: {enabled: true}
                    port: 8100
                    readOnly: false
                    service: {type: ClusterIP}
                    tls: {clientAuth: None, enabled: false}
                    transactionTimeout: 10s
                """));
  }

  @Test
  void whatIsSetStays() throws IOException {
    JsonNode spec =
        filled("spec: {replicas: 0, zeo: {port: 9000}, postgres: {secretRef: {name: pg}}}")
            .get("spec");
    assertThat(spec.at("/replicas").asInt()).isZero();
    assertThat(spec.at("/zeo/port").asInt()).isEqualTo(9000);
    assertThat(spec.at("/zeo/maxConnections").asInt()).isEqualTo(1000);
    assertThat(spec.at("/postgres/secretRef/keys/uri").asText()).isEqualTo("uri");
    assertThat(spec.at("/postgres").has("embedded")).isFalse();
  }

  private static JsonNode filled(String resource) throws IOException {
    JsonNode value = GeneratedCrd.parse(resource);
    SchemaDefaults.fill(
        GeneratedCrd.parse(GeneratedCrd.objectDatabase())
            .at("/spec/versions/0/schema/openAPIV3Schema"),
        value);
    return value;
  }
}
