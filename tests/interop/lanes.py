"""Who drives what: every client, and the transports and revisions it can be had in."""

from dataclasses import dataclass

REVISIONS = ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28")
TRANSPORTS = ("stdio", "sse", "http", "stateless")
STATELESS_ERA = "2026-07-28"

# Why no client at all can be had there. The grid prints these.
CLOSED = {
    ("sse", "2026-07-28"): "HTTP+SSE ends with the handshake revisions",
    ("stateless", "2024-11-05"): "the client of 2024-11-05 names no version after its handshake, which nobody remembers",
}


@dataclass(frozen=True, order=True)
class Lane:
    """One client at one revision over one transport."""

    client: str
    transport: str
    revision: str

    @property
    def modern(self):
        return self.revision >= STATELESS_ERA

    def __str__(self):
        return f"{self.client} {self.transport} {self.revision}"


@dataclass(frozen=True)
class Party:
    """One kind of client: how the grid writes it, what it is, and where it can go."""

    letter: str
    about: str
    places: tuple  # of (transport, revision)


def _everywhere(*revisions, transports=TRANSPORTS):
    return tuple(
        (transport, revision)
        for transport in transports
        for revision in revisions
        if (transport, revision) not in CLOSED
    )


PARTIES = {
    "wire": Party("w", "JSON lines and HTTP written by hand", _everywhere(*REVISIONS)),
    "mcp-1.8.1": Party("p", "Python SDK", _everywhere("2024-11-05")),
    "mcp-1.9.4": Party("p", "Python SDK", _everywhere("2025-03-26")),
    "mcp-1.23.0": Party("p", "Python SDK", _everywhere("2025-06-18")),
    "mcp-2.3.0": Party("p", "Python SDK", _everywhere("2025-11-25", "2026-07-28")),
    "rmcp-3.9.0": Party(
        "r", "Rust SDK", _everywhere(*REVISIONS, transports=("stdio", "http", "stateless"))
    ),
}


def lanes(client):
    return [Lane(client, *place) for place in PARTIES[client].places]
