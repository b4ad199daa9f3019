package dev.objectdb.merge;

import dev.objectdb.codec.pickle.PickleValue;
import dev.objectdb.codec.pickle.PickleValue.PersistentRef;
import java.util.ArrayList;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Does to one bucket what two transactions did to it.
 *
 * <p>First each side alone is laid beside the base. Its entries get ranks, so that afterwards keys
 * are compared only where both sides inserted something at the same place:
 *
 * <pre>
 *   base        b       d       f              ranks 1 3 5: entry i has 2i + 1
 *   side    a   b   c       e   f              0 1 2 4 5: even ones are inserted, 3 is deleted
 * </pre>
 *
 * <p>Both may not insert, delete or replace at the same key, be it in the same way; nor may one
 * delete what the other replaced. Nor may a side delete what came before its first key, because
 * then the tree above has changed too; and a side that is empty has left the tree. So what comes
 * out is never empty.
 *
 * <p>Source: {@code bucket_merge} in {@code MergeTemplate.c}.
 */
final class BucketMerge {
  private final BTreeClass cls;
  private final Bucket base;
  private final Side committed;
  private final Side mine;
  private final Bucket merged;
  private final PlainValues plain = new PlainValues();

  private BucketMerge(BTreeClass cls, Bucket base, Bucket committed, Bucket mine)
      throws Unmergeable {
    this.cls = cls;
    this.base = base;
    this.committed = new Side(cls, base, committed);
    this.mine = new Side(cls, base, mine);
    this.merged = new Bucket(new ArrayList<>(), new ArrayList<>(), base.next());
  }

  /** One transaction's bucket, and how far it was taken over. */
  private static final class Side {
    final Bucket bucket;
    private final int[] ranks;
    private int at;

    Side(BTreeClass cls, Bucket base, Bucket bucket) throws Unmergeable {
      this.bucket = bucket;
      this.ranks = new int[bucket.size()];
      int b = 0;
      for (int i = 0; i < ranks.length; i++) {
        int order = -1;
        while (b < base.size()
            && (order = cls.keys().compare(base.keys().get(b), bucket.keys().get(i))) < 0) {
          b++;
        }
        ranks[i] = order == 0 ? 2 * b++ + 1 : 2 * b;
      }
    }

    boolean isAt(int rank) {
      return at < ranks.length && ranks[at] == rank;
    }

    PickleValue key() {
      return bucket.keys().get(at);
    }

    PickleValue value() {
      return bucket.values().get(at);
    }

    /** Whether nothing of it came before. */
    boolean isAtFirst() {
      return at == 0;
    }
  }

  static Bucket merge(BTreeClass cls, Bucket base, Bucket committed, Bucket mine)
      throws Unmergeable {
    if (!isSame(base.next(), committed.next()) || !isSame(base.next(), mine.next())) {
      throw new Unmergeable("the bucket was split, or the next one removed");
    }
    if (committed.size() == 0 || mine.size() == 0) {
      throw new Unmergeable("an emptied bucket is no part of its tree any more");
    }
    return new BucketMerge(cls, base, committed, mine).run();
  }

  private static boolean isSame(@Nullable PersistentRef one, @Nullable PersistentRef other)
      throws Unmergeable {
    if (one == null || other == null) {
      return Objects.equals(one, other);
    }
    return Reference.of(one).isWrittenAs(Reference.of(other));
  }

  private Bucket run() throws Unmergeable {
    for (int i = 0; i <= base.size(); i++) {
      inserted(2 * i);
      if (i < base.size()) {
        entry(i, 2 * i + 1);
      }
    }
    return merged;
  }

  private void inserted(int rank) throws Unmergeable {
    while (committed.isAt(rank) && mine.isAt(rank)) {
      int order = cls.keys().compare(committed.key(), mine.key());
      if (order == 0) {
        throw new Unmergeable("both inserted a key");
      }
      take(order < 0 ? committed : mine);
    }
    while (committed.isAt(rank)) {
      take(committed);
    }
    while (mine.isAt(rank)) {
      take(mine);
    }
  }

  private void entry(int index, int rank) throws Unmergeable {
    if (committed.isAt(rank) && mine.isAt(rank)) {
      if (isKept(index, committed)) {
        committed.at++;
        take(mine);
      } else if (isKept(index, mine)) {
        mine.at++;
        take(committed);
      } else {
        throw new Unmergeable("both replaced a value");
      }
    } else if (committed.isAt(rank)) {
      delete(index, committed, mine);
    } else if (mine.isAt(rank)) {
      delete(index, mine, committed);
    } else {
      throw new Unmergeable("both deleted a key");
    }
  }

  private boolean isKept(int index, Side side) throws Unmergeable {
    return !cls.isMap() || cls.values().compare(base.values().get(index), side.value()) == 0;
  }

  private void delete(int index, Side keeper, Side deleter) throws Unmergeable {
    if (deleter.isAtFirst()) {
      throw new Unmergeable("the first key was deleted");
    }
    if (!isKept(index, keeper)) {
      throw new Unmergeable("one deleted what the other replaced");
    }
    keeper.at++;
  }

  private void take(Side side) throws Unmergeable {
    plain.check(side.key());
    if (cls.isMap()) {
      plain.check(side.value());
    }
    merged.add(side.bucket, side.at++);
  }
}
