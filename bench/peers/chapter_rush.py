"""The chapter's ticket programs, with the delay taken out unless asked for.

Each of N processes looks at the count, then buys: reads the file, waits, takes one off, truncates
the file and writes it, and says what it saw and did. With --lock the purchase stands under a
multiprocessing lock; the look before it does not, as in the chapter, so it can meet a file that is
truncated and not yet written. Such a buyer dies of its exception, traceback and all, as it does in
the chapter. With --silent nothing is printed but the last line, and such a buyer just ends.

The last line is JSON: users, sold, refused, crashed, left (null if the file ended up unreadable).
"""

import argparse
import json
import multiprocessing
import sys
import time
from contextlib import nullcontext

SOLD, CRASHED, REFUSED = 0, 1, 3  # exit codes of a buyer; Python itself uses 1 and 2


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def stock_key(event):
    return "ticket" if "ticket" in event else "ticket_num"


def purchase(name, path, delay, say):
    event = load(path)
    key = stock_key(event)
    if delay:
        time.sleep(delay)
    if event[key] <= 0:
        say(f"{name} found none left")
        return REFUSED
    event[key] -= 1
    with open(path, "w", encoding="utf-8") as file:
        json.dump(event, file)
    say(f"{name} bought one, {event[key]} left")
    return SOLD


def buyer(name, path, delay, lock, silent):
    say = (lambda line: None) if silent else print
    try:
        event = load(path)
        say(f"{name} sees {event[stock_key(event)]} left")
        with lock or nullcontext():
            outcome = purchase(name, path, delay, say)
    except json.JSONDecodeError:
        if not silent:
            raise
        outcome = CRASHED
    sys.exit(outcome)


def rush(path, users, delay, locked, silent):
    fork = multiprocessing.get_context("fork")
    lock = fork.Lock() if locked else None
    buyers = [
        fork.Process(target=buyer, args=(f"user{n}", path, delay, lock, silent))
        for n in range(1, users + 1)
    ]
    for process in buyers:
        process.start()
    for process in buyers:
        process.join()
    return [process.exitcode for process in buyers]


def count_left(path):
    try:
        event = load(path)
    except json.JSONDecodeError:
        return None
    return event[stock_key(event)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--file", required=True, help='such as tickets.json: {"ticket": 2}')
    parser.add_argument("--users", type=int, default=8)
    parser.add_argument("--lock", action="store_true", help="buy under a lock")
    parser.add_argument("--delay", type=float, default=0, metavar="SECONDS")
    parser.add_argument("--silent", action="store_true", help="print only the last line")
    args = parser.parse_args()
    if args.users < 1 or args.delay < 0:
        parser.error("--users must be at least 1 and --delay at least 0")

    codes = rush(args.file, args.users, args.delay, args.lock, args.silent)
    counts = {code: codes.count(code) for code in (SOLD, REFUSED, CRASHED)}
    if sum(counts.values()) != args.users:
        sys.exit(f"a buyer failed in an unforeseen way; exit codes: {sorted(set(codes))}")
    report = {
        "users": args.users,
        "sold": counts[SOLD],
        "refused": counts[REFUSED],
        "crashed": counts[CRASHED],
        "left": count_left(args.file),
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
