#!/usr/bin/env python3
"""Does to the release build of the fixture what a bad peer would, case by case, on each transport.

    python3 tests/fault/run.py --target-dir target                  # the fixtures are built with --release already
    python3 tests/fault/run.py --target-dir target --only "Host"    # cases whose line has that; may be repeated

Every case asserts what its peer gets, and then that a client that was there before is served within `PROMPT` seconds, in
one of up to `TRIES` tries: others want the processors too, and what they do passes while a server held up stays so.
What cannot pass yet is in `pending.txt`.
"""

import argparse
import sys
import time
import traceback
from collections import defaultdict
from pathlib import Path

import cases
from pending import Pending
from server import Server
from wire import connect

HERE = Path(__file__).parent
PROMPT = 0.1
TRIES = 5


class Servers:
    """One for each program, transport and set of flags, and one for each case that wants its own."""

    def __init__(self, folder):
        self._folder, self._shared = folder, {}

    def of(self, case, transport):
        key = (transport, case.program, case.flags, *case.env.items())
        if case.alone or transport == "stdio":
            return self._start(case, transport), True
        if key not in self._shared or not self._shared[key].is_running:
            self._shared[key] = self._start(case, transport)
        return self._shared[key], False

    def _start(self, case, transport):
        return Server(self._folder / case.program, transport, case.flags, case.env)

    def stop(self):
        for (transport, *_), server in self._shared.items():
            if not server.is_running or (wrong := server.stop()):
                yield f"the server over {transport}: {wrong or 'it died'}: {server.log[-500:]}"


def run(case, transport, servers):
    """What is wrong, or `None`."""
    own = server = at = None
    try:
        server, own = servers.of(case, transport)
        # Who comes in without a token is no bystander.
        at = cases.At(server, connect(server) if case.lives or not case.env else None)
        case.body(at)
        if case.lives:
            assert server.is_running, f"it died: {server.log[-500:]}"
            took = _quickest(at.bystander.ping)
            assert took < PROMPT, f"the next good request took {took * 1000:.0f} ms at the best of {TRIES} tries"
        assert "panicked at mcp-runtime" not in server.log, server.log[-500:]
        return (server.stop() if own else None)
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        return f"{type(error).__name__}: {error} ({Path(place.filename).name}:{place.lineno})"
    finally:
        if at:
            at.close()
            at.bystander and at.bystander.close()
        if own and server and server.is_running:
            server.process.kill()


def _quickest(ask):
    best = float("inf")
    for pause in range(TRIES):
        time.sleep(pause * PROMPT)
        begun = time.monotonic()
        ask()
        best = min(best, time.monotonic() - begun)
        if best < PROMPT:
            break
    return best


def main():
    options = arguments()
    folder, table = options.target_dir.resolve() / "release", cases.load()
    for program in {case.program for case in table.values()}:
        if not (folder / program).exists():
            sys.exit(f"fault: {folder / program} is not built: cargo build --release -p mcp-runtime-tests --bin {program}")
    pending, servers, begun = Pending(HERE / "pending.txt"), Servers(folder), time.monotonic()
    counts, wrong = defaultdict(lambda: [0, 0, 0]), []
    for case in table.values():
        for transport in case.on:
            line = f"{case.group} / {case.name} / {transport}"
            if options.only and not any(part in line for part in options.only):
                continue
            problem = run(case, transport, servers)
            outcome = pending.judge(case, transport, problem)
            counts[case.group][("pass", "fail", "pending").index(outcome)] += 1
            if outcome == "fail":
                wrong.append(f"{line}: {problem or 'passes now: take it off pending.txt'}")
                print(f"failed: {wrong[-1]}", flush=True)
    wrong += servers.stop()
    wrong += pending.unknown(cases.CASES)
    return conclude(counts, wrong, time.monotonic() - begun)


def conclude(counts, wrong, seconds):
    print(f"\n{'':30} passed failed pending")
    for group, row in sorted(counts.items()):
        print(f"{group:3} {cases.GROUPS[group]:26} " + " ".join(f"{count:6}" for count in row))
    for problem in wrong:
        print(f"\nfailed: {problem}")
    passed, _, waiting = map(sum, zip(*counts.values())) if counts else (0, 0, 0)
    print(f"\n{seconds:.0f} s\n{passed} passed, {len(wrong)} failed, {waiting} pending")
    return 1 if wrong or not passed else 0


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--target-dir", type=Path, default=Path("target"), help="where cargo puts its builds")
    parser.add_argument("--only", action="append", default=[], metavar="PART")
    if sys.version_info < (3, 11):
        sys.exit("fault: needs Python 3.11 or newer")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
