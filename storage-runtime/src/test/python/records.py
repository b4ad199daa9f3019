"""Compares two records by what they say, whatever bytes they say it with.

Nothing is imported or built: every class is a stand-in that keeps what the pickle does to it. Two
records are equal if class, values, types, order of dicts and aliasing are. How the class is written
does not count, nor does the order of an instance's attributes, nor whether values that never change
are one or several.
"""

import io
import pickle


class Made:
    """An object as the pickle makes it: a callable, its arguments, and what is put into it."""

    def __new__(cls, *args, **named):
        made = object.__new__(cls)
        made.args = args
        made.named = named
        made.called = False
        made.state = []
        made.items = []
        made.pairs = []
        return made

    def __init__(self, *args, **named):
        self.called = True

    def __setstate__(self, state):
        self.state.append(state)

    def append(self, item):
        self.items.append(item)

    def extend(self, items):
        self.items.extend(items)

    def __setitem__(self, key, value):
        self.pairs.append((key, value))

    def __call__(self, *args):
        return named("", "call")(self, *args)

    def __repr__(self):
        return self.label

    def __hash__(self):
        return 1

    def __eq__(self, other):
        return self is other


class Reference:
    def __init__(self, pid):
        self.pid = pid


VALUES_MAX = 400_000

# What one may be taken for another that is equal.
VALUES = {
    "datetime.date",
    "datetime.datetime",
    "datetime.time",
    "datetime.timedelta",
    "datetime.timezone",
    "decimal.Decimal",
    "pytz._p",
    "pytz._UTC",
    "uuid.UUID",
    "zoneinfo.ZoneInfo._unpickle",
}


def attribute(target, name):
    """How protocols below 4 spell the name of a class within a class."""
    if isinstance(target, type) and issubclass(target, Made):
        return named(target.module, f"{target.name}.{name}")
    return named("builtins", "getattr")(target, name)


FUNCTIONS = {
    ("_codecs", "encode"): lambda text, encoding: text.encode(encoding),
    ("builtins", "complex"): complex,
    ("builtins", "frozenset"): frozenset,
    ("builtins", "getattr"): attribute,
    ("builtins", "set"): set,
    ("copyreg", "__newobj_ex__"): lambda cls, args, named: cls.__new__(cls, *args, **named),
}


def named(module, name, known={}):
    """The stand-in for a class; always the same one."""
    if (module, name) not in known:
        label = f"{module}.{name}"
        known[module, name] = type("Named", (Made,), dict(module=module, name=name, label=label))
    return known[module, name]


class Reader(pickle.Unpickler):
    def find_class(self, module, name):
        module = {"__builtin__": "builtins", "copy_reg": "copyreg"}.get(module, module)
        return FUNCTIONS.get((module, name)) or named(module, name)

    def persistent_load(self, pid):
        return Reference(pid)


def equal(one, other):
    """Whether two records say the same.

    Texts of Python 2 are read as bytes, and as text: only so do both stay what they are.
    """
    try:
        return one == other or all(
            spelled(one, encoding) == spelled(other, encoding) for encoding in ("bytes", "latin-1")
        )
    except TooLarge:
        return False


class TooLarge(Exception):
    """Values of values, each of them twice, would take for ever to spell."""


def spelled(record, encoding):
    """What is refused must be refused alike."""
    try:
        return described(record, encoding)
    except TooLarge:
        raise
    except Exception as error:
        return type(error), str(error)


def described(record, encoding="latin-1"):
    """Spells a record as nested tuples. Aliases are numbers."""
    # The second pickle of a record may refer to the memo of the first, so one reader reads both.
    reader = Reader(io.BytesIO(record), encoding=encoding)
    meta = reader.load()
    state = reader.load()
    return Walk().of(class_and_arguments(meta)), Walk().attributes(state)


def class_and_arguments(meta):
    """The three ways to write the class of a record mean the same."""
    kind, arguments = meta if isinstance(meta, tuple) else (meta, None)
    if isinstance(kind, tuple):
        kind, arguments = named(*map(as_text, kind)), arguments
    elif not isinstance(kind, type):
        kind, arguments = named(as_text(kind), as_text(arguments)), None
    return kind, arguments or ()


def as_text(name):
    return name.decode("latin-1") if isinstance(name, bytes) else name


class Walk:
    """Numbers what has identity in the order of its first visit, and describes the rest."""

    def __init__(self):
        self.numbers = {}
        self.kept = []
        self.left = VALUES_MAX

    def of(self, value):
        self.left -= 1
        if self.left < 0:
            raise TooLarge()
        kind = type(value)
        if isinstance(value, Made):
            return self.made(value)
        if kind in (list, dict, set, bytearray):
            return self.once(value) or self.container(kind, value)
        if kind is tuple:
            return ("tuple", *map(self.of, value))
        if kind is frozenset:
            return ("frozenset", *sorted(repr(self.of(item)) for item in value))
        if isinstance(value, type):
            return ("class", value.label if issubclass(value, Made) else value.__name__)
        if isinstance(value, Reference):
            return ("reference", Walk().of(reference(value.pid)))
        return (kind.__name__, hex(value) if kind is int else repr(value))

    def once(self, value):
        """Returns the number of what was seen before, and gives one to what was not."""
        number = self.numbers.setdefault(id(value), len(self.numbers))
        if number < len(self.kept):
            return ("seen", number)
        self.kept.append(value)
        return None

    def container(self, kind, value):
        if kind is list:
            return ("list", *map(self.of, value))
        if kind is dict:
            return ("dict", *((self.of(key), self.of(item)) for key, item in value.items()))
        if kind is set:
            return ("set", *sorted(repr(self.of(item)) for item in value))
        return ("bytearray", bytes(value))

    def made(self, value):
        if value.label in VALUES:
            return Walk().parts(value)
        return self.once(value) or self.parts(value)

    def parts(self, value):
        return (
            "made" if value.called else "new",
            value.label,
            self.of(value.args),
            self.of(value.named) if value.named else (),
            *map(self.attributes, value.state),
            ("items", *map(self.of, value.items)),
            ("pairs", *map(self.of, value.pairs)),
        )

    def attributes(self, state):
        """The attributes of an instance have no order."""
        if type(state) is not dict:
            return self.of(state)
        return self.once(state) or (
            "attributes",
            *((self.of(k), self.of(v)) for k, v in sorted(state.items(), key=lambda i: repr(i[0]))),
        )


def reference(pid):
    """Oids of Python 2 are text."""
    if type(pid) is tuple and pid and type(pid[0]) is str:
        return (pid[0].encode("latin-1"), *pid[1:])
    return pid


class ReferenceReader(Reader):
    def __init__(self, *args, **named):
        super().__init__(*args, **named)
        self.found = []

    def persistent_load(self, pid):
        self.found.append(pid)
        return Reference(pid)


def references(record):
    """The oids that a record refers to, as ZODB counts them; None if it cannot be read.

    Source: referencesf in ZODB/serialize.py, whose reader is not made for records of any kind.
    """
    reader = ReferenceReader(io.BytesIO(record), encoding="latin-1")
    try:
        reader.load()
        reader.load()
    except Exception:
        return None
    oids = [pid[0] if type(pid) is tuple and pid else pid for pid in reader.found]
    oids = [oid.encode("latin-1") if type(oid) is str else oid for oid in oids]
    oids = [oid for oid in oids if type(oid) is bytes and len(oid) == 8]
    return [int.from_bytes(oid, "big") for oid in oids]
