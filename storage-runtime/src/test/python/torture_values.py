"""Values that are hard to keep, by groups of what makes them hard: name and value of each.

The standard library is walked over: one of every type in it that pickles.
"""

import array
import asyncio
import collections
import contextlib
import copy
import datetime
import decimal
import email
import email.policy
import enum
import fractions
import functools
import http.cookies
import importlib
import inspect
import io
import ipaddress
import itertools
import logging
import operator
import pathlib
import pickle
import random
import re
import string
import sys
import types
import urllib.parse
import uuid
import warnings
import xml.etree.ElementTree
import zoneinfo

import torture_shapes as shapes
from torture_shapes import Plain

INT_BITS = (7, 8, 15, 16, 31, 32, 53, 62, 63, 64, 65, 127, 2039, 2040, 2047, 2048, 12_000)

FLOATS = [
    "0.0", "-0.0", "1.0", "-1.5", "0.1", "1e-5", "9.999e-6", "1e15", "1e16", "1e17", "1e22",
    "1e23", "9007199254740993.0", "1.2345678901234568e17", "5e-324", "9.9e-324",
    "2.2250738585072014e-308", "1.7976931348623157e308", "inf", "-inf", "nan", "-nan",
]  # fmt: skip

TEXTS = [
    "", " ", "a", "\0", "a\0b", "\0" * 300, "\x01\x1f\x7f\x80\x9f", "\t\n\r\"\\/\b\f", "größer",
    "\u2028\u2029", "\ufeff", "\ufffd\ufffe\uffff", "\U0001f418", "\U0010ffff", "e\u0301 \xe9",
    "\ud800", "\udfff", "\udc00\ud800", "a\ud83db", "\ud83d\udc18", "\u202e", "\\u0000", "\\ud800",
    "@", "@ns:", "@ns:YQ==", "null", "{}", "x" * 255, "y" * 256, "z" * 70_000, "ö" * 128,
]  # fmt: skip

# What the JSON of a record says by a key of its own, with an argument that fits and some that do not.
MARKERS = {
    "@t": [[], [1, 2], "x", None],
    "@d": [[["a", 1]], [], [["a"]], [1], {}],
    "@b": ["YQ==", "***", "", 1],
    "@bi": ["12345678901234567890", "x", 1],
    "@ns": ["YQBi", "%", 1],
    "@cls": [["m", "C"], ["m"], [1, 2], "m.C"],
    "@s": [1, {"a": 1}],
    "@newobj": [False, True],
    "@items": [[["a", 1]]],
    "@appends": [[1]],
    "@set": [[1, 2], "x"],
    "@fset": [[1, 2], {}],
    "@dt": ["2026-11-22T14:02:00", "x", 1],
    "@tz": ["utc", {"pytz": ["UTC"], "name": "UTC"}, {"zoneinfo": "UTC"}],
    "@date": ["2026-11-22", "x"],
    "@time": ["14:02:00", "x"],
    "@td": [[1, 2, 3], [1, 2], "x"],
    "@dec": ["1.5", "x"],
    "@uuid": ["00000000-0000-0000-0000-000000000005", "x"],
    "@ref": ["0000000000000001", ["0000000000000001", "m.C"], "zz", {"@b": "AAAAAAAAAAQ="}],
    "@reduce": [{"callable": {"@cls": ["os", "abort"]}, "args": {"@t": []}}, 1],
    "@inst": [{"@obj": 1, "@state": 2}, {}],
    "@pkl": ["Ti4=", "x"],
    "@kv": [[["a", 1]], [1]],
    "@ks": [[1]],
    "@next": [1],
    "@children": [[1, 2, 3]],
    "@first": [1],
    "@args": [[1]],
    "@state": [{}],
    "@unknown": [1],
}


def scalars():
    yield "none", None
    yield "true", True
    yield "ellipsis", ...
    yield "not-implemented", NotImplemented
    for bits in INT_BITS:
        for number in (2**bits - 1, 2**bits, -(2**bits), -(2**bits) - 1):
            yield f"int-{'neg-' if number < 0 else ''}{bits}-{number & 1}", number
    for spelled in FLOATS:
        yield f"float-{spelled}", float(spelled)
        yield f"complex-{spelled}", complex(1, float(spelled))
    for number, text in enumerate(TEXTS):
        yield f"text-{number}", text
        yield f"key-{number}", {text: number}
        yield f"bytes-{number}", text.encode("utf-8", "surrogatepass")
    yield "bytes-all", bytes(range(256))
    yield "bytes-long", bytes(range(256)) * 300
    yield "bytearray", bytearray(b"\0\xff")
    yield "bytearray-empty", bytearray()


def markers():
    for key, arguments in MARKERS.items():
        for number, argument in enumerate(arguments):
            yield f"{key}-{number}", {key: argument}
            yield f"{key}-{number}-beside", {key: argument, "x": 1}
            yield f"{key}-{number}-inside", {"in": [{key: {key: argument}}]}
            yield f"{key}-{number}-attribute", Plain(**{key: argument})
    yield "instance", {"@cls": ["m", "C"], "@s": {"a": 1}}
    yield "instance-attributes", Plain(**{"@cls": ["m", "C"], "@s": {"a": 1}})
    yield "zone", {"@dt": "2026-11-22T14:02:00", "@tz": {"zoneinfo": "UTC"}}
    yield "arguments", Plain(**{"@args": (1, 2), "@state": {}})
    yield "six-keys", {"@t": [], "@b": "", "@d": [], "@ns": "", "@bi": "1", "@dt": ""}
    yield "double-key", {"@ns:YQ==": 1, "a": 2, "@ns:@ns:": 3}
    yield "all", {key: arguments[0] for key, arguments in MARKERS.items()}


def containers():
    atoms = [None, True, 1, 2**70, 1.5, "a", b"b", (), (1, "t"), frozenset(), frozenset({1})]
    yield "list", list(atoms)
    yield "tuple", tuple(atoms)
    yield "set", {1, 2, "three", (4,), None}
    yield "frozenset", frozenset(["a", b"b", 3])
    yield "set-of-sets", {frozenset({frozenset({1}), 2})}
    for size in range(6):
        yield f"tuple-{size}", tuple(range(size))
        yield f"list-{size}", list(range(size))
        yield f"set-{size}", set(range(size))
        yield f"dict-{size}", {str(i): i for i in range(size)}
    yield "dict-any-keys", {atom: atom for atom in atoms}
    yield "dict-int-keys", {2: "b", 1: "a"}
    yield "dict-bool-key", {True: "true"}
    yield "dict-nan-keys", {float("nan"): 1, float("nan"): 2}
    yield "dict-none-key", {None: None}
    yield "dict-ordered", {"a": 1, "b": 2, "aa": 3}
    yield "dict-unordered", {"b": 1, "a": 2}
    yield "dict-longer-first", {"aa": 1, "b": 2}
    yield "dict-not-ascii", {"z": 1, "ä": 2, "zz": 3}
    yield "dict-empty-key", {"": 1, "a": {"": {}}}
    yield "dict-in-key", {(1, (2, ("x",))): {"k": ({"b": 0, "a": 1},)}}
    yield "attributes-unordered", Plain(zz=1, a=2, m={"a": 1, "b": 2})
    yield "attributes-nested", Plain(b=Plain(b=1, a=Plain()), a=[Plain(z=1, y=2)])
    yield "batches", [list(range(1001)), {i: i for i in range(2001)}, set(range(1500))]
    yield "wide", {f"key {i}": "value" for i in range(20_000)}
    yield "many", [str(i) for i in range(120_000)]  # over 100,000 in the memo


def identity():
    for name, made in {
        "list": [1], "dict": {"a": 1}, "set": {1}, "bytearray": bytearray(b"a"),
        "instance": Plain(a=1), "object": object(), "tuple-of-list": ([1],),
        "partial": functools.partial(int, "1"), "deque": collections.deque([1]),
        "reduced": shapes.Reduced(1), "path": pathlib.PurePosixPath("a"),
        "fraction": fractions.Fraction(1, 3), "text": "shared " * 9, "bytes": b"shared " * 9,
        "int": 2**100, "float": 1.5, "tuple": (1, "a"), "frozenset": frozenset({1}),
        "decimal": decimal.Decimal("1.5"), "uuid": uuid.UUID(int=7),
        "date": datetime.date(2026, 11, 22), "timedelta": datetime.timedelta(1),
        "datetime": datetime.datetime(2026, 11, 22, tzinfo=datetime.timezone.utc),
        "zone": datetime.timezone(datetime.timedelta(hours=1)), "class": Plain,
        "member": shapes.Colour.RED, "none": None, "empty-tuple": (), "empty-dict": {},
    }.items():  # fmt: skip
        yield f"alias-{name}", [made, made]
        yield f"alias-{name}-deep", {"a": (made, {"b": [made]}), "c": Plain(d=made)}
        yield f"copy-{name}", [made, copy.copy(made)]
    one = []
    one.append(one)
    yield "cycle-list", one
    one = {}
    one["self"] = one
    yield "cycle-dict", one
    one = ([],)
    one[0].append(one)
    yield "cycle-tuple", one
    one = Plain()
    one.me = one
    yield "cycle-instance", one
    parent, child = Plain(name="parent"), Plain(name="child")
    parent.child, child.parent = child, parent
    yield "cycle-parent-child", parent
    one = shapes.Twin()
    one.other = shapes.Twin(one)
    yield "cycle-reduced", one
    one = Plain()
    one.keys = {one: 1}
    one.items = {one}
    yield "cycle-key", one
    one = collections.deque()
    one.append(one)
    yield "cycle-deque", one
    one = collections.OrderedDict()
    one["self"] = one
    yield "cycle-ordered", one
    one = collections.defaultdict(list)
    one[1] = one
    yield "cycle-defaultdict", one
    one = shapes.Outer.Inner()
    one.mine = one.__dict__
    yield "cycle-attributes", one
    one = [1]
    for _ in range(30):
        one = [one, one]
    yield "alias-doubling", one
    one = ("x" * 50,)
    for _ in range(25):
        one = (one, one)
    yield "alias-doubling-tuples", one


def shaped():
    slots, only = shapes.Slots(), shapes.OnlySlots()
    slots.a = only.b = 1
    slots.other = 2
    yield "slots", slots
    yield "slots-only", only
    yield "slots-private", shapes.PrivateSlots()
    yield "slots-empty", shapes.OnlySlots()
    yield "dataclass", shapes.Point(1, [shapes.FrozenPoint(2, "z")])
    yield "namedtuple", shapes.Pair(1, shapes.TypedPair(2, [3]))
    yield "enum", list(shapes.Colour) + [shapes.Number.ONE, shapes.Outer.Colour.RED]
    yield "flags", [shapes.Flags.A | shapes.Flags.B, shapes.IntFlags(3), shapes.Flags(0)]
    yield "nested", [shapes.Outer.Inner(a=1), shapes.Outer.Inner.Innermost(b=shapes.Outer.Inner)]
    yield "nested-method", shapes.Outer().method
    yield "functions", [len, shapes.subclass_of, str.upper, "a".upper, [].append, dict.fromkeys]
    yield "classes", [int, Plain, type(None), shapes.Meta, shapes.OfMeta, shapes.Outer.Inner]
    yield "metaclass", shapes.OfMeta()
    yield "newargs", shapes.NewArgs(1, "two", [3])
    yield "newargs-none", shapes.NewArgs()
    yield "newargs-no-state", shapes.NewArgsNoState(1)
    yield "newargs-ex", shapes.NewArgsEx(1, b=[2])
    yield "newargs-ex-empty", shapes.NewArgsEx()
    for number, state in enumerate(
        (0, 1, "", "state", (), (None, {}), [], [1], {}, {1: 2}, {"a": 1}, (1, 2, 3), b"", False)
    ):
        yield f"state-{number}", shapes.AnyState(state)
    yield "state-none", shapes.NoState()
    for cls in (shapes.Reduced, shapes.ReducedWithState, shapes.ReducedByProtocol):
        yield f"reduced-{cls.__name__}", cls(1, "two")
    for cls in (shapes.ReducedNoArgs, shapes.ReducedItems, shapes.ReducedItemsAndState):
        yield f"reduced-{cls.__name__}", cls()
    yield "reduced-setter", shapes.ReducedWithSetter()
    yield "reduced-name", shapes.SINGLETON
    yield "registered", shapes.Registered([1])
    for cls in shapes.SUBCLASSED:
        for number, args in enumerate(SUBCLASS_ARGUMENTS):
            with contextlib.suppress(Exception):
                made = cls(*args)
                yield f"subclass-{cls.__name__}-{number}", made
                made = cls(*args)
                made.attribute = {"b": 1, "a": [made.__class__]}
                yield f"subclass-{cls.__name__}-{number}-attribute", made


SUBCLASS_ARGUMENTS = [
    (), (1,), ("1.5",), (b"b",), ([1, 2],), ({"b": 1, "a": 2},), (list, {"z": 1}), (2026, 11, 22),
    (int, "1"), (1, 2),
]  # fmt: skip


def chosen():
    """Of the standard library: what no constructor alone would make."""
    utc, east = datetime.timezone.utc, datetime.timezone(datetime.timedelta(hours=5, minutes=30))
    odd = datetime.timezone(datetime.timedelta(hours=-1, seconds=-7))
    named = datetime.timezone(datetime.timedelta(hours=1), "CET")
    berlin = zoneinfo.ZoneInfo("Etc/GMT-1") if "Etc/GMT-1" in zones() else utc
    for name, zone in dict(none=None, utc=utc, east=east, odd=odd, named=named, zi=berlin).items():
        yield f"datetime-{name}", datetime.datetime(2026, 11, 22, 14, 2, 0, 7, zone)
        yield f"datetime-{name}-fold", datetime.datetime(2026, 10, 25, 2, tzinfo=zone, fold=1)
        yield f"time-{name}", datetime.time(23, 59, 59, 999_999, zone)
        yield f"zone-{name}", zone
    yield "datetime-borders", [datetime.datetime.min, datetime.datetime.max, datetime.date.min]
    yield "timedelta-borders", [datetime.timedelta.min, datetime.timedelta.max, datetime.timedelta()]
    for text in ("0", "-0.00", "1E+5", "NaN", "-sNaN12", "Infinity", "1." + "1" * 60):
        yield f"decimal-{text}", decimal.Decimal(text)
    yield "decimal-context", decimal.Context(prec=3, traps=[decimal.Inexact])
    yield "fraction", fractions.Fraction(-1, 3)
    yield "uuid", uuid.uuid5(uuid.NAMESPACE_DNS, "objectdb.example")
    yield "uuid-safe", uuid.UUID(int=2**127, is_safe=uuid.SafeUUID.safe)
    yield "uuid-unsafe", uuid.UUID(int=0, is_safe=uuid.SafeUUID.unsafe)
    yield "paths", [pathlib.PurePosixPath("/a/ö"), pathlib.PureWindowsPath("C:/b"), pathlib.Path()]
    yield "addresses", [
        ipaddress.ip_address("127.0.0.1"), ipaddress.ip_network("10.0.0.0/8"),
        ipaddress.ip_interface("fe80::1/64"), ipaddress.IPv6Address("::1%eth0"),
    ]  # fmt: skip
    yield "patterns", [re.compile("a+"), re.compile(b"\xff", re.I), re.compile("(?x) b", re.S)]
    for code in array.typecodes.replace("u", "").replace("w", ""):
        yield f"array-{code}", array.array(code, [1, 2])
    yield "array-text", array.array("u", "aö")
    yield "ranges", [range(0), range(1, 10, 3), range(2**70)]
    with contextlib.suppress(TypeError):
        pickle.dumps(slice(1))
        yield "slices", [slice(1), slice(None, 2**70, -1)]
    yield "random", random.Random(4711).getstate()
    yield "random-instance", random.Random(4711)
    yield "ordered", collections.OrderedDict([("b", 1), ("a", 2)])
    yield "counter", collections.Counter("hello")
    yield "defaultdict", collections.defaultdict(list, {"b": [1], "a": [2]})
    yield "deque", collections.deque([1, 2], maxlen=2)
    yield "chain", collections.ChainMap({"b": 1, "a": 2}, {"c": 3})
    yield "partial", functools.partial(sorted, [2, 1], reverse=True)
    yield "getters", [operator.attrgetter("a", "b.c"), operator.itemgetter(1), METHOD_CALLER]
    yield "namespace", types.SimpleNamespace(b=1, a=[types.SimpleNamespace()])
    yield "message", email.message_from_string("Subject: a\nX: b\n\ntext\n")
    yield "message-new", email.message_from_string("To: a@b.example\n\nx", policy=email.policy.default)
    yield "log-record", logging.LogRecord("a", 10, "p", 1, "m %s", ("x",), None)
    yield "cookie", http.cookies.SimpleCookie("a=b; c=d")
    yield "url", urllib.parse.urlsplit("https://example.org/a?b#c")
    yield "element", xml.etree.ElementTree.fromstring("<a b='c'><d>e</d></a>")
    yield "streams", [io.StringIO("a"), io.BytesIO(b"b")]
    yield "template", string.Template("$a")
    yield "signature", inspect.signature(shapes.set_state)
    yield "alias-types", [list[int], dict[str, list], int | None] if sys.version_info > (3, 10) else []
    yield "union", re.RegexFlag.A | re.RegexFlag.I
    yield "proxy", types.MappingProxyType({}).__class__
    yield "error", error_with("cause")
    yield "version", list(sys.version_info)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for made in (iter([1, 2]), iter({"a": 1}.items()), itertools.count(3), itertools.cycle("ab"),
                     zip([1], [2]), enumerate("ab"), reversed([1]), map(str, [1]), iter(range(3))):
            with contextlib.suppress(TypeError):
                pickle.dumps(made)
                yield f"iterator-{type(made).__name__}", made


METHOD_CALLER = operator.methodcaller("m", 1, b=2)


def zones():
    with contextlib.suppress(Exception):
        return zoneinfo.available_timezones()
    return set()


def error_with(cause):
    error = ValueError("a", {"b": 1, "a": 2})
    error.__cause__ = KeyError(cause)
    error.attribute = [error.args]
    return error


# Modules that do something when they are imported, or whose objects do.
NOT_WALKED = {
    "antigravity", "this", "idlelib", "tkinter", "turtle", "turtledemo", "test", "lib2to3",
    "ensurepip", "venv", "pip", "__main__", "site", "webbrowser", "pty", "tty", "curses", "readline",
    "sitecustomize", "usercustomize", "rlcompleter", "distutils", "imp", "multiprocessing", "unittest",
    "asyncore", "asynchat", "smtpd", "sunau", "wave", "asyncio.streams",
}  # fmt: skip

WALK_ARGUMENTS = [(), (1,), ("a",), (b"a",), ([],), ({},), ("a", "b"), (1, 2), (("a", "b"),)]


def walked():
    """One of every public class of the standard library that can be made, and pickles."""
    seen = set()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for module in modules():
            for name, cls in sorted(vars(module).items(), key=lambda item: item[0]):
                if inspect.isclass(cls) and not name.startswith("_") and cls not in seen:
                    seen.add(cls)
                    if cls.__module__ in NOT_WALKED:
                        continue
                    for number, args in enumerate(arguments_for(cls)):
                        made = instance(cls, args)
                        if made is not None:
                            yield f"{cls.__module__}.{cls.__qualname__}-{number}", made
                            break


def modules():
    for name in sorted(sys.stdlib_module_names - NOT_WALKED):
        if not name.startswith("_"):
            with contextlib.suppress(Exception):
                yield importlib.import_module(name)


def arguments_for(cls):
    if issubclass(cls, BaseException):
        return EXCEPTION_ARGUMENTS
    if issubclass(cls, enum.Enum):
        return [(next(iter(cls)),)] if len(cls) else []
    # Only harmless modules are given arguments: others might open files and connections with them.
    return WALK_ARGUMENTS if cls.__module__ in WITH_ARGUMENTS else WALK_ARGUMENTS[:1]


EXCEPTION_ARGUMENTS = [
    ("a", 1), ("a",), (), ("utf-8", b"x", 0, 1, "r"), ("utf-8", "x", 0, 1, "r"), ("e", [KeyError()]),
]  # fmt: skip

WITH_ARGUMENTS = {
    "builtins", "argparse", "ast", "calendar", "collections", "configparser", "copy", "csv", "dataclasses",
    "datetime", "decimal", "difflib", "dis", "email.message", "email.header", "email.charset",
    "email.policy", "email.headerregistry", "fractions", "functools", "graphlib", "html.parser",
    "http.cookies", "ipaddress", "json.decoder", "json.encoder", "numbers", "operator",
    "optparse", "pathlib", "pprint", "queue", "random", "reprlib", "sched", "shlex", "statistics",
    "string", "struct", "textwrap", "time", "timeit", "tokenize", "types", "typing", "urllib.parse", "uuid", "xml.dom.minidom",
    "xml.etree.ElementTree", "xml.sax.xmlreader", "zoneinfo", "xmlrpc.client",
}  # fmt: skip


def instance(cls, args):
    with contextlib.suppress(Exception, SystemExit):
        made = cls(*args)
        pickle.loads(pickle.dumps(made, 3))
        return made
    return None


GROUPS = {
    "scalar": scalars,
    "marker": markers,
    "container": containers,
    "identity": identity,
    "shape": shaped,
    "chosen": chosen,
    "stdlib": walked,
}


def values():
    """All of them, by name; what this Python cannot pickle is left out."""
    found = {}
    for group, make in GROUPS.items():
        for name, value in make():
            try:
                pickle.dumps(value, 3)
            except Exception:
                continue
            assert f"{group}/{name}" not in found, name
            found[f"{group}/{name}"] = value
    return found


class Graph:
    """Random values that hold each other in any way, round in circles too."""

    def __init__(self, chance):
        self.chance = chance
        self.pool = []

    def value(self, size):
        self.pool = []
        made = [self.node() for _ in range(1 + self.chance.randrange(size))]
        return made[-1]

    def node(self):
        node = self.make([self.item() for _ in range(self.chance.randrange(5))])
        if self.pool and self.chance.randrange(6) == 0:
            late = self.chance.choice(self.pool)
            if type(late) is list:
                late.append(node)
            elif type(late) is Plain:
                late.late = node
            elif type(late) is dict:
                late["late"] = node
        self.pool.append(node)
        return node

    def make(self, items):
        kind = self.chance.randrange(8)
        if kind == 0:
            return tuple(items)
        if kind == 1:
            return Plain(**{self.chance.choice("abcd") * (i % 3 + 1): x for i, x in enumerate(items)})
        if kind == 2:
            return collections.OrderedDict((i, x) for i, x in enumerate(items))
        if kind == 3:
            return shapes.MyList(items) if hasattr(shapes, "MyList") else items
        if kind == 4:
            return shapes.AnyState(items)
        if kind == 5:
            keys = sorted(self.text() for _ in items)
            return dict(zip(keys, items))
        return items if kind == 6 else {self.text(): x for x in items}

    def item(self):
        if self.pool and self.chance.randrange(3) == 0:
            return self.chance.choice(self.pool)
        return copy.copy(self.chance.choice(ATOMS))

    def text(self):
        return self.chance.choice(["a", "b", "bb", "title", "@t", "@cls", "ö", "", "x\0y", "Größe"])


ATOMS = [
    None, True, 0, -1, 2**63, 0.5, -0.0, 1e16, "", "text", "@dt", "\0", b"", b"bytes", (), 1j,
    datetime.date(2026, 11, 22), datetime.datetime(2026, 11, 22), decimal.Decimal("1.0"),
    uuid.UUID(int=1), frozenset({1}), shapes.Colour.RED, Plain, len, asyncio.QueueFull,
]  # fmt: skip
