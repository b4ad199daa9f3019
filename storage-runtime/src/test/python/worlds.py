"""One database with both programs on it: servers of ours with stock clients, and zodb-pgjsonb.

By their own clients both programs look the same here: an Application. What one of them makes of an
object is told by record(), what is in the tables by World.sql(). A case is a function of a World
that nothing has been made in yet; worlds_run.py runs them.
"""

import contextlib

import psycopg
import ZODB
from channel import ask
from pgjsonb import storage as pgjsonb_storage
from transaction import TransactionManager
from ZEO.ClientStorage import ClientStorage
from ZODB.Connection import TransactionMetaData
from ZODB.POSException import POSKeyError
from ZODB.utils import maxtid
from ZODB.utils import p64
from ZODB.utils import u64
from ZODB.utils import z64

CASES = []

# What a session of this database may do is said in its address, which any program can be given.
IMPORT = "-c objectdb.import=on"
DELETE = "-c objectdb.delete=on"


def case(*modes):
    """Marks a case, and the history modes that it makes sense in."""

    def marked(function):
        CASES.append((function, modes))
        return function

    return marked


class Application:
    """A process of a site, as far as the database is concerned."""

    closed = False

    def __init__(self, storage):
        self.storage = storage
        self.db = ZODB.DB(storage)
        self.manager = TransactionManager()
        self.connection = self.db.open(self.manager)

    @property
    def root(self):
        return self.connection.root()

    def commit(self):
        self.manager.commit()

    def abort(self):
        self.manager.abort()

    def undo(self, tid):
        """As a site does it; the same for any storage that can."""
        self.manager.begin()
        self.db.undo(tid, self.manager.get())
        self.manager.commit()

    def close(self):
        if not self.closed:
            self.closed = True
            self.manager.abort()
            self.connection.close()
            self.db.close()


class Ours(Application):
    """A stock client of a server of ours."""

    def __init__(self, port):
        super().__init__(ClientStorage(("127.0.0.1", port), wait_timeout=60))

    def refresh(self):
        """See everything that is committed by now, through whichever program."""
        self.storage.ping()
        self.manager.begin()

    def record(self, oid):
        """(record, tid) of the current revision"""
        self.storage.ping()
        return self.storage.loadBefore(oid, maxtid)[:2]


class Theirs(Application):
    """zodb-pgjsonb."""

    def refresh(self):
        self.manager.begin()

    def record(self, oid):
        with self.reader() as reader:
            return reader.load(oid)

    @contextlib.contextmanager
    def reader(self):
        """What a connection of this moment reads with."""
        instance = self.storage.new_instance()
        instance.poll_invalidations()
        try:
            yield instance
        finally:
            instance.release()


class World:
    def __init__(self, mode):
        self.mode = mode
        self.preserving = mode == "PRESERVING"
        self.id = None
        self.dsn = None
        self._open = contextlib.ExitStack()
        self._session = None

    def create(self, prepared=True):
        made = ask(create="database" if prepared else "empty")
        self.id, self.dsn = made["id"], made["dsn"]
        self._open.callback(ask, drop=self.id)
        return self

    def adopt(self):
        """Has our program prepare what the other one made."""
        ask(prepare=self.id)

    def serve(self, **wish):
        """Starts one more server of ours; returns its port."""
        return ask(start=self.id, **wish)["port"]

    def ours(self, port=None):
        application = Ours(port or self.serve())
        self._open.callback(application.close)
        return application

    def client(self, port):
        """A client without a database above it; not the caller's to close."""
        client = ClientStorage(("127.0.0.1", port), wait_timeout=60)
        self._open.callback(client.close)
        return client

    def theirs_storage(self, mode=None, options=""):
        dsn = psycopg.conninfo.make_conninfo(self.dsn, options=options) if options else self.dsn
        return pgjsonb_storage(dsn, mode or self.mode)

    def theirs(self, mode=None, options=""):
        application = Theirs(self.theirs_storage(mode, options))
        self._open.callback(application.close)
        return application

    def pair(self):
        """A client of ours and one of theirs, on a database of ours that has a root."""
        return self.ours(), self.theirs()

    def sql(self, statement, *parameters):
        if not self._session:
            self._session = psycopg.connect(self.dsn, autocommit=True)
            self._open.callback(self._session.close)
        cursor = self._session.execute(statement, parameters)
        return cursor.fetchall() if cursor.description else []

    def value(self, statement, *parameters):
        return self.sql(statement, *parameters)[0][0]

    def last_tid(self):
        return p64(self.value("SELECT max(tid) FROM transaction_log"))

    def ended(self, oid, tid):
        """Whether that is no revision, but the end of the object."""
        return bool(self.sql(
            "SELECT 1 FROM object_history WHERE zoid = %s AND tid = %s AND state IS NULL",
            u64(oid), u64(tid)))

    def kept(self):
        """The (oid, tid) of all revisions whose record is kept beside their JSON."""
        return {(p64(zoid), p64(tid)) for zoid, tid in self.sql("SELECT zoid, tid FROM object_record")}

    def verify(self):
        """What objectdb verify finds broken: lines of "kind: text"."""
        return ask(verify=self.id)["findings"]

    def assert_sound(self):
        findings = self.verify()
        assert findings == [], findings[:10]

    def close(self):
        self._open.close()


def current(storage):
    """(oid, tid) of every object that zodb-pgjsonb or a client of ours can walk over."""
    following = None
    while True:
        oid, tid, _, following = storage.record_iternext(following)
        yield oid, tid
        if following is None:
            return


def delete(client, *oids):
    """Ends objects in one transaction; returns its tid."""
    note = TransactionMetaData(description="deletes")
    client.tpc_begin(note)
    for oid in oids:
        client.restore(oid, z64, None, "", None, note)
    client.tpc_vote(note)
    return client.tpc_finish(note)


def serial(object):
    """The tid of an object, also of one that was just dropped from its cache."""
    object._p_activate()
    return object._p_serial


def is_gone(load, *arguments):
    try:
        load(*arguments)
        return False
    except POSKeyError:
        return True


@contextlib.contextmanager
def refused(kind, text=""):
    """Something in here must fail like this."""
    try:
        yield
    except kind as e:
        assert text in str(e), f"{type(e).__name__}: {e}"
    else:
        raise AssertionError(f"it did not fail with {kind.__name__}")
