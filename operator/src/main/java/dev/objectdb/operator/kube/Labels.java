package dev.objectdb.operator.kube;

import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Labels of every object and pod that belongs to a database. */
public final class Labels {
  private static final String NAME = "app.kubernetes.io/name";
  private static final String INSTANCE = "app.kubernetes.io/instance";
  private static final String COMPONENT = "app.kubernetes.io/component";
  private static final String MANAGED_BY = "app.kubernetes.io/managed-by";

  /** The part of a database that an object belongs to. */
  public enum Component {
    SERVER("server"),
    SCHEMA("schema"),
    POSTGRES("postgres");

    private final String word;

    Component(String word) {
      this.word = word;
    }
  }

  /** What our informers watch. */
  public static final String OURS = MANAGED_BY + "=objectdb-operator";

  private Labels() {}

  /** Returns all labels of an object. */
  public static Map<String, String> of(String database, Component component) {
    Map<String, String> labels = selector(database, component);
    labels.put(MANAGED_BY, "objectdb-operator");
    return labels;
  }

  /** Returns the labels that select the pods of a component; they never change. */
  public static Map<String, String> selector(String database, Component component) {
    Map<String, String> labels = new TreeMap<>();
    labels.put(NAME, "objectdb");
    labels.put(INSTANCE, database);
    labels.put(COMPONENT, component.word);
    return labels;
  }

  /** Returns a selector in the form of a query string, as the scale subresource wants it. */
  public static String query(Map<String, String> selector) {
    return selector.entrySet().stream()
        .map(label -> label.getKey() + "=" + label.getValue())
        .collect(Collectors.joining(","));
  }

  /** Returns the name of the database that an object is labelled with. */
  public static Optional<String> database(HasMetadata object) {
    return Optional.ofNullable(labels(object).get(INSTANCE));
  }

  /** Returns whether an object is labelled as part of that component. */
  public static boolean isOf(Component component, HasMetadata object) {
    return component.word.equals(labels(object).get(COMPONENT));
  }

  private static Map<String, String> labels(HasMetadata object) {
    Map<String, String> labels = object.getMetadata().getLabels();
    return labels == null ? Map.of() : labels;
  }
}
