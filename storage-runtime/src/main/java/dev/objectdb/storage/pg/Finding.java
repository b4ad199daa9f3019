package dev.objectdb.storage.pg;

/**
 * Something that is broken in a database.
 *
 * @param text names the object and what is wrong with it; one line
 */
public record Finding(Kind kind, String text) {
  /** What can be broken. */
  public enum Kind {
    DANGLING_REFERENCE("dangling reference"),
    UNREADABLE_ROW("unreadable row"),
    BROKEN_RECORD("broken record"),
    WRONG_COLUMN("wrong column"),
    WRONG_HISTORY("wrong history"),
    NO_ROOT("missing root object"),
    OIDS_BEHIND("oid sequence behind the data"),
    NO_GUARD("missing guard");

    private final String title;

    Kind(String title) {
      this.title = title;
    }

    /** Returns its name for people, in the singular. */
    public String title() {
      return title;
    }
  }
}
