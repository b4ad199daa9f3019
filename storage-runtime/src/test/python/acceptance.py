"""One session of ordinary applications: two ZODB databases, each over a ZEO client of its own.

Usage: python acceptance.py PORT PORT

The ports are of two servers over one database, or twice the same. {"restart": port} asks the test
to end that server without a goodbye and to start it again on the same port.
"""

import datetime
import logging
import random
import sys
import time

import transaction
import ZODB
from BTrees.Length import Length
from BTrees.OOBTree import OOBTree
from channel import ask
from persistent.mapping import PersistentMapping
from records import equal
from transaction import TransactionManager
from ZEO.ClientStorage import ClientStorage
from ZODB.POSException import ConflictError
from ZODB.POSException import POSKeyError
from ZODB.POSException import ReadConflictError
from ZODB.POSException import ReadOnlyError
from ZODB.tests.ConflictResolution import PCounter
from ZODB.utils import maxtid
from ZODB.utils import p64

STEPS = []


def step(function):
    STEPS.append(function)
    return function


class Complaints(logging.Handler):
    """A client that logs an error has met something it does not understand."""

    def __init__(self):
        super().__init__(logging.ERROR)
        self.seen = []

    def emit(self, record):
        self.seen.append(record.getMessage())


class Application:
    """A process of a site, as far as the database is concerned."""

    def __init__(self, port, **options):
        self.port = port
        self.storage = ClientStorage(("127.0.0.1", port), wait_timeout=60, **options)
        self.db = ZODB.DB(self.storage)
        self.manager = TransactionManager()
        self.connection = self.db.open(self.manager)

    @property
    def root(self):
        return self.connection.root()

    def commit(self, note=None):
        if note:
            self.manager.get().note(note)
        self.manager.commit()

    def refresh(self):
        """See everything that is committed by now, through whichever server."""
        self.storage.ping()
        self.manager.begin()

    def close(self):
        self.manager.abort()
        self.connection.close()
        self.db.close()


@step
def objects_and_trees(one, two):
    one.root["tree"] = OOBTree({f"key {i}": PersistentMapping(n=i) for i in range(500)})
    one.root["text"] = "größer \U0001f418"
    one.root["large"] = PersistentMapping(data="x" * 3_000_000)
    one.commit("objects and trees")
    two.refresh()
    assert len(two.root["tree"]) == 500
    assert two.root["tree"]["key 499"]["n"] == 499
    assert two.root["text"] == "größer \U0001f418"
    assert len(two.root["large"]["data"]) == 3_000_000


@step
def conflicts_are_merged_by_the_class_in_the_client(one, two):
    one.root["counter"] = PCounter()
    one.root["counter"].inc(0)  # before that, it has no state to merge
    one.commit()
    two.refresh()
    one.refresh()
    two.root["counter"]._value  # both have read the same revision
    one.root["counter"].inc(2)
    two.root["counter"].inc(40)
    one.commit()
    two.commit()
    one.refresh()
    assert one.root["counter"]._value == 42


@step
def counters_and_trees_are_merged_by_the_server(one, two):
    one.root["length"] = Length(0)
    one.root["small tree"] = OOBTree({"a": 1})
    one.root["large tree"] = OOBTree({i: None for i in range(100)})
    one.commit()
    two.refresh()
    for application in one, two:
        assert application.root["length"]() == 0
        assert len(application.root["small tree"]) == 1
        assert len(application.root["large tree"]) == 100
    one.root["length"].change(2)
    one.root["small tree"]["b"] = PersistentMapping(n=1)
    one.root["large tree"].update({1: "one", 98: "one"})
    two.root["length"].change(40)
    two.root["small tree"]["c"] = [1]
    two.root["large tree"].update({2: "two", 97: "two"})
    one.commit()
    two.storage.tryToResolveConflict = None  # whoever would call it fails
    two.commit()
    del two.storage.tryToResolveConflict
    one.refresh()
    for application in two, one:  # the one that was merged has seen it with its commit
        assert application.root["length"]() == 42
        assert list(application.root["small tree"]) == ["a", "b", "c"]
        assert application.root["small tree"]["b"]["n"] == 1
        assert application.root["small tree"]["c"] == [1]
        large = application.root["large tree"]
        assert [i for i in large if large[i]] == [1, 2, 97, 98]


@step
def what_cannot_be_merged_is_a_conflict(one, two):
    one.root["plain"] = PersistentMapping(n=0)
    one.commit()
    two.refresh()
    two.root["plain"]["n"]
    one.root["plain"]["n"] = 1
    one.commit()
    two.root["plain"]["n"] = 2
    try:
        two.commit()
    except ConflictError:
        two.manager.abort()
    else:
        raise AssertionError("an update was lost")
    two.refresh()
    assert two.root["plain"]["n"] == 1


@step
def what_was_only_read_may_not_change(one, two):
    two.refresh()
    one.refresh()
    two.root["plain"]["n"]
    two.connection.readCurrent(two.root["plain"])
    one.root["plain"]["n"] = 10
    one.commit()
    two.root["other"] = PersistentMapping()
    try:
        two.commit()
    except ReadConflictError:
        two.manager.abort()
    else:
        raise AssertionError("a commit relied on what it read, and that was gone")


@step
def every_commit_is_seen_by_the_other_after_a_ping(one, two):
    one.refresh()
    for i in range(50):
        one.root["plain"]["n"] = i
        one.commit()
        two.refresh()
        assert two.root["plain"]["n"] == i, (i, two.root["plain"]["n"])


@step
def a_reader_keeps_the_snapshot_it_began_with(one, two):
    one.refresh()
    one.root["pair"] = PersistentMapping(left=PersistentMapping(n=0), right=PersistentMapping(n=0))
    one.commit()
    two.refresh()
    two.connection.cacheMinimize()
    assert two.root["pair"]["left"]["n"] == 0
    for i in range(1, 20):
        one.root["pair"]["left"]["n"] = one.root["pair"]["right"]["n"] = i
        one.commit()
    one.storage.ping()
    two.storage.ping()
    assert two.root["pair"]["right"]["n"] == 0
    two.refresh()
    assert two.root["pair"]["right"]["n"] == 19


@step
def notes_about_a_transaction_come_back(one, two):
    one.refresh()
    one.root["noted"] = PersistentMapping()
    noted = one.manager.get()
    noted.note("who did it")
    noted.setUser("alice", "/acl_users")
    noted.setExtendedInfo("count", 3)
    noted.setExtendedInfo("date", datetime.date(2026, 11, 22))  # no server may fall over it
    one.manager.commit()
    oid = one.root["noted"]._p_oid
    two.refresh()
    entry = two.storage.history(oid)[0]
    assert entry["user_name"] == b"/acl_users alice", entry
    assert entry["description"] == b"who did it", entry
    assert entry["count"] == 3, entry
    assert entry["tid"] == one.root["noted"]._p_serial
    assert abs(entry["time"] - time.time()) < 3600


@step
def unknown_objects_are_key_errors(one, two):
    for call in (
        lambda: one.storage.loadBefore(p64(2**62), maxtid),
        lambda: one.storage.loadSerial(p64(0), p64(1)),
        lambda: one.storage.getTid(p64(2**62)),
    ):
        try:
            call()
        except POSKeyError:
            continue
        raise AssertionError("an object that does not exist")


@step
def oids_are_never_handed_out_twice(one, two):
    oids = [storage.new_oid() for _ in range(150) for storage in (one.storage, two.storage)]
    assert len(set(oids)) == 300
    assert p64(0) not in oids


@step
def everything_can_be_walked_by_transaction_and_by_object(one, two):
    one.refresh()
    two.refresh()
    tids = []
    current = {}
    for record in two.storage.iterator():
        tids.append(record.tid)
        for data in record:
            assert data.tid == record.tid
            current[data.oid] = data.tid
    assert tids == sorted(set(tids))
    assert tids[-1] == one.storage.lastTransaction()
    walked = 0
    oid = None
    while True:
        oid, tid, data, following = one.storage.record_iternext(oid)
        assert current[oid] == tid
        assert one.storage.loadSerial(oid, tid) == data
        walked += 1
        if following is None:
            break
        oid = following
    assert walked == len(current)


@step
def a_server_that_dies_is_followed_by_the_next(one, two):
    for application in (one, two):
        application.refresh()
        ask(restart=application.port)
    for i in range(100, 110):
        for application in (one, two):
            application.refresh()
            application.root["plain"]["n"] = i
            application.commit()
    one.refresh()
    two.refresh()
    assert one.root["plain"]["n"] == two.root["plain"]["n"] == 109


@step
def a_transaction_that_loses_its_server_is_gone(one, two):
    one.refresh()
    before = one.root["plain"]["n"]
    meta = ZODB.Connection.TransactionMetaData()
    one.storage.tpc_begin(meta)
    data, tid = one.storage.loadBefore(one.root["plain"]._p_oid, maxtid)[:2]
    one.storage.store(one.root["plain"]._p_oid, tid, data, "", meta)
    one.storage.tpc_vote(meta)
    ask(restart=one.port)
    try:
        one.storage.tpc_finish(meta)
    except Exception as exception:
        assert "isconnected" in type(exception).__name__, repr(exception)
    else:
        raise AssertionError("finished on a server that is gone")
    one.storage.tpc_abort(meta)
    two.refresh()
    two.root["plain"]["n"] = before + 1  # no lock was left behind
    two.commit()
    one.refresh()
    assert one.root["plain"]["n"] == before + 1


@step
def readers_cannot_write(one, two):
    reader = ClientStorage(("127.0.0.1", one.port), read_only=True, wait_timeout=60)
    try:
        assert reader.isReadOnly()
        assert reader.loadBefore(p64(0), maxtid)
        try:
            reader.new_oid()
        except ReadOnlyError:
            pass
        else:
            raise AssertionError("a reader was given an oid")
    finally:
        reader.close()


@step
def caches_hold_nothing_but_the_truth(one, two):
    """Random work on both sides; then every cached revision is compared with the server's."""
    chance = random.Random(11)
    one.refresh()
    one.root["many"] = PersistentMapping({i: PersistentMapping(n=0) for i in range(40)})
    one.commit()
    for _ in range(300):
        application = chance.choice((one, two))
        application.refresh()
        many = application.root["many"]
        for i in chance.sample(range(40), 3):
            many[i]["n"] += 1
        try:
            application.commit()
        except ConflictError:
            application.manager.abort()
    for application, other in ((one, two), (two, one)):
        application.refresh()
        cache = application.storage._cache
        entries = list(cache.contents())
        for oid, tid in entries:
            assert other.storage.getTid(oid) == tid, oid
            data, start, end = cache.loadBefore(oid, maxtid)
            assert (start, end) == (tid, None), oid
            assert equal(other.storage.loadSerial(oid, tid), data), oid
        assert len(entries) > 40, len(entries)
    total = sum(one.root["many"][i]["n"] for i in range(40))
    two.refresh()
    assert total == sum(two.root["many"][i]["n"] for i in range(40))


def main():
    complaints = Complaints()
    logging.getLogger().addHandler(complaints)
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    one, two = (Application(int(port), server_sync=False) for port in sys.argv[1:3])
    for function in STEPS:
        sys.stderr.write(f"{function.__name__}\n")
        function(one, two)
        transaction.abort()
        ask(passed=function.__name__)
    one.close()
    two.close()
    assert not complaints.seen, complaints.seen


if __name__ == "__main__":
    main()
