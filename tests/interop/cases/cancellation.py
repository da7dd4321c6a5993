"""A call its client no longer wants: `notifications/cancelled`, or a closed stream where that says the same."""

import asyncio
import itertools
import os

from . import case, text_of

SECONDS = 5
FORGETFUL = {("stateless", "handshake"): "a stateless server knows no earlier request that could be cancelled"}
KEYS = (f"{os.getpid()}-{number}" for number in itertools.count())


async def becomes(c, key, fate):
    """Waits until a run has the fate it should have."""
    seen = None
    try:
        async with asyncio.timeout(SECONDS):
            while seen != fate:
                await asyncio.sleep(0.005)
                seen = text_of(await c.call("fate", {"key": key}))
    except TimeoutError:
        raise TimeoutError(f"after {SECONDS} s the call is {seen}, not {fate}") from None


async def cancelled(c, tool):
    key = next(KEYS)
    await c.abandon(tool, {"key": key}, running=lambda: becomes(c, key, "running"))
    await becomes(c, key, "cancelled")
    assert text_of(await c.call("text")) == "hello"  # the connection is as good as before


@case("cancel: a waiting function is dropped", without=FORGETFUL)
async def waiting(c):
    await cancelled(c, "wait")


@case("cancel: a working function finds out", without=FORGETFUL)
async def working(c):
    await cancelled(c, "work")


@case("cancel: a callback is told", without=FORGETFUL)
async def callback(c):
    await cancelled(c, "notify")


@case("cancel: of nothing, or of what is over, is ignored", until="2025-11-25", because="2026-07-28 cancels by disconnect over HTTP", without=FORGETFUL)
async def nothing(c):
    for unknown in (4711, "never"):
        await c.notify("notifications/cancelled", {"requestId": unknown})
    await c.notify("notifications/cancelled", {})
    assert text_of(await c.call("text")) == "hello"
