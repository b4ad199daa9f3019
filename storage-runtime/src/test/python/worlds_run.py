"""Runs the cases of both worlds, each on a database of its own.

Usage: python worlds_run.py FREE|PRESERVING [NAME...]

Says for each {"case": name, "problem": what went wrong, "" if nothing did, "seconds": s}.
"""

import logging
import sys
import time
import traceback

import transaction
import worlds
import worlds_clocks  # noqa: F401  imported for their cases
import worlds_copies  # noqa: F401
import worlds_exchange  # noqa: F401
import worlds_removed  # noqa: F401
import worlds_replaced  # noqa: F401
from channel import tell


def run(case, mode):
    start = time.monotonic()
    world = worlds.World(mode)
    problem = ""
    try:
        try:
            case(world)
        finally:
            transaction.abort()
            world.close()
    except Exception:
        problem = traceback.format_exc()
    seconds = round(time.monotonic() - start, 1)
    tell(case=case.__name__, problem=problem, seconds=seconds)


def main():
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    mode, *names = sys.argv[1:]
    for case, modes in worlds.CASES:
        if mode in modes and (not names or case.__name__ in names):
            run(case, mode)


if __name__ == "__main__":
    main()
