package dev.objectdb.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.objectdb.crds.v1alpha1.ObjectDatabase;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import org.junit.jupiter.api.Test;

class ShellTest {
  private static final String KEYS =
      "uri: url, host: h, port: p, dbname: d, username: u, password: w";

  @Test
  void anEmbeddedServerIsAskedInItsOwnPodAndNothingIsChanged() {
    Shell shell = Shell.to(database("embedded: {}"), null);
    assertThat(Shell.quoted(shell.psql("postgres:17", false)))
        .isEqualTo(
            "kubectl --namespace plone exec --stdin --tty pod/site-postgres-0 -- env"
                + " 'PGOPTIONS=-c search_path=public -c default_transaction_read_only=on'"
                + " psql --username=objectdb --dbname=objectdb");
    assertThat(shell.psql("postgres:17", true)).contains("PGOPTIONS=-c search_path=public");
  }

  @Test
  void anyOtherIsAskedFromAPodThatReadsTheSecretItself() {
    Shell shell =
        Shell.to(
            database("secretRef: {name: site-pg, keys: {%s}}, schema: intranet".formatted(KEYS)),
            "dev");
    List<String> words = shell.psql("mirror/postgres:17", false);
    assertThat(words)
        .startsWith("kubectl", "--context", "dev", "--namespace", "plone", "run", "site-shell")
        .contains("--rm", "--image=mirror/postgres:17");
    assertThat(words.get(words.size() - 1))
        .contains("\"name\":\"site-pg\"", "\"key\":\"url\"", "\"runAsNonRoot\":true")
        .contains("\"key\":\"u\"", "\"key\":\"w\"", "${URI:+")
        .contains("-c search_path=intranet -c default_transaction_read_only=on");
  }

  @Test
  void aClusterOfCloudNativePgIsAskedByItsOwnSecret() {
    List<String> words =
        Shell.to(database("cnpgRef: {name: pg, database: zodb}"), null).psql("postgres:17", false);
    assertThat(words.get(words.size() - 1))
        .contains("\"name\":\"pg-app\"", "\"name\":\"PGDATABASE\"", "\"value\":\"zodb\"")
        .doesNotContain("\"name\":\"URI\"");
  }

  @Test
  void pythonGetsTheAddressOfTheService() {
    assertThat(Shell.to(database("embedded: {}"), null).python())
        .contains("  db = ZEO.DB((\"site.plone.svc\", 8200))")
        .contains("kubectl --namespace plone port-forward service/site 8200");
  }

  @Test
  void whereServersSpeakTlsPythonIsToldWhomToTrust() {
    ObjectDatabase database =
        Serialization.unmarshal(
            """
            apiVersion: objectdb.dev/v1alpha1
            kind: ObjectDatabase
            metadata: {name: site, namespace: plone}
            spec:
              postgres: {embedded: {}}
              zeo: {port: 8200, tls: {enabled: true, selfSigned: {}}}
            """,
            ObjectDatabase.class);
    assertThat(Shell.to(database, null).python())
        .contains("import ssl", "cafile=\"/etc/objectdb/ca.crt\"")
        .contains("(\"site.plone.svc\", 8200),", "ssl_server_hostname=\"site.plone.svc\"")
        .contains("get configmap site-connection --output=jsonpath='{.data.ca\\.crt}' > ca.crt");
  }

  @Test
  void aQuoteInAWordStaysOne() {
    assertThat(Shell.quoted(List.of("a", "it's"))).isEqualTo("a 'it'\\''s'");
  }

  private static ObjectDatabase database(String postgres) {
    String schema = postgres.contains("schema") ? postgres : postgres + ", schema: public";
    return Serialization.unmarshal(
        """
        apiVersion: objectdb.dev/v1alpha1
        kind: ObjectDatabase
        metadata: {name: site, namespace: plone}
        spec: {postgres: {%s}, zeo: {port: 8200}}
        """
            .formatted(schema),
        ObjectDatabase.class);
  }
}
