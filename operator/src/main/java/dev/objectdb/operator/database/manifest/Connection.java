package dev.objectdb.operator.database.manifest;

import dev.objectdb.crds.v1alpha1.ObjectDatabase;
import dev.objectdb.crds.v1alpha1.ZeoTls;
import dev.objectdb.operator.kube.Labels.Component;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import java.util.Map;

/**
 * What a client has to know, for pods to mount at {@code /etc/objectdb}: host, port, a piece of
 * zope.conf, and whom to trust where servers speak TLS.
 */
public final class Connection {
  private static final String TRUSTED = ZeoTlsFiles.TRUSTED;

  /** Where clients are to mount this, and if they have to show one their own certificate. */
  private static final String MOUNT = "/etc/objectdb";

  private static final String SHOWN = "certificate %s/tls.crt\nkey %s/tls.key\n";

  private Connection() {}

  /** Returns the name of the ConfigMap. */
  public static String name(ObjectDatabase database) {
    return Metadata.name(database) + "-connection";
  }

  /** Returns the certificates that such a ConfigMap tells clients to trust; empty for none. */
  public static String trusted(ConfigMap live) {
    return live.getData() == null ? "" : live.getData().getOrDefault(TRUSTED, "");
  }

  /**
   * How servers speak.
   *
   * @param tls whether they speak TLS
   * @param trusted certificates for clients to trust then, PEM; empty for none
   */
  public record Security(boolean tls, String trusted) {}

  static ConfigMap desired(ObjectDatabase database, Security security) {
    String trusted = security.tls() ? security.trusted() : "";
    return new ConfigMapBuilder()
        .withMetadata(Metadata.owned(database, name(database), Component.SERVER))
        .addToData("host", ZeoService.host(database))
        .addToData("port", Integer.toString(database.getSpec().zeo().port()))
        .addToData(
            "zope.conf", security.tls() ? secured(database, !trusted.isEmpty()) : plain(database))
        .addToData(trusted.isEmpty() ? Map.of() : Map.of(TRUSTED, trusted))
        .build();
  }

  /**
   * Only ZEO's own section knows TLS. There {@code certificate} is required, and may be empty: then
   * the client shows none.
   */
  private static String secured(ObjectDatabase database, boolean trusted) {
    boolean shows = database.getSpec().zeo().tls().clientAuth() == ZeoTls.ClientAuth.Require;
    return """
    %%import ZEO
    <zodb_db main>
      mount-point /
      <clientstorage>
        server %s
        storage 1
        <ssl>
    %s    </ssl>
      </clientstorage>
    </zodb_db>
    """
        .formatted(
            ZeoService.endpoint(database),
            (shows ? SHOWN.formatted(MOUNT, MOUNT) : "certificate\n")
                .concat(trusted ? "authenticate %s/%s\n".formatted(MOUNT, TRUSTED) : "")
                .indent(6));
  }

  private static String plain(ObjectDatabase database) {
    return """
    <zodb_db main>
      mount-point /
      <zeoclient>
        server %s
        storage 1
      </zeoclient>
    </zodb_db>
    """
        .formatted(ZeoService.endpoint(database));
  }
}
