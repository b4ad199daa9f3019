"""A stock ZODB client over ZEO, as an application uses one.

    client.py HOST:PORT set KEY VALUE
    client.py HOST:PORT get KEY
    client.py HOST:PORT loop NAME    commits NAME:1, NAME:2, ... until its input ends
    client.py HOST:PORT list

With ZEO_CA in the environment, PEM of who signs the servers' certificates, it speaks TLS.

The loop prints "acknowledged NAME:n" when a commit has returned, and repeats an entry whose commit
failed in a way that ZODB itself calls transient: a conflict, or a lost connection; and later one that
the server says it could not make, as a user would who was shown that. Such a commit may
have been made all the same, so an entry is added only where it is missing; a counter beside the
entries, changed in the same transactions, would tell if one was added twice or by half. It ends with
an error if a commit has no higher tid than those before it, whichever servers made them.
"""

import os
import random
import ssl
import sys
import threading
import time

import transaction.interfaces
import ZEO
from ZEO.Exceptions import ServerException
from BTrees.Length import Length
from BTrees.OOBTree import OOBTree

RECONNECT_SECONDS = 120

# An application does something between its commits. Without this a near client would leave a far one
# nothing but conflicts.
PAUSE_SECONDS = 0.05

# How long somebody waits who was shown an error.
FAILED_SECONDS = 1


def committed(connection, change):
    """Commits change(root), again and again while the failure is transient."""
    while True:
        try:
            with connection.transaction_manager:
                return change(connection.root())
        except transaction.interfaces.TransientError as e:
            print(f"again after {type(e).__name__}: {e}", file=sys.stderr)
            time.sleep(random.uniform(0, PAUSE_SECONDS))
        except ServerException as e:
            print(f"failed with {e}", file=sys.stderr)
            time.sleep(FAILED_SECONDS)


def prepare(root):
    if "entries" not in root:
        root["entries"] = OOBTree()
        root["count"] = Length()


def add(root, key, value):
    if key not in root["entries"]:
        root["entries"][key] = value
        root["count"].change(1)


def loop(connection, name):
    over = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), over.set()), daemon=True).start()
    number = 0
    last = b""
    while not over.is_set():
        number += 1
        key = f"{name}:{number}"
        committed(connection, lambda root: add(root, key, number))
        print("acknowledged", key, flush=True)
        tid = connection.db().lastTransaction()
        if tid <= last:
            sys.exit(f"{key} has tid {tid.hex()}, and one before it had {last.hex()}")
        last = tid
        time.sleep(PAUSE_SECONDS)


def show(root):
    for key, value in root["entries"].items():
        print("entry", key, value)
    print("count", root["count"]())


def security(host):
    authority = os.environ.get("ZEO_CA")
    if not authority:
        return {}
    return {"ssl": ssl.create_default_context(cadata=authority), "ssl_server_hostname": host}


def main(address, command, *arguments):
    host, port = address.rsplit(":", 1)
    database = ZEO.DB((host, int(port)), wait_timeout=RECONNECT_SECONDS, **security(host))
    connection = database.open()
    committed(connection, prepare)
    if command == "set":
        committed(connection, lambda root: add(root, *arguments))
    elif command == "get":
        committed(connection, lambda root: print(root["entries"][arguments[0]]))
    elif command == "loop":
        loop(connection, *arguments)
    elif command == "list":
        committed(connection, show)
    else:
        sys.exit(__doc__)
    connection.close()
    database.close()


main(*sys.argv[1:])
