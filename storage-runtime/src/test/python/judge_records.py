"""Judges pairs of records: does Python load the same from both?

Usage: judge_records.py FILE, whose lines are two records in hexadecimal, separated by a space. Uses
the standard library only: classes it does not have are made up, and remember what is done to them.
A first record that Python itself refuses to load is left out of the judgement.
"""

import builtins
import collections
import datetime
import decimal
import io
import pickle
import sys
import uuid


class Made:
    """An object of a class that is not there."""

    def __new__(cls, *args, **kwargs):
        self = object.__new__(cls)
        self.__dict__.update(args=args, kwargs=kwargs, called=False, state=(), items=[], pairs=[])
        return self

    def __init__(self, *args, **kwargs):
        self.__dict__["called"] = True

    def __setstate__(self, state):
        self.__dict__["state"] = (state,)

    def append(self, item):
        self.items.append(item)

    def extend(self, items):
        self.items.extend(items)

    def __setitem__(self, key, value):
        self.pairs.append((key, value))


class Zone(datetime.tzinfo):
    """A time zone of a library that is not there."""

    def __new__(cls, *args):
        self = datetime.tzinfo.__new__(cls)
        self.args = args
        return self

    def __init__(self, *args):
        pass


class Reference:
    def __init__(self, id):
        self.id = id


CLASSES = {
    ("builtins", "set"): set,
    ("builtins", "frozenset"): frozenset,
    ("builtins", "list"): list,
    ("builtins", "dict"): dict,
    ("collections", "OrderedDict"): collections.OrderedDict,
    ("datetime", "date"): datetime.date,
    ("datetime", "datetime"): datetime.datetime,
    ("datetime", "time"): datetime.time,
    ("datetime", "timedelta"): datetime.timedelta,
    ("datetime", "timezone"): datetime.timezone,
    ("decimal", "Decimal"): decimal.Decimal,
    ("uuid", "UUID"): uuid.UUID,
    ("pytz", "_p"): type("_p", (Zone,), {}),
    ("pytz", "_UTC"): type("_UTC", (Zone,), {}),
    ("zoneinfo", "ZoneInfo._unpickle"): type("ZoneInfo", (Zone,), {}),
}


def attribute_of(target, name):
    module, path = NAMES[target]
    return find(module, path + "." + name)


CLASSES[("builtins", "getattr")] = attribute_of
NAMES = {cls: names for names, cls in CLASSES.items()}


def find(module, name):
    names = (module, name)
    if names not in CLASSES:
        CLASSES[names] = type(name.replace("\0", "?"), (Made,), {})
        NAMES[CLASSES[names]] = names
    return CLASSES[names]


class Unpickler(pickle.Unpickler):
    def find_class(self, module, name):
        return find(module, name)

    def persistent_load(self, id):
        return Reference(id)


class Spelling:
    """Spells a value; what has identity is numbered, and only its number is spelled again."""

    def __init__(self):
        self.seen = {}
        self.parts = []

    def say(self, *words):
        self.parts.extend(str(word) for word in words)

    def again(self, value):
        if id(value) in self.seen:
            self.say("^", self.seen[id(value)][0])
            return True
        # The value is kept as well: ids of the dead are used again.
        self.seen[id(value)] = (len(self.seen), value)
        return False

    def of(self, value):
        self.spell(value)
        return " ".join(self.parts)

    def row(self, name, items):
        self.say(name, "[")
        for item in items:
            self.spell(item)
        self.say("]")

    def spell(self, value):
        kind = type(value)
        if value is None or kind in (bool, int, str, bytes):
            self.say(kind.__name__, ascii(value))
        elif kind is float:
            self.say("float", value.hex())
        elif kind is tuple:
            self.row("tuple", value)
        elif kind is frozenset:
            self.row("frozenset", sorted(value, key=spelled))
        elif isinstance(value, (datetime.datetime, datetime.time)):
            zone = value.tzinfo
            self.say(kind.__name__, value.replace(tzinfo=None).isoformat(), value.fold)
            self.spell(zone)
        elif isinstance(value, datetime.timezone):
            self.say("timezone", value.__getinitargs__())
        elif isinstance(value, (datetime.date, datetime.timedelta, decimal.Decimal, uuid.UUID)):
            self.say(repr(value))
        elif isinstance(value, Zone):
            self.row(NAMES[kind], value.args)
        elif isinstance(value, type) or callable(value):
            self.say("global", NAMES[value])
        elif kind is Reference:
            self.reference(value.id)
        elif not self.again(value):
            self.content(kind, value)

    def content(self, kind, value):
        if kind is list:
            self.row("list", value)
        elif kind is set:
            self.row("set", sorted(value, key=spelled))
        elif isinstance(value, dict):
            self.row(kind.__name__, [part for pair in value.items() for part in pair])
        elif kind is bytearray:
            self.say("bytearray", value.hex())
        else:
            self.say(NAMES[kind], value.called)
            self.row("args", value.args)
            self.spell(value.kwargs)
            self.row("appends", value.items)
            self.row("pairs", value.pairs)
            for state in value.state:
                self.state(state)

    def state(self, state):
        """Attributes have no order."""
        if type(state) is dict and not self.again(state):
            for key, item in sorted(state.items(), key=lambda pair: spelled(pair[0])):
                self.spell(key)
                self.spell(item)
        elif type(state) is not dict:
            self.spell(state)

    def reference(self, id):
        self.say("reference")
        if type(id) is tuple and len(id) == 2 and type(id[0]) is str:
            id = (id[0].encode("latin-1"), id[1])  # bytes of Python 2
        self.spell(id)


def spelled(value):
    return Spelling().of(value)


def record(data):
    unpickler = Unpickler(io.BytesIO(data), encoding="latin-1")
    cls, state = unpickler.load(), unpickler.load()
    if type(cls) is tuple and type(cls[0]) is not str:
        cls, args = cls
        assert not args
    if type(cls) is tuple:
        cls = find(*cls)
    spelling = Spelling()
    spelling.say(NAMES[cls])
    spelling.state(state)
    return " ".join(spelling.parts)


def main(path):
    sys.setrecursionlimit(20_000)
    judged = left_out = 0
    for number, line in enumerate(open(path), 1):
        first, second = (bytes.fromhex(part) for part in line.split())
        try:
            wanted = record(first)
        except Exception:
            left_out += 1
            continue
        found = record(second)
        if wanted != found:
            sys.exit(f"line {number} differs\n{first.hex()}\n{wanted}\n{second.hex()}\n{found}")
        judged += 1
    print(f"judged {judged}, left out {left_out}")


if __name__ == "__main__":
    main(sys.argv[1])
