"""Copies a FileStorage of mixed objects over ZEO, and compares every record.

Usage: python filestorage_copy.py PORT FREE|PRESERVING

Says {"transactions": n, "objects": n, "records": n, "identical": n} at the end.
"""

import datetime
import decimal
import logging
import os
import random
import sys
import tempfile

import transaction
import ZODB.FileStorage
from BTrees.IOBTree import IOBTree
from BTrees.Length import Length
from BTrees.LOBTree import LOBTree
from BTrees.OOBTree import OOBTree
from BTrees.OOBTree import OOTreeSet
from channel import tell
from persistent.list import PersistentList
from persistent.mapping import PersistentMapping
from records import equal
from ZEO.ClientStorage import ClientStorage
from ZODB.POSException import POSKeyError
from ZODB.utils import maxtid

OBJECTS = 10_000
TRANSACTIONS = 150


SCALARS = [
    lambda chance: None,
    lambda chance: True,
    lambda chance: chance.randrange(-5, 5),
    lambda chance: chance.randrange(-2**70, 2**70),
    lambda chance: chance.random() * 10**chance.randrange(-300, 300),
    lambda chance: float("inf"),
    lambda chance: "",
    lambda chance: "größer \U0001f418 \0 \x7f \\u0000",
    lambda chance: "@ns",
    lambda chance: b"",
    lambda chance: chance.randbytes(chance.randrange(300)),
    lambda chance: datetime.date(2026, 11, 22),
    lambda chance: datetime.datetime(1999, 12, 31, 23, 59, 59, 999999),
    lambda chance: datetime.timedelta(days=-1, microseconds=1),
    lambda chance: decimal.Decimal("1.10"),
    lambda chance: (1, (2, ()), [3, {"four": 4.0}]),
    lambda chance: {1, 2, 3},
    lambda chance: frozenset(["a"]),
    lambda chance: 1 + 2j,
    lambda chance: datetime.timezone.utc,
]


def scalar(chance):
    return chance.choice(SCALARS)(chance)


def value(chance, depth=0):
    kind = chance.randrange(10)
    if depth > 3 or kind < 6:
        return scalar(chance)
    if kind < 8:
        return [value(chance, depth + 1) for _ in range(chance.randrange(4))]
    keys = [chance.choice(["a", "b c", "", 7, None, ("t", 1), "@cls"]) for _ in range(4)]
    return {key: value(chance, depth + 1) for key in keys}


def thing(chance):
    kind = chance.randrange(8)
    if kind == 0:
        return PersistentList([value(chance) for _ in range(chance.randrange(6))])
    if kind == 1:
        return OOBTree({str(i): scalar(chance) for i in range(chance.randrange(40))})
    if kind == 2:
        return IOBTree({i * 7: value(chance) for i in range(chance.randrange(40))})
    if kind == 3:
        return LOBTree({2**40 + i: "x" * i for i in range(chance.randrange(20))})
    if kind == 4:
        return OOTreeSet([(str(i), i) for i in range(chance.randrange(60))])
    if kind == 5:
        return Length(chance.randrange(1000))
    mapping = PersistentMapping({str(i): value(chance) for i in range(chance.randrange(8))})
    if kind == 6:
        shared = [1, 2]
        mapping["shared"] = [shared, shared]
        cycle = []
        cycle.append(cycle)
        mapping["cycle"] = cycle
    return mapping


def fill(storage):
    """Makes the objects, changes some of them, undoes some of that, and makes some vanish."""
    chance = random.Random(4711)
    db = ZODB.DB(storage)
    manager = transaction.TransactionManager()
    connection = db.open(manager)
    root = connection.root()
    shelves = root["shelves"] = OOBTree()
    manager.commit()
    per_transaction = OBJECTS // TRANSACTIONS + 1
    for number in range(TRANSACTIONS):
        shelf = shelves[number] = PersistentMapping()
        for i in range(per_transaction):
            shelf[i] = thing(chance)
        if number:
            changed = shelves[chance.randrange(number)]
            for i in chance.sample(range(per_transaction), 5):
                if isinstance(changed[i], PersistentMapping):
                    changed[i]["changed"] = value(chance)
                elif isinstance(changed[i], Length):
                    changed[i].change(1)
            changed["link"] = shelf
        note = manager.get()
        note.setUser(f"user {number}", "/acl_users")
        note.note(f"shelf {number} größer")
        note.setExtendedInfo("number", number)
        note.setExtendedInfo("list", ["a", 1, None])
        manager.commit()
    shelves[-1] = PersistentMapping(here=PersistentMapping())
    manager.commit()
    for undone in range(2):  # the last shelf vanishes, and comes back
        db.undo(db.undoLog(0, 1)[0]["id"], manager.get())
        manager.commit()
    connection.close()
    db.close()


def compare_transactions(source, target):
    records = identical = transactions = 0
    theirs = target.iterator()
    for expected in source.iterator():
        found = next(theirs)
        transactions += 1
        assert found.tid == expected.tid
        assert found.status == expected.status, found.status
        assert found.user == expected.user, (found.user, expected.user)
        assert found.description == expected.description
        assert found.extension == expected.extension, (found.extension, expected.extension)
        ours = sorted(expected, key=lambda record: record.oid)
        copies = sorted(found, key=lambda record: record.oid)
        assert [r.oid for r in copies] == [r.oid for r in ours]
        for mine, copy in zip(ours, copies):
            assert copy.tid == mine.tid
            records += 1
            identical += same(mine.oid, mine.data, copy.data)
    assert next(theirs, None) is None
    return transactions, records, identical


def compare_current(source, target):
    records = identical = 0
    for oid in sorted(set(r.oid for t in source.iterator() for r in t)):
        try:
            expected = source.loadBefore(oid, maxtid)
        except POSKeyError:
            expected = None
        if expected is None:
            try:
                raise AssertionError((oid, target.loadBefore(oid, maxtid)))
            except POSKeyError:
                continue
        data, tid, end = target.loadBefore(oid, maxtid)
        assert (tid, end) == expected[1:], oid
        records += 1
        identical += same(oid, expected[0], data)
    return records, identical


def same(oid, expected, found):
    """Whether the bytes are the same; where they are not, they must still mean the same."""
    if expected == found:
        return 1
    assert expected is not None and found is not None, oid
    assert equal(expected, found), (oid, expected, found)
    return 0


def main():
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    with tempfile.TemporaryDirectory(prefix="filestorage-copy-") as directory:
        copy(os.path.join(directory, "Data.fs"), int(sys.argv[1]), sys.argv[2])


def copy(path, port, mode):
    source = ZODB.FileStorage.FileStorage(path)
    fill(source)
    source = ZODB.FileStorage.FileStorage(path, read_only=True)
    target = ClientStorage(("127.0.0.1", port), wait_timeout=60, cache_size=200_000_000)
    target.copyTransactionsFrom(source)
    objects = len(source)
    assert objects >= OBJECTS, objects
    assert target.lastTransaction() == source.lastTransaction()
    assert target.new_oid() > max(r.oid for t in source.iterator() for r in t)
    transactions = sum(1 for _ in source.iterator())
    if mode == "PRESERVING":
        transactions, records, identical = compare_transactions(source, target)
    current, identical_now = compare_current(source, target)
    if mode == "FREE":
        records, identical = current, identical_now
    tell(transactions=transactions, objects=objects, records=records, identical=identical)
    target.close()
    source.close()


if __name__ == "__main__":
    main()
