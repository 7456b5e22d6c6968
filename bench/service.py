#!/usr/bin/env python3
"""`tickets serve` beside the same API on SQLite and on PostgreSQL (peers/http), under the load of wrk.

Sales a second with 8, 64 and 512 connections, reads a second while 64 buy, and what the library alone sells. All programs
run in turn (A B C, A B C ...), each on a fresh store; what stands in the store is compared with what was answered.
"""

import argparse
import json
import os
import pathlib
import pwd
import shutil
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

import service_plot

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
PEERS = HERE / "peers" / "http"
STOCK = 1_000_000_000
READERS = 64


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=10, help="how long each is measured (10)")
    parser.add_argument("--rounds", type=int, default=5, help="how often (5)")
    parser.add_argument("--connections", default="8,64,512", help="how many connections buy (8,64,512)")
    parser.add_argument("--only", default="tickets,sqlite,postgres", help="which programs (tickets,sqlite,postgres)")
    parser.add_argument("--tickets", type=pathlib.Path, help="another program than target/release/tickets")
    parser.add_argument("--peers", type=pathlib.Path, help="another directory of peers than peers/http/target/release")
    parser.add_argument("--no-build", action="store_true", help="measure what is built already")
    parser.add_argument("--quick", action="store_true", help="one round of a second: does it all still work")
    parser.add_argument("--plot", type=pathlib.Path, metavar="FILE.svg", help="also draw it")
    parser.add_argument("--json", action="store_true", help="every single value, for programs")
    told = parser.parse_args()
    if told.quick:
        told.seconds, told.rounds = 1, 1
    return told


def note(text):
    print(text, file=sys.stderr, flush=True)


def build():
    cargo = os.environ.get("CARGO", "cargo")
    config = ["--config", str(HERE / "build.toml")]
    build_ = [cargo, "build", "--release", "--locked"]
    subprocess.run([*build_, "-p", "tickets"], cwd=ROOT, check=True)
    subprocess.run([*build_, "-p", "tickets-bench", *config], cwd=ROOT, check=True)
    subprocess.run([*build_, *config], cwd=PEERS, check=True)


class Program:
    """A service that listens on a store of its own."""

    def __init__(self, place, command):
        self.place = place
        self.log = open(place / "log", "w")
        self.child = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.log, text=True
        )
        line = self.child.stdout.readline()
        if not line:
            self.end()
            sys.exit(f"{command[0]} did not start: {(place / 'log').read_text()}")
        self.url = json.loads(line)["listening"]

    def end(self):
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGTERM)
            try:
                self.child.wait(60)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()
        self.log.close()


class Tickets:
    name = "tickets"

    def __init__(self, told, place):
        self.program = told.tickets or ROOT / "target/release/tickets"

    def start(self, place):
        (place / "tickets.json").write_text(json.dumps({"ticket": STOCK}) + "\n")
        command = [self.program, "-f", place / "tickets.json", "--json", "serve", "--listen", "127.0.0.1:0"]
        return Program(place, command)

    def sold(self, place):
        text = (place / "tickets.ledger.jsonl").read_bytes()
        return text.count(b'"op":"sell"')

    def close(self):
        pass


class Sqlite(Tickets):
    name = "sqlite"

    def __init__(self, told, place):
        self.program = (told.peers or PEERS / "target/release") / "sqlite"

    def start(self, place):
        return Program(place, [self.program, place / "db", str(STOCK)])

    def sold(self, place):
        connection = sqlite3.connect(place / "db")
        sold, left = connection.execute("SELECT (SELECT count(*) FROM sale), left_ FROM event").fetchone()
        connection.close()
        assert STOCK - sold == left, (sold, left)
        return sold


class Postgres(Tickets):
    """A cluster of its own in the scratch directory, as the system installs it; root may not run one."""

    name = "postgres"

    def __init__(self, told, place):
        self.program = (told.peers or PEERS / "target/release") / "postgres"
        homes = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))
        initdb = str(homes[-1] / "initdb") if homes else shutil.which("initdb")
        if not initdb:
            sys.exit("no PostgreSQL: 'apt-get install postgresql', or --only tickets,sqlite")
        self.home = pathlib.Path(initdb).parent
        self.place = place / "cluster"
        self.place.mkdir(mode=0o700)
        self.as_user = []
        if os.getuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(self.place, user.pw_uid, user.pw_gid)
            self.as_user = ["runuser", "-u", "postgres", "--"]
        self.run("initdb", "-D", self.place / "data", "-A", "trust", "-U", "postgres", "--no-instructions")
        options = f"-c listen_addresses= -c unix_socket_directories={self.place} -c shared_buffers=512MB"
        self.run("pg_ctl", "-D", self.place / "data", "-l", self.place / "log", "-o", options, "-w", "start")

    def run(self, tool, *words):
        command = [*self.as_user, self.home / tool, *words]
        subprocess.run(command, cwd=self.place, check=True, stdout=subprocess.DEVNULL)

    def start(self, place):
        return Program(place, [self.program, f"host={self.place} user=postgres", str(STOCK)])

    def sold(self, place):
        query = "SELECT count(*), (SELECT left_ FROM event) FROM sale"
        command = [*self.as_user, self.home / "psql", "-h", self.place, "-U", "postgres", "-Atc", query]
        text = subprocess.run(command, cwd=self.place, check=True, stdout=subprocess.PIPE, text=True).stdout
        sold, left = map(int, text.strip().split("|"))
        assert STOCK - sold == left, (sold, left)
        return sold

    def close(self):
        self.run("pg_ctl", "-D", self.place / "data", "-m", "fast", "-w", "stop")


class Load:
    """wrk, for a time."""

    def __init__(self, url, script, connections, seconds):
        threads = min(2, os.cpu_count() or 1, connections)
        command = ["wrk", f"-t{threads}", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", "-s"]
        command += [PEERS / script, url, "--", f"k{os.getpid()}-{time.monotonic_ns()}"]
        self.child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    def told(self):
        text, _ = self.child.communicate()
        lines = [line for line in text.splitlines() if line.startswith("told ")]
        if not lines:
            sys.exit(f"wrk: {text}")
        told = json.loads(lines[0].removeprefix("told "))
        told["rate"] = (told["answered"] - told["refused"]) * 1e6 / told["microseconds"]
        return told


def measure(peer, scratch, connections, seconds, reading):
    """One run on a fresh store: what the buyers' load told, and the readers'."""
    place = pathlib.Path(tempfile.mkdtemp(dir=scratch))
    os.sync()
    program = peer.start(place)
    try:
        loads = [Load(program.url, "sell.lua", connections, seconds)]
        if reading:
            loads.append(Load(program.url, "read.lua", READERS, seconds))
        told = [load.told() for load in loads]
    finally:
        program.end()
    sold, answered = peer.sold(place), told[0]["answered"] - told[0]["refused"]
    # At its end wrk leaves without the answers of the last orders.
    if not answered <= sold <= answered + connections:
        sys.exit(f"{peer.name}: {sold} were sold, and {answered} answered")
    for one in told:
        if one["refused"] or one["broken"]:
            note(f"{peer.name}, {connections} connections: {one['refused']} refused, {one['broken']} broken")
    shutil.rmtree(place)
    return told


def library(told):
    """What the library sells by itself, in 8 processes, and in as many as connections."""
    bench = ROOT / "target/release/tickets-bench"
    if not bench.exists():
        note(f"skipped: the library alone, for there is no {bench}")
        return []
    command = [bench, "sales", "--only", "tickets, durable", "--processes", "8,64"]
    command += ["--rounds", str(told.rounds), "--seconds", str(told.seconds), "--json"]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout)["rows"]


def median(values, name):
    return statistics.median(one[name] for one in values)


def table(results, reads):
    print(f"{'':28}{'sales/s':>12}{'p50 ms':>10}{'p99 ms':>10}  tickets is")
    for connections, by_name in results.items():
        for name, values in by_name.items():
            rate = median(values, "rate")
            ratio = ""
            if name != "tickets" and "tickets" in by_name:
                ours = by_name["tickets"]
                slow = median(ours, "p99") / max(1, median(values, "p99"))
                ratio = f"{median(ours, 'rate') / max(1, rate):.1f}x as fast, p99 {slow:.2f}x"
            times = f"{median(values, 'p50') / 1e3:>10.2f}{median(values, 'p99') / 1e3:>10.2f}"
            print(f"{f'{connections} connections, {name}':28}{rate:>12,.0f}{times}  {ratio}")
    print(f"\n{'while 64 buy':28}{'reads/s':>12}{'p99 ms':>10}{'sales/s':>10}")
    for name, values in reads.items():
        rate, sales = median(values["reads"], "rate"), median(values["sales"], "rate")
        print(f"{name:28}{rate:>12,.0f}{median(values['reads'], 'p99') / 1e3:>10.2f}{sales:>10,.0f}")


def main():
    told = arguments()
    if not shutil.which("wrk"):
        sys.exit("no wrk: 'apt-get install wrk'")
    if not told.no_build:
        build()
    names = told.only.split(",")
    kinds = [kind for kind in (Tickets, Sqlite, Postgres) if kind.name in names]
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="tickets-service-"))
    scratch.chmod(0o711)
    peers = []
    results, reads = {}, {}
    try:
        for kind in kinds:
            peers.append(kind(told, scratch))
        for round_ in range(told.rounds):
            for connections in map(int, told.connections.split(",")):
                for peer in peers:
                    note(f"round {round_ + 1} of {told.rounds}: {connections} connections, {peer.name}")
                    found = measure(peer, scratch, connections, told.seconds, False)
                    results.setdefault(connections, {}).setdefault(peer.name, []).append(found[0])
            for peer in peers:
                note(f"round {round_ + 1} of {told.rounds}: reads while 64 buy, {peer.name}")
                sales, read = measure(peer, scratch, 64, told.seconds, True)
                mine = reads.setdefault(peer.name, {"sales": [], "reads": []})
                mine["sales"].append(sales)
                mine["reads"].append(read)
        alone = library(told)
    finally:
        for peer in peers:
            peer.close()
        shutil.rmtree(scratch, ignore_errors=True)
    if told.plot:
        told.plot.write_text(service_plot.picture(results))
    if told.json:
        print(json.dumps({"sales": results, "reads": reads, "library": alone}, indent=2))
        return
    table(results, reads)
    print("\nthe library alone, sales/s")
    ours = results.get(64, {}).get("tickets")
    for row in alone:
        name = f"{row['processes']} processes"
        share = f"  with 64 connections {100 * median(ours, 'rate') / row['median']:.0f} % of it" if ours else ""
        print(f"{name:28}{row['median']:>12,.0f}{share}")


if __name__ == "__main__":
    main()
