"""The chapter's last comparison: many processes or threads that do nothing but sleep.

Prints one line of JSON: kind, count, seconds, elapsed.
"""

import argparse
import json
import multiprocessing
import sys
import threading
import time


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kind", choices=["process", "thread"], required=True)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seconds", type=float, default=1)
    args = parser.parse_args()
    if args.count < 1 or args.seconds < 0:
        parser.error("--count must be at least 1 and --seconds at least 0")

    processes = args.kind == "process"
    start_one = multiprocessing.get_context("fork").Process if processes else threading.Thread
    started = time.monotonic()
    sleepers = []
    for _ in range(args.count):
        sleeper = start_one(target=time.sleep, args=(args.seconds,))
        sleeper.start()
        sleepers.append(sleeper)
    for sleeper in sleepers:
        sleeper.join()
    elapsed = time.monotonic() - started

    if processes and any(sleeper.exitcode for sleeper in sleepers):
        sys.exit("a sleeper failed")
    report = {
        "kind": args.kind,
        "count": args.count,
        "seconds": args.seconds,
        "elapsed": round(elapsed, 3),
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
