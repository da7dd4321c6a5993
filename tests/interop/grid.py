"""What was tried where: test × transport × revision, and why not where it was not."""

import string
from collections import defaultdict

from lanes import PARTIES, REVISIONS, TRANSPORTS

FAILED, HOLE = "X", "?"
WIDTH = 4  # of a cell


def short(revision):
    """The part of a revision's date that no other has."""
    year, month, _ = revision.split("-")
    return month if year == "2025" else year[2:]


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
        rows = [name for name in self.cases if self._tried(name)]
        width = max(map(len, rows), default=0) + 1
        block = (WIDTH + 1) * len(REVISIONS) + 1
        print(" " * width + "".join(f"{transport:<{block}}" for transport in TRANSPORTS))
        heads = "".join(f"{short(revision):<{WIDTH + 1}}" for revision in REVISIONS) + " "
        print(" " * width + heads * len(TRANSPORTS))
        for name in rows:
            line = f"{name:<{width}}"
            for transport in TRANSPORTS:
                cells = (self._cell(name, transport, revision, notes) for revision in REVISIONS)
                line += "".join(f"{cell:<{WIDTH + 1}}" for cell in cells) + " "
            print(line.rstrip())
        letters = {party.letter: party.about for party in PARTIES.values()}
        print("\nrevisions: " + ", ".join(f"{short(revision)} is {revision}" for revision in REVISIONS))
        print("passed by: " + ", ".join(f"{letter} {about}" for letter, about in letters.items()))
        print(f"{FAILED} failed, {HOLE} not tried, and:")
        for reason, mark in notes.items():
            print(f"  ·{mark} {reason}")

    def _tried(self, name):
        return any(cell[0] == name and clients for tried in (self.passed, self.failed) for cell, clients in tried.items())

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
