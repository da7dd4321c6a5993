"""Cases that fail for now, each with what is missing. The list only shrinks."""

from dataclasses import dataclass


@dataclass
class Entry:
    line: int
    transport: str
    name: str
    reason: str


class Pending:
    def __init__(self, path):
        self._name, self._entries = path.name, []
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if line and not line.startswith("#"):
                words = [word.strip() for word in line.split("|")]
                if len(words) != 3:
                    raise SystemExit(f"fault: {path}:{number}: a transport, a case and a reason are needed")
                self._entries.append(Entry(number, *words))

    def judge(self, case, transport, problem):
        """`pass`, `fail` or `pending`; a case that is listed and passes fails."""
        listed = any(entry.name == case.name and entry.transport in ("*", transport) for entry in self._entries)
        if listed:
            return "pending" if problem else "fail"
        return "fail" if problem else "pass"

    def unknown(self, cases):
        for entry in self._entries:
            case = cases.get(entry.name)
            if not case or entry.transport not in ("*", *case.on):
                yield f"{self._name}:{entry.line}: there is no such case: {entry.transport} | {entry.name}"
