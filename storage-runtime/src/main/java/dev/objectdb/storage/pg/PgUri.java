package dev.objectdb.storage.pg;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.StringJoiner;

/**
 * Where the database is and how to log in, as libpq spells it.
 *
 * <pre>
 *   postgresql://user:password@host:5432,other:5432/database?sslmode=verify-full
 *   host=db port=5432 dbname=zodb user=zope password='it''s \'quoted\''
 * </pre>
 *
 * <p>What is understood is carried over to the driver; any other parameter is refused by name, so
 * that nothing a deployment relies on is silently ignored. Unix sockets are refused: the driver has
 * none. {@link #toString} never shows the password.
 *
 * <p>Of several hosts the one that can be written to is meant, unless {@code target_session_attrs}
 * says otherwise: a standby that has not heard of a commit would take it for lost.
 *
 * <p>Source: "Connection Strings" in PostgreSQL's libpq manual.
 */
public final class PgUri implements PgLogin {
  private static final String DEFAULT_PORT = "5432";

  /** libpq's parameters that the driver has under another or the same name. */
  private static final Map<String, String> DRIVER_NAMES =
      Map.ofEntries(
          Map.entry("sslmode", "sslmode"),
          Map.entry("sslrootcert", "sslrootcert"),
          Map.entry("sslcert", "sslcert"),
          Map.entry("sslkey", "sslkey"),
          Map.entry("sslpassword", "sslpassword"),
          Map.entry("sslnegotiation", "sslNegotiation"),
          Map.entry("channel_binding", "channelBinding"),
          Map.entry("gssencmode", "gssEncMode"),
          Map.entry("connect_timeout", "connectTimeout"),
          Map.entry("application_name", "ApplicationName"),
          Map.entry("options", "options"));

  private static final Map<String, String> TARGET_SERVERS =
      Map.of("any", "any", "read-write", "primary", "primary", "primary");

  private final Map<String, String> parameters;

  private PgUri(Map<String, String> parameters) {
    this.parameters = Map.copyOf(parameters);
    refuseWhatIsNotUnderstood();
  }

  /**
   * Reads either form.
   *
   * @throws IllegalArgumentException if it is neither, or asks for something unknown; the message
   *     names the parameter, never its value
   */
  public static PgUri parse(String text) {
    String trimmed = text.strip();
    for (String scheme : List.of("postgresql://", "postgres://")) {
      if (trimmed.startsWith(scheme)) {
        return new PgUri(PgUriText.parseUri(trimmed.substring(scheme.length())));
      }
    }
    if (trimmed.contains("://") || !trimmed.contains("=")) {
      throw new IllegalArgumentException(
          "a PostgreSQL address starts with postgresql:// or reads key=value ...");
    }
    return new PgUri(PgUriText.parseKeyValues(trimmed));
  }

  /**
   * Takes parameters by libpq's names, as {@link #parse} reads them.
   *
   * @throws IllegalArgumentException as {@link #parse} does
   */
  public static PgUri of(Map<String, String> parameters) {
    return new PgUri(parameters);
  }

  /** Returns this address: it stays the same. */
  @Override
  public PgUri now() {
    return this;
  }

  /** Returns the same address with another value of one parameter. */
  public PgUri with(String name, String value) {
    Map<String, String> changed = new LinkedHashMap<>(parameters);
    changed.put(name, value);
    return new PgUri(changed);
  }

  /**
   * Returns where the database is, as in {@code host:5432/dbname}: all but who logs in, and how.
   */
  public String place() {
    return hostsAndPorts() + "/" + database();
  }

  private void refuseWhatIsNotUnderstood() {
    String hosts = required("host", "host");
    for (String host : hosts.split(",", -1)) {
      if (host.startsWith("/") || host.startsWith("@")) {
        throw new IllegalArgumentException("unix sockets are not supported: name a TCP host");
      }
      if (host.isEmpty()) {
        throw new IllegalArgumentException("an empty host name in the PostgreSQL address");
      }
    }
    required("user", "user");
    ports(hosts.split(",", -1).length);
    parameters.forEach(PgUri::refuseUnlessUnderstood);
  }

  private static void refuseUnlessUnderstood(String name, String value) {
    switch (name) {
      case "host", "port", "dbname", "user", "password" -> {}
      case "client_encoding" -> {
        if (!value.equalsIgnoreCase("utf8") && !value.equals("auto")) {
          throw new IllegalArgumentException("client_encoding must be UTF8");
        }
      }
      case "target_session_attrs" -> {
        if (!TARGET_SERVERS.containsKey(value)) {
          throw new IllegalArgumentException(
              "target_session_attrs must name a server that can be written to");
        }
      }
      default -> {
        if (!DRIVER_NAMES.containsKey(name)) {
          throw new IllegalArgumentException(
              "unknown parameter in the PostgreSQL address: " + name);
        }
      }
    }
  }

  private String required(String name, String shown) {
    String value = parameters.getOrDefault(name, "");
    if (value.isEmpty()) {
      throw new IllegalArgumentException("the PostgreSQL address names no " + shown);
    }
    return value;
  }

  /** Returns the name of the database; libpq's default is the user's name. */
  public String database() {
    return parameters.getOrDefault("dbname", user());
  }

  public String user() {
    return required("user", "user");
  }

  /** Returns the same address with another database. */
  public PgUri withDatabase(String database) {
    return with("dbname", database);
  }

  /** Returns {@code jdbc:postgresql://host:port,.../database}, without any secret. */
  String jdbcUrl() {
    return "jdbc:postgresql://"
        + hostsAndPorts()
        + "/"
        + URLEncoder.encode(database(), StandardCharsets.UTF_8);
  }

  /** Returns user, password and everything else the driver is to know, by the driver's names. */
  Properties driverProperties() {
    Properties properties = new Properties();
    parameters.forEach(
        (name, value) -> {
          if (DRIVER_NAMES.containsKey(name)) {
            properties.setProperty(DRIVER_NAMES.get(name), value);
          }
        });
    properties.setProperty("user", user());
    String password = parameters.get("password");
    if (password != null) {
      properties.setProperty("password", password);
    }
    String target = parameters.getOrDefault("target_session_attrs", "primary");
    properties.setProperty("targetServerType", TARGET_SERVERS.get(target));
    return properties;
  }

  private String hostsAndPorts() {
    String[] hosts = required("host", "host").split(",", -1);
    List<String> ports = ports(hosts.length);
    StringJoiner joined = new StringJoiner(",");
    for (int i = 0; i < hosts.length; i++) {
      String host = hosts[i].contains(":") ? "[" + hosts[i] + "]" : hosts[i];
      joined.add(host + ":" + ports.get(i));
    }
    return joined.toString();
  }

  private List<String> ports(int count) {
    String[] given = parameters.getOrDefault("port", "").split(",", -1);
    if (given.length != 1 && given.length != count) {
      throw new IllegalArgumentException("as many ports as hosts, or one, in the address");
    }
    List<String> ports = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String port = given[given.length == 1 ? 0 : i];
      ports.add(port.isEmpty() ? DEFAULT_PORT : checkedPort(port));
    }
    return ports;
  }

  private static String checkedPort(String port) {
    if (!port.matches("[0-9]{1,5}") || Integer.parseInt(port) > 65_535) {
      throw new IllegalArgumentException("not a port number in the PostgreSQL address: " + port);
    }
    return port;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PgUri uri && parameters.equals(uri.parameters);
  }

  @Override
  public int hashCode() {
    return parameters.hashCode();
  }

  /** Names user, hosts and database: enough to know which one, nothing to log in with. */
  @Override
  public String toString() {
    return "postgresql://" + user() + "@" + hostsAndPorts() + "/" + database();
  }
}
