package dev.objectdb.operator.pg;

/** Looks at a database, within a few seconds, and changes nothing. */
@FunctionalInterface
public interface Probe {
  /**
   * What to look at.
   *
   * @param trusted certificates, PEM; empty for none
   * @param schema SQL schema of the tables
   */
  record Target(PostgresAddress address, String trusted, String schema) {}

  /**
   * Looks; never throws for anything that a server does.
   *
   * @param counting whether to ask for estimates too, which takes a lock on every table
   */
  Observation look(Target target, boolean counting);
}
