package dev.objectdb.zeo;

import java.util.concurrent.atomic.LongAdder;

/** What a server counts since its start, cheap enough for every request. */
final class Tally {
  final LongAdder loads = new LongAdder();
  final LongAdder stores = new LongAdder();
  final LongAdder commits = new LongAdder();
  final LongAdder aborts = new LongAdder();
  final LongAdder conflicts = new LongAdder();
  final LongAdder conflictsResolved = new LongAdder();
  final LongAdder failures = new LongAdder();
  final LongAdder refused = new LongAdder();
  final LongAdder cut = new LongAdder();

  /** Goes up and down: transactions begun and not ended. */
  final LongAdder active = new LongAdder();

  /** Goes up and down: votes under way. */
  final LongAdder voting = new LongAdder();
}
