package dev.objectdb.operator;

import static dev.objectdb.operator.FakeCluster.await;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.objectdb.crds.v1alpha1.Condition;
import dev.objectdb.crds.v1alpha1.Condition.Status;
import dev.objectdb.crds.v1alpha1.ObjectDatabaseStatus;
import dev.objectdb.operator.database.manifest.Servers;
import dev.objectdb.operator.tls.Authority;
import dev.objectdb.operator.tls.Authority.Issued;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Secret;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** TLS for clients: what is brought is judged, what is asked for is made, what serves stays. */
class CertificatesTest {
  private static final String SPEC = "{postgres: {secretRef: {name: pg}}, zeo: {tls: %s}}";
  private static final String PLAIN = SPEC.formatted("{}");
  private static final String OWN = SPEC.formatted("{enabled: true, selfSigned: {}}");
  private static final String BROUGHT =
      SPEC.formatted("{enabled: true, secretRef: {name: site-tls}}");

  private final Instant now = Instant.now();
  private final FakeCluster cluster = new FakeCluster();
  private final Authority authority = Authority.create("plone", "elsewhere", now);

  CertificatesTest() {
    cluster.createSecret("pg", "uri", "postgresql://u:p@pg/db");
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  @Test
  void aCertificateIsMadeWhereThatIsAskedForAndKept() {
    running(OWN);
    Secret servers = requireNonNull(cluster.secret("site-zeo-tls"));
    Secret own = requireNonNull(cluster.secret("site-zeo-ca"));
    assertThat(servers.getData().keySet())
        .containsExactlyInAnyOrder("tls.crt", "tls.key", "ca.crt");
    assertThat(servers.getData()).containsEntry("ca.crt", own.getData().get("tls.crt"));
    assertThat(connection()).containsEntry("ca.crt", text(servers, "ca.crt").strip());
    assertThat(connection().get("zope.conf"))
        .contains("%import ZEO", "certificate\n", "authenticate /etc/objectdb/ca.crt\n");
    assertThat(cluster.condition("CertificatesValid").status()).isEqualTo(Status.True);
    ObjectDatabaseStatus status = requireNonNull(cluster.database().getStatus());
    assertThat(requireNonNull(status.certificates())).hasSize(1);
    assertThat(requireNonNull(requireNonNull(status.endpoints()).tlsServerNames()))
        .contains("site", "site.plone.svc", "site-headless.plone.svc");

    Map<String, String> before = cluster.versions();
    cluster.wakeTwice();
    cluster.wakeTwice();
    assertThat(cluster.versions()).isEqualTo(before);
  }

  @Test
  void whatIsWrongWithACertificateOfTheOperatorsOwnIsMended() {
    running(OWN);
    String template = template();
    Map<String, String> own = requireNonNull(cluster.secret("site-zeo-ca")).getData();
    Secret servers = requireNonNull(cluster.secret("site-zeo-tls"));
    servers.getData().putAll(data(authority.issue(List.of("site"), now)));
    cluster.client().resource(servers).update();
    cluster.wakeTwice();
    await()
        .until(
            () ->
                !requireNonNull(cluster.secret("site-zeo-tls"))
                    .getData()
                    .equals(servers.getData()));
    assertThat(requireNonNull(cluster.secret("site-zeo-ca")).getData()).isEqualTo(own);
    assertThat(template()).as("servers read it by themselves").isEqualTo(template);
    assertThat(cluster.condition("CertificatesValid").status()).isEqualTo(Status.True);
  }

  @Test
  void whatCannotBeRenewedIsUsedAsLongAsItHolds() {
    running(OWN);
    cluster.stopOperators();
    Secret servers = requireNonNull(cluster.secret("site-zeo-tls"));
    servers.getData().putAll(data(authority.issue(List.of("site"), now))); // due to be replaced
    cluster.client().resource(servers).update();
    cluster.dispatcher().refuse("/secrets/site-zeo-tls");
    cluster.startOperator(_ -> {});
    cluster.change(OWN.replaceFirst("\\{", "{replicas: 3, "));
    await().until(() -> requireNonNull(cluster.deployment()).getSpec().getReplicas() == 3);
    assertThat(requireNonNull(cluster.secret("site-zeo-tls")).getData())
        .isEqualTo(servers.getData());
    assertThat(cluster.condition("CertificatesValid").status()).isEqualTo(Status.True);

    cluster.dispatcher().refuse("nothing");
    cluster.wakeTwice();
    await()
        .until(
            () ->
                !requireNonNull(cluster.secret("site-zeo-tls"))
                    .getData()
                    .equals(servers.getData()));
  }

  @Test
  void aSecretOfSomebodyElseIsNotOverwritten() {
    cluster.createSecret("site-zeo-tls", "tls.crt", "mine");
    cluster.create(OWN);
    await().until(() -> cluster.ready().reason().equals("NameTaken"));
    assertThat(cluster.ready().message()).contains("Secret site-zeo-tls");
    assertThat(text(requireNonNull(cluster.secret("site-zeo-tls")), "tls.crt")).isEqualTo("mine");
  }

  @Test
  void aMissingSecretIsNamedAndItsAppearanceHeals() {
    cluster.create(BROUGHT);
    await().until(() -> cluster.ready().reason().equals("SecretNotFound"));
    assertThat(cluster.condition("CertificatesValid").message())
        .contains("Secret site-tls", "spec.zeo.tls.secretRef");
    assertThat(cluster.condition("Stalled").status()).isEqualTo(Status.True);
    assertThat(cluster.deployment()).isNull();

    bring(authority.issue(List.of("site.plone.svc"), now));
    cluster.schemaSucceeds();
    cluster.serversStart();
    await().until(() -> cluster.ready().reason().equals("ServersReady"));
    assertThat(connection()).doesNotContainKey("ca.crt");
    assertThat(connection().get("zope.conf")).doesNotContain("authenticate");
  }

  @Test
  void whatDoesNotHoldIsToldWithSecretAndKey() {
    Issued good = authority.issue(List.of("site"), now);
    bring(new Issued(good.certificate(), authority.issue(List.of("site"), now).key()));
    cluster.create(BROUGHT);
    refused("CertificateInvalid", "tls.key", "is not the key of");
    bring(new Issued("swordfish", good.key()));
    refused("CertificateInvalid", "tls.crt", "no certificate");
    bring(new Issued(good.certificate(), "swordfish"));
    refused("CertificateInvalid", "tls.key", "no private key");
    bring(new Issued(good.certificate(), ""));
    refused("SecretKeyMissing", "tls.key", "add it");
    bring(authority.issue(List.of("site"), now.minus(Duration.ofDays(91))));
    refused("CertificateExpired", "tls.crt", "renew it");
    assertThat(cluster.deployment()).isNull();
  }

  @Test
  void whatEndsSoonIsToldAndServes() {
    bring(authority.issue(List.of("site"), now.minus(Duration.ofDays(80))));
    running(BROUGHT);
    Condition warning = cluster.condition("Warning");
    assertThat(warning.reason()).isEqualTo("ExpiresSoon");
    assertThat(warning.message()).contains("key tls.crt of Secret site-tls");
    assertThat(cluster.condition("CertificatesValid").status()).isEqualTo(Status.True);
  }

  @Test
  void serversStayAsTheyAreUntilTheCertificateIsThere() {
    running(PLAIN);
    String before = template();
    assertThat(requireNonNull(cluster.database().getStatus()).conditions())
        .noneMatch(condition -> condition.type().equals("CertificatesValid"));

    cluster.change(BROUGHT.replaceFirst("\\{", "{replicas: 3, "));
    await().until(() -> cluster.condition("CertificatesValid").status() == Status.False);
    await().until(() -> requireNonNull(cluster.deployment()).getSpec().getReplicas() == 3);
    assertThat(template()).isEqualTo(before);

    bring(authority.issue(List.of("site"), now));
    await().until(() -> !template().equals(before));
    assertThat(connection().get("zope.conf")).contains("<zeoclient>"); // as servers still speak
    cluster.serversStart();
    await().until(() -> requireNonNull(connection().get("zope.conf")).contains("<ssl>"));

    cluster.change(PLAIN);
    await().until(() -> template().equals(before));
    await()
        .until(
            () ->
                requireNonNull(requireNonNull(cluster.database().getStatus()).conditions()).stream()
                    .noneMatch(condition -> condition.type().equals("CertificatesValid")));
  }

  @Test
  void whatClientsAreJudgedByIsNeededToo() {
    bring(authority.issue(List.of("site"), now));
    String spec =
        SPEC.formatted(
            "{enabled: true, secretRef: {name: site-tls}, clientAuth: Require,"
                + " clientCASecretRef: {name: people}}");
    cluster.create(spec);
    refused("SecretNotFound", "Secret people", "spec.zeo.tls.clientCASecretRef");
    cluster.createSecret("people", "ca.crt", "swordfish");
    refused("CertificateInvalid", "key ca.crt of Secret people", "no certificate");
    cluster.createSecret("people", "ca.crt", authority.texts().certificate());
    cluster.schemaSucceeds();
    cluster.serversStart();
    await().until(() -> cluster.ready().reason().equals("ServersReady"));
    assertThat(requireNonNull(cluster.database().getStatus()).certificates()).hasSize(2);
  }

  private void refused(String reason, String... words) {
    await()
        .untilAsserted(
            () -> {
              Condition condition = cluster.condition("CertificatesValid");
              assertThat(condition.reason()).isEqualTo(reason);
              assertThat(condition.message()).contains(words).doesNotContain("swordfish");
            });
    assertThat(cluster.ready().status()).isEqualTo(Status.False);
  }

  private void running(String spec) {
    cluster.create(spec);
    cluster.schemaSucceeds();
    cluster.serversStart();
    await().until(() -> cluster.ready().reason().equals("ServersReady"));
  }

  private void bring(Issued texts) {
    cluster.createSecret(
        "site-tls", Map.of("tls.crt", texts.certificate(), "tls.key", texts.key()));
  }

  private static Map<String, String> data(Issued texts) {
    return Map.of("tls.crt", base64(texts.certificate()), "tls.key", base64(texts.key()));
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String text(Secret secret, String key) {
    return new String(
        Base64.getDecoder().decode(requireNonNull(secret.getData().get(key))),
        StandardCharsets.UTF_8);
  }

  private Map<String, String> connection() {
    ConfigMap map =
        requireNonNull(
            cluster.client().configMaps().inNamespace("plone").withName("site-connection").get());
    return map.getData();
  }

  private String template() {
    return Servers.templateOf(requireNonNull(cluster.deployment()));
  }
}
