"""Two servers of ours with a client each, and two processes of Python, write the same objects.

Usage: python worlds_storm.py FREE|PRESERVING COMMITS SEED

Every process moves amounts between accounts, counts, and puts a key into a tree, COMMITS times; it
notes what it has seen, what it was told and what it has committed. A third process of Python, whose
clock is slow, tries the same as often. In the end all of it is compared with a journal that a
trigger of this test kept in the database. Says {"commits": n, "reads": n, "frames": n,
"conflicts": n, "refused": n, "refused_slow": n, "commits_slow": n}.
"""

import contextlib
import multiprocessing
import random
import sys
import threading
from concurrent.futures import ProcessPoolExecutor

import psycopg
from BTrees.Length import Length
from BTrees.OOBTree import OOBTree
from channel import tell
from persistent.mapping import PersistentMapping
from worlds import Ours
from worlds import Theirs
from worlds import World
from worlds import pgjsonb_storage
from worlds_clocks import clock
from ZODB.POSException import ConflictError
from ZODB.utils import p64
from ZODB.utils import u64

ACCOUNTS = 6
AMOUNT = 100
SLOW = -2
PATIENCE = 600

JOURNAL = """
CREATE TABLE journal (zoid bigint, tid bigint, state jsonb, PRIMARY KEY (zoid, tid));
CREATE FUNCTION journal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO journal VALUES (NEW.zoid, NEW.tid, NEW.state);
  RETURN NULL;
END $$;
CREATE TRIGGER journal AFTER INSERT OR UPDATE ON object_state
  FOR EACH ROW EXECUTE FUNCTION journal();
"""


def noted(application):
    """Has the client note what its server tells it: [(tid, oids)]"""
    frames = []
    client = application.storage
    pass_on = client.invalidateTransaction

    def note(tid, oids):
        frames.append((u64(tid), sorted(map(u64, oids))))
        pass_on(tid, oids)

    client.invalidateTransaction = note
    return frames


def committed(application):
    """Has the client note the tids of its commits."""
    tids = []
    storage = application.connection._storage
    finish = storage.tpc_finish

    def note(*arguments):
        tids.append(u64(finish(*arguments)))
        return p64(tids[-1])

    storage.tpc_finish = note
    return tids


def below(application):
    """The tid that this transaction sees everything below of."""
    storage = application.connection._storage
    return storage._polled_tid + 1 if isinstance(application, Theirs) else u64(storage._start)


def work(name, mode, dsn, port, commits, barrier, seed):
    chance = random.Random(seed)
    if port:
        application = Ours(port)
        frames = noted(application)
        baseline = u64(application.storage.lastTransaction())
    else:
        application = Theirs(pgjsonb_storage(dsn, mode))
        frames, baseline = None, 0
    tids = committed(application)
    notes = {"reads": [], "written": {}, "conflicts": 0, "refused": 0}
    barrier.wait(PATIENCE)
    with clock(SLOW) if name == "slow" else contextlib.nullcontext():
        work_on(application, name, chance, notes, tids, commits)
    barrier.wait(PATIENCE)
    if port:
        application.refresh()
        notes["told"] = (baseline, frames, u64(application.storage.lastTransaction()))
    application.close()
    return notes


def work_on(application, name, chance, notes, tids, commits):
    while len(notes["written"]) < commits:
        try:
            once(application, name, chance, notes, tids)
        except ConflictError:
            notes["conflicts"] += 1
            application.abort()
        except psycopg.errors.CheckViolation:  # only a slow clock is refused
            notes["refused"] += 1
            application.abort()
            if notes["refused"] == commits:
                return


def once(application, name, chance, notes, tids):
    if chance.random() < 0.5:
        application.refresh()
    else:
        application.manager.begin()
    root = application.root
    accounts = [root["accounts"][i] for i in range(ACCOUNTS)]
    seen = [account["amount"] for account in accounts]
    notes["reads"].append((below(application), seen, [u64(a._p_serial) for a in accounts]))
    assert sum(seen) == ACCOUNTS * AMOUNT, seen
    giver, taker = chance.sample(accounts, 2)
    amount = chance.randrange(1, 20)
    giver["amount"] -= amount
    taker["amount"] += amount
    root["length"].change(1)
    number = len(notes["written"])
    root["tree"][f"{chance.randrange(1000):03} {name} {number}"] = number
    written = {u64(account._p_oid): account["amount"] for account in (giver, taker)}
    application.commit()  # after which others' changes may be seen already
    notes["written"][tids[-1]] = written


class LogWatch(threading.Thread):
    """Reads the log all the time, each time from the last tid that it has seen."""

    def __init__(self, dsn):
        super().__init__(daemon=True)
        self.tids = []
        self._session = psycopg.connect(dsn, autocommit=True)
        self._over = threading.Event()

    def run(self):
        while not self._over.wait(0.002):
            self.read()

    def read(self):
        last = self.tids[-1] if self.tids else 0
        rows = self._session.execute(
            "SELECT tid FROM transaction_log WHERE tid > %s ORDER BY tid", (last,)).fetchall()
        self.tids += [tid for (tid,) in rows]

    def end(self):
        self._over.set()
        self.join()
        self.read()
        self._session.close()
        return self.tids


def judge_log(world, watched, notes):
    """Tids became visible in their order, and are those that were acknowledged."""
    log = [tid for (tid,) in world.sql("SELECT tid FROM transaction_log ORDER BY tid")]
    assert watched == log
    acknowledged = [tid for note in notes for tid in note["written"]]
    assert len(set(acknowledged)) == len(acknowledged)
    first = min(acknowledged)
    assert sorted(acknowledged) == [tid for tid in log if tid >= first]


def judge_reads(accounts, values, notes):
    """Each transaction saw, of every account, the newest revision of its snapshot."""
    for note in notes:
        for before, seen, serials in note["reads"]:
            for oid, amount, serial in zip(accounts, seen, serials):
                tid = max(t for t in values[oid] if t < before)
                assert (serial, amount) == (tid, values[oid][tid]), (oid, before)


def judge_frames(changed, note):
    """Everything that others committed was told, by the first frame at or above its tid.

    What several commits changed is told at the first of them, and once more at the last.
    """
    baseline, frames, last = note["told"]
    frames = [(tid, set(oids)) for tid, oids in frames if tid > baseline]
    told = baseline
    for i, (tid, oids) in enumerate(frames):
        assert tid > told
        expected = set()
        for one in changed:
            if told < one <= tid and one not in note["written"]:
                expected |= changed[one]
        neighbours = [other for _, other in frames[max(i - 1, 0):i] + frames[i + 1:i + 2]]
        assert oids >= expected and (oids == expected or oids in neighbours), (told, tid)
        told = tid
    assert last == max(changed)


def judge(world, ours, watched, notes):
    accounts = [u64(ours.root["accounts"][i]._p_oid) for i in range(ACCOUNTS)]
    changed, values = {}, {oid: {} for oid in accounts}
    for zoid, tid, state in world.sql("SELECT zoid, tid, state FROM journal"):
        changed.setdefault(tid, set()).add(zoid)
        if zoid in values:
            values[zoid][tid] = state["data"]["amount"]
    for note in notes:
        for tid, written in note["written"].items():
            assert {oid: values[oid][tid] for oid in written} == written
    judge_log(world, watched, notes)
    judge_reads(accounts, values, notes)
    for note in notes:
        if "told" in note:
            judge_frames(changed, note)
    client = world.client(world.serve())
    for tid, oids in changed.items():  # every revision there was is there, with its place
        for oid in oids:
            assert client.loadBefore(p64(oid), p64(tid + 1))[1] == p64(tid)


def main():
    mode, commits, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    world = World(mode)
    world.create()
    world.sql(JOURNAL)
    ports = [world.serve(), world.serve()]
    ours = world.ours(ports[0])
    ours.root["accounts"] = PersistentMapping(
        {i: PersistentMapping(amount=AMOUNT) for i in range(ACCOUNTS)})
    ours.root["length"] = Length()
    ours.root["tree"] = OOBTree()
    ours.commit()
    watch = LogWatch(world.dsn)
    watch.start()
    jobs = [("a", ports[0]), ("b", ports[1]), ("c", 0), ("d", 0), ("slow", 0)]
    context = multiprocessing.get_context("spawn")
    with context.Manager() as manager, ProcessPoolExecutor(len(jobs), context) as pool:
        barrier = manager.Barrier(len(jobs))
        running = [
            pool.submit(work, name, mode, world.dsn, port, commits, barrier, seed * 10 + i)
            for i, (name, port) in enumerate(jobs)
        ]
        notes = [future.result() for future in running]
    watched = watch.end()
    total = sum(len(note["written"]) for note in notes)
    for application in ours, world.ours(ports[1]), world.theirs():
        application.refresh()
        root = application.root
        assert root["length"]() == len(root["tree"]) == total
        assert sum(a["amount"] for a in root["accounts"].values()) == ACCOUNTS * AMOUNT
    judge(world, ours, watched, notes)
    world.assert_sound()
    *right, slow = notes
    tell(
        commits=sum(len(note["written"]) for note in right),
        reads=sum(len(note["reads"]) for note in notes),
        frames=sum(len(note["told"][1]) for note in notes if "told" in note),
        conflicts=sum(note["conflicts"] for note in notes),
        refused=sum(note["refused"] for note in right),
        refused_slow=slow["refused"],
        commits_slow=len(slow["written"]),
    )
    world.close()


if __name__ == "__main__":
    main()
