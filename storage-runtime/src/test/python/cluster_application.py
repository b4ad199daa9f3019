"""An application that counts, lists, deletes and reads, and says what became of each attempt.

Usage: python cluster_application.py

The orders, by the lines of peer.py; all but the first two name the thread that works, of which
each has a connection of its own to the one database:

    open ports                    make: the objects, once for all applications
    add kind index amount         a counter; kinds: length (merged by the server), counter (merged
                                  by its class in the client), pair (two objects, merged by nobody)
    put key, drop                 an item of a tree comes, one goes
    flip oid                      an object ceases to exist, or comes back
    read pause                    everything, as of one transaction that takes its time
    sync                          from here on, all that is committed anywhere is seen

Each answer has the cache as it is then. What became of an attempt:

    committed     with its tid; its note is in the log
    failed        it never came to a finish
    unknown       the finish was sent, and not answered
    idle          there was nothing to be done
"""

import random
import threading
import time
import zlib

import peer
import zeo_cache
import ZODB
from BTrees.Length import Length
from BTrees.OOBTree import OOBTree
from persistent.list import PersistentList
from transaction import TransactionManager
from ZEO.ClientStorage import ClientStorage
from ZODB.Connection import TransactionMetaData
from ZODB.POSException import POSKeyError
from ZODB.tests.ConflictResolution import PCounter
from ZODB.tests.MinPO import MinPO
from ZODB.tests.StorageTestBase import zodb_pickle
from ZODB.utils import maxtid
from ZODB.utils import p64
from ZODB.utils import u64
from ZODB.utils import z64

KINDS = {
    "length": (Length, lambda counter: counter()),
    "counter": (PCounter, lambda counter: counter._value),
}
OF_A_KIND = 3
CACHE_BYTES = 400_000  # so that it is full soon, and forgets
WAIT = 30


class NotingStorage(ClientStorage):
    """Knows how far the current thread's last attempt came."""

    attempt = threading.local()

    def tpc_finish(self, txn, f=lambda tid: None):
        self.attempt.finishing = True
        tid = super().tpc_finish(txn, f)
        self.attempt.tid = u64(tid)
        return tid


class Worker:
    def __init__(self, db):
        self.manager = TransactionManager()
        self.connection = db.open(self.manager)
        self.storage = db.storage

    @property
    def root(self):
        return self.connection.root()

    def attempt(self, work):
        """Does it in a transaction; what it returns is the transaction's note."""
        attempt = self.storage.attempt
        attempt.finishing, attempt.tid = False, None
        try:
            work()
            return {"outcome": "committed" if attempt.tid else "idle", "tid": attempt.tid}
        except Exception as e:
            outcome = "unknown" if attempt.finishing else "failed"
            return {"outcome": outcome, "error": type(e).__name__, "detail": str(e)[:200]}
        finally:
            self.manager.abort()

    def commit(self, change):
        def work():
            self.manager.begin()
            self.manager.get().note(change())
            self.manager.commit()

        return self.attempt(work)

    def add(self, token, kind, index, amount):
        def change():
            if kind == "pair":
                for half in self.root["pair"][index]:
                    half.value += amount
            elif kind == "length":
                self.root[kind][index].change(amount)
            else:
                self.root[kind][index].inc(amount)
            return f"{token} {kind} {index} {amount}"

        return self.commit(change)

    def put(self, token, key):
        def change():
            self.root["tree"][key] = MinPO(key)
            return f"{token} put {key}"

        return self.commit(change)

    def drop(self, token):
        def change():
            tree = self.root["tree"]
            keys = list(tree)
            if not keys:
                return f"{token} idle"
            key = random.choice(keys)
            assert tree.pop(key).value == key
            return f"{token} drop {key}"

        return self.commit(change)

    def flip(self, token, oid):
        """There is no such thing in ZODB: a storage's restore is what deletes."""
        oid = p64(oid)

        def work():
            storage = self.storage
            transaction = TransactionMetaData(description=f"{token} flip {u64(oid)}")
            storage.tpc_begin(transaction)
            try:
                try:
                    data, serial, end = storage.loadBefore(oid, maxtid)
                except POSKeyError:
                    storage.store(oid, z64, zodb_pickle(MinPO(token)), "", transaction)
                else:
                    storage.checkCurrentSerialInTransaction(oid, serial, transaction)
                    storage.restore(oid, z64, None, "", None, transaction)
                storage.tpc_vote(transaction)
                storage.tpc_finish(transaction)
            except BaseException:
                storage.tpc_abort(transaction)
                raise

        return self.attempt(work)

    def read(self, pause):
        def values():
            for kind, (_, value) in KINDS.items():
                for index, counter in enumerate(self.root[kind]):
                    yield f"{kind} {index}", value(counter)
            for index, (one, other) in enumerate(self.root["pair"]):
                time.sleep(pause / OF_A_KIND)
                yield f"pair {index}", one.value
                if one.value != other.value:
                    yield f"the other pair {index}", other.value
            keys = list(self.root["tree"])
            yield "keys", len(keys)
            yield "sum of keys", sum(zlib.crc32(key.encode()) for key in keys)

        try:
            self.manager.begin()
            if pause:
                self.connection.cacheMinimize()
            tid = u64(self.connection._storage._start) - 1
            return {"outcome": "read", "tid": tid, "values": dict(values())}
        except Exception as e:
            return {"outcome": "unread", "error": type(e).__name__, "detail": str(e)[:200]}
        finally:
            self.manager.abort()

    def sync(self):
        try:
            self.storage.ping()
            return {"outcome": "synced"}
        except Exception as e:
            return {"outcome": "unsynced", "error": type(e).__name__, "detail": str(e)[:200]}


class Application:
    def __init__(self):
        self.workers = {}
        self.known = set()

    def open(self, ports, threads):
        addresses = [("127.0.0.1", port) for port in ports]
        storage = NotingStorage(addresses, cache_size=CACHE_BYTES, wait_timeout=WAIT)
        storage._server.client.register_failed_poll = 1  # by default nine seconds
        self.db = ZODB.DB(storage)
        for thread in threads:
            self.workers[thread] = Worker(self.db)

    def make(self, slots):
        with self.db.transaction() as connection:
            root = connection.root()
            for kind, (factory, _) in KINDS.items():
                root[kind] = PersistentList(factory() for _ in range(OF_A_KIND))
            for counter in root["counter"]:
                counter.inc(0)  # before that, it has no state to merge
            root["pair"] = PersistentList(
                PersistentList([MinPO(0), MinPO(0)]) for _ in range(OF_A_KIND))
            root["tree"] = OOBTree()
            transaction_note(connection, "make")
        return [u64(self.db.storage.new_oid()) for _ in range(slots)]

    def work(self, thread, order, **options):
        worker = self.workers[thread]
        answer = getattr(worker, order)(**options)
        answer["cache"] = zeo_cache.dump(self.db.storage, self.known)
        return answer


def transaction_note(connection, note):
    connection.transaction_manager.get().note(note)


if __name__ == "__main__":
    application = Application()
    peer.serve({name: getattr(application, name) for name in ("open", "make", "work")})
