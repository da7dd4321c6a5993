"""Many calls at once, each with its own answer, none in the way of another."""

import asyncio
import time

from . import case, text_of

CALLS = 64
EACH_MS = 100
AT_MOST = CALLS * EACH_MS / 1000 / 3  # one after the other would take three times as long


async def all_at_once(c, tool):
    started = time.monotonic()
    answers = await asyncio.gather(*(c.call(tool, {"ms": EACH_MS, "label": label}) for label in range(CALLS)))
    took = time.monotonic() - started
    assert [int(text_of(answer)) for answer in answers] == list(range(CALLS)), "answers went to the wrong calls"
    assert took < AT_MOST, f"{CALLS} calls of {EACH_MS} ms took {took:.1f} s"


@case("64 calls at once that wait")
async def waiting(c):
    await all_at_once(c, "sleep")


@case("64 calls at once that block a thread")
async def blocking(c):
    await all_at_once(c, "block")


@case("a slow call is in no one's way")
async def slow(c):
    slow = [asyncio.ensure_future(c.call(tool, {"ms": 600, "label": 1})) for tool in ("sleep", "block", "block")]
    await asyncio.sleep(0)
    for _ in range(5):
        assert text_of(await c.call("text")) == "hello"
    assert not any(call.done() for call in slow), "quick calls waited for slow ones"
    await asyncio.gather(*slow)
