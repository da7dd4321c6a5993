"""What was tried where: test × transport × revision, and why not where it was not."""

import string
from collections import defaultdict

from lanes import PARTIES, REVISIONS, TRANSPORTS

FAILED, HOLE = "X", "?"


class Grid:
    """Which clients passed a case in each cell, and which failed it."""

    def __init__(self, cases):
        self.cases = cases
        self.passed, self.failed, self.could_not = defaultdict(set), defaultdict(set), defaultdict(set)
        self.strays = []  # failures that belong to no cell
        self.counts = {"pass": 0, "fail": 0, "cannot": 0}

    def add(self, client, told):
        outcome = told["outcome"]
        cell = (told["case"], told.get("transport"), told.get("revision"))
        if told["case"] not in self.cases or told.get("transport") is None:
            if outcome == "pass":
                outcome, told["detail"] = "fail", f"there is no case called {told['case']}"
            self.strays.append(told)
        self.counts[outcome] += 1
        by_outcome = {"pass": self.passed, "fail": self.failed, "cannot": self.could_not}
        by_outcome[outcome][cell].add(client)

    def holes(self):
        """Cells no one tried though nothing says why, and cells someone tried though there is nothing there."""
        for name, case in self.cases.items():
            for transport in TRANSPORTS:
                for revision in REVISIONS:
                    cell = (name, transport, revision)
                    tried = self.passed[cell] or self.failed[cell]
                    absence = case.absence(transport, revision)
                    if not tried and not absence:
                        yield f"{name} / {transport} / {revision}: no client tried it"
                    if tried and absence:
                        yield f"{name} / {transport} / {revision}: tried, though “{absence}”"

    def print(self):
        notes = {}
        width = 4
        name_width = max(map(len, self.cases)) + 1
        print(" " * name_width + "".join(f"{transport:<{5 * (width + 1) + 1}}" for transport in TRANSPORTS))
        years = "".join(f"{revision[2:7]:<{width + 1}}" for revision in REVISIONS)
        print(" " * name_width + f"{years} ".join("" for _ in range(5)))
        for name in self.cases:
            cells = ""
            for transport in TRANSPORTS:
                for revision in REVISIONS:
                    cells += f"{self._cell(name, transport, revision, notes):<{width + 1}}"
                cells += " "
            print(f"{name:<{name_width}}{cells}".rstrip())
        letters = {party.letter: party.about for party in PARTIES.values()}
        print("\npassed by: " + ", ".join(f"{letter} {about}" for letter, about in letters.items()))
        print(f"{FAILED} failed, {HOLE} not tried, and:")
        for reason, mark in notes.items():
            print(f"  ·{mark} {reason}")

    def _cell(self, name, transport, revision, notes):
        cell = (name, transport, revision)
        if self.failed[cell]:
            return FAILED + self._letters(self.failed[cell])
        if self.passed[cell]:
            return self._letters(self.passed[cell])
        if reason := self.cases[name].absence(transport, revision):
            return "·" + notes.setdefault(reason, string.ascii_lowercase[len(notes)])
        return HOLE

    @staticmethod
    def _letters(clients):
        return "".join(sorted({PARTIES[client].letter for client in clients}, key="wpr".index))
