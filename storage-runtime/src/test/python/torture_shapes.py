"""Classes of every odd shape that pickle has words for. Records name them as torture_shapes.X."""

import collections
import copyreg
import dataclasses
import datetime
import decimal
import enum
import functools
import typing

from persistent import Persistent
from persistent.list import PersistentList
from persistent.mapping import PersistentMapping
from ZODB.persistentclass import PersistentMetaClass


class Thing(Persistent):
    """What most values of the corpus are an attribute of."""

    def __init__(self, title, value):
        self.title = title
        self.value = value


class Plain:
    """An instance with any attributes, and the identity of instances."""

    def __init__(self, **attributes):
        self.__dict__.update(attributes)


class Outer:
    class Inner(Plain):
        class Innermost(Plain):
            pass

    class Colour(enum.Enum):
        RED = "red"

    class Kept(Persistent):
        pass

    def method(self):
        return self


class Slots:
    __slots__ = ("a", "b", "__dict__")


class OnlySlots:
    __slots__ = ("a", "b")


class PrivateSlots:
    __slots__ = ("__secret",)

    def __init__(self):
        self.__secret = 1


@dataclasses.dataclass
class Point:
    x: int
    y: object = None


@dataclasses.dataclass(frozen=True)
class FrozenPoint:
    x: int
    y: object = None


Pair = collections.namedtuple("Pair", "left right")


class TypedPair(typing.NamedTuple):
    left: int
    right: object = None


class Colour(enum.Enum):
    RED = 1
    GREEN = ("g", 2)
    CRIMSON = 1


class Number(enum.IntEnum):
    ONE = 1


class Flags(enum.Flag):
    A = 1
    B = 2


class IntFlags(enum.IntFlag):
    A = 1
    B = 2


class Meta(type):
    pass


class OfMeta(metaclass=Meta):
    pass


def subclass_of(base):
    """A class that only adds attributes."""
    name = f"My{base.__name__}"
    made = type(name, (base,), {"__module__": __name__})
    globals()[name] = made
    return made


SUBCLASSED = [
    subclass_of(base)
    for base in (
        bytearray, bytes, complex, dict, float, frozenset, int, list, object, set, str, tuple,
        collections.ChainMap, collections.Counter, collections.OrderedDict, collections.UserDict,
        collections.UserList, collections.UserString, collections.defaultdict, collections.deque,
        datetime.date, datetime.datetime, datetime.time, datetime.timedelta, decimal.Decimal,
        functools.partial, ValueError, OSError, Pair,
    )
]  # fmt: skip


class NewArgs:
    def __new__(cls, *args):
        self = object.__new__(cls)
        self.args = args
        return self

    def __getnewargs__(self):
        return self.args


class NewArgsNoState(NewArgs):
    def __getstate__(self):
        return None


class NewArgsEx:
    def __new__(cls, *args, **named):
        self = object.__new__(cls)
        self.args, self.named = args, named
        return self

    def __getnewargs_ex__(self):
        return self.args, self.named


class AnyState:
    """Has just this state, whatever it is."""

    def __init__(self, state=None):
        self.state = state

    def __getstate__(self):
        return self.state

    def __setstate__(self, state):
        self.state = state


class NoState:
    def __getstate__(self):
        return None


class Reduced:
    """Whatever __reduce__ may give."""

    def __init__(self, *args):
        self.args = args
        self.items = []
        self.pairs = []

    def __reduce__(self):
        return Reduced, self.args

    def append(self, item):
        self.items.append(item)

    def __setitem__(self, key, value):
        self.pairs.append((key, value))


class ReducedWithState(Reduced):
    def __reduce__(self):
        return ReducedWithState, self.args, {"args": self.args, "state": [1]}


class ReducedNoArgs(Reduced):
    def __reduce__(self):
        return ReducedNoArgs, (), {"zz": 1, "a": 2}


class ReducedItems(Reduced):
    def __reduce__(self):
        return ReducedItems, self.args, None, iter([1, "a", [2]]), iter([(1, 2), ("b", {})])


class ReducedItemsAndState(Reduced):
    def __reduce__(self):
        return ReducedItemsAndState, (), {"late": 1}, iter(["x"]), iter({"k": "v"}.items())


def set_state(thing, state):
    thing.__dict__.update(state)


class ReducedWithSetter(Reduced):
    def __reduce__(self):
        return ReducedWithSetter, (), {"set": "by a function"}, None, None, set_state


class ReducedByProtocol(Reduced):
    def __reduce_ex__(self, protocol):
        return ReducedByProtocol, (protocol,)


class Singleton:
    def __reduce__(self):
        return "SINGLETON"


SINGLETON = Singleton()


class Registered:
    def __init__(self, value):
        self.value = value


def rebuild_registered(value):
    return Registered(value)


copyreg.pickle(Registered, lambda one: (rebuild_registered, (one.value,)))


class Twin:
    """Two objects that know each other only by what __reduce__ gives."""

    def __init__(self, other=None):
        self.other = other

    def __reduce__(self):
        return Twin, (), {"other": self.other}


# What is persistent.


class KeptNewArgs(Persistent):
    def __new__(cls, *args):
        self = Persistent.__new__(cls)
        self.args = args
        return self

    def __getnewargs__(self):
        return self.args


class KeptEmptyNewArgs(KeptNewArgs):
    def __getnewargs__(self):
        return ()


class KeptState(Persistent):
    """Has just this state, whatever it is."""

    def __init__(self, state=None):
        self.state = state

    def __getstate__(self):
        return self.state

    def __setstate__(self, state):
        self.state = state


class KeptSlots(Persistent):
    __slots__ = ("a", "b")


class KeptSlotsAndDict(Persistent):
    __slots__ = ("a", "__dict__")


class KeptReduced(Persistent):
    """ZODB does not ask how it would be reduced."""

    def __reduce__(self):
        return Thing, ("reduced", None)


class KeptUserDict(Persistent, collections.UserDict):
    pass


class KeptMapping(PersistentMapping):
    pass


class KeptList(PersistentList):
    pass


@dataclasses.dataclass
class KeptPoint(Persistent):
    x: int
    y: object = None


def persistent_class():
    """A class that lies in the database itself, with its attributes."""
    return PersistentMetaClass("InTheDatabase", (object,), {"__module__": None, "number": 1})


def named_persistent_class():
    return PersistentMetaClass("WithAModule", (object,), {"__module__": __name__})
