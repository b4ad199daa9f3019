package dev.objectdb.merge;

import static dev.objectdb.codec.pickle.PickleValue.None.NONE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.objectdb.codec.Loaded;
import dev.objectdb.codec.pickle.Opcode;
import dev.objectdb.codec.pickle.PickleValue;
import dev.objectdb.codec.pickle.PickleValue.Global;
import dev.objectdb.codec.pickle.PickleValue.PersistentRef;
import dev.objectdb.codec.pickle.PickleValue.Real;
import dev.objectdb.codec.pickle.PickleWriter;
import dev.objectdb.object.Bytes;
import dev.objectdb.object.Limits;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The rules one by one. Base, committed, mine: in this order everywhere. */
class RecordMergeTest {
  private static final RecordMerge MERGE = new RecordMerge(Limits.DEFAULT);

  private static final Global LENGTH = new Global("BTrees.Length", "Length");
  private static final Global SET = new Global("BTrees.OOBTree", "OOSet");
  private static final Global BUCKET = new Global("BTrees.OOBTree", "OOBucket");
  private static final Global TREE = new Global("BTrees.OOBTree", "OOBTree");

  private static Bytes record(PickleValue cls, PickleValue state) {
    return new PickleWriter().begin(2).value(cls).end().begin(2).value(state).end().toBytes();
  }

  private static PickleValue text(String value) {
    return PickleValue.of(value);
  }

  private static PickleValue ref(int oid) {
    return new PersistentRef(
        PickleValue.tuple(PickleValue.of(Bytes.ofLong(oid)), new Global("m", "C")));
  }

  private static PickleValue leaf(PickleValue... items) {
    return PickleValue.tuple(PickleValue.tuple(items));
  }

  /** A set of the letters of a word. */
  private static PickleValue letters(String word) {
    return leaf(
        word.chars()
            .mapToObj(Character::toString)
            .map(PickleValue::of)
            .toArray(PickleValue[]::new));
  }

  private static Optional<Bytes> merge(
      PickleValue cls, PickleValue base, PickleValue committed, PickleValue mine) {
    return MERGE.merge(record(cls, base), record(cls, committed), record(cls, mine));
  }

  private static void assertMerged(PickleValue cls, PickleValue expected, PickleValue... three) {
    assertThat(merge(cls, three[0], three[1], three[2]).map(merged -> Loaded.of(merged, true)))
        .contains(Loaded.of(record(cls, expected), true));
  }

  private static void assertLeftToTheClient(PickleValue cls, PickleValue... three) {
    assertThat(merge(cls, three[0], three[1], three[2])).isEmpty();
  }

  private static void assertSet(String expected, String base, String committed, String mine) {
    assertMerged(SET, letters(expected), letters(base), letters(committed), letters(mine));
  }

  private static void assertNoSet(String base, String committed, String mine) {
    assertLeftToTheClient(SET, letters(base), letters(committed), letters(mine));
  }

  /** A bucket whose keys are the letters, in turn with values. */
  private static PickleValue bucket(String keys, Object... values) {
    PickleValue[] items = new PickleValue[2 * keys.length()];
    for (int i = 0; i < keys.length(); i++) {
      items[2 * i] = text(keys.substring(i, i + 1));
      items[2 * i + 1] =
          values[i] instanceof PickleValue value ? value : PickleValue.of((Integer) values[i]);
    }
    return leaf(items);
  }

  @Test
  void aLengthGetsWhatBothAdded() {
    assertMerged(
        LENGTH, PickleValue.of(17), PickleValue.of(10), PickleValue.of(12), PickleValue.of(15));
    BigInteger huge = BigInteger.TWO.pow(100);
    assertMerged(
        LENGTH,
        PickleValue.of(3),
        new PickleValue.BigInt(huge),
        new PickleValue.BigInt(huge.add(BigInteger.ONE)),
        PickleValue.of(2));
  }

  @Test
  void aLengthThatIsNoIntIsLeftToTheClient() {
    assertLeftToTheClient(LENGTH, PickleValue.of(1), PickleValue.of(2), new Real(1.5));
    assertLeftToTheClient(LENGTH, PickleValue.of(1), PickleValue.of(2), PickleValue.of(true));
    assertLeftToTheClient(LENGTH, NONE, PickleValue.of(2), PickleValue.of(2));
  }

  @Test
  void keysThatEitherInsertedOrDeletedAreInsertedAndDeleted() {
    assertSet("abcde", "ace", "abce", "acde");
    assertSet("ae", "acde", "ade", "ace");
    assertSet("0bcz", "abc", "0bc", "abcz");
    assertSet("abc", "a", "ab", "ac");
    assertSet("abc", "", "b", "ac");
  }

  @Test
  void theSameChangeByBothIsAConflict() {
    assertNoSet("ac", "abc", "abc"); // inserted
    assertNoSet("abc", "ac", "ac"); // deleted
    assertNoSet("", "a", "ab");
  }

  @Test
  void theFirstKeyIsDeletedByNobody() {
    assertNoSet("abc", "bc", "abcd");
    assertNoSet("abc", "abcd", "bc");
    assertSet("0bcd", "abc", "0bc", "abcd"); // another first key took its place
  }

  @Test
  void aSideWithoutKeysIsAConflict() {
    assertNoSet("a", "", "ab");
    assertNoSet("a", "ab", "");
    assertNoSet("", "", "");
  }

  @Test
  void valuesThatEitherReplacedAreReplaced() {
    assertMerged(
        BUCKET,
        bucket("abc", 10, 20, 3),
        bucket("abc", 1, 2, 3),
        bucket("abc", 10, 2, 3),
        bucket("abc", 1, 20, 3));
  }

  @Test
  void aValueThatBothReplacedIsAConflictEvenIfTheyAgree() {
    assertLeftToTheClient(BUCKET, bucket("a", 1), bucket("a", 2), bucket("a", 3));
    assertLeftToTheClient(BUCKET, bucket("a", 1), bucket("a", 2), bucket("a", 2));
  }

  @Test
  void aKeyWhoseValueWasReplacedIsNotDeleted() {
    assertLeftToTheClient(BUCKET, bucket("ab", 1, 2), bucket("a", 1), bucket("ab", 1, 3));
    assertLeftToTheClient(BUCKET, bucket("ab", 1, 2), bucket("ab", 1, 3), bucket("a", 1));
  }

  @Test
  void aReplacedFirstValueOfASmallerKeyCountsAsAFirstKey() {
    assertMerged(
        BUCKET, bucket("0c", 7, 3), bucket("bc", 1, 3), bucket("0c", 7, 3), bucket("bc", 1, 3));
  }

  @Test
  void aTreeOfOneBucketIsMergedAsTheBucketIs() {
    PickleValue base = PickleValue.tuple(PickleValue.tuple(bucket("a", 1)));
    PickleValue committed = PickleValue.tuple(PickleValue.tuple(bucket("ab", 1, 2)));
    PickleValue mine = PickleValue.tuple(PickleValue.tuple(bucket("ac", 1, 3)));
    PickleValue both = PickleValue.tuple(PickleValue.tuple(bucket("abc", 1, 2, 3)));
    assertMerged(TREE, both, base, committed, mine);
    PickleValue onlyBoth = PickleValue.tuple(PickleValue.tuple(bucket("ab", 1, 2)));
    PickleValue other = PickleValue.tuple(PickleValue.tuple(bucket("b", 2)));
    assertMerged(TREE, onlyBoth, NONE, base, other); // it was empty
    assertLeftToTheClient(TREE, base, NONE, mine); // it was emptied
  }

  @Test
  void aTreeOfSeveralBucketsIsLeftToTheClient() {
    PickleValue one = PickleValue.tuple(PickleValue.tuple(bucket("ab", 1, 2)));
    PickleValue split = PickleValue.tuple(PickleValue.tuple(ref(1), text("b"), ref(2)), ref(1));
    assertLeftToTheClient(TREE, one, split, one);
    assertLeftToTheClient(TREE, split, split, split);
  }

  @Test
  void theNextBucketIsKeptAndMustBeTheSame() {
    PickleValue base = before(ref(5), "a");
    PickleValue committed = before(ref(5), "ab");
    PickleValue mine = before(ref(5), "ac");
    assertMerged(SET, before(ref(5), "abc"), base, committed, mine);
    assertLeftToTheClient(SET, base, before(ref(6), "ab"), mine); // it was split
    assertLeftToTheClient(SET, base, letters("ab"), mine);
  }

  private static PickleValue before(PickleValue next, String letters) {
    return PickleValue.tuple(((PickleValue.Tuple) letters(letters)).get(0), next);
  }

  @Test
  void referencesAreOnlyEqualToThemselves() {
    assertMerged(
        BUCKET,
        bucket("ab", ref(1), ref(2)),
        bucket("a", ref(1)),
        bucket("ab", ref(1), ref(2)),
        bucket("a", ref(1)));
    assertLeftToTheClient(BUCKET, bucket("a", ref(1)), bucket("a", ref(2)), bucket("a", ref(1)));
    assertLeftToTheClient(BUCKET, bucket("a", ref(1)), bucket("a", NONE), bucket("a", ref(1)));
  }

  @Test
  void aWeakReferenceIsEqualOnlyIfItIsWrittenTheSame() {
    PickleValue weak = weak("db");
    assertMerged(
        BUCKET,
        bucket("ab", weak, 1),
        bucket("a", weak),
        bucket("ab", weak("db"), 1),
        bucket("a", weak("db")));
    assertLeftToTheClient(
        BUCKET, bucket("a", weak), bucket("ab", weak("other"), 1), bucket("a", weak));
  }

  private static PickleValue weak(String database) {
    return new PersistentRef(
        PickleValue.list(
            List.of(
                text("w"), PickleValue.tuple(PickleValue.of(Bytes.ofLong(1)), text(database)))));
  }

  @Test
  void whatOnlyPythonCanCompareIsLeftToTheClient() {
    PickleValue dict = PickleValue.dict(text("k"), text("v"));
    assertLeftToTheClient(BUCKET, bucket("a", dict), bucket("ab", dict, 1), bucket("ac", dict, 1));
    assertLeftToTheClient(BUCKET, bucket("a", 1), bucket("a", text("1")), bucket("a", 1));
    assertLeftToTheClient(SET, letters("a"), leaf(PickleValue.of(1)), letters("ab"));
    Global cls = new Global("m", "C");
    assertLeftToTheClient(BUCKET, bucket("a", 1), bucket("ab", 1, cls), bucket("ac", 1, 2));
  }

  @Test
  void whatIsNotComparedMayBeAnyPlainData() {
    PickleValue dict = PickleValue.dict(text("k"), PickleValue.list(List.of(NONE, ref(3))));
    assertMerged(
        BUCKET,
        bucket("abc", 1, dict, 2),
        bucket("a", 1),
        bucket("ab", 1, dict),
        bucket("ac", 1, 2));
  }

  @Test
  void keysOutOfOrderAreLeftToTheClient() {
    assertNoSet("ba", "abc", "abd");
    assertNoSet("ab", "aab", "abd");
  }

  @Test
  void itemsThatTheTypeOfTheClassWouldConvertAreLeftToTheClient() {
    Global floats = new Global("BTrees.IFBTree", "IFBucket");
    PickleValue one = leaf(PickleValue.of(1), new Real(0.5));
    PickleValue two = leaf(PickleValue.of(1), new Real(0.5), PickleValue.of(2), new Real(2));
    PickleValue wide = leaf(PickleValue.of(1), new Real(0.5), PickleValue.of(3), new Real(0.1));
    PickleValue zero = leaf(PickleValue.of(0), new Real(0), PickleValue.of(1), new Real(0.5));
    assertMerged(
        floats,
        leaf(
            PickleValue.of(0),
            new Real(0),
            PickleValue.of(1),
            new Real(0.5),
            PickleValue.of(2),
            new Real(2)),
        one,
        two,
        zero);
    assertLeftToTheClient(floats, one, two, wide);
    Global unsigned = new Global("BTrees.UOBTree", "UOSet");
    assertLeftToTheClient(
        unsigned, leaf(PickleValue.of(1)), leaf(PickleValue.of(-1)), leaf(PickleValue.of(1)));
    assertLeftToTheClient(
        unsigned,
        leaf(PickleValue.of(1)),
        leaf(PickleValue.of(1), PickleValue.of(1L << 32)),
        leaf(PickleValue.of(1)));
  }

  @Test
  void theClassPickleMayHaveAnyOfItsForms() {
    Bytes base = record(SET, letters("a"));
    Bytes committed = record(PickleValue.tuple(SET, PickleValue.tuple()), letters("ab"));
    PickleValue names = PickleValue.tuple(text("BTrees.OOBTree"), text("OOSet"));
    Bytes mine = record(PickleValue.tuple(names, NONE), letters("ac"));
    assertThat(MERGE.merge(base, committed, mine).map(merged -> Loaded.of(merged, true)))
        .contains(Loaded.of(record(PickleValue.tuple(names, NONE), letters("abc")), true));
    Bytes withArguments = record(PickleValue.tuple(SET, PickleValue.tuple(NONE)), letters("ac"));
    assertThat(MERGE.merge(base, committed, withArguments)).isEmpty();
    assertThat(MERGE.merge(base, committed, record(names, letters("ac")))).isEmpty();
  }

  @Test
  void anObjectThatChangedItsClassIsLeftToTheClient() {
    Global other = new Global("BTrees.OOBTree", "OOTreeSet");
    assertThat(
            MERGE.merge(
                record(SET, letters("a")),
                record(other, PickleValue.tuple(PickleValue.tuple(letters("ab")))),
                record(SET, letters("ac"))))
        .isEmpty();
  }

  @Test
  void onlyClassesOfTheBTreesPackageAreHandled() {
    assertThat(RecordMerge.handles("BTrees.Length", "Length")).isTrue();
    assertThat(RecordMerge.handles("BTrees.IOBTree", "IOTreeSet")).isTrue();
    assertThat(RecordMerge.handles("BTrees.fsBTree", "fsBucketPy")).isTrue();
    assertThat(RecordMerge.handles("BTrees.OOBTree", "IOBTree")).isFalse();
    assertThat(RecordMerge.handles("BTrees.FOBTree", "FOBTree")).isFalse();
    assertThat(RecordMerge.handles("BTrees.OOBTree", "OOTreeIterator")).isFalse();
    assertThat(RecordMerge.handles("BTrees.OOBTree", "O")).isFalse();
    assertThat(RecordMerge.handles("persistent.mapping", "PersistentMapping")).isFalse();
    PickleValue counter = PickleValue.of(1);
    assertLeftToTheClient(new Global("app", "Length"), counter, counter, counter);
  }

  @Test
  void brokenRecordsAreLeftToTheClient() {
    Bytes good = record(SET, letters("ab"));
    for (int length = 0; length < good.length(); length++) {
      Bytes cut = Bytes.copyOf(good.array(), 0, length);
      assertThat(MERGE.merge(good, good, cut)).isEmpty();
      assertThat(MERGE.merge(cut, good, good)).isEmpty();
    }
    for (PickleValue state :
        Arrays.asList(
            PickleValue.of(1),
            PickleValue.tuple(),
            PickleValue.tuple(NONE),
            PickleValue.tuple(PickleValue.tuple(), NONE),
            PickleValue.tuple(NONE, NONE, NONE))) {
      assertLeftToTheClient(SET, letters("a"), letters("ab"), state);
      assertLeftToTheClient(TREE, NONE, NONE, state);
    }
    assertLeftToTheClient(BUCKET, bucket("a", 1), leaf(text("a")), bucket("a", 1));
  }

  @Test
  void nestedAliasesAreNotWalkedThroughAgainAndAgain() {
    PickleWriter bomb = new PickleWriter().begin(2).value(SET).end().begin(2);
    bomb.op(Opcode.EMPTY_TUPLE);
    for (int i = 0; i < 200; i++) { // 2^200 items, each level one node: x = (x, x)
      bomb.raw(new byte[] {'q', 0, 'h', 0}).op(Opcode.TUPLE2);
    }
    Bytes hostile =
        bomb.op(Opcode.TUPLE1).op(Opcode.TUPLE1).end().toBytes(); // the only key of a set
    assertThat(MERGE.merge(hostile, hostile, hostile)).isEmpty();
  }
}
