"""Python's pack on a database of ours: what it may do, and what it leaves.

The guards refuse any removal of objects that no commit asks for, since this pack also removes what
was committed while it ran; objectdb.delete=on in its address lets it go on.
"""

import contextlib
import logging
import time

import psycopg
from persistent.mapping import PersistentMapping
from worlds import DELETE
from worlds import case
from worlds import delete
from worlds import is_gone
from worlds import refused
from worlds import serial
from ZODB.utils import maxtid
from ZODB.utils import p64
from ZODB.utils import u64

MARKED = "Pack: reachability trace complete"  # what Python logs between its mark and its sweep


@contextlib.contextmanager
def when_marked(action):
    """Does something in the middle of a pack of this process."""

    class Watch(logging.Handler):
        def emit(self, record):
            if record.getMessage() == MARKED:
                action()

    logger = logging.getLogger("zodb_pgjsonb.packer")
    watch, level = Watch(), logger.level
    logger.addHandler(watch)
    logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.removeHandler(watch)
        logger.setLevel(level)


def pack(theirs, after=0):
    """Packs to a moment; 0 for now."""
    theirs.storage.pack(after or time.time() + 1, None)


def garbage(application):
    """Makes an object that nothing refers to any more; returns its oid and both tids."""
    application.root["garbage"] = garbage = PersistentMapping(nan=float("nan"))
    application.commit()
    first = serial(application.root)
    del application.root["garbage"]
    application.commit()
    return garbage._p_oid, first, serial(application.root)


@case("FREE", "PRESERVING")
def a_pack_of_python_is_refused_and_changes_nothing(world):
    world.create()
    ours, theirs = world.pair()
    oid, first, _ = garbage(ours)
    before = world.sql("SELECT * FROM object_state ORDER BY zoid")
    with refused(psycopg.Error, "deleted by a commit or by objectdb pack only"):
        pack(theirs)
    with refused(psycopg.Error, "already exists"):  # its temporary table is still there
        pack(theirs)
    assert world.sql("SELECT * FROM object_state ORDER BY zoid") == before
    assert world.client(world.serve()).loadBefore(oid, maxtid)[1:] == (first, None)
    theirs.refresh()
    theirs.root["after"] = 1
    theirs.commit()
    ours.refresh()
    assert ours.root["after"] == 1
    world.assert_sound()


@case("FREE")
def a_pack_of_python_never_removes_what_was_committed_meanwhile(world):
    world.create()
    ours, theirs = world.pair()
    oid, first, _ = garbage(ours)

    def commit():
        ours.root["meanwhile"] = PersistentMapping(number=1)
        ours.commit()

    with when_marked(commit), refused(psycopg.Error, "deleted by a commit or by objectdb pack"):
        pack(theirs)
    for application in ours, world.ours(), world.theirs():
        application.refresh()
        assert application.root["meanwhile"]["number"] == 1
    world.assert_sound()


@case("PRESERVING")
def a_pack_of_python_to_a_time_keeps_what_was_committed_meanwhile(world):
    world.create()
    ours = world.ours()
    theirs = world.theirs(options=DELETE)
    oid, _, _ = garbage(ours)

    def commit():
        ours.root["meanwhile"] = PersistentMapping(number=1)
        ours.commit()

    packed = time.time()
    with when_marked(commit):
        pack(theirs, packed)
    for application in ours, world.ours(), world.theirs():
        application.refresh()
        assert application.root["meanwhile"]["number"] == 1
    assert is_gone(world.client(world.serve()).loadBefore, oid, maxtid)
    assert broken(world) == {"wrong history"}


@case("FREE", "PRESERVING")
def a_pack_of_python_that_is_allowed_leaves_us_sound(world):
    world.create()
    ours = world.ours()
    ours.root["kept"] = PersistentMapping(nan=float("nan"))
    ours.commit()
    kept = ours.root["kept"]._p_oid
    record, tid = ours.record(kept)
    oid, first, second = garbage(ours)
    last = world.last_tid()
    pack(world.theirs(options=DELETE))
    client = world.client(world.serve())
    assert is_gone(client.loadBefore, oid, maxtid)
    assert client.loadBefore(kept, maxtid) == (record, tid, None)
    assert client.lastTransaction() == last == world.last_tid()
    ours.refresh()  # was there all the time
    ours.root["kept"]["more"] = 1
    ours.commit()
    theirs = world.theirs()
    assert theirs.root["kept"]["more"] == 1
    assert broken(world) <= {"wrong history"}


@case("PRESERVING")
def a_pack_of_python_takes_log_rows_and_never_the_last(world):
    world.create()
    port = world.serve()
    ours = world.ours(port)
    ours.root["one"] = PersistentMapping(number=0)
    ours.commit()
    oid = ours.root["one"]._p_oid
    tids = [serial(ours.root["one"])]
    for number in range(1, 5):
        ours.root["one"]["number"] = number
        ours.commit()
        tids.append(serial(ours.root["one"]))
    ours.root["two"] = two = PersistentMapping()
    ours.commit()
    # A transaction that only ends an object has no row in object_state.
    ended = delete(world.client(port), two._p_oid)
    theirs = world.theirs(options=DELETE)
    pack(theirs)
    assert world.last_tid() == ended
    for client in world.client(port), world.client(world.serve()):
        assert client.lastTransaction() == ended
        assert client.loadBefore(oid, maxtid)[1:] == (tids[-1], None)
        for tid in tids[1:]:  # no revision comes back in the place of a removed one
            assert client.loadBefore(oid, tid) is None or is_gone(client.loadBefore, oid, tid)
        assert [h["tid"] for h in client.history(oid, size=10)] == tids[-1:]
        assert is_gone(client.loadBefore, two._p_oid, maxtid)
    ours.refresh()
    ours.root["one"]["number"] = 5
    ours.commit()
    assert serial(ours.root["one"]) > ended
    theirs.refresh()
    assert theirs.root["one"]["number"] == 5


@case("PRESERVING")
def what_a_pack_of_python_takes_from_the_history_is_found_by_verify(world):
    world.create()
    ours = world.ours()
    ours.root["one"] = PersistentMapping(number=0)
    ours.root["gone"] = gone = PersistentMapping(number=0)
    ours.commit()
    packed = time.time()
    time.sleep(0.01)
    # Unlinked after the time of the pack, so the history still leads to it; removed nevertheless.
    del ours.root["gone"]
    ours.commit()
    world.assert_sound()
    pack(world.theirs(options=DELETE), packed)
    assert broken(world) == {"dangling reference"}
    assert any(f"refers to {u64(gone._p_oid):#018x}, which is not there" in line
               for line in world.verify())
    client = world.client(world.serve())
    assert client.loadBefore(ours.root._p_oid, maxtid)[1:] == (serial(ours.root), None)
    assert is_gone(client.loadBefore, gone._p_oid, maxtid)


def broken(world):
    """The kinds of what verify finds."""
    return {line.split(":")[0] for line in world.verify()}
