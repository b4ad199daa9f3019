"""Stock clients that a test moves step by step, as storages: no ZODB in between that would help.

Usage: python cluster_client.py

The orders, by the lines of peer.py, each with "client", the name of one: open, close, begin, store,
delete, vote, finish, abort, commit, load, ping, new_oids, state, cache, prefetch, patience. Oids and
tids are numbers. Values are strings, in a record of one attribute, or numbers, which are counters
that the server can merge.
"""

import peer
import zeo_cache
from BTrees.Length import Length
from ZEO.ClientStorage import ClientStorage
from ZODB.Connection import TransactionMetaData
from ZODB.tests.MinPO import MinPO
from ZODB.tests.StorageTestBase import zodb_pickle
from ZODB.tests.StorageTestBase import zodb_unpickle
from ZODB.utils import maxtid
from ZODB.utils import p64
from ZODB.utils import u64
from ZODB.utils import z64

CLIENTS = {}


class Client:
    """One storage, and what it tells the database above it."""

    def __init__(self, ports, cache=None, patience=60, server_sync=False):
        addresses = [("127.0.0.1", port) for port in ports]
        self.flushes = 0  # of everything
        self.changes = []  # (tid, oids), as told
        self.transaction = None
        options = {"server_sync": server_sync} if server_sync else {}
        self.storage = ClientStorage(addresses, cache=cache, wait_timeout=patience, **options)
        self.storage.registerDB(self)
        # A client that was refused waits so long; the default of ten seconds is a test's minute.
        self.storage._server.client.register_failed_poll = 1

    # what a storage asks of its database

    def invalidate(self, tid, oids):
        self.changes.append((u64(tid), sorted(map(u64, oids))))

    def invalidateCache(self):
        self.flushes += 1

    def transform_record_data(self, data):
        return data

    untransform_record_data = transform_record_data

    # what the test asks of a client

    def close(self):
        self.storage.close()

    def begin(self, note=""):
        self.transaction = TransactionMetaData(description=note)
        self.storage.tpc_begin(self.transaction)

    def store(self, oid, value, base):
        object = Length(value) if isinstance(value, int) else MinPO(value)
        self.storage.store(p64(oid), p64(base), zodb_pickle(object), "", self.transaction)

    def delete(self, oid):
        self.storage.restore(p64(oid), z64, None, "", None, self.transaction)

    def vote(self):
        return [u64(oid) for oid in self.storage.tpc_vote(self.transaction) or ()]

    def finish(self):
        return u64(self.storage.tpc_finish(self.transaction))

    def abort(self):
        self.storage.tpc_abort(self.transaction)

    def commit(self, stores=(), deletes=()):
        """Each store is [oid, value, base]."""
        self.begin()
        try:
            for store in stores:
                self.store(*store)
            for oid in deletes:
                self.delete(oid)
            self.vote()
            return self.finish()
        except BaseException:
            self.abort()
            raise

    def load(self, oid, before=None):
        """[value, tid, end or 0] as of the client's last tid; None where nothing is known."""
        if before is None:
            before = u64(self.storage.lastTransaction()) + 1
        elif before == "any":
            before = u64(maxtid)
        found = self.storage.loadBefore(p64(oid), p64(before))
        if found is None:
            return None
        data, start, end = found
        object = zodb_unpickle(data)
        value = object() if isinstance(object, Length) else object.value
        return [value, u64(start), u64(end or z64)]

    def prefetch(self, oids):
        self.storage.prefetch([p64(oid) for oid in oids], maxtid)

    def ping(self):
        self.storage.ping()
        return u64(self.storage.lastTransaction())

    def sync(self):
        self.storage.sync()
        return u64(self.storage.lastTransaction())

    def new_oids(self, count):
        return [u64(self.storage.new_oid()) for _ in range(count)]

    def state(self):
        return {
            "connected": self.storage.is_connected(),
            "tid": u64(self.storage.lastTransaction()),
            "port": self.storage._server_addr and int(self.storage._server_addr.split()[-1][:-1]),
            "flushes": self.flushes,
            "changes": self.changes,
            "generation": self.storage._connection_generation,
            "verification": self.storage._server.client.verify_result,
        }

    def cache(self):
        return zeo_cache.dump(self.storage)

    def patience(self, seconds):
        self.storage._server.timeout = seconds


def opened(client, **options):
    CLIENTS[client] = Client(**options)
    return CLIENTS[client].state()


def told(name):
    return lambda client, **options: getattr(CLIENTS[client], name)(**options)


if __name__ == "__main__":
    orders = [name for name in vars(Client) if not name.startswith("_")]
    peer.serve({"open": opened} | {name: told(name) for name in orders})
