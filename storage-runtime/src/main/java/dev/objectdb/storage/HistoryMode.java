package dev.objectdb.storage;

/** What a database keeps of overwritten revisions. */
public enum HistoryMode {
  /** Only the current revision, and for a short window the ones it replaced. */
  FREE,
  /** Every revision, until a pack removes it. */
  PRESERVING
}
