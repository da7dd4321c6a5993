"""The table of cases. Every body runs over every transport, at every revision, with every client."""

from dataclasses import dataclass, field
from importlib import import_module
from typing import Callable

from lanes import CLOSED, REVISIONS

SECTIONS = (
    "lifecycle",
    "listing",
    "tools",
    "arguments",
    "resources",
    "prompts",
    "messages",
    "concurrency",
    "cancellation",
    "questions",
    "resuming",
    "subscriptions",
    "trouble",
    "sqlite",
)


@dataclass(frozen=True)
class Case:
    name: str
    body: Callable
    server: str = "fixture"
    asks: bool = False  # the client declares that it can be asked
    reach: str = ""  # the method of `Servers` for a case that shares them not, or not directly
    since: str = REVISIONS[0]
    until: str = REVISIONS[-1]
    because: str = ""  # of since and until
    without: dict = field(default_factory=dict)  # transport, era, or both: why it is not there

    def absence(self, transport, revision):
        """Why the case does not exist there; None where it does."""
        if reason := CLOSED.get((transport, revision)):
            return reason
        if not self.since <= revision <= self.until:
            return self.because
        era = "modern" if revision >= REVISIONS[-1] else "handshake"
        return next(filter(None, map(self.without.get, (transport, era, (transport, era)))), None)


CASES = {}


def case(name, **details):
    """Adds a case: an async function of a connected client."""

    def add(body):
        assert name not in CASES, f"two cases are called {name}"
        CASES[name] = Case(name, body, **details)
        return body

    return add


NO_STREAM = {"stateless": "a stateless server answers in one piece: there is no stream for notifications"}


async def refusal(request, *codes):
    """The error a request must end in."""
    from clients import RpcError

    try:
        answer = await request
    except RpcError as error:
        assert error.code in codes, f"expected {codes}, got {error}"
        return error
    raise AssertionError(f"expected {codes}, got {answer}")


def text_of(result):
    """The text of a result that is one block of text."""
    assert [block["type"] for block in result["content"]] == ["text"], result
    return result["content"][0]["text"]


def load():
    for section in SECTIONS:
        import_module(f".{section}", __name__)
    return CASES
