"""Runs the tests of ZEO and ZODB that need a ZEO server, unmodified, against servers of ours.

Usage: python zeo_suites.py                        takes its tests from the caller, one by one
       python zeo_suites.py --seconds 10           how long its threads hammer at a tree
       python zeo_suites.py --pods 2               so many servers behind each address
       python zeo_suites.py --match REGEX          runs those whose name has this
       python zeo_suites.py --stock --match REGEX  the same, against ZEO's own server

What it says and asks by the lines of channel.py, besides what our_server.py does:

    {"tests": ["Class.name", ...], "left_out": {"reason": 12, ...}}
    {"next": true}  ->  {"test": "Class.name"}, or {} at the end
    {"test": "Class.name", "outcome": "passed" | "failed" | "skipped", "detail": "...",
     "seconds": 0.12, "servers": 1}

A test with no "servers" asked for none, and so says nothing about them. Names are without the
"check" or "test" before them, in which the versions of ZODB differ.
"""

import argparse
import doctest
import importlib
import inspect
import logging
import os
import re
import sys
import tempfile
import time
import unittest
import unittest.mock

import our_server
from channel import ask
from channel import tell
from records import equal

# ZODB gives its race tests two minutes, ZEO most waits three seconds; speed is not judged here,
# but a hang still is.
PATIENCE_FACTOR = 5

# Every module of ZEO.tests whose tests may start a server, the slow ones first.
MODULES = [
    "testConnection",
    "testZEO",
    "testConfig",
    "testConversionSupport",
    "testssl",
    "test_client_credentials",
    "test_client_side_conflict_resolution",
    "test_sync",
]

LEFT_OUT = {
    "Blob|blob_|^testblob|IExternalGC": "blobs and the garbage collection over them are not built yet",
    "^MappingStorage": "the tests of FileStorage again, over another storage of the stock server",
    "^testZEO.runzeo_": "starts the stock server's own program",
    "^testZEO.client_has_newer_data": "puts the server's file of yesterday in the place of today's",
}

# Compare the bytes of records, of which ours keep the meaning; run once more, comparing that.
BYTEWISE = [
    "FileStorageInvqTests.QuickVerificationWith2Clients",
    "FileStorageInvqTests.VerificationWith2ClientsInvqOverflow",
    "FurtherStorageTests.UpdatesPersist",
]


CLIENTS = []


def name_of(test):
    if isinstance(test, doctest.DocTestCase):
        return test.id().rpartition("tests.")[2].rpartition("/")[2]
    method = re.sub("^(check|test)_?", "", test._testMethodName)
    return f"{type(test).__name__}.{method}"


def flat(suite):
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from flat(test)
        else:
            yield test


def methods(case):
    for prefix in ("check", "test"):
        loader = unittest.TestLoader()
        loader.testMethodPrefix = prefix
        yield from flat(loader.loadTestsFromTestCase(case))


def loaded():
    for name in MODULES:
        module = importlib.import_module(f"ZEO.tests.{name}")
        if hasattr(module, "test_suite"):
            yield from flat(module.test_suite())
        else:
            yield from flat(unittest.defaultTestLoader.loadTestsFromModule(module))
    # ZEO's own choice runs these over other storages, which are all one to our server.
    from ZEO.tests.testZEO import FileStorageTests

    yield from methods(FileStorageTests)
    yield from methods(further(FileStorageTests))


def further(generic):
    """What ZODB has for storages and ZEO does not run."""
    from ZEO.tests.testZEO import GenericTestBase
    from ZODB.tests import HistoryStorage
    from ZODB.tests import IteratorStorage
    from ZODB.tests import PersistentStorage

    class FurtherStorageTests(
            GenericTestBase,
            HistoryStorage.HistoryStorage,
            IteratorStorage.ExtendedIteratorStorage,
            PersistentStorage.PersistentStorage):
        getConfig = generic.getConfig
        open = generic.open

    return FurtherStorageTests


def all_tests():
    """The tests by name, and how many are left out for which reason."""
    tests, left_out = {}, dict.fromkeys(LEFT_OUT.values(), 0)
    for test in loaded():
        name = name_of(test)
        reasons = [why for pattern, why in LEFT_OUT.items() if re.search(pattern, name)]
        if reasons:
            left_out[reasons[0]] += 1
        elif name in BYTEWISE:
            tests[name] = test
            again = type(test)(test._testMethodName)
            compare_meaning(again)
            tests[f"{name} in meaning"] = again
        elif not is_blank(test):
            tests[name] = test
    return tests, left_out


def is_blank(test):
    """Whether it overrides a test with nothing, as ZEO does to have another name for it."""
    method = getattr(test, getattr(test, "_testMethodName", ""), None)
    code = getattr(method, "__code__", None)
    return code is not None and not code.co_names and not code.co_freevars


def compare_meaning(test):
    assert_equal = test.assertEqual

    def means_the_same(first, second):
        if isinstance(first, tuple) and isinstance(second, tuple):
            return len(first) == len(second) and all(map(means_the_same, first, second))
        are_records = isinstance(first, bytes) and isinstance(second, bytes) and len(first) > 8
        return first == second or are_records and equal(first, second)

    def assert_same_meaning(first, second, msg=None):
        if not means_the_same(first, second):
            assert_equal(first, second, msg)

    test.assertEqual = assert_same_meaning


class Teller(unittest.TestResult):
    """Tells the outcome of a test as soon as it is known."""

    def __init__(self, name, servers):
        super().__init__()
        self.name = name
        self.servers = servers

    def startTest(self, test):
        super().startTest(test)
        self.outcome, self.detail = "passed", ""
        self.began = time.time()
        self.started = self.servers.started

    def _failed(self, test, err):
        self.outcome = "failed"
        self.detail += f"{err[0].__name__}: {err[1]}"[:2000]

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
        close_clients()
        self.servers.end()
        tell(test=self.name, outcome=self.outcome, detail=self.detail,
             seconds=round(time.time() - self.began, 2),
             servers=self.servers.started - self.started)


class Stock:
    """The stock server, only counted."""

    def __init__(self):
        from ZEO import _forker

        self.started = 0
        start = _forker.start_zeo_server

        def counted(*args, **kw):
            self.started += 1
            return start(*args, **kw)

        _forker.start_zeo_server = counted

    def end(self):
        pass


def prepare(seconds):
    sys.modules["mock"] = unittest.mock  # ZEO 5 has it from another package, for Python 2's sake
    from ZEO.asyncio.client import ClientThread
    from ZEO.tests import forker
    from ZEO.tests.InvalidationTests import InvalidationTests
    from ZODB.tests import racetest
    from zope.testing import wait as polling

    InvalidationTests.MINTIME = seconds
    note_clients(ClientThread)
    be_patient(racetest.TestWorkGroup, "wait", 0)
    be_patient(polling.Wait, "__call__", polling.Wait.timeout)
    be_patient(forker, "wait_until", 3)


def close_clients():
    """Ends the clients that a test has left open: their attempts would stand in the next one's log."""
    while CLIENTS:
        CLIENTS.pop().close()


def note_clients(thread):
    make = thread.__init__

    def noted(self, *args, **kw):
        make(self, *args, **kw)
        CLIENTS.append(self)

    thread.__init__ = noted


def be_patient(owner, name, default):
    """Has a function wait longer than the timeout it is called with."""
    wait = getattr(owner, name)
    signature = inspect.signature(wait)

    def patient(*args, **kw):
        call = signature.bind(*args, **kw)
        timeout = call.arguments.get("timeout")
        call.arguments["timeout"] = PATIENCE_FACTOR * (default if timeout is None else timeout)
        return wait(*call.args, **call.kwargs)

    setattr(owner, name, patient)


def asked_for():
    while "test" in (answer := ask(next=True)):
        yield answer["test"]


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--match")
    arguments.add_argument("--seconds", type=float, default=10)
    arguments.add_argument("--pods", type=int, default=1)
    arguments.add_argument("--stock", action="store_true")
    chosen = arguments.parse_args()
    logging.basicConfig(stream=sys.stderr, level=logging.CRITICAL)
    servers = Stock() if chosen.stock else our_server.install(chosen.pods)
    prepare(chosen.seconds)
    tests, left_out = all_tests()
    if chosen.match is None:
        tell(tests=list(tests), left_out=left_out)
        names = asked_for()
    else:
        names = [name for name in tests if re.search(chosen.match, name)]
    with tempfile.TemporaryDirectory(prefix="zeo-suites-") as directory:
        os.chdir(directory)
        for name in names:
            tests[name].run(Teller(name, servers))
        os.chdir("/")


if __name__ == "__main__":
    main()
