package dev.objectdb.storage;

import dev.objectdb.object.Tid;

/** A place in the feed of commits, from {@link Storage#subscribe}. */
public interface Subscription extends AutoCloseable {
  /** The position at which the listener joined: it is told of everything after. */
  Tid baseline();

  /** Ends the feed for this listener; idempotent. */
  @Override
  void close();
}
