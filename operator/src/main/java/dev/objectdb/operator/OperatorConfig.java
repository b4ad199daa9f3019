package dev.objectdb.operator;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What the operator is told from outside, read once at its start.
 *
 * @param runtimeImage image of servers and schema Jobs where a resource names none
 * @param postgresImage image of an embedded PostgreSQL where a resource names none
 * @param namespaces watched namespaces; none means all
 * @param leaseNamespace where the lease of the leader is; none means that this is the only operator
 * @param leaseName name of that lease; operators of one name are one after the other at work
 * @param healthPort port of the probes
 * @param identity name of this process among several: its host name, which is that of its pod
 */
public record OperatorConfig(
    String runtimeImage,
    String postgresImage,
    Set<String> namespaces,
    Optional<String> leaseNamespace,
    String leaseName,
    int healthPort,
    String identity) {

  /** What every key of ours begins with. */
  private static final String PREFIX = "OBJECTDB_OPERATOR_";

  private static final int PORT_MAX = 65_535;

  /** Every key; a name without the prefix, and the default, or none where it has to be given. */
  private enum Key {
    RUNTIME_IMAGE(Optional.empty()),
    POSTGRES_IMAGE(Optional.empty()),
    NAMESPACES(Optional.of("")),
    LEASE_NAMESPACE(Optional.of("")),
    LEASE_NAME(Optional.of("objectdb-operator")),
    HEALTH_PORT(Optional.of("8080"));

    private final Optional<String> defaultText;

    Key(Optional<String> defaultText) {
      this.defaultText = defaultText;
    }

    String text(Map<String, String> environment) {
      return Optional.ofNullable(environment.get(PREFIX + name()))
          .or(() -> defaultText)
          .orElseThrow(() -> new BadConfigException(PREFIX + name() + " is not set"));
    }
  }

  /** A key or value that cannot be used; the message names it. */
  public static final class BadConfigException extends RuntimeException {
    BadConfigException(String message) {
      super(message);
    }
  }

  public OperatorConfig {
    namespaces = Set.copyOf(namespaces);
  }

  /**
   * Reads the environment.
   *
   * @throws BadConfigException for an unknown key, a missing one, or a bad value
   */
  public static OperatorConfig read(Map<String, String> environment) {
    refuseUnknown(environment);
    return new OperatorConfig(
        image(Key.RUNTIME_IMAGE, environment),
        image(Key.POSTGRES_IMAGE, environment),
        Arrays.stream(Key.NAMESPACES.text(environment).split(","))
            .map(String::strip)
            .filter(name -> !name.isEmpty())
            .collect(Collectors.toSet()),
        Optional.of(Key.LEASE_NAMESPACE.text(environment)).filter(name -> !name.isEmpty()),
        Key.LEASE_NAME.text(environment),
        port(environment),
        environment.getOrDefault("HOSTNAME", "objectdb-operator"));
  }

  private static String image(Key key, Map<String, String> environment) {
    String text = key.text(environment);
    if (text.isBlank()) {
      throw new BadConfigException(PREFIX + key.name() + " is empty: name an image");
    }
    return text;
  }

  private static int port(Map<String, String> environment) {
    String text = Key.HEALTH_PORT.text(environment);
    try {
      int port = Integer.parseInt(text);
      if (port >= 1 && port <= PORT_MAX) {
        return port;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw new BadConfigException(
        "%sHEALTH_PORT is \"%s\": give a port from 1 to %d".formatted(PREFIX, text, PORT_MAX));
  }

  private static void refuseUnknown(Map<String, String> environment) {
    Set<String> known =
        Arrays.stream(Key.values())
            .map(key -> PREFIX + key.name())
            .collect(Collectors.toCollection(TreeSet::new));
    for (String name : new TreeMap<>(environment).keySet()) {
      if (name.startsWith(PREFIX) && !known.contains(name)) {
        throw new BadConfigException(
            "%s is not a key of this program: unset it. The keys are %s"
                .formatted(name, String.join(", ", known)));
      }
    }
  }
}
