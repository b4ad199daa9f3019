package dev.objectdb.crds.v1alpha1;

/** Whether old revisions of objects are kept; servers are configured by the same words. */
public enum HistoryMode {
  /** Only the newest revision of an object is kept. */
  Free,
  /** Every revision is kept, and transactions can be undone. */
  Preserving,
}
