"""What is unclean about a scenario, and whether `expected.txt` has it."""

import json
import re
from collections import Counter
from dataclasses import dataclass, field

# The suite's record of what it sent and got; it judges nothing.
TRAFFIC = {"outgoing-request", "incoming-response", "incoming-sse-event", "stream-closed"}
# No missing feature explains a message that does not fit the schema.
NEVER_EXPECTED = "wire-schema-valid"
# Where any error will do, the one about a missing fixture does too; the check has tested nothing then.
NO_FIXTURE = re.compile(r'^there is no (tool|prompt) "')


@dataclass
class Verdict:
    """The checks of one scenario: how many are clean, how many lack which feature, what is wrong with the rest."""

    clean: int = 0
    lacking: Counter = field(default_factory=Counter)
    failed: list = field(default_factory=list)

    @property
    def total(self):
        return self.clean + self.lacking.total() + len(self.failed)

    @property
    def passed(self):
        return bool(self.clean) and not self.lacking and not self.failed


@dataclass
class Entry:
    line: int
    revision: str
    scenario: str
    check: str
    reason: str
    used: set = field(default_factory=set)

    def covers(self, revision, scenario):
        return self.scenario == scenario and self.revision in ("*", revision)

    def excuses(self, check):
        return self.check == check["id"] or (self.check == "*" and check["id"] != NEVER_EXPECTED)


class Expected:
    def __init__(self, path):
        self._name = path.name
        self._entries = []
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if line and not line.startswith("#"):
                words = line.split(maxsplit=3)
                if len(words) != 4:
                    raise SystemExit(f"conformance: {path}:{number}: a revision, a scenario, a check and a reason are needed")
                self._entries.append(Entry(number, *words))

    def judge(self, revision, scenario, checks):
        """A `Verdict` on the checks of a scenario; `None` if the suite left none."""
        verdict = Verdict()
        checks = [check for check in checks or [] if check["id"] not in TRAFFIC]
        if not checks:
            verdict.failed.append("it has no results: see suite.log")
            for entry in self._entries:
                if entry.covers(revision, scenario):
                    entry.used.add(revision)  # or it would be reported as clean
        for check in checks:
            problem = _problem(check)
            if not problem:
                verdict.clean += 1
            elif entry := self._entry(revision, scenario, check):
                entry.used.add(revision)
                verdict.lacking[entry.reason] += 1
            else:
                verdict.failed.append(problem)
        return verdict

    def _entry(self, revision, scenario, check):
        for entry in self._entries:
            if entry.covers(revision, scenario) and entry.excuses(check):
                return entry
        return None

    def without_use(self, found, only):
        """What is listed and did not happen, after every scenario in `found` was judged."""
        for entry in self._entries:
            revisions = {revision for scenario, revision in found if entry.covers(revision, scenario)}
            place = f"{self._name}:{entry.line}: {entry.scenario}"
            if not revisions and not only:
                yield f"{place}: there is no such scenario"
            for revision in sorted(revisions - entry.used):
                yield f"{place}: clean at {revision} now: take it off the list"


def _problem(check):
    """What is unclean about a check, or `None`."""
    details = check.get("details") or {}
    text = check.get("errorMessage") or details.get("message") or details.get("note") or check["description"]
    if check["status"] != "SUCCESS":
        return f"{check['status']} {check['id']}: {text}"
    if any(NO_FIXTURE.match(message) for message in _messages(details)):
        return f"{check['status']} {check['id']}, but only because its fixture is missing: {json.dumps(details)}"
    return None


def _messages(value):
    """Every `message` of an error in a JSON value."""
    if isinstance(value, dict):
        if isinstance(error := value.get("error"), dict):
            yield str(error.get("message"))
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from _messages(one)
