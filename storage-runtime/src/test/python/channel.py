"""The line to the test that started this script: a JSON document per line.

What the script says goes to stdout, what it is answered comes from stdin. Importing this module
moves everything else that is printed to stderr.
"""

import json
import os
import sys

_OUT = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)


def tell(**message):
    _OUT.write(json.dumps(message) + "\n")
    _OUT.flush()


def ask(**message):
    tell(**message)
    return json.loads(sys.stdin.readline())
