"""Streams that end before their answer, and clients that come back for the rest (2025-11-25 transports, "Resumability
and redelivery")."""

import time

from . import case, text_of

RETRY_SECONDS = 0.5  # what the server asks for
ONLY = {"since": "2025-11-25", "until": "2025-11-25", "because": "only in 2025-11-25 a client can come back to a stream"}
NO_HTTP = {transport: "only streams of a session over HTTP can be left" for transport in ("stdio", "sse", "stateless")}


@case("resume: a stream the server lets go", **ONLY, without=NO_HTTP)
async def let_go(c):
    heard = []
    started = time.monotonic()
    result = await c.call("part", on_progress=lambda done, *_: heard.append(done))
    assert text_of(result) == "done" and heard == [1, 2, 3], (result, heard)
    assert time.monotonic() - started >= RETRY_SECONDS, "the client came back too soon, or had never gone"
