"""Runs ZODB's own storage suites over ZEO clients, against servers that the caller starts.

Usage: python zodb_suites.py [part of a test's name]

What it asks its caller, and tells it, by the lines of channel.py:

    {"need": "database"}                      ->  {"id": 1, "port": 40001}
    {"drop": 1}                               ->  {}
    {"test": "Suite.name", "outcome": "passed" | "failed" | "skipped", "detail": "..."}
"""

import logging
import os
import sys
import tempfile
import threading
import time
import unittest

import transaction
import ZODB.tests.util
from channel import ask
from channel import tell
from records import equal
from ZEO.ClientStorage import ClientStorage
from ZODB.tests import BasicStorage
from ZODB.tests import ConflictResolution
from ZODB.tests import IteratorStorage
from ZODB.tests import MTStorage
from ZODB.tests import PersistentStorage
from ZODB.tests import ReadOnlyStorage
from ZODB.tests import RecoveryStorage
from ZODB.tests import RevisionStorage
from ZODB.tests import StorageTestBase
from ZODB.tests import Synchronization
from ZODB.tests import racetest

# ZODB gives its race tests two minutes; speed is not judged here, but a hang still is.
PATIENCE_FACTOR = 5


class NoDatabase:
    """What a storage needs to be told of changes, as ZEO's own tests have it."""

    def invalidate(self, *args):
        pass

    def invalidateCache(self):
        pass

    def transform_record_data(self, data):
        return data

    untransform_record_data = transform_record_data


class OverZeo(StorageTestBase.StorageTestBase):
    """A fresh database for each test, and clients of it."""

    def setUp(self):
        super().setUp()
        self._databases = []
        self._clients = []
        self._storage = self._client(self._fresh_database())

    def _fresh_database(self):
        answer = ask(need="database")
        self._databases.append(answer["id"])
        self._port = answer["port"]
        return self._port

    def _client(self, port, **options):
        client = ClientStorage(
            ("127.0.0.1", port), wait_timeout=60, min_disconnect_poll=0.5, **options)
        client.registerDB(NoDatabase())
        self._clients.append(client)
        return client

    def _new_storage_client(self):
        return self._client(self._port)

    def open(self, read_only=False):
        self._storage.close()
        self._storage = self._client(self._port, read_only=read_only)

    def tearDown(self):
        transaction.abort()
        for client in self._clients:
            client.close()
        for database in self._databases:
            ask(drop=database)
        super().tearDown()


class Basic(OverZeo, BasicStorage.BasicStorage):
    """ZODB.tests.BasicStorage, races included."""

    def _do_store_in_separate_thread(self, oid, revid, voted):
        # One client runs one transaction at a time, so the rival is a second client.
        def store():
            client = self._new_storage_client()
            try:
                meta = ZODB.Connection.TransactionMetaData()
                client.tpc_begin(meta)
                client.store(oid, revid, b"x", "", meta)
                client.tpc_vote(meta)
                client.tpc_finish(meta)
            except Exception:
                logging.exception("the rival failed")
            finally:
                client.close()

        thread = threading.Thread(name="rival", target=store, daemon=True)
        thread.start()
        thread.join(0.1 if voted else 9)
        return thread


class Threads(OverZeo, MTStorage.MTStorage):
    """ZODB.tests.MTStorage."""


class Synchronized(OverZeo, Synchronization.SynchronizedStorage):
    """ZODB.tests.Synchronization."""


class Revisions(OverZeo, RevisionStorage.RevisionStorage):
    """ZODB.tests.RevisionStorage."""


class Iterators(
    OverZeo, IteratorStorage.IteratorStorage, IteratorStorage.ExtendedIteratorStorage
):
    """ZODB.tests.IteratorStorage."""


class Recovery(OverZeo, RecoveryStorage.RecoveryStorage):
    """ZODB.tests.RecoveryStorage: from one of our databases into another."""

    def setUp(self):
        super().setUp()
        self._dst = self._client(self._fresh_database())


class Persistence(OverZeo, PersistentStorage.PersistentStorage):
    """ZODB.tests.PersistentStorage."""

    def testUpdatesPersistInMeaning(self):
        # The suite compares bytes, of which our records only keep the meaning.
        self.addTypeEqualityFunc(bytes, self.assertMeansTheSame)
        self.testUpdatesPersist()

    def assertMeansTheSame(self, first, second, msg=None):
        if first != second and not (len(first) > 8 and equal(first, second)):
            self.fail(msg or f"{first!r} does not mean {second!r}")


class ReadOnly(OverZeo, ReadOnlyStorage.ReadOnlyStorage):
    """ZODB.tests.ReadOnlyStorage."""


class Conflicts(OverZeo, ConflictResolution.ConflictResolvingStorage):
    """ZODB.tests.ConflictResolution: resolved by the class's own code, in the client."""

    def testResolve(self):
        # The suite only calls its check with a class that cannot resolve.
        self.checkResolve()


SUITES = [
    Basic,
    Threads,
    Synchronized,
    Revisions,
    Iterators,
    Recovery,
    Persistence,
    ReadOnly,
    Conflicts,
]


class Teller(unittest.TestResult):
    """Tells the outcome of each test as soon as it is known."""

    def startTest(self, test):
        super().startTest(test)
        self.outcome, self.detail = "passed", ""
        self.began = time.time()

    def _failed(self, test, err):
        self.outcome = "failed"
        self.detail = f"{err[0].__name__}: {err[1]}"[:500]

    def addError(self, test, err):
        super().addError(test, err)
        self._failed(test, err)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self._failed(test, err)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.outcome, self.detail = "skipped", reason

    def stopTest(self, test):
        super().stopTest(test)
        for _, text in self.errors + self.failures:
            sys.stderr.write(text)
        self.errors.clear()
        self.failures.clear()
        name = f"{type(test).__name__}.{test._testMethodName}"
        tell(test=name, outcome=self.outcome, detail=self.detail,
             seconds=round(time.time() - self.began, 2))


def be_patient():
    wait = racetest.TestWorkGroup.wait
    racetest.TestWorkGroup.wait = lambda self, timeout: wait(self, PATIENCE_FACTOR * timeout)


def main():
    be_patient()
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    with tempfile.TemporaryDirectory(prefix="zodb-suites-") as directory:
        os.chdir(directory)
        run(wanted)
        os.chdir("/")


def run(wanted):
    for suite in SUITES:
        names = [
            name for name in dir(suite)
            if name.startswith(("test", "check")) and callable(getattr(suite, name))
            and wanted in f"{suite.__name__}.{name}"
            and name != "checkResolve"
        ]
        unittest.TestSuite(suite(name) for name in sorted(names)).run(Teller())


if __name__ == "__main__":
    main()
