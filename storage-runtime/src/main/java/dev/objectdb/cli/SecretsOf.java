package dev.objectdb.cli;

import static java.util.Objects.requireNonNull;

import dev.objectdb.crds.v1alpha1.CnpgCluster;
import dev.objectdb.crds.v1alpha1.ObjectDatabase;
import dev.objectdb.crds.v1alpha1.Postgres;
import dev.objectdb.crds.v1alpha1.PostgresSecret;
import dev.objectdb.crds.v1alpha1.PostgresSecret.Keys;
import dev.objectdb.crds.v1alpha1.PostgresTls;
import dev.objectdb.crds.v1alpha1.ZeoTls;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The Secrets that a database uses, by their names. */
final class SecretsOf {
  private SecretsOf() {}

  /**
   * Where it stands how to log in to PostgreSQL.
   *
   * @param uriKey null where the parts are to be taken
   * @param database name of the database; null for that of the Secret
   */
  record Login(String name, @Nullable String uriKey, Keys keys, @Nullable String database) {}

  /** Returns the Secret of the login. */
  static Login login(ObjectDatabase database) {
    Postgres postgres = database.getSpec().postgres();
    CnpgCluster cluster = postgres.cnpgRef();
    if (cluster != null) {
      return new Login(cluster.loginSecret(), null, Keys.CNPG, cluster.database());
    }
    if (postgres.embedded() != null) {
      String name = database.getMetadata().getName() + "-postgres";
      return new Login(name, Keys.CNPG.uri(), Keys.CNPG, null);
    }
    PostgresSecret declared = requireNonNull(postgres.secretRef());
    return new Login(declared.name(), declared.keys().uri(), declared.keys(), null);
  }

  /** Returns whether clients have to speak TLS. */
  @SuppressWarnings("ConstantValue") // the cluster may have an older definition
  static boolean speaksTls(ObjectDatabase database) {
    ZeoTls tls = database.getSpec().zeo().tls();
    return tls != null && tls.enabled();
  }

  /** Returns the names of all of them. */
  static List<String> names(ObjectDatabase database) {
    List<String> names = new ArrayList<>(List.of(login(database).name()));
    PostgresTls tls = database.getSpec().postgres().tls();
    CnpgCluster cluster = database.getSpec().postgres().cnpgRef();
    if (tls != null && tls.caSecretRef() != null) {
      names.add(tls.caSecretRef().name());
    } else if (cluster != null) {
      names.add(cluster.trustSecret());
    }
    if (speaksTls(database)) {
      ZeoTls zeo = database.getSpec().zeo().tls();
      names.add(zeo.certificateSecret(database.getMetadata().getName()));
      if (zeo.clientCASecretRef() != null) {
        names.add(zeo.clientCASecretRef().name());
      }
    }
    return names;
  }
}
