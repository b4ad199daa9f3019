package dev.objectdb.zeo;

import dev.objectdb.storage.StorageStats;

/** What a link answers about the server as a whole. */
interface ServerInfo {
  /** Returns the sizes that clients are told, measured now. */
  StorageStats measure();

  ZeoCounters counters();
}
