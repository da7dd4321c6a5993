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
NEWEST = list(RUNS)[-1]


def main():
    options = arguments()
    work = options.target_dir.resolve() / "conformance"
    installed = suite.install(work)
    expected = Expected(HERE / "expected.txt")
    started = time.monotonic()
    chosen = {revision: installed.scenarios(revision, selection) for revision, selection in RUNS.items()}
    # Whatever no selection has is run as well, at the newest revision: a scenario that nobody runs hides a gap.
    single = [name for name in installed.listed if not any(name in names for names in chosen.values())]
    chosen[NEWEST] += single
    found, wrong = {}, []
    for revision, scenarios in chosen.items():
        selection, alone = RUNS[revision], single if revision == NEWEST else []
        if options.only:
            selection, alone = None, [scenario for scenario in scenarios if scenario in options.only]
            scenarios = alone
        if not scenarios:
            continue
        folder = suite.emptied(work / revision)
        with Server(options.target_dir.resolve() / "debug" / "examples" / "conformance", folder / "server.log") as server:
            checks = installed.run(revision, selection, alone, server.url, folder)
        wrong += [f"{revision}: {problem}" for problem in server.problems]
        wrong += [f"{revision}: {scenario} is not among its scenarios" for scenario in checks.keys() - set(scenarios)]
        for scenario in scenarios:
            found[scenario, revision] = expected.judge(revision, scenario, checks.get(scenario))
    wrong += expected.without_use(found, options.only)
    scored = {revision: installed.scored(revision) for revision in RUNS}
    return report.conclude(found, scored, wrong, work, time.monotonic() - started)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--target-dir", type=Path, default=Path("target"), help="where cargo puts its builds")
    parser.add_argument("--only", action="append", default=[], metavar="SCENARIO")
    if sys.version_info < (3, 11):
        sys.exit("conformance: needs Python 3.11 or newer")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
