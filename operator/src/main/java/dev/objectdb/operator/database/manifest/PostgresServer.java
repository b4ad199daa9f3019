package dev.objectdb.operator.database.manifest;

import dev.objectdb.crds.v1alpha1.EmbeddedPostgres;
import dev.objectdb.crds.v1alpha1.ObjectDatabase;
import dev.objectdb.operator.kube.Labels;
import dev.objectdb.operator.kube.Labels.Component;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.PodSecurityContextBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;

/**
 * The embedded PostgreSQL, for development: one pod, one volume. The image has the interface of the
 * official postgres image; its user is number 999 there.
 *
 * <p>Volume and Secret stay when the database is deleted, and a database of the same name takes
 * them up again. They belong together: the password is stored in the volume too.
 */
public final class PostgresServer {
  /** Names of user and database. */
  private static final String OBJECTDB = "objectdb";

  static final int PORT = 5432;
  private static final long UID = 999;
  private static final String SECRET_PATH = "/etc/objectdb/postgres";
  private static final String SECRET_VOLUME = "secret";
  private static final String DATA_PATH = "/var/lib/postgresql/data";
  private static final String DATA_VOLUME = "data";
  private static final String RUN_VOLUME = "run";
  private static final String TMP_VOLUME = "tmp";
  private static final String PORT_NAME = "postgres";

  /** Room for some forty servers with the default pool, and an idle connection costs nothing. */
  private static final int CONNECTIONS_MAX = 500;

  private PostgresServer() {}

  /** Returns the name of the claim that holds its data, as Kubernetes makes it. */
  public static String claim(ObjectDatabase database) {
    return "%s-%s-0".formatted(DATA_VOLUME, name(database));
  }

  /** Returns the name of StatefulSet, Service and Secret. */
  public static String name(ObjectDatabase database) {
    return Metadata.name(database) + "-postgres";
  }

  /** Returns the Secret, with the keys that CloudNativePG writes. */
  public static Secret secret(ObjectDatabase database, String password) {
    String host = "%s.%s.svc".formatted(name(database), database.getMetadata().getNamespace());
    String uri = "postgresql://%s:%s@%s:%d/%s".formatted(OBJECTDB, password, host, PORT, OBJECTDB);
    return new SecretBuilder()
        .withMetadata(Metadata.kept(database, name(database), Component.POSTGRES))
        .withType("Opaque")
        .addToData("host", base64(host))
        .addToData("port", base64(Integer.toString(PORT)))
        .addToData("dbname", base64(OBJECTDB))
        .addToData("username", base64(OBJECTDB))
        .addToData("password", base64(password))
        .addToData("uri", base64(uri))
        .build();
  }

  /** Returns the Service. */
  public static Service service(ObjectDatabase database) {
    return new ServiceBuilder()
        .withMetadata(Metadata.owned(database, name(database), Component.POSTGRES))
        .withNewSpec()
        .withType("ClusterIP")
        .withSelector(Labels.selector(Metadata.name(database), Component.POSTGRES))
        .addNewPort()
        .withName(PORT_NAME)
        .withProtocol("TCP")
        .withPort(PORT)
        .withTargetPort(new IntOrString(PORT_NAME))
        .endPort()
        .endSpec()
        .build();
  }

  /** Returns the StatefulSet. */
  public static StatefulSet desired(
      ObjectDatabase database, EmbeddedPostgres declared, String image) {
    return new StatefulSetBuilder()
        .withMetadata(Metadata.owned(database, name(database), Component.POSTGRES))
        .withNewSpec()
        .withReplicas(1)
        .withServiceName(name(database))
        .withNewSelector()
        .withMatchLabels(Labels.selector(Metadata.name(database), Component.POSTGRES))
        .endSelector()
        .withNewTemplate()
        .withNewMetadata()
        .withLabels(Labels.of(Metadata.name(database), Component.POSTGRES))
        .endMetadata()
        .withSpec(pod(database, image))
        .endTemplate()
        .withVolumeClaimTemplates(claim(database, declared.storage()))
        .endSpec()
        .build();
  }

  /** Returns the image that a StatefulSet of ours runs. */
  public static String imageOf(StatefulSet live) {
    return live.getSpec().getTemplate().getSpec().getContainers().get(0).getImage();
  }

  private static PodSpec pod(ObjectDatabase database, String image) {
    return new PodSpecBuilder()
        .withAutomountServiceAccountToken(false)
        .withEnableServiceLinks(false)
        .withImagePullSecrets(Metadata.pullSecrets(database))
        .withSecurityContext(
            new PodSecurityContextBuilder(Restricted.pod())
                .withRunAsUser(UID)
                .withRunAsGroup(UID)
                .withFsGroup(UID)
                .withFsGroupChangePolicy("OnRootMismatch")
                .build())
        .withTerminationGracePeriodSeconds(60L)
        .withContainers(container(image))
        .withVolumes(
            Restricted.secret(SECRET_VOLUME, name(database), Map.of("password", "password")),
            Restricted.scratch(RUN_VOLUME, "16Mi"),
            Restricted.scratch(TMP_VOLUME, "1Gi"))
        .build();
  }

  private static Container container(String image) {
    return new ContainerBuilder()
        .withName("postgres")
        .withImage(image)
        .withArgs("-c", "max_connections=" + CONNECTIONS_MAX)
        .withEnv(
            RuntimePod.env("POSTGRES_USER", OBJECTDB),
            RuntimePod.env("POSTGRES_DB", OBJECTDB),
            RuntimePod.env("POSTGRES_PASSWORD_FILE", SECRET_PATH + "/password"),
            // A directory of its own: the volume may hold a lost+found.
            RuntimePod.env("PGDATA", DATA_PATH + "/pgdata"))
        .addNewPort()
        .withName(PORT_NAME)
        .withContainerPort(PORT)
        .withProtocol("TCP")
        .endPort()
        .withVolumeMounts(
            Restricted.mount(DATA_VOLUME, DATA_PATH),
            Restricted.mount(SECRET_VOLUME, SECRET_PATH),
            Restricted.mount(RUN_VOLUME, "/var/run/postgresql"),
            Restricted.mount(TMP_VOLUME, "/tmp"))
        .withNewResources()
        .addToRequests("cpu", new Quantity("100m"))
        .addToRequests("memory", new Quantity("256Mi"))
        .addToLimits("memory", new Quantity("1Gi"))
        .endResources()
        .withReadinessProbe(accepts(5, 2))
        // The first start makes the data directory, which may take minutes on a slow disk.
        .withStartupProbe(accepts(2, 150))
        .withTerminationMessagePolicy("FallbackToLogsOnError")
        .withSecurityContext(Restricted.container())
        .build();
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private static Probe accepts(int periodSeconds, int failures) {
    return new ProbeBuilder()
        .withNewExec()
        .withCommand("pg_isready", "-h", "127.0.0.1", "-U", OBJECTDB, "-d", OBJECTDB)
        .endExec()
        .withPeriodSeconds(periodSeconds)
        .withTimeoutSeconds(5)
        .withFailureThreshold(failures)
        .build();
  }

  private static PersistentVolumeClaim claim(
      ObjectDatabase database, EmbeddedPostgres.Storage storage) {
    return new PersistentVolumeClaimBuilder()
        .withNewMetadata()
        .withName(DATA_VOLUME)
        .withLabels(Labels.selector(Metadata.name(database), Component.POSTGRES))
        .endMetadata()
        .withNewSpec()
        .withAccessModes("ReadWriteOnce")
        .withStorageClassName(storage.storageClassName())
        .withNewResources()
        .addToRequests("storage", new Quantity(storage.size()))
        .endResources()
        .endSpec()
        .build();
  }
}
