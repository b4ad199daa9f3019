"""Databases that Python copies into tables of ours, with a server of ours running beside."""

import contextlib
import os
import tempfile

import ZODB
from BTrees.OOBTree import OOBTree
from persistent.mapping import PersistentMapping
from records import equal
from transaction import TransactionManager
from worlds import IMPORT
from worlds import case
from worlds import current
from ZODB.FileStorage import FileStorage
from ZODB.utils import maxtid
from ZODB.utils import p64

TRANSACTIONS = 60


@contextlib.contextmanager
def source():
    """A FileStorage with some history."""
    with tempfile.TemporaryDirectory(prefix="worlds-copies-") as directory:
        storage = FileStorage(os.path.join(directory, "Data.fs"))
        db = ZODB.DB(storage)
        manager = TransactionManager()
        root = db.open(manager).root()
        root["trees"] = trees = PersistentMapping({i: OOBTree() for i in range(7)})
        manager.commit()
        for i in range(TRANSACTIONS):
            trees[i % 7][f"{i * 31 % 100}"] = PersistentMapping(number=i)
            trees[i % 7][f"{i * 17 % 100} b"] = i
            manager.commit()
        yield storage
        db.close()


def assert_same(file, client):
    """All current records, and oids above them."""
    copied = dict(current(client))
    assert copied == dict(current(file))
    for oid, tid in copied.items():
        data, serial, end = client.loadBefore(oid, maxtid)
        assert (serial, end) == (tid, None)
        assert equal(data, file.load(oid)[0]), oid
    assert client.lastTransaction() == file.lastTransaction()
    assert client.new_oid() > max(copied)


@case("FREE", "PRESERVING")
def a_copy_in_order_needs_no_permission(world):
    world.create()
    client = world.client(world.serve())  # before the copy begins
    with source() as file:
        theirs = world.theirs_storage()
        theirs.copyTransactionsFrom(file)
        theirs.close()
        client.ping()
        assert_same(file, client)
    world.assert_sound()


@case("FREE", "PRESERVING")
def a_parallel_copy_is_stopped_at_the_first_tid_out_of_order_and_works_with_the_setting(world):
    world.create()
    client = world.client(world.serve())
    with source() as file:
        theirs = world.theirs_storage()
        with contextlib.suppress(RuntimeError):  # by luck, the workers may have kept the order
            theirs.copyTransactionsFrom(file, workers=4)
        theirs.close()
        tids = world.sql("SELECT tid FROM transaction_log ORDER BY xmin::text::bigint")
        assert tids == sorted(tids)
        theirs = world.theirs_storage(options=IMPORT)
        theirs.copyTransactionsFrom(file, workers=4, start_tid=p64(1))
        theirs.close()
        fresh = world.client(world.serve())
        assert_same(file, fresh)
    world.assert_sound()


@case("FREE", "PRESERVING")
def oids_that_a_copy_brought_are_not_handed_out_by_a_server_that_was_running(world):
    world.create()
    port = world.serve()
    with source() as file:
        theirs = world.theirs_storage(options=IMPORT)
        theirs.copyTransactionsFrom(file, workers=2)
        theirs.close()
        taken = {oid for oid, _ in current(file)}
    application = world.ours(port)
    application.root["new"] = PersistentMapping(number=1)
    application.commit()
    assert application.root["new"]._p_oid not in taken
    assert world.client(world.serve()).new_oid() > max(taken)
    world.assert_sound()
