"""What a stock client's cache holds, read between two of its messages.

The cache is a file of blocks, each a revision: oid, start, end (zeros while it is current), data.
"""

import struct

from ZODB.utils import u64

HEADER = struct.Struct(">1sI8s8s8sHI")


def dump(storage, known=None):
    """{"tid": n, "entries": [[oid, start, end, data], ...]}; an end of 0 says that it is current.

    The data, in hex, is None where (oid, start) is in the set known, which grows by it.
    """
    server = storage._server
    return server.io_call(server.apply_co(_dump, storage._cache, set() if known is None else known))


def _dump(cache, known):
    entries = []
    with cache._lock:  # an application's thread moves what it loads
        places = [place for _, place in cache.current.items()]
        for revisions in cache.noncurrent.values():
            places.extend(revisions.values())
        for place in places:
            cache.f.seek(place)
            status, _, oid, start, end, _, length = HEADER.unpack(cache.f.read(HEADER.size))
            assert status == b"a", "an index of the cache points beside its blocks"
            key = u64(oid), u64(start)
            data = None if key in known else cache.f.read(length).hex()
            known.add(key)
            entries.append([*key, u64(end), data])
        return {"tid": u64(cache.tid), "entries": entries}
