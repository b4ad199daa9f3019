"""What becomes of revisions of ours that Python replaces."""

from persistent.mapping import PersistentMapping
from worlds import case
from worlds import delete
from worlds import is_gone
from worlds import serial
from ZODB.utils import maxtid
from ZODB.utils import p64
from ZODB.utils import u64


def after(tid):
    return p64(u64(tid) + 1)


def odd(world):
    """A client of ours, and an object whose record it keeps: (application, oid, record, tid)"""
    ours = world.ours()
    ours.root["odd"] = PersistentMapping(nan=float("nan"), zz=1, a=2)
    ours.commit()
    oid = ours.root["odd"]._p_oid
    record, tid = ours.record(oid)
    assert (oid, tid) in world.kept()
    return ours, oid, record, tid


@case("FREE", "PRESERVING")
def an_object_with_a_record_that_python_replaced_is_what_python_made_of_it(world):
    world.create()
    ours, oid, record, tid = odd(world)
    other = world.ours()  # on another server, with the object in its caches
    assert other.root["odd"]["zz"] == 1
    theirs = world.theirs()
    theirs.root["odd"]["zz"] = "theirs"
    theirs.commit()
    second = serial(theirs.root["odd"])
    for client in ours, other, world.ours():
        client.refresh()
        assert client.root["odd"]["zz"] == "theirs"
        assert client.root["odd"]["nan"] is None  # which is what Python had read
        assert client.record(oid)[1] == second
        assert client.record(oid)[0] != record
        # ... and what it was before is still there, byte for byte.
        assert client.storage.loadBefore(oid, second) == (record, tid, second)
        assert client.storage.loadSerial(oid, tid) == record
    assert world.kept() >= {(oid, tid)} and (oid, second) not in world.kept()
    ours.root["odd"]["nan"] = float("nan")
    ours.commit()
    third = serial(ours.root["odd"])
    assert (oid, third) in world.kept()
    theirs.refresh()
    assert theirs.root["odd"]["zz"] == "theirs"
    fresh = world.client(world.serve())
    assert fresh.loadBefore(oid, second) == (record, tid, second)
    assert fresh.loadBefore(oid, third)[1:] == (second, third)
    world.assert_sound()


@case("PRESERVING")
def the_history_tells_of_all_revisions_whoever_made_them(world):
    world.create()
    ours, oid, record, first = odd(world)
    theirs = world.theirs()
    tids = [first]
    for turn in range(4):
        application = [theirs, ours][turn % 2]
        application.refresh()
        application.manager.get().note(f"turn {turn}")
        application.root["odd"]["zz"] = turn
        application.commit()
        tids.append(serial(application.root["odd"]))
    client = world.client(world.serve())
    history = client.history(oid, size=10)
    assert [h["tid"] for h in history] == tids[::-1]
    assert [h["description"] for h in history[:-1]] == [b"turn 3", b"turn 2", b"turn 1", b"turn 0"]
    assert [h["tid"] for h in theirs.storage.history(oid, 10)] == tids[::-1]
    for tid, end in zip(tids, [*tids[1:], None]):
        data, start, until = client.loadBefore(oid, after(tid))
        assert (start, until) == (tid, end)
        assert client.loadSerial(oid, tid) == data
    assert client.loadSerial(oid, first) == record
    with theirs.reader() as reader:
        assert [reader.loadBefore(oid, after(tid))[1:] for tid in tids] == list(
            zip(tids, [*tids[1:], None]))
    world.assert_sound()


@case("PRESERVING")
def what_python_undoes_is_what_its_json_says_and_the_rest_of_the_history_stays(world):
    world.create()
    ours, oid, record, first = odd(world)
    theirs = world.theirs()
    theirs.root["odd"]["zz"] = "theirs"
    theirs.commit()
    second = serial(theirs.root["odd"])
    theirs.undo(second)
    third = world.last_tid()
    ours.refresh()
    assert ours.root["odd"]["zz"] == 1
    assert ours.root["odd"]["nan"] is None  # undone by its JSON, which never had it
    client = world.client(world.serve())
    assert client.loadBefore(oid, maxtid)[1:] == (third, None)
    assert client.loadBefore(oid, third)[1:] == (second, third)
    assert client.loadBefore(oid, second) == (record, first, second)
    # Undoing the undo of what our client did, over Python, is right as well.
    theirs.undo(third)
    ours.refresh()
    assert ours.root["odd"]["zz"] == "theirs"
    world.assert_sound()


@case("PRESERVING")
def an_object_whose_creation_python_undoes_is_gone_for_everybody(world):
    world.create()
    ours, theirs = world.pair()
    ours.root["created"] = created = PersistentMapping(number=1)
    ours.commit()
    oid, first = created._p_oid, serial(created)
    other = world.ours()
    assert other.root["created"]["number"] == 1
    theirs.undo(first)
    ended = world.last_tid()
    for client in ours, other:
        client.refresh()
        assert "created" not in client.root
        assert is_gone(client.storage.loadBefore, oid, maxtid)
        assert client.storage.loadBefore(oid, ended)[1:] == (first, ended)
    theirs.undo(ended)
    again = world.last_tid()
    for client in ours, other:
        client.refresh()
        assert client.root["created"]["number"] == 1
        assert client.storage.loadBefore(oid, maxtid)[1:] == (again, None)
        assert is_gone(client.storage.loadBefore, oid, again)
    world.assert_sound()


@case("PRESERVING")
def python_that_keeps_no_history_loses_none_of_ours(world):
    world.create()
    ours, oid, record, first = odd(world)
    theirs = world.theirs(mode="FREE")
    tids = [first]
    for turn in range(3):
        theirs.root["odd"]["zz"] = turn
        theirs.commit()
        tids.append(serial(theirs.root["odd"]))
    client = world.client(world.serve())
    assert client.loadSerial(oid, first) == record
    assert [h["tid"] for h in client.history(oid, size=10)] == tids[::-1]
    for tid, end in zip(tids, [*tids[1:], None]):
        assert client.loadBefore(oid, after(tid))[1:] == (tid, end)
    world.assert_sound()


@case("FREE")
def python_that_keeps_history_disturbs_nobody_who_keeps_none(world):
    world.create()
    ours, oid, record, first = odd(world)
    theirs = world.theirs(mode="PRESERVING")  # which makes itself the tables that it wants
    theirs.root["odd"]["zz"] = "theirs"
    theirs.root["created"] = PersistentMapping(number=1)
    theirs.commit()
    second, created = serial(theirs.root["odd"]), theirs.root["created"]._p_oid
    for client in ours, world.ours():
        client.refresh()
        assert client.root["odd"]["zz"] == "theirs"
        assert client.storage.loadBefore(oid, second) == (record, first, second)
    theirs.undo(second)
    third = world.last_tid()
    for client in ours, world.ours():
        client.refresh()
        assert client.root["odd"]["zz"] == 1
        assert "created" not in client.root
        assert is_gone(client.storage.loadBefore, created, maxtid)
        assert client.storage.loadBefore(created, third)[1:] == (second, third)
    world.assert_sound()
    theirs.close()
    world.sql("DROP TABLE object_history, pack_state")


@case("FREE", "PRESERVING")
def an_object_that_we_ended_and_python_stores_again_is_there_again(world):
    world.create()
    port = world.serve()
    ours = world.ours(port)
    ours.root["ended"] = ended = PersistentMapping(number=1)
    ours.commit()
    oid, first = ended._p_oid, serial(ended)
    theirs = world.theirs()
    assert theirs.root["ended"]["number"] == 1
    gone = delete(world.client(port), oid)
    ours.refresh()
    assert is_gone(ours.storage.loadBefore, oid, maxtid)
    # Python is not told of deletions, and takes an update of what is not there for a creation.
    theirs.refresh()
    theirs.root["ended"]["number"] = 2
    theirs.commit()
    second = serial(theirs.root["ended"])
    for client in ours, world.ours():
        client.refresh()
        assert client.root["ended"]["number"] == 2
        assert client.storage.loadBefore(oid, maxtid)[1:] == (second, None)
        assert client.storage.loadBefore(oid, gone)[1:] == (first, gone)
        assert is_gone(client.storage.loadBefore, oid, second) or world.mode == "FREE"
    world.assert_sound()
