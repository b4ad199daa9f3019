package dev.objectdb.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A database whose clients speak TLS, by certificates that the operator makes. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(OperatorExtension.class)
class TlsE2E {
  private static final Namespace NAMESPACE = new Namespace("objectdb-tls");
  private static final String DATABASE = "site";
  private static final String CERTIFICATE = "site-zeo-tls";
  private static final String MANIFEST =
      """
      apiVersion: objectdb.dev/v1alpha1
      kind: ObjectDatabase
      metadata: {name: site}
      spec:
        replicas: 2
        postgres: {embedded: {}}
        zeo: {tls: {enabled: true, selfSigned: {}}}
      """;

  private static final String SHOW = "import ssl; print(ssl.get_server_certificate(('%s', 8100)))";

  @RegisterExtension
  static final CollectOnFailure COLLECT =
      new CollectOnFailure(OperatorExtension.NAMESPACE, NAMESPACE);

  private Site site;

  @BeforeAll
  void create() {
    site = Site.create(NAMESPACE);
    site.apply(MANIFEST);
    site.awaitCondition(DATABASE, "Ready", "True");
  }

  @AfterAll
  void delete() {
    site.close();
  }

  /** Scenario 16: connections that are there go on, and new ones see the new certificate. */
  @Test
  void aCertificateIsReplacedWithoutARestart() {
    String authority =
        NAMESPACE.kubectl(
            "get", "configmap", "site-connection", "--output=jsonpath={.data.ca\\.crt}");
    assertThat(authority).startsWith("-----BEGIN CERTIFICATE-----");
    Load load = site.secureLoad(DATABASE, authority);
    List<String> servers = site.servers(DATABASE);
    String before = certificate();

    Instant began = Instant.now();
    NAMESPACE.kubectl("delete", "secret", CERTIFICATE);
    String made =
        await()
            .atMost(Timeouts.DATABASE_READY)
            .until(TlsE2E::certificate, now -> !now.isEmpty() && !now.equals(before));
    Site.print("another certificate after one was deleted", began);
    await().atMost(Timeouts.DATABASE_READY).until(() -> shown().equals(Set.of(made)));
    Site.print("servers show it", began);

    load.awaitProgress();
    assertThat(site.servers(DATABASE)).isEqualTo(servers);
    load.check();
    site.secureLoad(DATABASE, authority).check(); // whoever connects anew
  }

  /** The servers' certificate as it should be; empty where there is none. */
  private static String certificate() {
    String base64 =
        NAMESPACE.kubectl(
            "get",
            "secret",
            CERTIFICATE,
            "--ignore-not-found",
            "--output=jsonpath={.data.tls\\.crt}");
    return first(new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8));
  }

  /** The certificates that servers show, each once. */
  private static Set<String> shown() {
    String addresses =
        NAMESPACE.kubectl(
            "get",
            "pods",
            "--selector=app.kubernetes.io/component=server",
            "--output=jsonpath={.items[*].status.podIP}");
    return Stream.of(addresses.split(" ", -1))
        .map(address -> SHOW.formatted(address))
        .map(program -> NAMESPACE.kubectl("exec", "client", "--", "python3", "-c", program))
        .map(TlsE2E::first)
        .collect(Collectors.toSet());
  }

  /** The first certificate of a chain, however its lines are broken. */
  private static String first(String pem) {
    int end = pem.indexOf("-----END");
    return end < 0 ? "" : pem.substring(0, end).replaceAll("\\s", "");
  }
}
