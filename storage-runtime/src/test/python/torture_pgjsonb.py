"""Reads the corpus by zodb-pgjsonb, which knows the JSON of a record only, and says what it cannot.

Usage: python torture_pgjsonb.py TRUTH DSN FREE|PRESERVING

TRUTH is what torture_corpus.py wrote. Says at the end

    {"equal": 123, "unequal": [[oid, tid, "why", "name"], …]}
"""

import io
import sys
import threading

import pgjsonb
from channel import tell
from records import class_and_arguments
from records import equal
from records import Reader
from records import TooLarge
from records import Walk
from torture_corpus import DEPTH
from torture_corpus import lines
from torture_corpus import STACK_BYTES
from ZODB.POSException import POSKeyError
from ZODB.utils import p64

# Its loadBefore asks whether there is a state, and None is one: of an empty tree, for example.
NO_STATE = "an old state of None is taken for the end of the object"

# The state of what has no JSON.
NOTHING = b"\x80\x02N."


class Lenient(Walk):
    """Overlooks more and more: what the order is, what is one, which number it is."""

    def __init__(self, overlooked):
        super().__init__()
        self.overlooked = overlooked
        self.open = []

    def of(self, value):
        if "numbers" in self.overlooked and type(value) is float:
            value = as_json_has_it(value)
        if type(value) in (str, bytes, int, type(None)):
            return super().of(value)
        if any(value is one for one in self.open):
            return "cycle"
        self.open.append(value)
        described = super().of(value)
        self.open.pop()
        return described

    def once(self, value):
        return None if "aliases" in self.overlooked else super().once(value)

    def container(self, kind, value):
        described = super().container(kind, value)
        if kind is dict and "order" in self.overlooked:
            return sorted(described, key=repr)
        return described


def as_json_has_it(value):
    if value != value or value in (float("inf"), float("-inf")):
        return None
    return int(value) if abs(value) >= 1e16 else value + 0.0


def load(data, overlooked):
    reader = Reader(io.BytesIO(data), encoding="bytes")
    meta, state = reader.load(), reader.load()
    return Lenient(overlooked).of(class_and_arguments(meta)), Lenient(overlooked).attributes(state)


OVERLOOKED = {
    "text of Python 2 becomes bytes": set(),
    "a dict gets another order": {"order"},
    "one object becomes several": {"order", "aliases"},
    "a float is not what it was": {"order", "aliases", "numbers"},
}


def why(data, found):
    """What has to be overlooked for the two to be equal."""
    if found.endswith(NOTHING):
        return "JSON cannot hold it at all"
    try:
        for reason, overlooked in OVERLOOKED.items():
            if load(data, overlooked) == load(found, overlooked):
                return reason
        wanted, got = load(data, {"aliases"}), load(found, {"aliases"})
    except TooLarge:
        return "too large to tell"
    except Exception:
        return "what is made of the JSON does not load"
    if "'cycle'" in repr(wanted):
        return "a cycle is cut"
    if wanted[0] != got[0]:
        return "the class is not what it was"
    return "a dict looks like a word of the codec" if b"@" in data else "other"


def find(storage, line):
    if line["end"] is None:
        return storage.load(p64(line["oid"]))[0]
    return storage.loadBefore(p64(line["oid"]), p64(line["end"]))[0]


def read(path, dsn, mode):
    storage = pgjsonb.storage(dsn, mode)
    same = 0
    unequal = []
    for line in lines(path):
        if line["end"] is not None and mode == "FREE":
            continue
        try:
            found = find(storage, line)
        except POSKeyError:
            reason = NO_STATE
        except Exception as error:
            reason = f"refused with {type(error).__name__}"
        else:
            if equal(line["data"], found):
                same += 1
                continue
            reason = why(line["data"], found)
        unequal.append([line["oid"], line["tid"], reason, line["name"]])
    tell(equal=same, unequal=unequal)
    storage.close()


def run():
    read(*sys.argv[1:])
    done.append(True)


done = []

if __name__ == "__main__":
    sys.setrecursionlimit(DEPTH)
    sys.set_int_max_str_digits(0)
    threading.stack_size(STACK_BYTES)
    worker = threading.Thread(target=run)
    worker.start()
    worker.join()
    sys.exit(0 if done else 1)
