"""What came of it: a table, what is wrong, and counts."""

from collections import Counter

WIDTH = 11


def conclude(found, scored, wrong, work, seconds):
    """Prints it all. `scored` is what each revision requires. The status to end with."""
    print()
    _table(found, list(scored))
    for (scenario, revision), verdict in found.items():
        for problem in verdict.failed:
            print(f"\nfailed: {scenario} at {revision}: {problem}\n  in {work / revision}")
    for problem in wrong:
        print(f"\nfailed: {problem}")
    verdicts = found.values()
    passed = sum(verdict.passed for verdict in verdicts)
    failed = sum(bool(verdict.failed) for verdict in verdicts) + len(wrong)
    _reasons(verdicts)
    _scores(found, scored)
    clean, total = sum(verdict.clean for verdict in verdicts), sum(verdict.total for verdict in verdicts)
    print(f"\n{clean} of {total} checks are clean, {seconds:.0f} s")
    waiting = len(verdicts) - passed - sum(bool(verdict.failed) for verdict in verdicts)
    print(f"{passed} passed, {failed} failed, {waiting} expected to fail")
    return 1 if failed or not passed else 0


def _table(found, revisions):
    """A row for each scenario: how many checks are clean, of how many."""
    scenarios = list(dict.fromkeys(scenario for scenario, _ in found))
    first = max(map(len, scenarios), default=0) + 2
    print(" " * first + "".join(f"{revision:{WIDTH + 2}}" for revision in revisions) + "lacks")
    for scenario in scenarios:
        row = [found.get((scenario, revision)) for revision in revisions]
        reasons = dict.fromkeys(reason for verdict in row if verdict for reason in verdict.lacking)
        line = f"{scenario:{first}}" + "".join(f"{_cell(verdict):{WIDTH + 2}}" for verdict in row) + ", ".join(reasons)
        print(line.rstrip())


def _cell(verdict):
    if verdict is None:
        return ""
    count = f"{verdict.clean}/{verdict.total}"
    return count if verdict.passed else f"{count} FAILED" if verdict.failed else f"{count} later"


def _reasons(verdicts):
    """How many scenarios wait for what; one may wait for several things."""
    scenarios, checks = Counter(), Counter()
    for verdict in verdicts:
        scenarios.update(verdict.lacking.keys())
        checks.update(verdict.lacking)
    if scenarios:
        print("\nexpected to fail (scenarios, checks), for lack of:")
    for reason, count in scenarios.most_common():
        print(f"{count:5} {checks[reason]:5}  {reason}")


def _scores(found, scored):
    """How much of what a revision requires is clean."""
    for revision, scenarios in scored.items():
        ran = [found[scenario, revision] for scenario in scenarios if (scenario, revision) in found]
        if ran:
            print(f"\nrequired by {revision}: {sum(verdict.passed for verdict in ran)} of {len(ran)} scenarios passed", end="")
    print()
