"""Several processes move money between accounts at the same time; in the end not a cent is missing.

    python examples/bank.py [--address 127.0.0.1:8100] [--processes 4] [--transfers 100]

Nothing here knows of PostgreSQL or Java: it is ZODB, BTrees, persistent and transaction as they
come from `pip install ZEO`. Transfers that touch the same account at once conflict; ZODB then rolls
one of them back, and it is tried again with what the other one left. All through, an auditor adds
up all accounts: each of its transactions must see a state in which the sum is right.

The exit code is 0 if every check at the end holds, else 1.
"""

import argparse
import multiprocessing
import random
import sys
import time

import BTrees.check
import persistent
import transaction
import ZEO
import ZODB.POSException
from BTrees.IOBTree import IOBTree
from BTrees.Length import Length
from BTrees.OOBTree import OOBTree

OPENING_BALANCE = 1_000
ATTEMPTS = 1_000


class Account(persistent.Persistent):
    """Money of one owner, in cents."""

    def __init__(self, balance):
        self.balance = balance


class Bank(persistent.Persistent):
    """Accounts by owner, and a line in a ledger for each transfer."""

    def __init__(self, owners):
        self.accounts = OOBTree({owner: Account(OPENING_BALANCE) for owner in owners})
        self.ledger = IOBTree()
        self.transfers = Length()

    def total(self):
        return sum(account.balance for account in self.accounts.values())

    def transfer(self, number, source, target, amount):
        self.accounts[source].balance -= amount
        self.accounts[target].balance += amount
        self.ledger[number] = (source, target, amount)
        self.transfers.change(1)


def committed(database, work):
    """Runs work(root) in transactions until one commits; returns how many conflicted before."""
    for conflicts in range(ATTEMPTS):
        manager = transaction.TransactionManager()
        connection = database.open(manager)
        try:
            manager.begin()
            work(connection.root())
            manager.commit()
            return conflicts
        except ZODB.POSException.ConflictError:
            manager.abort()
            # A short pause of random length lets the other one through.
            time.sleep(random.uniform(0, 0.005) * min(conflicts + 1, 10))
        finally:
            manager.abort()
            connection.close()
    raise RuntimeError("%d conflicts in a row" % ATTEMPTS)


def teller(address, number, transfers, report):
    """Moves money between random accounts."""
    luck = random.Random(number)
    database = ZEO.DB(address, wait_timeout=30)
    started = time.monotonic()
    conflicts = 0
    for i in range(transfers):

        def move(root, entry=number * transfers + i):
            bank = root["bank"]
            source, target = luck.sample(list(bank.accounts), 2)
            bank.transfer(entry, source, target, luck.randint(1, 100))

        conflicts += committed(database, move)
    database.close()
    report.put(("teller %d" % number, transfers, conflicts, time.monotonic() - started))


def auditor(address, expected, stop, report):
    """Adds everything up, over and over, from snapshots that others write past."""
    database = ZEO.DB(address, wait_timeout=30)
    started = time.monotonic()
    audits = wrong = 0
    while not stop.is_set():
        with database.transaction() as connection:
            wrong += connection.root()["bank"].total() != expected
            audits += 1
    database.close()
    report.put(("auditor", audits, wrong, time.monotonic() - started))


def problems(bank, accounts, transfers):
    """Says what is not as it must be."""
    expected = accounts * OPENING_BALANCE
    if bank.total() != expected:
        yield "the money is %d, not %d" % (bank.total(), expected)
    if len(bank.ledger) != transfers:
        yield "the ledger has %d lines, not %d" % (len(bank.ledger), transfers)
    if bank.transfers() != transfers:
        yield "the counter says %d, not %d" % (bank.transfers(), transfers)
    balances = dict.fromkeys(bank.accounts, OPENING_BALANCE)
    for source, target, amount in bank.ledger.values():
        balances[source] -= amount
        balances[target] += amount
    for owner, account in bank.accounts.items():
        if account.balance != balances[owner]:
            yield "%s has %d, the ledger says %d" % (owner, account.balance, balances[owner])
    for tree in (bank.accounts, bank.ledger):
        tree._check()
        BTrees.check.check(tree)


def run(address, processes, transfers, accounts):
    database = ZEO.DB(address, wait_timeout=30)
    owners = ["owner-%03d" % i for i in range(accounts)]

    def found(root):
        root["bank"] = Bank(owners)

    committed(database, found)
    report = multiprocessing.Queue()
    stop = multiprocessing.Event()
    expected = accounts * OPENING_BALANCE
    audit = multiprocessing.Process(target=auditor, args=(address, expected, stop, report))
    tellers = [
        multiprocessing.Process(target=teller, args=(address, number, transfers, report))
        for number in range(processes)
    ]
    for process in [audit, *tellers]:
        process.start()
    for process in tellers:
        process.join()
    stop.set()
    audit.join()
    failed = [process for process in [audit, *tellers] if process.exitcode != 0]
    rows = sorted(report.get() for _ in range(1 + processes - len(failed)))

    print("%-10s %12s %10s %9s" % ("process", "transactions", "conflicts", "seconds"))
    for name, done, conflicts, seconds in rows:
        shown = "-" if name == "auditor" else conflicts
        print("%-10s %12d %10s %9.1f" % (name, done, shown, seconds))
    wrong = ["a process failed: %s" % process.name for process in failed]
    wrong += ["%d audits saw wrong sums" % row[2] for row in rows if row[0] == "auditor" and row[2]]
    with database.transaction() as connection:
        wrong += problems(connection.root()["bank"], accounts, processes * transfers)
    database.close()
    for line in wrong:
        print("WRONG:", line)
    if not wrong:
        print("all %d cents are there, and every tree is sound" % expected)
    return 1 if wrong else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--address", default="127.0.0.1:8100", help="HOST:PORT of the ZEO server")
    parser.add_argument("--processes", type=int, default=4)
    parser.add_argument("--transfers", type=int, default=100, help="of each process")
    parser.add_argument("--accounts", type=int, default=40)
    options = parser.parse_args()
    host, port = options.address.rsplit(":", 1)
    # A fresh interpreter for each process: a ZEO client has threads, which a fork would lose.
    multiprocessing.set_start_method("spawn")
    return run((host, int(port)), options.processes, options.transfers, options.accounts)


if __name__ == "__main__":
    sys.exit(main())
