"""Clocks that differ, and writers of Python that take the lock and do not come back.

The clock of a Python process is what zodb_pgjsonb reads it by; it is set in that module alone, so
the rest of the process goes on as it is. Ours take the time from the database, whatever clock the
machine of a server has: see ArchitectureTest.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time

import psycopg
import zodb_pgjsonb.storage
from BTrees.Length import Length
from persistent.mapping import PersistentMapping
from persistent.TimeStamp import TimeStamp
from worlds import case
from worlds import refused
from ZODB.Connection import TransactionMetaData
from ZODB.POSException import ConflictError
from ZODB.serialize import ObjectWriter
from ZODB.utils import p64
from ZODB.utils import u64

BEHIND = "is not above the greatest one"
AHEAD = "is ahead of the database's clock"


class Clock:
    """The module time, with another idea of what time it is."""

    def __init__(self, seconds):
        self.seconds = seconds

    def time(self):
        return time.time() + self.seconds

    def __getattr__(self, name):
        return getattr(time, name)


@contextlib.contextmanager
def clock(seconds):
    """Sets the clock of all of Python's storages in this process."""
    zodb_pgjsonb.storage.time = Clock(seconds)
    try:
        yield
    finally:
        zodb_pgjsonb.storage.time = time


def prepared(world):
    world.create()
    ours = world.ours()
    ours.root["length"] = Length()
    ours.root["mapping"] = PersistentMapping(by=None)
    ours.commit()
    return ours, world.theirs()


def log(world):
    """All tids, in the order in which they came."""
    return [tid for (tid,) in world.sql("SELECT tid FROM transaction_log ORDER BY xmin::text::bigint")]


def assert_ordered(world):
    tids = log(world)
    assert tids == sorted(tids), tids


@case("FREE", "PRESERVING")
def a_slow_clock_of_python_aborts_and_nothing_is_lost(world):
    ours, theirs = prepared(world)
    with clock(-3):
        counted = refusals = 0
        for turn in range(10):
            for application in ours, theirs:
                application.refresh()
                application.root["length"].change(1)
                application.root["mapping"]["by"] = turn
                try:
                    application.commit()
                    counted += 1
                except psycopg.errors.CheckViolation as e:
                    assert BEHIND in str(e)
                    application.abort()
                    refusals += 1
    assert (counted, refusals) == (10, 10)
    for application in ours, world.ours(), theirs:
        application.refresh()
        assert application.root["length"]() == 10
        assert application.root["mapping"]["by"] == 9
    theirs.root["length"].change(1)  # its clock is right again
    theirs.commit()
    ours.refresh()
    assert ours.root["length"]() == 11
    assert_ordered(world)
    world.assert_sound()


@case("FREE")
def a_slow_clock_of_python_may_commit_once_the_others_have_been_quiet(world):
    ours, theirs = prepared(world)
    with clock(-1):
        time.sleep(1.2)
        theirs.refresh()
        theirs.root["length"].change(1)
        theirs.commit()
    ours.refresh()
    assert ours.root["length"]() == 1
    assert_ordered(world)


@case("FREE", "PRESERVING")
def a_clock_of_python_that_is_a_little_ahead_delays_nobody_of_ours(world):
    ours, theirs = prepared(world)
    other = world.ours()
    with clock(0.7):
        for turn in range(10):
            theirs.refresh()
            theirs.root["length"].change(1)
            theirs.commit()
            ahead = world.last_tid()
            assert TimeStamp(ahead).timeTime() > time.time() + 0.3
            for application in ours, other:
                application.refresh()
                assert application.root["length"]() == turn * 3 + (application is other) + 1
                application.root["length"].change(1)
                application.commit()
                # above it, and no further ahead than it was
                assert u64(ahead) < u64(world.last_tid()) < u64(ahead) + 100
    assert ours.root["length"]() == 29
    other.refresh()
    assert other.root["length"]() == 30
    assert_ordered(world)
    world.assert_sound()


@case("FREE", "PRESERVING")
def a_clock_of_python_that_is_far_ahead_aborts_and_holds_nobody_else_up(world):
    ours, theirs = prepared(world)
    with clock(5):
        theirs.root["length"].change(1)
        with refused(psycopg.errors.CheckViolation, AHEAD):
            theirs.commit()
        theirs.abort()
    ours.refresh()
    ours.root["length"].change(1)
    ours.commit()
    assert TimeStamp(world.last_tid()).timeTime() < time.time() + 1
    # The process remembers the tid that it never committed, and goes on from there.
    theirs.refresh()
    theirs.root["length"].change(1)
    with refused(psycopg.errors.CheckViolation, AHEAD):
        theirs.commit()
    theirs.abort()
    fresh = world.theirs()
    fresh.root["length"].change(1)
    fresh.commit()
    ours.refresh()
    assert ours.root["length"]() == 2
    assert_ordered(world)
    world.assert_sound()


@case("FREE", "PRESERVING")
def a_tid_that_python_drew_before_it_had_the_lock_is_refused(world):
    """Its storage itself, which a ZEO server of Python would use, draws first and locks then."""
    ours, theirs = prepared(world)
    storage = theirs.storage
    waiting = storage._begin

    def begin(*arguments):
        ours.root["mapping"]["by"] = "us"
        ours.commit()  # comes between the tid and the lock
        waiting(*arguments)

    storage._begin = begin
    note = TransactionMetaData()
    storage.tpc_begin(note)
    storage._begin = waiting
    storage.store(p64(999), p64(0), ObjectWriter().serialize(PersistentMapping()), "", note)
    with refused(psycopg.errors.CheckViolation, BEHIND):
        storage.tpc_vote(note)
    storage.tpc_abort(note)
    assert world.sql("SELECT zoid FROM object_state WHERE zoid = 999") == []
    assert_ordered(world)


WRITER = """
import sys
sys.path.insert(0, sys.argv[4])
import transaction
from pgjsonb import database
db = database(sys.argv[1], sys.argv[2])
connection = db.open()
connection.root()["mapping"]["by"] = sys.argv[3]
class Last:
    def tpc_begin(self, t): pass
    def commit(self, t): pass
    def tpc_vote(self, t):
        print("voted", flush=True)
        sys.stdin.readline()
    def tpc_finish(self, t): pass
    def tpc_abort(self, t): pass
    def abort(self, t): pass
    def sortKey(self): return "~~~~"
transaction.get().join(Last())
transaction.commit()
print("finished", flush=True)
"""


@contextlib.contextmanager
def voted(world, by):
    """A process of Python that has voted, and goes on with the next line that it is sent."""
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, world.dsn, world.mode, by, os.path.dirname(__file__)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout.readline() == "voted\n"
        yield process
    finally:
        process.kill()
        process.communicate()


@case("FREE", "PRESERVING")
def what_python_has_voted_is_seen_by_nobody_and_keeps_no_reader_waiting(world):
    ours, _ = prepared(world)
    other = world.ours()
    with voted(world, "them") as process:
        for application in ours, other:
            start = time.monotonic()
            application.refresh()
            assert application.root["mapping"]["by"] is None
            assert time.monotonic() - start < 5
        process.stdin.write("\n")
        process.stdin.flush()
        assert process.stdout.readline() == "finished\n"
    ours.refresh()
    assert ours.root["mapping"]["by"] == "them"
    assert_ordered(world)


@case("FREE", "PRESERVING")
def a_writer_of_python_that_is_killed_after_its_vote_leaves_nothing(world):
    ours, _ = prepared(world)
    before = world.last_tid()
    with voted(world, "them") as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
    ours.refresh()
    assert ours.root["mapping"]["by"] is None
    assert world.last_tid() == before
    ours.root["mapping"]["by"] = "us"
    ours.commit()
    assert world.theirs().root["mapping"]["by"] == "us"
    world.assert_sound()


@case("FREE", "PRESERVING")
def a_writer_of_python_that_takes_its_time_holds_ours_up_and_nothing_is_lost(world):
    ours, _ = prepared(world)
    other = world.ours()
    results = []

    def commit(application):
        try:
            application.commit()
            results.append("committed")
        except ConflictError:
            application.abort()
            results.append("conflict")

    with voted(world, "them") as process:
        ours.root["mapping"]["by"] = "us"
        other.root["length"].change(1)
        waiting = [threading.Thread(target=commit, args=(one,)) for one in (ours, other)]
        for thread in waiting:
            thread.start()
        time.sleep(1)
        assert results == []
        process.stdin.write("\n")
        process.stdin.flush()
        assert process.stdout.readline() == "finished\n"
        for thread in waiting:
            thread.join()
    assert sorted(results) == ["committed", "conflict"]
    for application in ours, other, world.theirs():
        application.refresh()
        assert application.root["mapping"]["by"] == "them"
        assert application.root["length"]() == 1
    assert_ordered(world)
    world.assert_sound()
