"""Each program opens what the other one wrote, goes on with it, and is understood in turn."""

import random

import filestorage_copy
from BTrees.Length import Length
from BTrees.OOBTree import OOBTree
from persistent.mapping import PersistentMapping
from records import equal
from worlds import case
from worlds import current
from worlds import delete
from worlds import is_gone
from worlds import refused
from worlds import serial
from ZODB.blob import Blob
from ZODB.blob import is_blob_record
from ZODB.utils import maxtid
from ZODB.utils import p64
from ZODB.utils import u64

THINGS = 400


def fill(application, things, chance):
    """Shelves of all kinds of objects, and some that only our program can keep as they are."""
    application.root["shelves"] = shelves = OOBTree()
    for number in range(things // 20):
        shelf = shelves[f"shelf {number:03}"] = PersistentMapping()
        for i in range(20):
            shelf[str(i)] = filestorage_copy.thing(chance)
        application.commit()
    nested = []
    for _ in range(2000):
        nested = [nested]
    application.root["odd"] = odd = PersistentMapping()
    for name, value in {
        "not a number": float("nan"),
        "minus nothing": -0.0,
        "large float": 1e16,
        "order": {"zz": 1, "a": 2},
        "look-alike": {"@cls": ["a", "b"]},
        "surrogate": "\ud800",
        "deep": nested,
    }.items():
        odd[name] = PersistentMapping(value=value)
    application.commit()
    for shelf in list(shelves.values())[::3]:
        shelf["changed"] = filestorage_copy.value(chance)
        application.commit()


@case("FREE", "PRESERVING")
def python_reads_what_we_wrote_and_goes_on_with_it(world):
    world.create()
    port = world.serve()
    ours = world.ours(port)
    fill(ours, THINGS, random.Random(4711))
    lost = ours.root["shelves"]["shelf 000"].pop("0")._p_oid
    ours.commit()
    delete(world.client(port), lost)

    theirs = world.theirs()
    client = world.client(port)
    kept = world.kept()
    exact = 0
    with theirs.reader() as reader:
        assert is_gone(reader.load, lost)
        for oid, tid in current(client):
            if (oid, tid) not in kept:
                data, start = reader.load(oid)
                assert start == tid
                assert equal(data, client.loadBefore(oid, maxtid)[0]), oid
                exact += 1
    assert exact > THINGS / 2, exact

    shelves = theirs.root["shelves"]
    shelves["theirs"] = PersistentMapping(name="theirs", large="x" * 1_000_000)
    shelves["shelf 001"]["changed"] = {"by": "them"}
    theirs.commit()
    ours.refresh()
    assert ours.root["shelves"]["theirs"]["large"] == "x" * 1_000_000
    assert ours.root["shelves"]["shelf 001"]["changed"] == {"by": "them"}
    fresh = world.client(port)
    with theirs.reader() as reader:
        for oid, tid in current(fresh):
            if (oid, tid) not in kept:
                assert equal(reader.load(oid)[0], fresh.loadBefore(oid, maxtid)[0]), oid
    world.assert_sound()


@case("FREE", "PRESERVING")
def what_only_we_can_keep_stays_as_it_is_beside_python(world):
    world.create()
    port = world.serve()
    ours = world.ours(port)
    fill(ours, 20, random.Random(1))
    before = {oid: ours.record(oid) for oid, _ in world.kept()}
    assert len(before) > 7
    theirs = world.theirs()
    theirs.root["greeting"] = "hello"
    theirs.commit()
    theirs.root["odd"]["added"] = PersistentMapping(value=1)
    theirs.commit()
    client = world.client(port)
    theirs_now = theirs.root._p_oid, theirs.root["odd"]._p_oid
    for oid, expected in before.items():
        if oid not in theirs_now:
            assert client.loadBefore(oid, maxtid)[:2] == expected, oid
    world.assert_sound()


@case("FREE", "PRESERVING")
def both_see_at_once_what_the_other_commits(world):
    world.create()
    ours = [world.ours(), world.ours()]
    everybody = [*ours, world.theirs()]
    first = ours[0]
    first.root["mapping"] = PersistentMapping()
    first.root["length"] = Length()
    first.root["tree"] = OOBTree()
    first.commit()
    for application in everybody:
        application.refresh()
        assert len(application.root["tree"]) == 0  # read it: now it has to be told of changes
    expected = {}
    for turn in range(24):
        writer = everybody[turn % 3]
        writer.refresh()
        writer.root["mapping"]["turn"] = turn
        writer.root["length"].change(1)
        for i in range(20):  # buckets split, now and then
            expected[f"{turn * 7919 % 1000:03} {i}"] = turn
            writer.root["tree"][f"{turn * 7919 % 1000:03} {i}"] = turn
        writer.commit()
        for application in everybody:
            application.refresh()
            assert application.root["mapping"]["turn"] == turn
            assert application.root["length"]() == turn + 1
            assert dict(application.root["tree"]) == expected
    world.assert_sound()


@case("FREE", "PRESERVING")
def we_open_what_python_made_with_every_record(world):
    world.create(prepared=False)
    theirs = world.theirs()
    fill_theirs(theirs)
    world.adopt()
    port = world.serve()
    client = world.client(port)
    tids = dict(current(client))
    assert sorted((u64(o), u64(t)) for o, t in tids.items()) == sorted(
        world.sql("SELECT zoid, tid FROM object_state"))
    with theirs.reader() as reader:
        for oid, tid in tids.items():
            data, start = reader.load(oid)
            assert start == tid
            assert client.loadBefore(oid, maxtid)[1:] == (tid, None)
            assert equal(client.loadBefore(oid, maxtid)[0], data), oid
            assert client.loadSerial(oid, tid) == client.loadBefore(oid, maxtid)[0]
    assert client.new_oid() > max(tids)
    world.assert_sound()

    ours = world.ours(port)
    ours.root["shelves"]["ours"] = PersistentMapping(by="us", nan=float("nan"))
    ours.root["shelves"]["shelf 000"]["changed"] = "by us"
    ours.commit()
    theirs.refresh()  # which was there all the time
    assert theirs.root["shelves"]["ours"]["by"] == "us"
    assert theirs.root["shelves"]["shelf 000"]["changed"] == "by us"
    theirs.root["shelves"]["ours"]["by"] = "them"
    theirs.commit()
    ours.refresh()
    assert ours.root["shelves"]["ours"]["by"] == "them"
    world.assert_sound()


def legible(make, chance):
    """Something that Python can read again when it has stored it: no key like one of its marks."""
    while True:
        thing = make(chance)
        if "@cls" not in repr(thing.__getstate__()):
            return thing


def fill_theirs(theirs):
    chance = random.Random(4711)
    theirs.root["shelves"] = shelves = OOBTree()
    for number in range(6):
        shelf = shelves[f"shelf {number:03}"] = PersistentMapping()
        for i in range(20):
            shelf[str(i)] = legible(filestorage_copy.thing, chance)
        if number:
            shelves[f"shelf {chance.randrange(number):03}"]["changed"] = number
        note = theirs.manager.get()
        note.setUser(f"user {number}", "/acl_users")
        note.note(f"shelf {number} größer")
        note.setExtendedInfo("number", number)
        note.setExtendedInfo("list", ["a", 1, None])
        theirs.commit()


@case("PRESERVING")
def we_open_the_history_that_python_made(world):
    world.create(prepared=False)
    theirs = world.theirs()
    fill_theirs(theirs)
    theirs.root["shelves"]["last"] = last = PersistentMapping(here=True)
    theirs.commit()
    theirs.undo(theirs.db.undoLog(0, 1)[0]["id"])  # the last shelf ends
    # The first releases kept the current revisions in the history as well.
    world.sql("INSERT INTO object_history SELECT * FROM object_state")
    world.adopt()
    client = world.client(world.serve())
    assert_same_history(world, theirs, client)
    assert is_gone(client.loadBefore, last._p_oid, maxtid)
    world.assert_sound()
    theirs.storage.compact_history()
    client = world.client(world.serve())
    assert_same_history(world, theirs, client)
    world.assert_sound()


def assert_same_history(world, theirs, client):
    """Transactions, revisions with their ends, and histories."""
    found = client.iterator()
    revisions = 0
    for transaction in theirs.storage.iterator():
        mine = next(found)
        assert mine.tid == transaction.tid
        assert (mine.user, mine.description) == (transaction.user, transaction.description)
        assert mine.extension == transaction.extension
        expected = {record.oid: record.data for record in transaction}
        seen = {record.oid: record.data for record in mine}
        assert seen.keys() == expected.keys()
        for oid, data in expected.items():
            revisions += 1
            if data is None and world.ended(oid, mine.tid):
                assert seen[oid] is None
                assert is_gone(client.loadSerial, oid, mine.tid)
                continue
            if data is None:  # an empty tree: its walk takes the state None for an end
                with theirs.reader() as reader:
                    data = reader.loadSerial(oid, mine.tid)
            assert equal(seen[oid], data)
            assert equal(client.loadSerial(oid, mine.tid), data)
            before = p64(u64(mine.tid) + 1)
            assert client.loadBefore(oid, before)[1:] == validity(world, oid, mine.tid)
    assert next(found, None) is None
    assert revisions > 120, revisions
    for (zoid,) in world.sql("SELECT zoid FROM object_state WHERE mod(zoid, 5) = 0"):
        theirs_say = theirs.storage.history(p64(zoid), 100)
        ours_say = client.history(p64(zoid), size=100)
        assert [(h["tid"], h["size"], h["user_name"].decode(), h["description"].decode())
                for h in ours_say] == [
            (h["tid"], h["size"], h["user_name"], h["description"]) for h in theirs_say]


def validity(world, oid, tid):
    """(tid, end) as the tables say"""
    end = world.value(
        "SELECT min(tid) FROM (SELECT zoid, tid FROM object_state"
        " UNION ALL SELECT zoid, tid FROM object_history) r WHERE zoid = %s AND tid > %s",
        u64(oid), u64(tid))
    return tid, end and p64(end)


@case("FREE", "PRESERVING")
def what_python_stores_and_cannot_read_again_hurts_nobody_else(world):
    world.create()
    ours, theirs = world.pair()
    theirs.root["bad"] = PersistentMapping(value={"@dt": "x"})
    theirs.root["good"] = PersistentMapping(value=1)
    theirs.commit()
    bad = theirs.root["bad"]._p_oid
    with theirs.reader() as reader, refused(ValueError):
        reader.load(bad)
    for client in ours, world.ours():
        client.refresh()
        with refused(Exception, "gives no record"):
            client.storage.loadBefore(bad, maxtid)
        assert client.root["good"]["value"] == 1
        client.root["good"]["value"] += 0
        client.commit()
    assert [line.split(":")[0] for line in world.verify()] == ["broken record"]
    del theirs.root["bad"]
    theirs.commit()
    ours.refresh()
    assert list(ours.root) == ["good"]


@case("FREE", "PRESERVING")
def a_blob_that_python_stored_is_known_as_one_and_stays_readable_there(world):
    world.create()
    theirs = world.theirs()
    theirs.root["blob"] = Blob(b"some bytes")
    theirs.commit()
    oid = theirs.root["blob"]._p_oid
    ours = world.ours()
    assert is_blob_record(ours.record(oid)[0])
    ours.root["beside"] = PersistentMapping()
    ours.commit()
    theirs.refresh()
    with theirs.root["blob"].open() as file:
        assert file.read() == b"some bytes"
    world.assert_sound()


@case("PRESERVING")
def python_reads_what_our_clients_said_of_their_transactions(world):
    world.create()
    ours, theirs = world.pair()
    note = ours.manager.get()
    note.setUser("größer", "/acl_users")
    note.note("with a \0 in it")
    note.setExtendedInfo("when", (2026, 11, 22))  # a tuple is nothing that JSON gives back
    ours.root["one"] = 1
    ours.commit()
    said = theirs.db.undoLog(0, 1)[0]
    assert said["id"] == serial(ours.root)
    assert said["user_name"] == "/acl_users größer"
    transactions = list(theirs.storage.iterator())
    assert transactions[-1].tid == serial(ours.root)
    mine = list(world.client(world.serve()).iterator())[-1]
    assert mine.description == "with a \0 in it".encode()
    assert mine.extension["when"] == (2026, 11, 22)
