"""A script that does what its test tells it to, several things at once.

    test:    {"id": 7, "do": "load", ...}
    script:  {"id": 7, "result": ...} or {"id": 7, "error": "POSKeyError", "detail": "..."}

Answers come when they are ready, in whatever order. SIGUSR1 shows where every thread is.
"""

import faulthandler
import json
import logging
import signal
import sys
import threading

from channel import tell

_SAYING = threading.Lock()


def serve(handlers):
    """Runs until the test hangs up; handlers maps the names of what can be done to functions."""
    faulthandler.register(signal.SIGUSR1, file=sys.stderr)
    logging.basicConfig(
        stream=sys.stderr, level=logging.WARNING, format="%(asctime)s %(threadName)s %(message)s")
    for line in sys.stdin:
        order = json.loads(line)
        threading.Thread(target=_obey, args=(handlers, order), daemon=True).start()


def _obey(handlers, order):
    id, do = order.pop("id"), order.pop("do")
    try:
        answer = {"result": handlers[do](**order)}
    except BaseException as e:
        logging.warning("%s %s failed", do, order, exc_info=True)
        answer = {"error": type(e).__name__, "detail": str(e)}
    with _SAYING:
        tell(id=id, **answer)
