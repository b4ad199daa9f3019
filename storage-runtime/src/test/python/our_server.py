"""Puts servers of ours in the place of the stock one, for tests that start it themselves.

Everything in ZEO's tests that needs a server calls ``ZEO._forker.start_zeo_server``. What it is
given names files; here, each file name stands for a database, for as long as the test runs:

    start, stop with keep, start again      the same database
    stop without keep                       the database is dropped, as the file would be removed
    create yes                              an empty one, unless it is being served
    storage_conf.0, storage_conf.1          two servers over one database, for clients of several
    zeoclient                               one more server over the database of the one it names

What a server has to be told is told, and what only tunes the stock server is left out:

    address, read-only (of server or storage), transaction-timeout      as they are
    invalidation-queue-size         transactions that a cache may be behind; ours asks the log, so
                                    this makes the test's storage forget. invalidation-age: no limit
    loaddelayed_storage             loads take as long as there
    ssl                             the files as they are
    client-conflict-resolution      is how our server always works
    blob directories                what needs them fails by itself
    pid-filename, debug, threaded, suicide, name, log, timeouts of starting: nothing to be done

What ours is not made for fails the test, with the reason: NotOurs.
"""

import os
import re
import shutil
import sys
import tempfile

from channel import ask

LOAD_DELAY_MILLIS = 10  # as ZEO.tests.racetest has it


class NotOurs(Exception):
    """The test needs what our server has not got."""


class Servers:
    def __init__(self, pods):
        self.started = 0
        self._pods = pods
        self._databases = {}
        self._ports = {}

    def start(self, storage_conf=None, zeo_conf=None, port=None, keep=False, path="Data.fs",
              protocol=None, log=None, **ignored):
        from ZEO._forker import ZEOConfig

        self.started += 1
        if zeo_conf is None or isinstance(zeo_conf, dict):
            if isinstance(port, str):
                raise NotOurs("Unix sockets")
            address = port if isinstance(port, tuple) else ("127.0.0.1", port or 0)
            config = ZEOConfig(address, log=log)
            config.__dict__.update(zeo_conf or {})
            zeo_conf = config
        server = Options(str(zeo_conf))
        storage = Options(storage_conf or f"path {path}")
        if protocol or server.is_on("msgpack"):
            raise NotOurs("another protocol")
        if server.get("password-function"):
            raise NotOurs("a password for the key's file")

        name = self._name(storage)
        database = self._database(name, storage.is_on("create"))
        host, _, wanted = server.get("address").rpartition(":")
        options = {
            "start": database,
            "host": host.strip("[]"),
            "port": int(wanted),
            "pods": self._pods,
            "readOnly": server.is_on("read-only") or storage.is_on("read-only"),
        }
        if server.get("transaction-timeout"):
            options["timeoutSeconds"] = int(server.get("transaction-timeout"))
        if server.get("invalidation-queue-size") and not server.get("invalidation-age"):
            options["remembers"] = int(server.get("invalidation-queue-size"))
        if "<loaddelayed_storage" in storage.text:
            options["loadDelayMillis"] = LOAD_DELAY_MILLIS
        if "<ssl>" in server.text:
            options["tls"] = mounted(server)
        port = ask(**options)["port"]
        self._ports[port] = name

        def stop(stop_timeout=None):
            if self._ports.pop(port, None) is not None:
                ask(stop=port)
                if not keep:
                    self._drop(name)

        return (options["host"], port), stop

    def _name(self, storage):
        """What this server's data are called; a storage in memory is one of its own."""
        if "<zeoclient" in storage.text:
            return self._ports[int(storage.get("server").rpartition(":")[2])]
        path = storage.get("path")
        if not path:
            return self.started
        return os.path.abspath(re.sub(r"^storage_conf\.\d+$", "storage_conf", path))

    def _database(self, name, empty):
        if empty:
            self._drop(name)
        if name not in self._databases:
            self._databases[name] = ask(create="database")["id"]
        return self._databases[name]

    def _drop(self, name):
        if name in self._databases and name not in self._ports.values():
            ask(drop=self._databases.pop(name))

    def end(self):
        """Ends what a test left behind."""
        for port in list(self._ports):
            ask(stop=port)
        self._ports.clear()
        for name in list(self._databases):
            self._drop(name)


def mounted(server):
    """Where the files for TLS are, by the names that a Secret gives them."""
    directory = tempfile.mkdtemp(prefix="tls-", dir=".")
    names = {"certificate": "tls.crt", "key": "tls.key", "authenticate": "ca.crt"}
    for option, name in names.items():
        shutil.copy(server.get(option), os.path.join(directory, name))
    return os.path.abspath(directory)


class Options:
    """The lines of a configuration, whichever section they are in."""

    def __init__(self, text):
        self.text = text
        self._values = {}
        for line in text.splitlines():
            key, _, value = line.strip().partition(" ")
            self._values[key] = value.strip()

    def get(self, key):
        return self._values.get(key)

    def is_on(self, key):
        return self.get(key) in ("1", "on", "true", "True", "yes")


def install(pods):
    """Must come before the first import of ZEO's tests, which keep what they find."""
    assert "ZEO.tests" not in sys.modules
    from ZEO import _forker

    servers = Servers(pods)
    _forker.start_zeo_server = servers.start
    return servers
