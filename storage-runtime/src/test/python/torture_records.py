"""Records byte by byte: what no pickler of today writes, or only when it is asked to.

Each is a name and the two pickles of a record. A state that is a list begins with the title.
"""

import io
import pickle
import struct
from pathlib import Path

from torture_shapes import Thing

THING = b"ctorture_shapes\nThing\n"
PLAIN = b"ctorture_shapes\nPlain\n"
NOWHERE = b"cnowhere.to_be.found\nGone\n"
PROTOCOLS = range(6)
DEPTHS = (10, 100, 333, 498, 499, 500, 501, 998, 999, 1000, 1001, 1002, 5000, 100_000)


def text(value):
    data = value.encode("utf-8", "surrogatepass")
    return b"X" + struct.pack("<I", len(data)) + data


def data(value):
    return b"C" + bytes([len(value)]) + value


def text2(value):
    """What Python 2 wrote of a str."""
    return b"U" + bytes([len(value)]) + value


def oid(number):
    return data(struct.pack(">Q", number))


def state(value):
    """The attributes, with the opcodes of one of them."""
    return b"}(" + text("title") + text("by hand") + text("value") + value + b"u."


def pickled(values):
    """Every value at every protocol, the two pickles with one memo, as ZODB writes them."""
    for name, value in values.items():
        for protocol in PROTOCOLS:
            title = f"{name}/p{protocol}"
            out = io.BytesIO()
            pickler = pickle.Pickler(out, protocol)
            pickler.dump(Thing)
            try:
                pickler.dump({"title": title, "value": value})
            except Exception:
                continue  # older protocols have no words for some
            yield title, out.getvalue()


def python2():
    """See make_python2_records.py."""
    for line in Path(__file__).with_name("python2_records.txt").read_text().splitlines():
        name, protocol, record = line.split()
        yield f"{name}/p{protocol}", bytes.fromhex(record)


def python2_by_hand():
    """What C extensions and old Pythons wrote."""
    for name, value in {
        "inst": b"(iapplication\nOld\n}b",
        "inst-arguments": b"(K\x01U\x01aiapplication\nOld\n}(U\x01aU\x01\xffub",
        "obj": b"(capplication\nOld\nK\x01U\x01\xe9o}b",
        "inst-no-state": b"(iapplication\nOld\n",
        "reconstructor": b"ccopy_reg\n_reconstructor\n(capplication\nNew\nc__builtin__\nobject\nNtR}b",
        "reconstructor-dict": b"ccopy_reg\n_reconstructor\n(capplication\nD\nc__builtin__\ndict\n}tR",
        "builtin-set": b"c__builtin__\nset\n]q\x01(U\x01aX\x01\0\0\0be\x85R",
        "long": b"L12345678901234567890L\n",
        "long-negative": b"L-1L\n",
        "int-true": b"I01\n",
        "int-false": b"I00\n",
        "int-large": b"I9223372036854775808\n",
        "float": b"F0.10000000000000001\n",
        "float-nan": b"Fnan\n",
        "string": b"S'gr\\xf6\\xdfer \\\\ \\' \\n\\t\\x00'\n",
        "string-double-quotes": b'S"it\'s"\n',
        "binstring": b"T\x03\0\0\0\xff\xfe\0",
        "unicode": b"Vgr\\u00f6\\U0001f418\xdfer\n",
        "unicode-surrogate": b"V\\ud800\n",
        "unicode-backslash": b"Va\\u005cu0041\n",
        "attributes": b"capplication\nNew\n)\x81}(U\x01aK\x01U\x01\xffK\x02ub",
        "datetime": b"cdatetime\ndatetime\nU\n\x07\xd8\x0c\x03\x04\x05\x06\0\0\x07\x85R",
        "datetime-zope": b"cDateTime.DateTime\nDateTime\n)\x81}(U\x01tG\x41\xd2\0\0\0\0\0\0U\x03_tzU\x03GMTub",
        "decimal": b"cdecimal\nDecimal\n(S'1.5'\ntR",
        "binary": b"czodbpickle\nbinary\nC\x02\xff\0\x85R",
        "acquisition": b"cAcquisition\nImplicit\n)\x81}b",
        "reference": b"(U\x08\0\0\0\0\0\0\0\x01capplication\nNew\ntQ",
        "reference-no-class": b"U\x08\0\0\0\0\0\0\0\x01N\x86Q",
        "reference-bare": b"U\x08\0\0\0\0\0\0\0\x01Q",
        "reference-weak": b"](U\x01wU\x08\0\0\0\0\0\0\0\x01\x85eQ",
        "reference-old-weak": b"]U\x08\0\0\0\0\0\0\0\x01aQ",
        "reference-names": b"(U\x08\0\0\0\0\0\0\0\x01(U\x0bapplicationU\x03NewttQ",
        "reference-zclass": b"(U\x08\0\0\0\0\0\0\0\x01(U\x00U\x03ZCltNtQ",
    }.items():
        yield name, THING + b"." + state(value)
    yield "class-names", b"((U\x0bapplicationU\x03NewtNt." + state(b"N")
    yield "class-inst-arguments", b"(capplication\nNew\n(U\x01atq\0t." + b"}U\x01ah\0s."
    yield "class-flat", b"(U\x0bapplicationU\x03Newt." + b"}U\x01aK\x01s."
    yield "state-btree-length", b"cBTrees.Length\nLength\n.L5L\n."
    yield "state-bucket", b"cBTrees.OOBTree\nOOBucket\n.((U\x01aU\x01bU\x01\xe9Nttq\x01."
    yield "state-old-tree", b"cBTrees.IOBTree\nIOBTree\n.(((((K\x01U\x01atttt."
    yield "state-folder", b"cOFS.Folder\nFolder\n.}(U\x02idU\x01aU\x08_objects(}(U\x02idU\x01bU\tmeta_typeU\x01cutu."


def classes():
    """All ways to name the class of a record, and some that are none."""
    m, n = text("torture_shapes"), text("Thing")
    for name, cls in {
        "global": THING,
        "global-none": THING + b"N\x86",
        "global-empty": THING + b")\x86",
        "global-arguments": THING + b"K\x01" + text("x") + b"\x86\x86",
        "global-keywords": b"(" + THING + b")}t",
        "names-none": m + n + b"\x86N\x86",
        "names-empty": m + n + b"\x86)\x86",
        "names-arguments": m + n + b"\x86K\x01\x85\x86",
        "names": m + n + b"\x86",
        "stack-global": m + n + b"\x93",
        "nested": text("torture_shapes") + text("Outer.Kept") + b"\x93",
        "nested-names": m + text("Outer.Kept") + b"\x86N\x86",
        "nested-getattr": b"cbuiltins\ngetattr\nctorture_shapes\nOuter\n" + text("Kept") + b"\x86R",
        "nowhere": NOWHERE,
        "nowhere-arguments": NOWHERE + b"K\x01\x85\x86",
        "no-module": text("") + n + b"\x86N\x86",
        "no-name": m + text("") + b"\x86N\x86",
        "not-ascii": text("größer.modul") + text("Größe") + b"\x93",
        "newline": text("a\nb") + text("C\nD") + b"\x93",
        "nul": text("a\0b") + text("C") + b"\x93",
        "surrogate": text("a\ud800") + text("C") + b"\x86N\x86",
        "long": text("m" * 600) + text("C" * 600) + b"\x93",
        "in-the-database": oid(1) + b"Q",
        "in-the-database-arguments": oid(1) + b"Q)\x86",
        "instance": THING + b")\x81",
        "none": b"N",
        "text": text("torture_shapes.Thing"),
        "number": b"K\x01",
        "dict": b"}",
    }.items():
        yield name, cls + b"." + state(b"K\x01")
        yield f"{name}-protocol-4", b"\x80\x04" + cls + b".\x80\x04" + state(oid(7) + b"N\x86Q")
    for module, name in (
        ("ZODB.blob", "Blob"),
        ("BTrees.OOBTree", "OOBTree"),
        ("BTrees.IIBTree", "IISet"),
        ("BTrees.Length", "Length"),
        ("persistent.mapping", "PersistentMapping"),
        ("persistent.list", "PersistentList"),
        ("builtins", "dict"),
        ("datetime", "datetime"),
    ):
        cls = f"c{module}\n{name}\n.".encode()
        for label, value in STATES.items():
            yield f"{module}.{name}-{label}", cls + value + b"."


# States as they should not be.
STATES = {
    "none": b"N",
    "empty-tuple": b")",
    "empty-dict": b"}",
    "number": b"K\x05",
    "long": b"\x8a\x09" + b"\xff" * 8 + b"\0",
    "float": b"G?\xf8\0\0\0\0\0\0",
    "text": text("x"),
    "leaf": b"(K\x01K\x02t\x85",
    "leaf-odd": b"(K\x01K\x02K\x03t\x85",
    "leaf-empty": b")\x85",
    "leaf-next": b"(K\x01K\x02t" + oid(1) + b"N\x86Q\x86",
    "leaf-next-not-a-reference": b"(K\x01K\x02t}\x86",
    "tree": b"(K\x01K\x02t\x85\x85\x85",
    "tree-odd": b"K\x01\x85\x85\x85\x85",
    "tree-inner-next": b"(K\x01K\x02t" + oid(1) + b"N\x86Q\x86\x85\x85",
    "children": oid(1) + b"N\x86QK\x05" + oid(2) + b"N\x86Q\x87" + oid(1) + b"N\x86Q\x86",
    "children-none": b"(K\x01K\x02K\x03t" + oid(1) + b"N\x86Q\x86",
    "children-first-only": b")" + oid(1) + b"N\x86Q\x86",
    "children-aliased": oid(1) + b"N\x86Q\x85q\x01h\x01\x86",
    "marker": b"}" + text("@kv") + b"]s",
    "data-ordered": b"}" + text("data") + b"}(" + text("b") + b"N" + text("a") + b"Nus",
}


def references():
    cls, db, w = THING, text("other"), text("w")
    for name, pid in {
        "class": oid(1) + cls + b"\x86",
        "class-nowhere": oid(1) + NOWHERE + b"\x86",
        "class-nested": oid(1) + text("m") + text("A.B") + b"\x93\x86",
        "class-no-module": oid(1) + text("") + text("B") + b"\x93\x86",
        "class-nul": oid(1) + text("m\0") + text("B") + b"\x93\x86",
        "class-names": oid(1) + text("m") + text("B") + b"\x86\x86",
        "class-getattr": oid(1) + b"cbuiltins\ngetattr\n" + cls + text("X") + b"\x86R\x86",
        "class-in-the-database": oid(1) + oid(2) + b"Q\x86",
        "class-arguments": oid(1) + cls + b")\x86\x86",
        "none": oid(1) + b"N\x86",
        "bare": oid(1),
        "root": oid(0) + cls + b"\x86",
        "greatest": oid(2**63 - 1) + cls + b"\x86",
        "triple": oid(1) + cls + b"N\x87",
        "single": oid(1) + b"\x85",
        "seven-bytes": data(b"1234567"),
        "nine-bytes": data(b"123456789") + cls + b"\x86",
        "text": text("12345678") + cls + b"\x86",
        "text-bare": text("12345678"),
        "number": b"K\x01",
        "number-and-class": b"K\x01" + cls + b"\x86",
        "weak": b"](" + w + oid(1) + b"\x85e",
        "weak-database": b"](" + w + oid(1) + db + b"\x86e",
        "weak-class": b"](" + w + oid(1) + cls + db + b"\x87e",
        "weak-tuple": w + oid(1) + b"\x85\x86",
        "weak-bytes": b"](" + data(b"w") + oid(1) + b"\x85e",
        "weak-old": b"]" + oid(1) + b"a",
        "other": b"](" + text("m") + db + oid(1) + cls + b"\x87e",
        "other-nested": b"](" + text("m") + db + oid(1) + text("m") + text("A.B") + b"\x93\x87e",
        "other-no-class": b"](" + text("n") + db + oid(1) + b"\x86e",
        "other-nul": b"](" + text("n") + text("a\0") + oid(1) + b"\x86e",
        "unknown-kind": b"](" + text("x") + oid(1) + b"\x85e",
        "empty-list": b"]",
        "empty-tuple": b")",
        "dict": b"}" + text("@ref") + oid(1) + b"s",
        "instance": cls + b")\x81",
        "in-a-reference": oid(1) + cls + b"\x86Q" + oid(2) + b"N\x86Q\x86",
    }.items():
        yield name, THING + b"." + state(pid + b"Q")
        yield f"{name}-twice", THING + b"." + state(b"](" + pid + b"q\x05Qh\x05Qe")
        yield f"{name}-remembered", THING + b"." + state(b"](" + pid + b"Qq\x05h\x05e")
    yield "persid", THING + b"." + state(b"P0000000000000001\n")
    yield "persid-word", THING + b"." + state(b"Pword\n")
    yield "persid-eight", THING + b"." + state(b"P12345678\n")


def opcodes():
    one = text("one")
    for name, value in {
        "dup": one + b"2\x86",
        "dup-list": b"]2\x86",
        "pop": one + b"K\x010",
        "pop-mark": one + b"(K\x01K\x021",
        "pop-to-mark": one + b"(0",
        "memo-text": one + b"p700\ng700\n\x86",
        "memo-long": one + b"r\xff\xff\1\0j\xff\xff\1\0\x86",
        "memoize": one + b"\x94h\0\x86",
        "memo-again": one + b"q\x05" + text("two") + b"q\x05\x86h\x05\x86",
        "list-mark": b"(K\x01K\x02l",
        "dict-mark": b"(" + one + b"K\x01d",
        "dict-double-key": b"}(" + one + b"K\x01" + one + b"K\x02u",
        "dict-equal-keys": b"}(K\x01" + one + b"\x88" + one + b"G?\xf0\0\0\0\0\0\0" + one + b"u",
        "dict-one-by-one": b"}" + one + b"K\x01s" + text("two") + b"K\x02s",
        "append-late": b"]q\x05K\x01a(K\x02K\x03eh\x05\x86",
        "empty-set": b"\x8f",
        "set-of-lists": b"\x8f(]\x85\x90",
        "set-double": b"\x8f(K\x01\x88K\x01\x90",
        "frozen-mark": b"(K\x01K\x02\x91",
        "frozen-in-itself": b"(](Nl\x91",
        "bytes-4": b"B\x03\0\0\0abc",
        "bytes-8": b"\x8e\x03\0\0\0\0\0\0\0abc",
        "text-short": b"\x8c\x03\xe2\x82\xac",
        "text-8": b"\x8d\x03\0\0\0\0\0\0\0\xed\xa0\x80",
        "text-not-utf8": b"X\x02\0\0\0\xff\xfe",
        "bytearray": b"\x96\x02\0\0\0\0\0\0\0ab",
        "bytearray-twice": b"\x96\x02\0\0\0\0\0\0\0ab\x94h\0\x86",
        "buffer": b"\x97",
        "buffer-readonly": b"\x97\x98",
        "extension-1": b"\x82\x01",
        "extension-4": b"\x84\x01\0\0\0",
        "frame": b"\x95\x02\0\0\0\0\0\0\0K\x01",
        "proto-inside": b"\x80\x05K\x01",
        "long1-padded": b"\x8a\x04\x01\0\0\0",
        "long1-empty": b"\x8a\0",
        "long4": b"\x8b\x09\0\0\0" + b"\xff" * 8 + b"\x7f",
        "long4-huge": b"\x8b\x88\x13\0\0" + b"\x55" * 5000,
        "long-text-huge": b"L" + b"7" * 12_000 + b"L\n",
        "int-text": b"I007\n",
        "float-text": b"F1e400\n",
        "float-text-hex": b"F0x1p3\n",
        "reduce-no-tuple": PLAIN + b"]R",
        "reduce-twice": PLAIN + b")R)R",
        "reduce-text": one + b")R",
        "reduce-reference": oid(1) + b"N\x86Q)R",
        "newobj": PLAIN + b")\x81",
        "newobj-arguments": PLAIN + b"K\x01\x85\x81",
        "newobj-no-class": one + b")\x81",
        "newobj-ex": PLAIN + b"K\x01\x85}" + one + b"K\x02s\x92",
        "newobj-ex-empty": PLAIN + b")}\x92",
        "build": PLAIN + b")\x81}" + one + b"K\x01sb",
        "build-none": PLAIN + b")\x81Nb",
        "build-twice": PLAIN + b")\x81}" + one + b"K\x01sb}" + one + b"K\x02sb",
        "build-class": PLAIN + b"}b",
        "build-list": b"]Nb",
        "build-reference": oid(1) + b"N\x86Q}b",
        "build-slots": PLAIN + b")\x81N}" + one + b"K\x01s\x86b",
        "build-aliased": PLAIN + b")\x81}q\x05bh\x05\x86",
        "append-object": PLAIN + b")\x81K\x01a",
        "append-after-build": PLAIN + b")\x81}bK\x01a",
        "items-object": PLAIN + b")\x81K\x01K\x02s",
        "items-then-append": PLAIN + b")\x81K\x01K\x02sK\x03a",
        "add-object": PLAIN + b")\x81(K\x01\x90",
        "global-dots": text("a.b") + text("C.D") + b"\x93",
        "global-not-text": b"K\x01K\x02\x93",
        "global-nul": b"ca\0b\nC\n",
        "global-empty": b"c\n\n",
        "global-not-utf8": b"c\xff\n\xfe\n",
        "global-python2-module": b"ccopy_reg\n_reconstructor\n",
        "codecs-encode": b"c_codecs\nencode\n" + text("\xff\xe9") + text("latin1") + b"\x86R",
        "set-reduce": b"cbuiltins\nset\n](K\x01K\x02e\x85R",
        "set-reduce-aliased": b"cbuiltins\nset\n](K\x01e\x94\x85Rh\0\x86",
        "set-reduce-tuple": b"cbuiltins\nset\nK\x01\x85\x85R",
        "set-reduce-nothing": b"cbuiltins\nset\n)R",
        "frozenset-reduce": b"cbuiltins\nfrozenset\n]K\x01a\x85R",
        "date-text": b"cdatetime\ndate\n" + text("2026") + b"\x85R",
        "date-short": b"cdatetime\ndate\n" + data(b"\x07\xea") + b"\x85R",
        "date-no-day": b"cdatetime\ndate\n" + data(b"\x07\xea\x0d\x20") + b"\x85R",
        "date-built": b"cdatetime\ndate\n" + data(b"\x07\xea\x0b\x16") + b"\x85R}b",
        "timedelta-one": b"cdatetime\ntimedelta\nK\x01\x85R",
        "timedelta-large": b"cdatetime\ntimedelta\nJ\xff\xff\xff\x7fK\0K\0\x87R",
        "decimal-not": b"cdecimal\nDecimal\n" + text("x") + b"\x85R",
        "decimal-nul": b"cdecimal\nDecimal\n" + text("1\0") + b"\x85R",
        "uuid-text": b"cuuid\nUUID\n)\x81}" + text("int") + one + b"sb",
        "uuid-large": b"cuuid\nUUID\n)\x81}" + text("int") + b"\x8a\x12" + b"\x01" * 18 + b"sb",
        "pytz-utc": b"cdatetime\ndatetime\n" + data(b"\x07\xea\x0b\x16\0\0\0\0\0\0")
        + b"cpytz\n_UTC\n)R\x86R",
        "pytz-zone": b"cdatetime\ndatetime\n" + data(b"\x07\xea\x0b\x16\0\0\0\0\0\0")
        + b"cpytz\n_p\n(" + text("Europe/Vienna") + b"M\x10\x0eK\0" + text("CET") + b"tR\x86R",
    }.items():  # fmt: skip
        yield name, THING + b"." + state(value)
    yield "after-the-end", THING + b"." + state(b"N") + b"more"
    yield "third-pickle", THING + b"." + state(b"N") + b"N."
    yield "memo-of-the-class", text("m") + b"q\0" + text("C") + b"q\x01\x86." + state(b"h\0h\x01\x86")
    yield "state-text", THING + b"." + text("@dt") + b"."
    yield "state-reference", THING + b"." + oid(1) + b"N\x86Q."
    yield "state-dict-any-keys", THING + b".}(K\x01K\x02" + data(b"a") + text("b") + b"u."


def no_records():
    """What has no class is kept as it is."""
    for name, record in {
        "zero": b"\0", "word": b"hello", "stop": b".", "none": b"N.", "one-pickle": THING + b".",
        "pickle-alone": pickle.dumps([1, 2], 2), "number-and-state": b"K\x01.N.", "line": b"\n",
        "not-utf8": b"\xff\xfe\0\x80", "zip": b"PK\3\4" + bytes(range(256)),
    }.items():  # fmt: skip
        yield name, record


def deep():
    for depth in DEPTHS:
        for name, (opened, closed) in {
            "lists": (b"]", b"a"),
            "tuples": (b"", b"\x85"),
            "dicts": (b"}" + text("k"), b"s"),
            "dicts-any-keys": (b"}K\x01", b"s"),
            "instances": (PLAIN + b")\x81}" + text("k"), b"sb"),
            "sets": (b"", b"\x85cbuiltins\nfrozenset\nq\x01](h\x01e\x85R\x86"),
        }.items():
            if name != "sets" or depth < 1000:
                yield f"{name}-{depth}", THING + b"." + state(opened * depth + b"N" + closed * depth)
    puts = b"".join(b"K\x01r" + struct.pack("<I", n) + b"a" for n in range(150_000))
    yield "memo", THING + b"." + state(b"]" + puts)
    yield "long-text", THING + b"." + state(text("größer " * 500_000))
    yield "long-bytes", THING + b"." + state(b"B" + struct.pack("<I", 2_000_000) + b"\0\xff" * 1_000_000)


GROUPS = {
    "python2": python2,
    "python2-by-hand": python2_by_hand,
    "class": classes,
    "reference": references,
    "opcode": opcodes,
    "deep": deep,
    "no-record": no_records,
}


def records(values):
    """All of them: names and records."""
    yield from pickled(values)
    for group, make in GROUPS.items():
        for name, record in make():
            yield f"{group}/{name}", record
