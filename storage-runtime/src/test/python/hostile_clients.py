"""Clients that a server has to bear, and the one beside them that should not notice.

Usage: hostile_clients.py PORT KIND [COUNT]

    bystander     for each line of the input: commits and loads, and prints the median of each in ms
    idle          registers COUNT links, and does nothing
    deaf          registers COUNT links that ask for large objects and never read
    hung          registers COUNT links that vote, and neither finish nor abort
    large         stores COUNT objects in one transaction, on one link
    excessive     the same, and does not expect that it is taken
    garbage       opens COUNT links one after the other, and sends noise on each
    oversized     opens COUNT links, registers, and announces a frame of 2 GB on each
    silent        opens COUNT links that are greeted and never answer

All but the first speak the protocol by hand, print a line when they are where they want to be,
and stay there until the input ends; "large" prints one more when it has finished.
"""

import asyncio
import itertools
import pickle
import random
import statistics
import struct
import sys
import time

HOST = "127.0.0.1"
EMPTY = bytes(8)
LAST = b"\x7f" + b"\xff" * 7
LARGE = 1 << 20
MEASURED = 40


class Link:
    """One connection to the server, by hand."""

    def __init__(self):
        self.ids = itertools.count(1)

    async def open(self, port):
        # A small window, so that a server notices soon that nobody reads.
        self.reader, self.writer = await asyncio.open_connection(HOST, port, limit=1 << 16)
        await self.frame()

    async def register(self, port):
        await self.open(port)
        self.raw(b"Z5")
        await self.call("register", "1", False)
        return self

    async def frame(self):
        size, = struct.unpack(">I", await self.reader.readexactly(4))
        return await self.reader.readexactly(size)

    def raw(self, payload):
        self.writer.write(struct.pack(">I", len(payload)) + payload)

    def tell(self, method, *args):
        self.raw(pickle.dumps((0, True, method, args), 3))

    def ask(self, method, *args):
        number = next(self.ids)
        self.raw(pickle.dumps((number, False, method, args), 3))
        return number

    async def call(self, method, *args):
        number = self.ask(method, *args)
        while True:
            msgid, flag, _, value = pickle.loads(await self.frame())
            if msgid == number:
                assert flag is False or flag == 0, value
                return value

    def begin(self, txn):
        self.tell("tpc_begin", txn, b"", b"", {}, None, " ")

    def store(self, txn, oid, data):
        self.tell("storea", oid, EMPTY, data, txn)


def record(size=10):
    state = pickle.dumps({"text": "x" * size}, 3)
    return pickle.dumps(("persistent.mapping", "PersistentMapping"), 3) + state


async def new_oids(link, count):
    oids = []
    while len(oids) < count:
        oids += await link.call("new_oids", 100)
    return oids[:count]


async def open_many(port, count):
    return [await Link().register(port) for _ in range(count)]


def ready(what):
    print(what, flush=True)


async def stay():
    """Until the input ends."""
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


async def idle(port, count):
    links = await open_many(port, count)
    for link in links:
        link.writer.transport.pause_reading()  # what little they are sent fits into the buffers
    ready(f"{count} links are idle")
    await stay()


async def deaf(port, count):
    links = await open_many(port, count)
    oids = await new_oids(links[0], 1)
    links[0].begin(1)
    links[0].store(1, oids[0], record(LARGE))
    await links[0].call("vote", 1)
    await links[0].call("tpc_finish", 1)
    for link in links:
        link.writer.transport.pause_reading()
        for _ in range(100):
            link.ask("loadBefore", oids[0], LAST)
    ready(f"{count} links do not read")
    await stay()


async def hung(port, count):
    links = await open_many(port, count)
    for link, oid in zip(links, await new_oids(links[0], count)):
        link.begin(1)
        link.store(1, oid, record())
    await asyncio.gather(*(link.call("vote", 1) for link in links))
    ready(f"{count} links have voted")
    await stay()


async def large(port, count):
    link = await Link().register(port)
    oids = await new_oids(link, count)
    ready(f"{count} stores begin")
    link.begin(1)
    for oid in oids:
        link.store(1, oid, record(100))
        await link.writer.drain()
    await link.call("vote", 1)
    tid = await link.call("tpc_finish", 1)
    ready(f"committed {tid.hex()}")
    await stay()


async def excessive(port, count):
    link = await Link().register(port)
    link.begin(1)
    for number in range(1, count + 1):
        link.store(1, number.to_bytes(8, "big"), record(100))
        await link.writer.drain()
    try:
        await link.call("vote", 1)
    except AssertionError as refused:
        ready(str(refused))
    await stay()


async def garbage(port, count):
    noise = random.Random(4711)
    for _ in range(count):
        link = Link()
        await link.register(port)
        link.raw(noise.randbytes(noise.randrange(1, 1000)))
        await link.writer.drain()
        await link.reader.read()
        link.writer.close()
    ready(f"{count} links said nothing that makes sense")
    await stay()


async def oversized(port, count):
    for link in await open_many(port, count):
        link.writer.write(struct.pack(">I", (1 << 31) - 1))
        await link.writer.drain()
        await link.reader.read()
    ready(f"{count} links announced too much")
    await stay()


async def silent(port, count):
    links = [Link() for _ in range(count)]
    for link in links:
        await link.open(port)
    ready(f"{count} links are silent")
    await stay()


def bystander(port):
    import transaction
    import ZEO
    from ZODB.utils import maxtid

    db = ZEO.DB((HOST, port), wait_timeout=60)
    connection = db.open()
    root = connection.root()

    def timed(call):
        began = time.perf_counter()
        call()
        return (time.perf_counter() - began) * 1000

    def commit():
        root["visits"] = root.get("visits", 0) + 1
        transaction.commit()

    def load():
        db.storage._call("loadBefore", EMPTY, maxtid)

    ready("bystander is there")
    for _ in sys.stdin:
        commits = statistics.median(timed(commit) for _ in range(MEASURED))
        loads = statistics.median(timed(load) for _ in range(MEASURED))
        ready(f"{root['visits']} visits, commit {commits:.2f} ms, load {loads:.2f} ms")
    db.close()


def main(port, kind, count="1"):
    if kind == "bystander":
        bystander(int(port))
    else:
        asyncio.run(globals()[kind](int(port), int(count)))


main(*sys.argv[1:])
