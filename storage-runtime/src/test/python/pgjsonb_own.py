"""Makes a database by zodb-pgjsonb alone, and reads it in a second life.

Usage: python pgjsonb_own.py DSN FREE|PRESERVING

Says {"storage": version, "codec": version, "read": what the second life found}.
"""

import sys
from importlib.metadata import version

import transaction
from channel import tell
from pgjsonb import database


def main():
    dsn, mode = sys.argv[1:]
    db = database(dsn, mode)
    connection = db.open()
    connection.root()["greeting"] = "hello"
    transaction.commit()
    connection.close()
    db.close()

    db = database(dsn, mode)
    connection = db.open()
    tell(
        storage=version("zodb-pgjsonb"),
        codec=version("zodb-json-codec"),
        read=connection.root()["greeting"],
    )
    connection.close()
    db.close()


if __name__ == "__main__":
    main()
