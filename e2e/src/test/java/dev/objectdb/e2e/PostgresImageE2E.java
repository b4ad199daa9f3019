package dev.objectdb.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The first start of our PostgreSQL image, on a volume that something was done to before. */
class PostgresImageE2E {
  private static final Namespace NAMESPACE = new Namespace("objectdb-e2e-postgres");

  @RegisterExtension static final CollectOnFailure COLLECT = new CollectOnFailure(NAMESPACE);

  private static final String MANIFEST =
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: %1$s}
      spec:
        restartPolicy: Never
        securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
        volumes:
        - {name: data, emptyDir: {}}
        - {name: run, emptyDir: {}}
        initContainers:
        - name: before
          image: %2$s
          command: [sh, -c, '%3$s']
          env: &env
          - {name: PGDATA, value: /data/pgdata}
          - {name: POSTGRES_PASSWORD, value: of-a-test}
          - {name: POSTGRES_DB, value: objects}
          volumeMounts: &mounts
          - {name: data, mountPath: /data}
          - {name: run, mountPath: /var/run/postgresql}
          securityContext: &restricted
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities: {drop: [ALL]}
        containers:
        - name: postgres
          image: %2$s
          env: *env
          volumeMounts: *mounts
          securityContext: *restricted
          readinessProbe: {exec: {command: [pg_isready]}, periodSeconds: 1}
      """;

  @BeforeAll
  static void create() {
    NAMESPACE.create();
  }

  @AfterAll
  static void delete() {
    NAMESPACE.delete();
  }

  @Test
  void anInterruptedInitialisationIsDoneAgain(@TempDir Path directory) throws IOException {
    start(
        directory.resolve("interrupted"),
        "mkdir -p $PGDATA/.objectdb-initdb/data $PGDATA/base && echo half >$PGDATA/base/1");

    NAMESPACE.kubectl("wait", "--for=condition=Ready", "pod/interrupted", "--timeout=60s");
    assertThat(
            NAMESPACE.kubectl(
                "exec",
                "interrupted",
                "--",
                "psql",
                "--user=postgres",
                "--dbname=objects",
                "--tuples-only",
                "--no-align",
                "--command=SELECT current_database(), current_setting($$data_checksums$$)"))
        .contains("objects|on");
  }

  @Test
  void aDirectoryOfSomebodyElseIsLeftAlone(@TempDir Path directory) throws IOException {
    start(directory.resolve("foreign"), "mkdir -p $PGDATA && echo mine >$PGDATA/letter");

    NAMESPACE.kubectl(
        "wait", "--for=jsonpath={.status.phase}=Failed", "pod/foreign", "--timeout=60s");
    assertThat(NAMESPACE.kubectl("logs", "foreign"))
        .contains("has files in it but is no data directory");
  }

  /**
   * Starts a pod named as the file of its manifest, after a command that finds the volume empty.
   */
  private static void start(Path file, String before) throws IOException {
    Files.writeString(
        file, MANIFEST.formatted(file.getFileName(), Images.image("postgres"), before));
    NAMESPACE.kubectl("apply", "--filename", file.toString());
  }
}
