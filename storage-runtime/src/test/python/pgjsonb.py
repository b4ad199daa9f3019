"""Opens databases by zodb-pgjsonb, as a Zope instance does that is not configured otherwise.

The cache warmer is off: it writes at a time of its own, which no test waits for.
"""

from ZODB import DB
from zodb_pgjsonb.storage import PGJsonbStorage


def storage(dsn, mode, **options):
    """mode: FREE or PRESERVING"""
    return PGJsonbStorage(
        dsn, history_preserving=mode == "PRESERVING", cache_warm_pct=0, **options
    )


def database(dsn, mode):
    return DB(storage(dsn, mode))
