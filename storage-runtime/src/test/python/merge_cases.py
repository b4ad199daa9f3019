"""Random conflicts of the BTrees package, and what ZODB makes of each.

Usage: python merge_cases.py SEED COUNT

Writes to stdout, for each case: what it is about, the base, the committed record, the record that
was to replace the base, and the one that ZODB.ConflictResolution makes of them; each as its length
in four bytes, big-endian, and itself. A length of -1 says that ZODB refused.
"""

import datetime
import io
import logging
import random
import struct
import sys
from pickle import Pickler

import BTrees
from BTrees.Length import Length
from ZODB.ConflictResolution import ConflictResolvingStorage
from ZODB.POSException import ConflictError

KINDS = ("Bucket", "Set", "BTree", "TreeSet")
CLASSES = [
    (family, kind, family + kind + suffix)
    for family in BTrees._FAMILIES
    for kind in KINDS
    for suffix in ("", "Py")
]
BOUNDS = {
    "I": (-(2**31), 2**31 - 1),
    "U": (0, 2**32 - 1),
    "L": (-(2**63), 2**63 - 1),
    "Q": (0, 2**64 - 1),
}


class Storage(ConflictResolvingStorage):
    """Keeps the two revisions of the one object of a case."""

    def loadSerial(self, oid, serial):
        return self.revisions[serial]

    def resolved(self, base, committed, mine):
        self.revisions = {b"base": base, b"committed": committed}
        try:
            return self.tryToResolveConflict(b"oid", b"committed", b"base", mine)
        except ConflictError:
            return None


class Reference:
    """Stands for a persistent object; pickled as its id."""

    def __init__(self, id):
        self.id = id


class RecordPickler(Pickler):
    def persistent_id(self, value):
        return value.id if isinstance(value, Reference) else None


def record(rnd, module, name, state, protocol=3):
    out = io.BytesIO()
    pickler = RecordPickler(out, protocol)
    cls = getattr(sys.modules[module], name)
    if name.endswith("Py"):  # such a class is pickled by its name in C
        pickler.dump(((module, name), None))
    else:
        pickler.dump(rnd.choice((cls, (cls, None), (cls, ()), ((module, name), None))))
    pickler.dump(state)
    return out.getvalue()


def oid(n):
    return n.to_bytes(8, "big")


def some_key(rnd, n):
    """How to make a key from a small number; so that they collide. Whether Java should know it."""
    plain = {
        "int": lambda i: i - n // 2,
        "str": lambda i: "größer %d \U0001f418" % i if i % 3 else "\uff5a%d" % i,
        "surrogate": lambda i: "%s%d" % (chr(0xD7FE + i % 4), i),
        "bytes": lambda i: bytes((i % 3, 255 - i)),
        "big": lambda i: (i - 5) * 2**62,
        "float": lambda i: (i - 3.25) / 7,
        "bool": lambda i: i % 2 == 1,
        "none or str": lambda i: str(i) if i else None,
        "tuple": lambda i: ("t", i % 3, ("u", b"%d" % i)),
        "tuple of none": lambda i: (None, str(i)),
    }
    odd = {
        "mixed": lambda i: rnd.choice((i, str(i), float(i))),
        "int or bool": lambda i: rnd.choice((i, bool(i))),
        "int or float": lambda i: rnd.choice((i, float(i))),
        "zeros": lambda i: rnd.choice((0.0, -0.0, float(i))),
        "nan": lambda i: rnd.choice((float("nan"), float(i))),
        "date": lambda i: datetime.date.fromordinal(739000 + i),
        "tuple or none": lambda i: (rnd.choice((None, 1)), i),
        "reference": lambda i: Reference((oid(i), None)),
    }
    return choose(rnd, plain, odd)


def some_value(rnd):
    numbers = [rnd.randrange(-3, 3) * rnd.choice((1, 2**20, 2**80)) for _ in range(4)]
    plain = {
        "int": lambda: rnd.choice(numbers),
        "str": lambda: rnd.choice(("", "a", "\x00", "z" * 300)),
        "bytes": lambda: rnd.choice((b"", b"a", b"\xff")),
        "float": lambda: rnd.choice((0.5, -1e300, float("inf"), 2.0)),
        "bool": lambda: rnd.choice((True, False)),
        "none": lambda: None,
        "none or int": lambda: rnd.choice((None, 1, 2)),
        "tuple": lambda: (rnd.randrange(2), tuple(["x", None])),  # a constant would be shared
        "list": lambda: ["y", [rnd.randrange(2)]],
        "reference": lambda: Reference((oid(7), rnd.choice((None, Length)))),
    }
    shared = ["shared"]
    odd = {
        "dict": lambda: {"k": rnd.randrange(2)},
        "list of dict": lambda: [{"k": rnd.randrange(2)}],
        "mixed": lambda: rnd.choice((1, "1", 1.0, None, b"1", True, [1], (1,))),
        "zeros": lambda: rnd.choice((0.0, -0.0, 0, False)),
        "nan": lambda: rnd.choice((float("nan"), 1.0)),
        "date": lambda: datetime.datetime(2026, 1, rnd.randrange(1, 3)),
        "set": lambda: {rnd.randrange(2)},
        "class": lambda: rnd.choice((Length, datetime.date)),
        "shared": lambda: rnd.choice((shared, [shared, shared])),
        "references": lambda: Reference(some_reference(rnd)),
        "reference or none": lambda: rnd.choice((None, Reference((oid(1), None)))),
        "tuple of references": lambda: (Reference(some_reference(rnd)), 1),
    }
    return choose(rnd, plain, odd)


def some_reference(rnd):
    o = oid(rnd.randrange(1, 3))
    db = rnd.choice(("one", "two"))
    return rnd.choice(
        (
            o,
            (o, None),
            (o, Length),
            ["m", (db, o, Length)],
            ["n", (db, o)],
            ["w", (o,)],
            ["w", (o, db)],
        )
    )


def choose(rnd, plain, odd):
    is_plain = rnd.random() < 0.75
    name = rnd.choice(sorted(plain if is_plain else odd))
    return name, is_plain, (plain if is_plain else odd)[name]


def native(rnd, letter, n):
    """The same for a letter that is not O: now and then with what only nearly fits."""
    is_plain = rnd.random() < 0.9
    if letter == "F":
        numbers = [0.0, -0.0, 0.5, float("inf"), struct.unpack("f", struct.pack("f", 0.1))[0]]
        odd = [1, True, 0.1, 1e39, float("nan")]
    elif letter == "f":
        numbers, odd = [bytes((i % 2, 127 + i)) for i in range(n)], [b"", b"abc", "ab"]
    elif letter == "s":
        numbers, odd = [b"ab\x00cd" + bytes((i,)) for i in (0, 1, 255)], [b"abcde", "abcdef", 1]
    else:
        low, high = BOUNDS[letter]
        numbers = [low, low + 1, *range(n), high - 1, high]
        odd = [True, low - 1, high + 1, 1.0, "1", None]
    choices = numbers if is_plain else numbers + odd
    return "native" if is_plain else "nearly native", is_plain, choices


class Case:
    """A class, and how to make its keys and values."""

    def __init__(self, rnd):
        self.rnd = rnd
        family, self.kind, self.name = rnd.choice(CLASSES)
        self.module = f"BTrees.{family}BTree"
        self.is_map = self.kind in ("Bucket", "BTree")
        self.is_tree = self.kind in ("BTree", "TreeSet")
        self.range = rnd.choice((3, 6, 12, 25, 60))
        key_name, plain_keys, self.keys = self.maker(family[0], some_key(rnd, self.range))
        value_name, plain_values, self.values = self.maker(family[1], some_value(rnd))
        self.is_plain = plain_keys and (plain_values or not self.is_map)
        self.about = f"{self.module} {self.name} keys {key_name}, values {value_name}"
        following = rnd.random() < 0.4 and not self.is_tree
        self.next = self.reference(900) if following else None

    def maker(self, letter, any_object):
        if letter == "O":
            name, is_plain, make = any_object
            return name, is_plain, make
        name, is_plain, choices = native(self.rnd, letter, self.range)
        return name, is_plain, lambda i=None: self.rnd.choice(choices)

    def reference(self, n):
        return Reference((oid(n), getattr(sys.modules[self.module], self.name)))

    def key(self):
        return self.keys(self.rnd.randrange(self.range))

    def value(self):
        return self.values() if self.is_map else None

    def items(self, size):
        return self.in_order([(self.key(), self.value()) for _ in range(size)])

    def in_order(self, items):
        unique = []
        for item in items:
            if not any(same(item[0], other[0]) for other in unique):
                unique.append(item)
        try:
            return sorted(unique, key=lambda item: (item[0] is not None, item[0]))
        except TypeError:
            return unique  # as nobody would store them

    def changed(self, base):
        """What a transaction made of it: most change little, some much."""
        items = list(base)
        for _ in range(self.rnd.choice((0, 1, 1, 1, 1, 2, 2, 4))):
            what = self.rnd.random()
            if what < 0.5 or not items:
                items = [(self.key(), self.value())] + items  # a new key, or a new value
            elif what < 0.7:
                i = self.rnd.randrange(len(items))
                items[i] = (items[i][0], self.value())
            else:
                del items[self.rnd.randrange(len(items))]
        if self.rnd.random() < 0.03:
            items = []
        return self.in_order(items)

    def state(self, items, next):
        flat = tuple(part for item in items for part in item[: 2 if self.is_map else 1])
        leaf = (flat,) if next is None else (flat, next)
        if not self.is_tree:
            return leaf
        return ((leaf,),) if items or self.rnd.random() < 0.2 else None

    def split(self, items):
        """The same in two buckets."""
        middle = len(items) // 2
        if self.is_tree:
            left, right = self.reference(901), self.reference(902)
            return ((left, items[middle][0], right), left)
        return self.state(items[:middle], self.reference(903))

    def records(self):
        base = self.items(self.rnd.choice((0, 1, 2, 4, 8, 12)))
        committed, mine = self.changed(base), self.changed(base)
        for items in (base, committed, mine):
            chance = 0.02 if len(items) > 1 else 0
            split = self.rnd.random() < chance
            state = self.split(items) if split else self.state(items, self.next)
            protocol = 3 if self.is_plain else self.rnd.choice((1, 2, 3))  # oids are calls below 3
            yield record(self.rnd, self.module, self.name, state, protocol)


def same(one, other):
    return type(one) is type(other) and not isinstance(one, Reference) and one == other


def length_case(rnd):
    numbers = [rnd.choice((0, 1, 255, -7, 2**31, 2**63 - 1, -(2**63), 2**64, 3**300))]
    numbers += [numbers[0] + rnd.choice((-1, 1, 5, 2**40)) for _ in range(2)]
    is_plain = rnd.random() < 0.9
    if not is_plain:
        numbers[rnd.randrange(3)] = rnd.choice((None, "1", True, 1.5))
    about = "BTrees.Length Length " + ("ints" if is_plain else "odd")
    return about, is_plain, [record(rnd, "BTrees.Length", "Length", n) for n in numbers]


def case(rnd):
    if rnd.randrange(100) == 0:
        return length_case(rnd)
    made = Case(rnd)
    return made.about, made.is_plain, list(made.records())


def main(seed, count):
    logging.disable(logging.CRITICAL)
    storage = Storage()
    out = sys.stdout.buffer
    for number in range(count):
        rnd = random.Random(f"{seed} {number}")
        about, is_plain, records = case(rnd)
        about = f"{'plain' if is_plain else 'odd'} {number}: {about}"
        for part in (about.encode(), *records, storage.resolved(*records)):
            out.write(struct.pack(">i", -1 if part is None else len(part)))
            out.write(part or b"")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
