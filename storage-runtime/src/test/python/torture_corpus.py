"""Stores what is hard to keep, and looks whether every record survived.

Usage: python torture_corpus.py store TRUTH SEED COUNT
       python torture_corpus.py read TRUTH PORT PRESERVING|FREE

The first stores every value of torture_values.py, every record of torture_records.py, BTrees of all
families, persistent objects of every odd kind and COUNT random ones, and writes to the file TRUTH
what it sent, revision by revision; the second is another client, of another server. Lines of TRUTH:

    {"name": "scalar/none", "oid": 17, "tid": 287…, "end": null, "data": base64,
     "class": "torture_shapes.Thing", "title": "scalar/none", "refs": [3, 4]}

with null for a class, title or references that are not certain. They say at the end

    {"revisions": 123, "refused": ["name", …], "ports": [1, 2], "dsn": "…"}
    {"identical": 12, "equal": 34, "differing": ["name: why", …], "not_identical": [[oid, tid], …]}
"""

import base64
import collections
import io
import json
import random
import re
import sys
import threading

import BTrees
import persistent.wref
import torture_records
import torture_shapes as shapes
import torture_values
import transaction
import ZODB
import zodbpickle.pickle
from BTrees.Length import Length
from channel import ask
from channel import tell
from persistent.list import PersistentList
from persistent.mapping import PersistentMapping
from records import equal
from records import Reader
from records import references
from torture_shapes import Thing
from ZEO.ClientStorage import ClientStorage
from ZODB.Connection import TransactionMetaData
from ZODB.MappingStorage import MappingStorage
from ZODB.POSException import POSError
from ZODB.serialize import ObjectWriter
from ZODB.utils import p64
from ZODB.utils import u64
from ZODB.utils import z64

BATCH = 500

SHOWN = 50
SHOWN_BYTES = 400

# A BTree that is given a state as it never has ends the process.
HARMFUL = re.compile("class/BTrees")
STACK_BYTES = 512 << 20  # for values that are nested deeply
DEPTH = 40_000


def connect(port):
    return ClientStorage(("127.0.0.1", int(port)), wait_timeout=60, cache_size=1 << 20)


class Truth:
    """What was sent, as it goes through the storage."""

    def __init__(self, storage):
        self.pending = {}
        self.revisions = []
        self.names = {}
        self.part_of = ""
        self.store = storage.store
        self.finish = storage.tpc_finish
        self.abort = storage.tpc_abort
        storage.store = self.note_store
        storage.tpc_finish = self.note_finish
        storage.tpc_abort = self.note_abort

    def note_store(self, oid, serial, data, version, txn):
        self.pending[oid] = data
        self.names.setdefault(oid, f"{self.part_of}/{len(self.names)}")
        return self.store(oid, serial, data, version, txn)

    def note_finish(self, txn, f=lambda tid: None):
        tid = self.finish(txn, f)
        self.revisions += [(oid, tid, data) for oid, data in self.pending.items()]
        self.pending = {}
        return tid

    def note_abort(self, txn):
        self.pending = {}
        return self.abort(txn)

    def write(self, path):
        """Writes them, the revisions of an object in their order."""
        later = {}
        lines = []
        for oid, tid, data in reversed(self.revisions):
            end = later.get(oid)
            later[oid] = u64(tid)
            line = dict(name=self.names[oid], oid=u64(oid), tid=u64(tid), end=end)
            line |= dict(data=base64.b64encode(data).decode(), refs=references(data))
            line["class"], line["title"] = class_and_title(data)
            lines.append(json.dumps(line))
        with open(path, "w") as file:
            file.write("\n".join(reversed(lines)))
        return len(lines)


def class_and_title(data):
    """The class of a record that names one plainly, and the title of one that has it in Unicode."""
    reader = Reader(io.BytesIO(data), encoding="bytes")
    try:
        meta, state = reader.load(), reader.load()
    except Exception:
        return None, None
    plain = isinstance(meta, type) and type(state) is dict and all(type(k) is str for k in state)
    title = state.get("title") if plain else None
    return getattr(meta, "label", None), title if type(title) is str else None


class Store:
    def __init__(self, storage, truth, chance):
        self.storage = storage
        self.truth = truth
        self.chance = chance
        self.refused = []
        self.databases = {}
        db = ZODB.DB(storage, databases=self.databases, database_name="main")
        ZODB.DB(MappingStorage(), databases=self.databases, database_name="other")
        self.connection = db.open(transaction.TransactionManager())
        self.root = self.connection.root()

    def commit(self, named, group):
        """Commits new objects, reachable from the root, and notes their names."""
        self.truth.part_of = f"part-of-{group}"
        self.root[group] = self.root.get(group) or PersistentList()
        self.root[group].extend(made for _, made in named)
        self.connection.transaction_manager.commit()
        self.truth.names.update((made._p_oid, name) for name, made in named)

    def values(self, values):
        """Each as an attribute, as far as ZODB's own pickler takes it."""
        things = []
        for name, value in values.items():
            try:
                zodbpickle.pickle.dumps(value, 3)
            except Exception:
                continue
            things.append((name, Thing(name, value)))
        for start in range(0, len(things), BATCH):
            self.commit(things[start : start + BATCH], "values")

    def random(self, count):
        graph = torture_values.Graph(self.chance)
        for start in range(0, count, BATCH):
            numbers = range(start, min(count, start + BATCH))
            named = [(f"random/{n}", f"random/{n}") for n in numbers]
            self.commit([(n, Thing(t, graph.value(40))) for n, t in named], "random")

    def trees(self):
        """Of every family: empty, in one bucket, in many, on several levels."""
        for family in sorted(name for name in vars(BTrees) if re.fullmatch("[A-Za-z]+BTree", name)):
            module = getattr(BTrees, family)
            prefix = family[:-5]
            made = [
                (f"tree/{prefix}{name}-{size}", filled(getattr(module, prefix + name), prefix, size))
                for name in ("BTree", "Bucket", "TreeSet", "Set")
                for size in (0, 1, 3, 30, 200, 2500)
                if size < 2500 or name in ("BTree", "TreeSet")
            ]
            self.commit(made, "trees")
        shrunk = BTrees.OOBTree.OOBTree({str(i): i for i in range(100)})
        self.commit([("tree/shrunk", shrunk), ("tree/length", Length(2**40))], "trees")
        for i in range(90):
            del shrunk[str(i)]
        things = [Thing(f"in a tree {i}", None) for i in range(50)]
        of_things = BTrees.OOBTree.OOBTree({thing.title: thing for thing in things})
        self.commit([("tree/of-objects", of_things)], "trees")

    def persistent(self):
        """Objects of every odd kind, and references to them, plain, weak, from list and tree."""
        targets = [
            shapes.KeptNewArgs(), shapes.KeptNewArgs(1, ["two"]), shapes.KeptEmptyNewArgs(),
            shapes.KeptReduced(), shapes.KeptUserDict({"b": 1, "a": [2]}),
            shapes.KeptMapping({"b": 1, "a": 2}), shapes.KeptList([1, [2]]), shapes.KeptPoint(1, [2]),
            PersistentMapping(), PersistentMapping({1: 2}), PersistentMapping(a=1, b=2),
            PersistentList(), PersistentList([None, {"b": 1, "a": 2}]), shapes.KeptSlots(),
            shapes.KeptSlotsAndDict(), shapes.named_persistent_class(), shapes.persistent_class(),
        ]  # fmt: skip
        targets[13].a = targets[14].a = targets[14].c = [1]
        for state in (None, 0, 1.5, "", "@dt", b"", (), (None, {"a": 1}), [], [1], {1: 2}, {"@t": []}):
            targets.append(shapes.KeptState(state))
        self.commit([(f"persistent/{n}", made) for n, made in enumerate(targets)], "persistent")
        named = [(f"persistent/instance-{n}", cls()) for n, cls in enumerate(targets[15:17])]
        self.commit([(n, Thing(n, made)) for n, made in named], "persistent")
        weak = persistent.wref.PersistentWeakKeyDictionary()
        for target in targets[:4]:
            weak[target] = "weak"
        once = persistent.wref.WeakRef(targets[0])
        things = [Thing("persistent/weak", once), Thing("persistent/weak-twice", [once, once])]
        things += [Thing("persistent/all", targets), Thing("persistent/all-twice", targets * 2)]
        things += [Thing(f"persistent/to-{n}", {"to": made}) for n, made in enumerate(targets)]
        me = Thing("persistent/me", None)
        me.value = [me, (me, {me.title: me})]
        named = [(thing.title, thing) for thing in (*things, me)]
        self.commit([*named, ("persistent/weak-keys", weak)], "persistent")

    def foreign(self):
        """References to another database, of all kinds."""
        other = self.connection.get_connection("other")
        targets = [Thing("abroad", 1), shapes.KeptNewArgs(1), PersistentList()]
        for number, target in enumerate(targets):
            other.root()[str(number)] = target
        self.connection.transaction_manager.commit()
        named = [(f"foreign/{n}", Thing(f"foreign/{n}", [made])) for n, made in enumerate(targets)]
        far = persistent.wref.WeakRef(targets[0])
        self.commit([*named, ("foreign/weak", Thing("foreign/weak", far))], "foreign")

    def broken(self):
        """What is loaded without its class and stored again, inside an object that has one."""
        gone = b"cnowhere.to_be.found\nGone\n"
        for name, value in {
            "instance": gone + b")\x81}X\x01\0\0\0aK\x01sb",
            "arguments": gone + b"K\x01\x85\x81}X\x01\0\0\0aK\x01sb",
            "reduced": gone + b"K\x01\x85R",
            "reference": b"C\x08\0\0\0\0\0\0\0\1" + gone + b"\x86Q",
            "class": gone,
        }.items():
            name = f"broken/{name}"
            oid = self.raw([(name, torture_records.THING + b"." + torture_records.state(value))])[0]
            self.connection.transaction_manager.begin()
            thing = self.connection.get(oid)
            thing.title = name
            self.truth.part_of = "part-of-broken"
            try:
                self.connection.transaction_manager.commit()
            except Exception as error:  # ZODB stores no broken class again
                print(name, repr(error), file=sys.stderr)
                self.connection.transaction_manager.abort()

    def raw(self, named):
        """Stores records as they are; returns their oids."""
        oids = [self.storage.new_oid() for _ in named]
        pairs = list(zip(oids, named))
        for start in range(0, len(pairs), BATCH):
            self.batch([(oid, z64, *one) for oid, one in pairs[start : start + BATCH]])
        return oids

    def batch(self, stores):
        """One transaction; if it is refused, one for each record, to find out which."""
        try:
            return self.transact(stores)
        except POSError as error:
            if len(stores) > 1:
                for one in stores:
                    self.batch([one])
            else:
                self.refused.append(stores[0][2])
                print(stores[0][2], repr(error), file=sys.stderr)

    def transact(self, stores):
        note = TransactionMetaData()
        self.storage.tpc_begin(note)
        try:
            for oid, serial, name, data in stores:
                self.truth.names[oid] = name
                self.storage.store(oid, serial, data, "", note)
            self.storage.tpc_vote(note)
            return self.storage.tpc_finish(note)
        except POSError:
            self.storage.tpc_abort(note)
            raise

    def again(self):
        """A part of them once more, then each overwritten by another: old and new revisions."""
        records = [(o, data) for o, _, data in self.truth.revisions[::4] if len(data) < 100_000]
        named = [(f"{self.truth.names[oid]}/again", data) for oid, data in records]
        oids = self.raw(named)
        serials = {oid: tid for oid, tid, _ in self.truth.revisions}
        follow = [
            (oid, serials[oid], name, data)
            for oid, (name, data) in zip(oids, named[1:] + named[:1])
            if oid in serials
        ]
        for start in range(0, len(follow), BATCH):
            self.batch(follow[start : start + BATCH])


def filled(cls, prefix, size):
    made = cls()
    for i in range(size):
        if hasattr(made, "values"):
            made[key(prefix, i)] = item(prefix, i)
        else:
            made.add(key(prefix, i))
    return made


def key(prefix, i):
    if prefix == "fs":
        return bytes((i // 256, i % 256))
    return f"key {i:05}" if prefix[0] == "O" else i * 3


def item(prefix, i):
    if prefix == "fs":
        return b"%06d" % i
    return {"O": ("value", i), "F": i / 2}.get(prefix[1], i)


def store(path, seed, count):
    database = ask(create="database")
    ports = [ask(start=database["id"])["port"] for _ in range(2)]
    storage = connect(ports[0])
    truth = Truth(storage)
    stores = Store(storage, truth, random.Random(int(seed)))
    values = torture_values.values()
    stores.values(values)
    stores.trees()
    stores.persistent()
    stores.foreign()
    stores.broken()
    stores.random(int(count))
    stores.raw(list(torture_records.records(values)))
    stores.again()
    revisions = truth.write(path)
    tell(revisions=revisions, refused=stores.refused, ports=ports, dsn=database["dsn"])
    stores.connection.close()
    storage.close()


def lines(path):
    with open(path) as file:
        for line in file:
            line = json.loads(line)
            line["data"] = base64.b64decode(line["data"])
            yield line


class Judge:
    """Compares what was sent with what came back: first the bytes, then what they say, then what
    ZODB makes of them when it loads them and stores them again."""

    def __init__(self, connection):
        self.connection = connection
        self.identical = 0
        self.equal = 0
        self.differing = []
        self.not_identical = []

    def judge(self, line, found):
        if found == line["data"]:
            self.identical += 1
            return
        self.not_identical.append([line["oid"], line["tid"]])
        if not equal(line["data"], found):
            self.differ(line, found)
        elif not HARMFUL.match(line["name"]) and not self.loads_equal(line["data"], found):
            self.differ(line, found)
        else:
            self.equal += 1

    def differ(self, line, found):
        shown = line["data"][:SHOWN_BYTES].hex(), found[:SHOWN_BYTES].hex()
        self.differing.append("{}: {} {}".format(line["name"], *shown))

    def loads_equal(self, wanted, found):
        try:
            wanted = self.stored_again(wanted)
        except Exception:
            return True  # ZODB cannot load it, from wherever it comes
        return equal(wanted, self.stored_again(found))

    def stored_again(self, data):
        """The record that ZODB writes of the object that it makes of a record."""
        reader = self.connection._reader
        made = reader.getGhost(data)
        made._p_jar = self.connection
        made._p_oid = p64(1 << 62)
        reader.setGhostState(made, data)
        return ObjectWriter(made).serialize(made)

    def tell(self):
        tell(
            identical=self.identical,
            equal=self.equal,
            differing=self.differing[:SHOWN],
            not_identical=self.not_identical,
        )


def read(path, port, mode):
    storage = connect(port)
    db = ZODB.DB(storage, databases={}, database_name="main")
    judge = Judge(db.open(transaction.TransactionManager()))
    for line in lines(path):
        if line["end"] is not None and mode == "FREE":
            continue
        data, tid, end = storage.loadBefore(p64(line["oid"]), p64(line["tid"] + 1))
        assert u64(tid) == line["tid"], line["name"]
        assert (end and u64(end)) == line["end"], line["name"]
        judge.judge(line, data)
    judge.tell()
    db.close()


def run():
    COMMANDS[sys.argv[1]](*sys.argv[2:])
    done.append(True)


COMMANDS = dict(store=store, read=read)
done = []

if __name__ == "__main__":
    sys.setrecursionlimit(DEPTH)
    sys.set_int_max_str_digits(0) if hasattr(sys, "set_int_max_str_digits") else None
    threading.stack_size(STACK_BYTES)
    worker = threading.Thread(target=run)
    worker.start()
    worker.join()
    sys.exit(0 if done else 1)
