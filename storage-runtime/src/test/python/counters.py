"""Two processes that count in one database, each over its own server and a client of its own.

Usage: python counters.py PORT PORT

Both change the same Length and the same tree in every transaction, as fast as they can. Says
{"expected": n, "counted": n, "listed": n, "merged": n}: what the database should hold in the end and
holds, and how often a client had to merge.
"""

import multiprocessing
import sys

import transaction
import ZODB
from BTrees.Length import Length
from BTrees.OOBTree import OOBTree
from channel import tell
from ZEO.ClientStorage import ClientStorage
from ZODB.POSException import ConflictError

COMMITS = 60


class CountingStorage(ClientStorage):
    """Counts what is left to the client, and can be merged there."""

    merged = 0

    def tryToResolveConflict(self, *args, **options):
        merged = super().tryToResolveConflict(*args, **options)
        CountingStorage.merged += 1
        return merged


def opened(port):
    db = ZODB.DB(CountingStorage(("127.0.0.1", port), wait_timeout=60))
    return db, db.open()


def count(port, name, merged):
    db, connection = opened(port)
    root = connection.root()
    for i in range(COMMITS):
        while True:
            try:
                transaction.begin()
                root["length"].change(1)
                root["tree"][f"{i % 20} {name} {i}"] = name
                transaction.commit()
                break
            except ConflictError:  # a split of the tree is nothing that anybody merges
                transaction.abort()
    connection.close()
    db.close()
    merged.value += CountingStorage.merged


def main():
    ports = [int(port) for port in sys.argv[1:3]]
    db, connection = opened(ports[0])
    connection.root()["length"] = Length()
    connection.root()["tree"] = OOBTree({"0": None})
    transaction.commit()
    context = multiprocessing.get_context("spawn")
    merged = [context.Value("i", 0) for _ in ports]
    processes = [
        context.Process(target=count, args=(port, f"process {i}", merged[i]))
        for i, port in enumerate(ports)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        assert process.exitcode == 0
    db.storage.ping()
    transaction.begin()
    root = connection.root()
    tell(
        expected=len(ports) * COMMITS,
        counted=root["length"](),
        listed=len(root["tree"]) - 1,
        merged=sum(value.value for value in merged),
    )
    connection.close()
    db.close()


if __name__ == "__main__":
    main()
