package dev.objectdb.cli;

import dev.objectdb.crds.v1alpha1.Condition;
import dev.objectdb.crds.v1alpha1.Condition.Status;
import java.util.Map;

/**
 * A condition as a few words. A type that is not known here, of a newer operator, is told as it is.
 *
 * @param mark "ok" as it should be, "!!" not, "--" a fact that is neither
 * @param text the words
 * @param isUsual whether it is as it should be
 * @param isWorthALine whether it says anything at all
 */
record ConditionWords(String mark, String text, boolean isUsual, boolean isWorthALine) {

  /** Words for True and for False; which of the two is as it should be. */
  private record Known(String yes, String no, Status usual, boolean grave) {}

  private static Known good(String yes, String no) {
    return new Known(yes, no, Status.True, true);
  }

  private static Known bad(String yes) {
    return new Known(yes, "", Status.False, true);
  }

  private static Known fact(String yes) {
    return new Known(yes, "", Status.False, false);
  }

  private static final Map<String, Known> KNOWN =
      Map.ofEntries(
          Map.entry("Ready", good("clients are served", "clients are not served as declared")),
          Map.entry("Reconciling", fact("work goes on by itself")),
          Map.entry("Stalled", bad("somebody has to act")),
          Map.entry("DatabaseReachable", good("PostgreSQL answers", "PostgreSQL does not answer")),
          Map.entry(
              "SchemaReady",
              good("the tables are as the servers need them", "the tables are not as needed")),
          Map.entry("ServersAvailable", good("enough servers serve", "too few servers serve")),
          Map.entry(
              "UpToDate",
              good("every server runs what is declared", "servers run what was declared before")),
          Map.entry(
              "CapacityOK",
              good(
                  "PostgreSQL has connections enough for all servers",
                  "PostgreSQL has too few connections for all servers")),
          Map.entry(
              "CertificatesValid", good("the certificates hold", "certificates need renewal")),
          Map.entry("Paused", fact("the operator changes nothing")),
          Map.entry("Hibernated", fact("no server is wanted")),
          Map.entry("UpgradeAvailable", fact("another image is there")),
          Map.entry("Warning", fact("advice")));

  static ConditionWords of(Condition condition) {
    Known known = KNOWN.get(condition.type());
    if (known == null) {
      String text = "%s is %s".formatted(condition.type(), condition.status());
      return new ConditionWords("--", text, false, true);
    }
    if (condition.status() == Status.Unknown) {
      return new ConditionWords("??", "not known: " + known.yes(), false, true);
    }
    boolean usual = condition.status() == known.usual();
    String text = condition.status() == Status.True ? known.yes() : known.no();
    String mark = usual ? "ok" : known.grave() ? "!!" : "--";
    return new ConditionWords(mark, text, usual, !text.isEmpty());
  }
}
