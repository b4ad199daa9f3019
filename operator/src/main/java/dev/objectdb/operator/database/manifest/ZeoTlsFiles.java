package dev.objectdb.operator.database.manifest;

import dev.objectdb.crds.v1alpha1.ObjectDatabase;
import dev.objectdb.crds.v1alpha1.ZeoTls;
import dev.objectdb.operator.kube.Labels.Component;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * TLS for clients: the files that servers read, and the Secrets that the operator makes where the
 * resource asks for that. Servers read replaced files by themselves, so nothing here depends on
 * what is in them.
 */
public final class ZeoTlsFiles {
  /** Keys of a Secret of type kubernetes.io/tls. */
  public static final String CERTIFICATE = "tls.crt";

  /** The private key. */
  public static final String KEY = "tls.key";

  /** Certificates to trust. */
  public static final String TRUSTED = "ca.crt";

  private static final String VOLUME = "zeo-tls";
  private static final String PATH = "/etc/objectdb/zeo-tls";
  private static final String CLIENTS_VOLUME = "zeo-client-ca";
  private static final String CLIENTS_PATH = "/etc/objectdb/zeo-client-ca";

  private ZeoTlsFiles() {}

  /** Returns the name of the Secret with the servers' certificate. */
  public static String secretName(ObjectDatabase database) {
    return database.getSpec().zeo().tls().certificateSecret(Metadata.name(database));
  }

  /** Returns the name of the Secret with the database's own authority. */
  public static String authorityName(ObjectDatabase database) {
    return Metadata.name(database) + "-zeo-ca";
  }

  /** Returns a Secret of the operator's own. */
  public static Secret secret(ObjectDatabase database, String name, Map<String, String> texts) {
    Map<String, String> data = new LinkedHashMap<>();
    texts.forEach(
        (key, text) ->
            data.put(
                key, Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8))));
    return new SecretBuilder()
        .withMetadata(Metadata.owned(database, name, Component.SERVER))
        .withType("kubernetes.io/tls")
        .withData(data)
        .build();
  }

  /** Returns the names that a certificate of the operator's own is for. */
  public static List<String> dnsNames(ObjectDatabase database) {
    TreeSet<String> names = new TreeSet<>();
    for (String service : ZeoService.names(database)) {
      String inNamespace = service + "." + database.getMetadata().getNamespace();
      names.addAll(
          List.of(service, inNamespace, inNamespace + ".svc", inNamespace + ".svc.cluster.local"));
    }
    ZeoTls.SelfSigned declared = database.getSpec().zeo().tls().selfSigned();
    if (declared != null && declared.dnsNames() != null) {
      names.addAll(declared.dnsNames());
    }
    return List.copyOf(names);
  }

  /** Returns whether a server of ours speaks TLS. */
  public static boolean isSpokenBy(Pod server) {
    return server.getSpec().getVolumes().stream()
        .anyMatch(volume -> volume.getName().equals(VOLUME));
  }

  static List<Volume> volumes(ObjectDatabase database) {
    ZeoTls tls = database.getSpec().zeo().tls();
    List<Volume> volumes = new ArrayList<>();
    if (tls.enabled()) {
      Map<String, String> files = Map.of(CERTIFICATE, CERTIFICATE, KEY, KEY);
      volumes.add(Restricted.secret(VOLUME, secretName(database), files));
    }
    if (tls.enabled() && tls.clientCASecretRef() != null) {
      String secret = tls.clientCASecretRef().name();
      volumes.add(Restricted.secret(CLIENTS_VOLUME, secret, Map.of(TRUSTED, TRUSTED)));
    }
    return volumes;
  }

  static List<VolumeMount> mounts(ObjectDatabase database) {
    return volumes(database).stream()
        .map(Volume::getName)
        .map(name -> Restricted.mount(name, name.equals(VOLUME) ? PATH : CLIENTS_PATH))
        .toList();
  }

  static List<EnvVar> env(ObjectDatabase database) {
    ZeoTls tls = database.getSpec().zeo().tls();
    List<EnvVar> env = new ArrayList<>();
    if (tls.enabled()) {
      env.add(RuntimePod.env("OBJECTDB_ZEO_TLS_DIRECTORY", PATH));
    }
    if (tls.enabled() && tls.clientCASecretRef() != null) {
      env.add(RuntimePod.env("OBJECTDB_ZEO_TLS_CLIENT_AUTH", tls.clientAuth().name()));
      env.add(RuntimePod.env("OBJECTDB_ZEO_TLS_CLIENT_CA_DIRECTORY", CLIENTS_PATH));
    }
    return env;
  }
}
