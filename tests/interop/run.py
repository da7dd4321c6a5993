#!/usr/bin/env python3
"""Drives the servers with clients nobody here wrote, and prints what was tried with what.

    python3 tests/interop/run.py --target-dir target              # the binaries are built already
    python3 tests/interop/run.py --target-dir target --only http --only cancel

`--only` keeps what has all these parts in "client transport revision case". The environments of the clients are made
below the target directory and kept.
"""

import argparse
import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cases
import environments
import rust
from grid import Grid
from lanes import PARTIES, lanes
from servers import make_database

HERE = Path(__file__).parent
WORKERS = 3
WORKER_SECONDS = 600  # a guard: every case has a time of its own


def main():
    options = arguments()
    target = options.target_dir.resolve()
    work = target / "interop"
    table = cases.load()
    clients = [client for client in PARTIES if wanted(client, table, options.only)]
    with ThreadPoolExecutor(2) as pool:
        commands = dict(zip(clients, pool.map(lambda client: command_of(client, work), clients)))
    started = time.monotonic()
    grid = Grid(table)
    with ThreadPoolExecutor(WORKERS) as pool:
        for client, told in pool.map(lambda client: (client, drive(client, commands[client], target, options.only)), clients):
            for one in told:
                grid.add(client, one)
                if one["outcome"] == "fail" or (options.verbose and one["outcome"] != "pass"):
                    where = " ".join(filter(None, (client, one.get("transport"), one.get("revision"))))
                    print(f"{one['outcome']}: {where}: {one['case']}\n      {one['detail']}")
    return conclude(grid, options.only, time.monotonic() - started)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--target-dir", type=Path, default=Path("target"), help="where cargo puts its builds")
    parser.add_argument("--only", action="append", default=[], metavar="PART")
    parser.add_argument("--verbose", action="store_true", help="also tell what a client cannot do")
    if sys.version_info < (3, 11):
        sys.exit("interop: needs Python 3.11 or newer")
    return parser.parse_args()


def wanted(client, table, only):
    return any(
        all(part in f"{lane} {case.name}" for part in only) and not case.absence(lane.transport, lane.revision)
        for lane in lanes(client)
        for case in table.values()
    )


def command_of(client, work):
    """What to run for a client, its environment made."""
    command = [sys.executable, HERE / "worker.py", "--client", client]
    if client.startswith("mcp-"):
        command[0] = environments.make(client, work)
    if client.startswith("rmcp-"):
        command += ["--bridge", rust.build(work)]
    return command


def drive(client, command, target, only):
    """What came of every case of a client."""
    work = target / "interop" / f"run-{client}"
    make_database(work / "library.db")
    only = [flag for part in only for flag in ("--only", part)]
    command = [*command, "--bin-dir", target / "debug", "--work-dir", work, *only]
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=WORKER_SECONDS)
        lines, wrong = done.stdout.splitlines(), f"status {done.returncode}: {done.stderr.strip()[-2000:]}"
        status = done.returncode
    except subprocess.TimeoutExpired as late:
        lines, wrong = (late.stdout or b"").decode().splitlines(), f"not over within {WORKER_SECONDS} s"
        status = None
    told = [json.loads(line) for line in lines]
    if status != 0:
        told.append({"case": "the client runs", "outcome": "fail", "detail": wrong})
    return told


def conclude(grid, only, seconds):
    print()
    grid.print()
    holes = [] if only else list(grid.holes())
    for hole in holes:
        print(f"hole: {hole}")
    counts = grid.counts
    print(f"\n{counts['cannot']} times a client has no way to do it, {len(holes)} holes, {seconds:.0f} s")
    print(f"{counts['pass']} passed, {counts['fail'] + len(holes)} failed")
    return 1 if counts["fail"] or holes or not counts["pass"] else 0


if __name__ == "__main__":
    sys.exit(main())
