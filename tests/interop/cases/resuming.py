"""Streams that end before their answer, and clients that come back for the rest (2025-11-25 transports, "Resumability
and redelivery")."""

import asyncio
import time

from . import case, text_of
from .concurrency import ROOMS
from .messages import until

RETRY_SECONDS = 0.5  # what the server asks for
ONLY = {"since": "2025-11-25", "until": "2025-11-25", "because": "only in 2025-11-25 a client can come back to a stream"}
NO_HTTP = {transport: "only streams of HTTP sessions can be left" for transport in ("stdio", "sse", "stateless")}


async def comes_back(c, part):
    heard, room = [], next(ROOMS)
    arguments = {"room": room, "part": part}
    call = asyncio.ensure_future(c.call("rest", arguments, on_progress=lambda done, *_: heard.append(done)))
    await until(lambda: heard, "the first step")
    if not part:
        c.servers.cut()
    await c.call("meet", {"room": room, "callers": 2, "label": 0})
    assert text_of(await call) == "done" and heard == [1, 2, 3], heard


@case("resume: a stream the server lets go", **ONLY, without=NO_HTTP)
async def let_go(c):
    started = time.monotonic()
    await comes_back(c, part=True)
    assert time.monotonic() - started >= RETRY_SECONDS, "the client came back too soon, or had never gone"


@case("resume: a question waits for its client", **ONLY, without=NO_HTTP, asks=True)
async def question(c):
    c.answers = {"elicitation/create": {"action": "accept", "content": {"name": "Ada"}}}
    assert text_of(await c.call("knock")) == "Ada" and len(c.asked) == 1, c.asked


@case("resume: a connection that breaks", **ONLY, without=NO_HTTP, reach="by_line")
async def broken(c):
    await comes_back(c, part=False)
