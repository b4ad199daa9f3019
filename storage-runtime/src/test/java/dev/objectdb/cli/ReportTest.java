package dev.objectdb.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.objectdb.crds.v1alpha1.ObjectDatabase;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.CustomResourceDefinitionContext;
import io.fabric8.kubernetes.client.server.mock.KubernetesCrudDispatcher;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
  private final KubernetesMockServer server =
      new KubernetesMockServer(
          new Context(),
          new MockWebServer(),
          new HashMap<>(),
          new KubernetesCrudDispatcher(),
          false);

  @TempDir private Path directory = Path.of("");

  private KubernetesClient client;

  @SuppressWarnings("NullAway.Init") // made before each test
  ReportTest() {}

  @BeforeEach
  void start() {
    server.init();
    server.expectCustomResource(
        CustomResourceDefinitionContext.fromCustomResourceType(ObjectDatabase.class));
    client = server.createClient();
  }

  @AfterEach
  void stop() {
    client.close();
    server.destroy();
  }

  @Test
  void aReportHasWhatIsThereAndNoSecret() throws IOException {
    createSite();
    apply(
        """
        apiVersion: v1
        kind: Secret
        metadata: {name: site-pg, namespace: plone}
        data: {uri: cG9zdGdyZXNxbDovL3U6c3dvcmRmaXNoQHBnL2Ri}
        """);
    apply(
        """
        apiVersion: v1
        kind: Pod
        metadata:
          name: site-1
          namespace: plone
          labels:
            app.kubernetes.io/managed-by: objectdb-operator
            app.kubernetes.io/instance: site
        spec:
          containers:
          - name: objectdb
            env: [{name: A_PASSWORD, value: swordfish}, {name: URI, value: "pg://u:swordfish@h/d"}]
        """);
    ClusterDatabase cluster = ClusterDatabase.find(client, "plone", null);
    Map<String, String> files = new Report(cluster, Clock.systemUTC()).collect("objectdb-system");
    assertThat(files)
        .containsKeys("status.txt", "objectdatabase.yaml", "pods.yaml", "events.txt")
        .containsKeys("secrets.txt", "deployments.yaml", "operator/pods.yaml", "logs/site-1.log");
    assertThat(files.get("pods.yaml")).contains("name: \"site-1\"");
    assertThat(files.get("secrets.txt")).contains("Secret site-pg", "uri: 40 characters");
    assertThat(files.values()).noneMatch(text -> text.contains("swordfish"));
    files.keySet().removeIf(path -> path.startsWith("logs/")); // the fake's log is all it has
    assertThat(files.values()).noneMatch(text -> text.contains("cG9zdGdyZXNxbDov"));

    Path archive = directory.resolve("site.tar.gz");
    Report.write(files, archive, "report");
    assertThat(names(archive)).contains("report/status.txt").hasSize(files.size());
    Report.write(files, directory.resolve("plain"), "report");
    assertThat(directory.resolve("plain/operator/pods.yaml")).exists();
  }

  @Test
  void whatSoundsLikeASecretIsMaskedAndTheRestIsNot() {
    assertThat(Report.masked("connecting to postgresql://site:s3cret@pg:5432/db"))
        .isEqualTo("connecting to postgresql://site:***@pg:5432/db");
    assertThat(Report.masked("{\"password\": \"x\", \"user\": \"y\"}"))
        .isEqualTo("{\"password\": ***, \"user\": \"y\"}");
    String harmless = "secret:\n  secretName: site-pg\nautomountServiceAccountToken: false\n";
    assertThat(Report.masked(harmless)).isEqualTo(harmless);
  }

  @Test
  void withoutANameThereMustBeOneDatabase() {
    assertThatExceptionOfType(CommandFailure.class)
        .isThrownBy(() -> ClusterDatabase.find(client, "plone", null))
        .withMessage("there is no ObjectDatabase in namespace plone: give another one by -n");
    createSite();
    assertThat(ClusterDatabase.find(client, "plone", null).name()).isEqualTo("site");
    apply(SITE.replace("name: site,", "name: other,"));
    assertThatExceptionOfType(CommandFailure.class)
        .isThrownBy(() -> ClusterDatabase.find(client, "plone", null))
        .withMessage("namespace plone has several ObjectDatabases: name one of other, site");
  }

  @Test
  void aNameThatIsNotThereIsToldInOneLine() {
    assertThatExceptionOfType(CommandFailure.class)
        .isThrownBy(() -> ClusterDatabase.find(client, "plone", "sight").facts())
        .withMessageContaining("there is no ObjectDatabase sight in namespace plone");
  }

  private static final String SITE =
      """
      apiVersion: objectdb.dev/v1alpha1
      kind: ObjectDatabase
      metadata: {name: site, namespace: plone}
      spec:
        postgres: {secretRef: {name: site-pg, keys: {uri: uri}}, schema: public}
        zeo: {port: 8100}
      """;

  private void createSite() {
    apply(SITE);
  }

  private void apply(String yaml) {
    HasMetadata object = client.getKubernetesSerialization().unmarshal(yaml);
    client.resource(object).create();
  }

  private static List<String> names(Path archive) throws IOException {
    List<String> names = new ArrayList<>();
    try (InputStream in = Files.newInputStream(archive);
        TarArchiveInputStream tar = new TarArchiveInputStream(new GzipCompressorInputStream(in))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        names.add(entry.getName());
      }
    }
    return names;
  }
}
