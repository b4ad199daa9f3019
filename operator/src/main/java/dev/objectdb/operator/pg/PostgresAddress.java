package dev.objectdb.operator.pg;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a PostgreSQL database is and how to log in, by libpq's names. The servers refuse what they
 * do not understand; here only what a look at the database needs is understood.
 *
 * <pre>
 *   postgresql://user:password@host:5432,other:5432/database?sslmode=verify-full
 *   host=db port=5432 dbname=zodb user=zope password='it\'s quoted'
 * </pre>
 *
 * {@link #toString} shows neither password nor parameters.
 */
public final class PostgresAddress {
  private static final String DEFAULT_PORT = "5432";
  private static final Pattern URI =
      Pattern.compile("postgres(?:ql)?://(?:([^?]*)@)?([^/?]*)(?:/([^?]*))?(?:\\?(.*))?");
  private static final Pattern PAIR =
      Pattern.compile("\\s*(\\w+)\\s*=\\s*('(?:[^'\\\\]|\\\\.)*'|(?:[^\\s\\\\]|\\\\.)*)");

  private static final Pattern SERVICE = Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?");

  private final Map<String, String> parameters;

  private PostgresAddress(Map<String, String> parameters) {
    this.parameters = Map.copyOf(parameters);
    if (parameters.getOrDefault("host", "").isEmpty()) {
      throw new IllegalArgumentException("it names no host");
    }
    if (parameters.getOrDefault("user", "").isEmpty()) {
      throw new IllegalArgumentException("it names no user");
    }
  }

  /**
   * Reads either form.
   *
   * @throws IllegalArgumentException if it is neither; the message shows nothing of it
   */
  public static PostgresAddress parse(String text) {
    String trimmed = text.strip();
    Matcher uri = URI.matcher(trimmed);
    return new PostgresAddress(uri.matches() ? ofUri(uri) : ofPairs(trimmed));
  }

  /**
   * Takes parameters by libpq's names.
   *
   * @throws IllegalArgumentException if host or user are missing
   */
  public static PostgresAddress of(Map<String, String> parameters) {
    return new PostgresAddress(parameters);
  }

  /** Returns the same address with another value of one parameter. */
  public PostgresAddress with(String name, String value) {
    Map<String, String> changed = new TreeMap<>(parameters);
    changed.put(name, value);
    return new PostgresAddress(changed);
  }

  /**
   * Returns the same address as others have to write it that a namespace of Kubernetes knows: there
   * a name without a dot is that of a Service beside the pod that asks.
   */
  public PostgresAddress within(String namespace) {
    List<String> hosts = new ArrayList<>();
    for (String host : parameters.getOrDefault("host", "").split(",", -1)) {
      boolean isService = SERVICE.matcher(host).matches() && !host.equals("localhost");
      hosts.add(isService ? "%s.%s.svc".formatted(host, namespace) : host);
    }
    return with("host", String.join(",", hosts));
  }

  /**
   * Returns where the database is, as in {@code host:5432/dbname}: all but who logs in, and how.
   */
  public String place() {
    return hosts() + "/" + database();
  }

  private static Map<String, String> ofUri(Matcher uri) {
    Map<String, String> parameters = new TreeMap<>();
    if (uri.group(4) != null && !uri.group(4).isEmpty()) {
      for (String pair : uri.group(4).split("&", -1)) {
        String[] halves = pair.split("=", 2);
        put(parameters, decoded(halves[0]), halves.length == 2 ? decoded(halves[1]) : "");
      }
    }
    if (uri.group(1) != null) {
      String[] login = uri.group(1).split(":", 2);
      put(parameters, "user", decoded(login[0]));
      put(parameters, "password", login.length == 2 ? decoded(login[1]) : "");
    }
    put(parameters, "dbname", uri.group(3) == null ? "" : decoded(uri.group(3)));
    hosts(uri.group(2), parameters);
    return parameters;
  }

  private static void hosts(String text, Map<String, String> parameters) {
    List<String> hosts = new ArrayList<>();
    List<String> ports = new ArrayList<>();
    for (String one : text.split(",", -1)) {
      int colon = one.lastIndexOf(':');
      boolean hasPort = colon > one.lastIndexOf(']');
      String host = decoded(hasPort ? one.substring(0, colon) : one);
      hosts.add(host.startsWith("[") ? host.substring(1, host.length() - 1) : host);
      ports.add(hasPort ? one.substring(colon + 1) : "");
    }
    put(parameters, "host", String.join(",", hosts));
    if (ports.stream().anyMatch(port -> !port.isEmpty())) {
      put(parameters, "port", String.join(",", ports));
    }
  }

  private static Map<String, String> ofPairs(String text) {
    Map<String, String> parameters = new TreeMap<>();
    Matcher pair = PAIR.matcher(text);
    int end = 0;
    while (pair.find() && pair.start() == end) {
      String value = pair.group(2);
      String bare = value.startsWith("'") ? value.substring(1, value.length() - 1) : value;
      put(parameters, pair.group(1), bare.replaceAll("\\\\(.)", "$1"));
      end = pair.end();
    }
    if (end != text.length() || parameters.isEmpty()) {
      throw new IllegalArgumentException("it does not read postgresql://user:password@host/dbname");
    }
    return parameters;
  }

  private static void put(Map<String, String> parameters, String name, String value) {
    if (!value.isEmpty()) {
      parameters.put(name, value);
    }
  }

  private static String decoded(String text) {
    try {
      return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("a % stands before no two hexadecimal digits", e);
    }
  }

  /** Returns the name of the user. */
  public String user() {
    return parameters.getOrDefault("user", "");
  }

  /** Returns whether there is a password. */
  public boolean hasPassword() {
    return parameters.containsKey("password");
  }

  /** Returns the name of the database; by default it is that of the user. */
  public String database() {
    return parameters.getOrDefault("dbname", user());
  }

  /** Returns {@code host:port}, several with commas between them. */
  public String hosts() {
    String[] hosts = parameters.getOrDefault("host", "").split(",", -1);
    String[] ports = parameters.getOrDefault("port", "").split(",", -1);
    List<String> joined = new ArrayList<>();
    for (int i = 0; i < hosts.length; i++) {
      String port = ports[Math.min(i, ports.length - 1)];
      String host = hosts[i].contains(":") ? "[" + hosts[i] + "]" : hosts[i];
      joined.add(host + ":" + (port.isEmpty() ? DEFAULT_PORT : port));
    }
    return String.join(",", joined);
  }

  /** Returns libpq's sslmode, if the address says one. */
  public String sslMode() {
    return parameters.getOrDefault("sslmode", "");
  }

  /** Returns the driver's address, without any secret. */
  String jdbcUrl() {
    return "jdbc:postgresql://"
        + hosts()
        + "/"
        + URLEncoder.encode(database(), StandardCharsets.UTF_8);
  }

  /** Returns what the driver has to know besides. */
  Properties login() {
    Properties login = new Properties();
    login.setProperty("user", user());
    for (String name : List.of("password", "sslmode", "sslrootcert")) {
      if (parameters.containsKey(name)) {
        login.setProperty(name, parameters.getOrDefault(name, ""));
      }
    }
    return login;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PostgresAddress address && parameters.equals(address.parameters);
  }

  @Override
  public int hashCode() {
    return parameters.hashCode();
  }

  @Override
  public String toString() {
    return "postgresql://%s@%s/%s".formatted(user(), hosts(), database());
  }
}
