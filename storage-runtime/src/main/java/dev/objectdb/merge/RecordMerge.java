package dev.objectdb.merge;

import dev.objectdb.codec.pickle.CodecException;
import dev.objectdb.codec.pickle.PickleReader;
import dev.objectdb.codec.pickle.PickleValue;
import dev.objectdb.codec.pickle.PickleValue.Global;
import dev.objectdb.codec.pickle.PickleValue.Text;
import dev.objectdb.codec.pickle.PickleValue.Tuple;
import dev.objectdb.codec.pickle.PickleWriter;
import dev.objectdb.object.Bytes;
import dev.objectdb.object.Limits;
import java.math.BigInteger;
import java.util.Optional;

/**
 * Merges records. Any number of threads may use one.
 *
 * <pre>
 *   RecordMerge.handles(module, name)   may it be worth to load the other two?
 *   merge(base, committed, mine)        the merged record; empty: leave it to the client
 * </pre>
 */
public final class RecordMerge {
  /**
   * A bucket has some hundred values; three of this many take 150 MB, which is the most that a
   * hostile record can make us use.
   */
  private static final int VALUES_MAX = 1_000_000;

  private static final Global LENGTH = new Global("BTrees.Length", "Length");

  private final Limits limits;

  public RecordMerge(Limits limits) {
    this.limits = limits.withPickleValuesMax(Math.min(VALUES_MAX, limits.pickleValuesMax()));
  }

  /** Tells whether objects of a class can be merged at all. */
  public static boolean handles(String module, String name) {
    return LENGTH.is(module, name) || BTreeClass.of(module, name).isPresent();
  }

  /**
   * Merges two changes of a record.
   *
   * @param base the revision both started from
   * @param committed the revision that is there now
   * @param mine the record that was to replace the base
   * @return what is to replace the committed one; empty if that takes Python, or cannot be merged
   */
  public Optional<Bytes> merge(Bytes base, Bytes committed, Bytes mine) {
    try {
      return Optional.of(mergeParsed(parse(base), parse(committed), parse(mine)));
    } catch (Unmergeable | CodecException e) {
      return Optional.empty();
    }
  }

  /**
   * A record.
   *
   * @param classPickle the first of its two pickles, as it was
   */
  private record Parsed(Global cls, PickleValue state, Bytes classPickle) {}

  private Parsed parse(Bytes record) throws Unmergeable {
    PickleReader reader = new PickleReader(record, limits);
    Global cls = classOf(reader.read());
    Bytes classPickle = Bytes.copyOf(record.array(), 0, reader.position());
    PickleValue state = reader.read();
    if (!reader.isPlain()) {
      throw new Unmergeable("a pickle that says more than its values");
    }
    return new Parsed(cls, state, classPickle);
  }

  /**
   * Reads {@code class}, {@code (class, ())} or {@code ((module, name), None)}; source: {@code
   * tryToResolveConflict}, which takes no other form.
   */
  private static Global classOf(PickleValue pickle) throws Unmergeable {
    if (pickle instanceof Global cls) {
      return cls;
    }
    if (pickle instanceof Tuple pair && pair.size() == 2 && isNothing(pair.get(1))) {
      if (pair.get(0) instanceof Global cls) {
        return cls;
      }
      if (pair.get(0) instanceof Tuple names
          && names.size() == 2
          && names.get(0) instanceof Text module
          && names.get(1) instanceof Text name) {
        return new Global(module.toString(), name.toString());
      }
    }
    throw new Unmergeable("a class with arguments, or none");
  }

  private static boolean isNothing(PickleValue newArgs) {
    return newArgs instanceof PickleValue.None
        || (newArgs instanceof Tuple args && args.size() == 0);
  }

  private static Bytes mergeParsed(Parsed base, Parsed committed, Parsed mine) throws Unmergeable {
    if (!base.cls().equals(mine.cls()) || !committed.cls().equals(mine.cls())) {
      throw new Unmergeable("the class was changed");
    }
    PickleWriter out =
        new PickleWriter().raw(mine.classPickle().array()).begin(PickleWriter.PROTOCOL);
    if (mine.cls().equals(LENGTH)) {
      out.integer(
          number(committed.state()).add(number(mine.state())).subtract(number(base.state())));
    } else {
      out.value(mergedState(base, committed, mine));
    }
    return out.end().toBytes();
  }

  private static BigInteger number(PickleValue length) throws Unmergeable {
    return switch (length) {
      case PickleValue.Int(long number) -> BigInteger.valueOf(number);
      case PickleValue.BigInt(BigInteger number) -> number;
      default -> throw new Unmergeable("a length that is no int");
    };
  }

  private static PickleValue mergedState(Parsed base, Parsed committed, Parsed mine)
      throws Unmergeable {
    Global name = mine.cls();
    BTreeClass cls =
        BTreeClass.of(name.module(), name.name())
            .orElseThrow(() -> new Unmergeable("a class of the application"));
    return BucketMerge.merge(
            cls,
            Bucket.of(base.state(), cls),
            Bucket.of(committed.state(), cls),
            Bucket.of(mine.state(), cls))
        .toState(cls);
  }
}
