"""Writes what Python 2.7 pickles, at its protocols: run by hand, with that Python and its standard
library alone, into python2_records.txt.

    python2.7 make_python2_records.py > python2_records.txt
"""

from __future__ import print_function

import array
import binascii
import collections
import cPickle
import datetime
import decimal
import fractions
import re
import sets
import sys
import types
import uuid
import UserDict
import UserList


class Old:
    """An old-style class."""

    def __init__(self, **attributes):
        self.__dict__.update(attributes)


class OldWithArguments:
    def __init__(self, one, two):
        self.one, self.two = one, two

    def __getinitargs__(self):
        return self.one, self.two


class New(object):
    def __init__(self, **attributes):
        self.__dict__.update(attributes)


class Text(unicode):
    pass


class Listed(list):
    pass


def cycle():
    one = Old()
    one.me = one
    return one


CASES = {
    "str": "text",
    "str-not-ascii": "gr\xf6\xdfer \xff\x00\x80",
    "str-utf8": u"gr\xf6\xdfer \u20ac".encode("utf-8"),
    "str-quotes": "a'b\"c\\d\n\t\x7f",
    "str-long": "\xe9" * 300,
    "unicode": u"gr\xf6\xdfer \u20ac \U0001f418",
    "unicode-escapes": u"a\\b\nc\\u0041\x00\ud800",
    "str-and-unicode": ["a", u"a", {"k": u"v", u"k2": "v2"}],
    "int": [0, 1, -1, 255, 65536, 2 ** 31 - 1, -2 ** 31, 2 ** 31, 2 ** 62],
    "long": [0, 1, -1, 2 ** 31, 2 ** 63, -(2 ** 200)],
    "bool": [True, False, None],
    "float": [0.1, -0.0, 1e16, float("inf"), float("-inf"), float("nan"), 1 + 2j],
    "containers": [(), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4), [], [1], {}, {1: 2}],
    "set": [set([1, 2]), frozenset(["a", u"b"])],
    "sets-module": sets.Set([1]),
    "old-style": Old(a=1, b=u"two", c="\xff"),
    "old-style-in-itself": cycle(),
    "old-style-arguments": OldWithArguments(1, "two"),
    "new-style": New(a=1, b=u"two"),
    "text-subclass": Text(u"\xe9"),
    "list-subclass": Listed([1, 2]),
    "user-dict": UserDict.UserDict({"a": 1}),
    "user-list": UserList.UserList([1]),
    "datetime": datetime.datetime(2008, 12, 3, 4, 5, 6, 7),
    "date": [datetime.date(2008, 12, 3), datetime.time(1, 2, 3), datetime.timedelta(1, 2, 3)],
    "decimal": decimal.Decimal("1.50"),
    "fraction": fractions.Fraction(1, 3),
    "uuid": uuid.UUID(int=5),
    "array": array.array("i", [1, 2]),
    "pattern": re.compile("a+"),
    "ordered": collections.OrderedDict([("b", 1), ("a", 2)]),
    "defaultdict": collections.defaultdict(list, {"a": [1]}),
    "deque": collections.deque([1, 2]),
    "exception": ValueError("wrong", 1),
    "globals": [object, unicode, long, xrange, set, Old, New, map, chr, UserDict.UserDict],
    "xrange": xrange(3),
    "shared": (lambda one: [one, one])(["x"]),
    "interned": ["key", "key", u"key", u"key"],
}


def main():
    application = sys.modules["application"] = types.ModuleType("application")
    for cls in (Old, OldWithArguments, New, Text, Listed):
        cls.__module__ = "application"
        setattr(application, cls.__name__, cls)
    for name, value in sorted(CASES.items()):
        for protocol in range(3):
            record = cPickle.dumps(New, protocol)
            record += cPickle.dumps({"title": name, "value": value}, protocol)
            print(name, protocol, binascii.hexlify(record))


if __name__ == "__main__":
    main()
