#!/usr/bin/env python3
"""Drives the example `conformance` with the official conformance suite, and compares with `expected.txt`.

    python3 tests/conformance/run.py --target-dir target                     # the example is built already
    python3 tests/conformance/run.py --target-dir target --only caching      # one scenario; may be repeated

The suite is installed below the target directory and kept; what it found is there too, a folder for each revision.
"""

import argparse
import sys
import time
from pathlib import Path

import report
import suite
from expected import Expected
from server import Server

HERE = Path(__file__).parent
# Which scenarios, in the words of the suite. It has no set of requirements for the first two.
RUNS = {
    "2025-03-26": ("--suite", "all", "--spec-version", "2025-03-26"),
    "2025-06-18": ("--suite", "all", "--spec-version", "2025-06-18"),
    "2025-11-25": ("--requirements", "2025-11-25"),
    "2026-07-28": ("--requirements", "2026-07-28"),
}


def main():
    options = arguments()
    work = options.target_dir.resolve() / "conformance"
    installed = suite.install(work)
    expected = Expected(HERE / "expected.txt")
    started = time.monotonic()
    found, wrong = {}, []
    for revision, selection in RUNS.items():
        scenarios = installed.scenarios(revision, selection)
        if options.only:
            scenarios = [scenario for scenario in scenarios if scenario in options.only]
        if not scenarios:
            continue
        folder = suite.emptied(work / revision)
        with Server(options.target_dir.resolve() / "debug" / "examples" / "conformance", folder / "server.log") as server:
            checks = installed.run(revision, selection, scenarios if options.only else None, server.url, folder)
        wrong += [f"{revision}: {problem}" for problem in server.problems]
        wrong += [f"{revision}: {scenario} is not among its scenarios" for scenario in checks.keys() - set(scenarios)]
        for scenario in scenarios:
            found[scenario, revision] = expected.judge(revision, scenario, checks.get(scenario))
    wrong += expected.without_use(found, options.only)
    return report.conclude(found, list(RUNS), wrong, work, time.monotonic() - started)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--target-dir", type=Path, default=Path("target"), help="where cargo puts its builds")
    parser.add_argument("--only", action="append", default=[], metavar="SCENARIO")
    if sys.version_info < (3, 11):
        sys.exit("conformance: needs Python 3.11 or newer")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
