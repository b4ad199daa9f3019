"""Counts its visits, in an object that every client of the database shares.

Run it after `objectdb up -f examples/objectdb.yaml`, with Python's own packages: pip install ZEO
"""

import ZEO

db = ZEO.DB(("127.0.0.1", 8100))
with db.transaction() as connection:
    root = connection.root()
    root["visits"] = root.get("visits", 0) + 1
    print("visits:", root["visits"])

db.close()
