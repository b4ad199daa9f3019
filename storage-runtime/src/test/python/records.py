"""Compares two records by what they say, whatever bytes they say it with.

Nothing is imported or built: every class is a stand-in that keeps what the pickle does to it. Two
records are equal if class, values, types, order of dicts and aliasing are; how the class is written
and the order of an instance's own attributes do not count.
"""

import io
import pickle


class Made:
    """An object as the pickle makes it: a callable, its arguments, and what is put into it."""

    def __init__(self, callable, args):
        self.parts = [callable, list(args)]
        self.state = []
        self.items = []

    def __setstate__(self, state):
        self.state.append(state)

    def append(self, item):
        self.items.append(item)

    def extend(self, items):
        self.items.extend(items)

    def __setitem__(self, key, value):
        self.items.append((key, value))

    def __hash__(self):
        return 1

    def __eq__(self, other):
        return self is other


def named(module, name):
    class Named(Made):
        label = f"{module}.{name}"

        def __new__(cls, *args):
            made = object.__new__(cls)
            Made.__init__(made, cls.label, args)
            return made

        def __init__(self, *args):
            pass

    return Named


class Reader(pickle.Unpickler):
    def __init__(self, data):
        super().__init__(data)
        self.classes = {}

    def find_class(self, module, name):
        if module in ("builtins", "__builtin__") and name in ("set", "frozenset", "complex"):
            return {"set": set, "frozenset": frozenset, "complex": complex}[name]
        if (module, name) == ("_codecs", "encode"):
            return lambda text, encoding: text.encode(encoding)
        key = (module, name)
        if key not in self.classes:
            self.classes[key] = named(module, name)
        return self.classes[key]

    def persistent_load(self, pid):
        return Reference(pid)


class Reference:
    def __init__(self, pid):
        self.pid = pid


def equal(one, other):
    return described(one) == described(other)


def described(record):
    data = io.BytesIO(record)
    walk = Walk()
    reader = Reader(data)
    meta = walk.of(class_and_arguments(reader.load()))
    # The second pickle of a record may refer to the memo of the first, so one reader reads both.
    state = reader.load()
    if type(state) is dict:
        walk.of(state)
        state = dict(sorted(state.items(), key=lambda item: str(item[0])))
    return meta, Walk().of(state)


def class_and_arguments(meta):
    """The three ways to write the class of a record mean the same."""
    kind, arguments = meta if isinstance(meta, tuple) else (meta, None)
    if isinstance(kind, tuple):
        kind = ".".join(kind)
    return getattr(kind, "label", kind), arguments or ()


class Walk:
    """Numbers what has identity in the order of its first visit, and describes the rest."""

    def __init__(self):
        self.numbers = {}
        self.kept = []

    def of(self, value):
        kind = type(value)
        if kind in (list, dict, set) or isinstance(value, Made):
            number = self.numbers.get(id(value))
            if number is not None:
                return ("seen", number)
            self.numbers[id(value)] = len(self.numbers)
            self.kept.append(value)
        if kind is list or kind is tuple:
            return (kind.__name__, [self.of(item) for item in value])
        if kind is dict:
            return ("dict", [(self.of(k), self.of(v)) for k, v in value.items()])
        if kind in (set, frozenset):
            return (kind.__name__, sorted(repr(self.of(item)) for item in value))
        if isinstance(value, Made):
            return (
                "made",
                value.parts[0],
                self.of(value.parts[1]),
                [self.of(state) for state in value.state],
                [self.of(item) for item in value.items],
            )
        if isinstance(value, type):
            return ("class", getattr(value, "label", value.__name__))
        if isinstance(value, Reference):
            return ("reference", self.of(value.pid))
        return (kind.__name__, repr(value))
