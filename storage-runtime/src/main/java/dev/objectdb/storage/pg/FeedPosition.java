package dev.objectdb.storage.pg;

import dev.objectdb.object.Tid;

/** How far the feed has come: what a reader needs to know of it. */
interface FeedPosition {
  /**
   * Returns the last tid that the shared cache was told, and that the listeners were told or are
   * just being told; costs nothing.
   */
  Tid position();

  /**
   * Tells the shared cache and the listeners everything that is committed now.
   *
   * @return a tid up to which everything was told
   * @throws dev.objectdb.storage.StorageUnavailableException if the database does not answer
   */
  Tid sync();
}
