package dev.objectdb.operator.database.status;

import dev.objectdb.crds.v1alpha1.Condition.Status;
import dev.objectdb.crds.v1alpha1.ObjectDatabaseStatus.Certificate;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What one pass found on its way, aspect by aspect. A step tells what it looked at, once; a
 * condition that nobody tells in a pass stays as it was told last. Ready, Reconciling and Stalled
 * are not told here: they say how far the pass got.
 *
 * <p>Not thread-safe; made for one pass.
 */
public final class Findings {
  /** One aspect, and why it is so. */
  record Finding(Status status, Reason reason, String message) {}

  private final Map<ConditionType, Finding> found = new EnumMap<>(ConditionType.class);
  private final List<Finding> advice = new ArrayList<>();
  private @Nullable PostgresFacts postgres;
  private @Nullable Tls tls;

  /**
   * What TLS for clients is made of.
   *
   * @param names of servers that the certificate is for
   */
  record Tls(List<Certificate> certificates, List<String> names) {}

  /** Tells whether an aspect holds, and why. */
  public void tell(ConditionType type, boolean holds, Reason reason, String message) {
    put(type, new Finding(holds ? Status.True : Status.False, reason, message));
  }

  /** Tells that an aspect could not be looked at, and why. */
  public void tellUnknown(ConditionType type, Reason reason, String message) {
    put(type, new Finding(Status.Unknown, reason, message));
  }

  /** Tells what works but should be otherwise; several advices make one Warning. */
  public void advise(Reason reason, String message) {
    advice.add(new Finding(Status.True, reason, message));
  }

  /** Tells what PostgreSQL says of itself and of the database. */
  public void tellPostgres(PostgresFacts facts) {
    postgres = facts;
  }

  /** Tells which certificates there are, and the names of servers that they are for. */
  public void tellCertificates(List<Certificate> certificates, List<String> names) {
    tls = new Tls(List.copyOf(certificates), List.copyOf(names));
  }

  Optional<Tls> tls() {
    return Optional.ofNullable(tls);
  }

  Optional<PostgresFacts> postgres() {
    return Optional.ofNullable(postgres);
  }

  /** Returns whether this pass found that an aspect holds. */
  public boolean holds(ConditionType type) {
    return find(type).filter(finding -> finding.status() == Status.True).isPresent();
  }

  /** Returns whether this pass found that an aspect does not hold. */
  public boolean lacks(ConditionType type) {
    return find(type).filter(finding -> finding.status() != Status.True).isPresent();
  }

  /** Returns whether this pass gave an advice for that reason. */
  public boolean advises(Reason reason) {
    return advice.stream().anyMatch(finding -> finding.reason() == reason);
  }

  Optional<Finding> find(ConditionType type) {
    return type == ConditionType.Warning ? warning() : Optional.ofNullable(found.get(type));
  }

  /** All advice in one: the first reason, every message. */
  private Optional<Finding> warning() {
    return advice.stream()
        .reduce(
            (first, next) ->
                new Finding(Status.True, first.reason(), first.message() + "; " + next.message()));
  }

  private void put(ConditionType type, Finding finding) {
    if (found.putIfAbsent(type, finding) != null) {
      throw new IllegalStateException("told twice in one pass: " + type);
    }
  }
}
