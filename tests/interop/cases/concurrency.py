"""Many calls at once, each with its own answer, none in the way of another. They wait for each other: no clock."""

import asyncio
import itertools
import os

from . import case, text_of

CALLS = 64
ROOMS = (f"room-{os.getpid()}-{number}" for number in itertools.count())


async def all_at_once(c, tool):
    room = next(ROOMS)
    calls = (c.call(tool, {"room": room, "callers": CALLS, "label": label}) for label in range(CALLS))
    answers = await asyncio.gather(*calls)
    assert [int(text_of(answer)) for answer in answers] == list(range(CALLS)), "answers went to the wrong calls"


@case("64 calls at once that wait for each other")
async def waiting(c):
    await all_at_once(c, "meet")


@case("64 calls at once, each holding a thread")
async def blocking(c):
    await all_at_once(c, "crowd")


@case("calls that wait are in no one's way")
async def slow(c):
    rooms = [(tool, next(ROOMS)) for tool in ("meet", "crowd", "crowd")]
    enter = lambda tool, room: c.call(tool, {"room": room, "callers": 2, "label": 1})  # noqa: E731
    slow = [asyncio.ensure_future(enter(*room)) for room in rooms]
    for _ in range(5):
        assert text_of(await c.call("text")) == "hello"
    assert not any(call.done() for call in slow)
    await asyncio.gather(*slow, *(enter(*room) for room in rooms))
