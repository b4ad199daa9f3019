package dev.objectdb.e2e;

import java.util.ArrayList;
import java.util.List;

/**
 * A PostgreSQL server that a user runs by other means than ours, with a Secret in the form that
 * CloudNativePG gives.
 *
 * @param site where it is
 * @param name of everything that belongs to it; the Secret is {@code <name>-app}
 */
record OwnPostgres(Site site, String name) {
  private static final String MANIFEST =
      """
      apiVersion: v1
      kind: Secret
      metadata: {name: %1$s-app}
      stringData:
        host: %1$s
        port: "5432"
        dbname: objects
        username: postgres
        password: of-a-test
        uri: postgresql://postgres:of-a-test@%1$s:5432/objects
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: %1$s}
      spec:
        selector: {app: %1$s}
        ports: [{port: 5432}]
      ---
      apiVersion: v1
      kind: PersistentVolumeClaim
      metadata: {name: %1$s}
      spec:
        accessModes: [ReadWriteOnce]
        resources: {requests: {storage: 1Gi}}
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: %1$s}
      spec:
        strategy: {type: Recreate}
        selector: {matchLabels: {app: %1$s}}
        template:
          metadata: {labels: {app: %1$s}}
          spec:
            securityContext:
              runAsNonRoot: true
              runAsUser: 999
              fsGroup: 999
              seccompProfile: {type: RuntimeDefault}
            containers:
            - name: postgres
              image: %2$s
              args: [-c, max_connections=%3$d]
              env:
              - {name: PGDATA, value: /data/pgdata}
              - {name: POSTGRES_PASSWORD, value: of-a-test}
              - {name: POSTGRES_DB, value: objects}
              readinessProbe:
                exec: {command: [pg_isready, --host=127.0.0.1]}
                periodSeconds: 1
              volumeMounts:
              - {name: data, mountPath: /data}
              - {name: run, mountPath: /var/run/postgresql}
              - {name: run, mountPath: /tmp}
              resources: {limits: {memory: 1Gi}}
              securityContext:
                allowPrivilegeEscalation: false
                readOnlyRootFilesystem: true
                capabilities: {drop: [ALL]}
            volumes:
            - {name: data, persistentVolumeClaim: {claimName: %1$s}}
            - {name: run, emptyDir: {}}
      """;

  /** Starts one and waits until it answers. */
  static OwnPostgres start(Site site, String name, int connectionsMax) {
    site.apply(MANIFEST.formatted(name, Images.image("postgres"), connectionsMax));
    OwnPostgres postgres = new OwnPostgres(site, name);
    postgres.awaitAvailable();
    return postgres;
  }

  void awaitAvailable() {
    Command.run(
        Timeouts.DATABASE_READY,
        site.namespace()
            .kubectlWords(
                "rollout",
                "status",
                "deployment/" + name,
                "--timeout=" + Timeouts.DATABASE_READY.toSeconds() + "s"));
  }

  /** Takes it away, or brings it back; its data stays. */
  void scale(int replicas) {
    site.namespace().kubectl("scale", "deployment/" + name, "--replicas=" + replicas);
  }

  /** Ends it without a farewell; another takes its place. */
  void kill() {
    site.kill(
        site.namespace()
            .kubectl("get", "pods", "--selector=app=" + name, "--output=name")
            .lines()
            .toList());
  }

  /** Writes another password into the Secret. */
  void password(String password) {
    String values =
        "{\"password\":\"%1$s\",\"uri\":\"postgresql://postgres:%1$s@%2$s:5432/objects\"}"
            .formatted(password, name);
    site.namespace()
        .kubectl(
            "patch",
            "secret",
            name + "-app",
            "--type=merge",
            "--patch={\"stringData\":%s}".formatted(values));
  }

  /** Runs statements as its superuser and returns what psql prints of the result. */
  String sql(String... statements) {
    List<String> words =
        new ArrayList<>(
            List.of(
                "exec",
                "deployment/" + name,
                "--",
                "psql",
                "--user=postgres",
                "--dbname=objects",
                "--set=ON_ERROR_STOP=1",
                "--tuples-only",
                "--no-align"));
    for (String statement : statements) {
      words.add("--command=" + statement);
    }
    return site.namespace().kubectl(words.toArray(String[]::new));
  }
}
