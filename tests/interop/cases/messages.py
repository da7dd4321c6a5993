"""What a tool tells the client before it answers: progress and log."""

import asyncio

from . import NO_STREAM, case, refusal, text_of

LEVELS = ["debug", "info", "warning", "error"]
LATE_SECONDS = 2


@case("progress: in order, for the token that was given", without=NO_STREAM)
async def progress(c):
    heard = []
    result = await c.call("progress", on_progress=lambda *told: heard.append(told))
    await until(lambda: len(heard) >= 3, "three progress notifications")
    words = [f"step {step}" if c.revision >= "2025-03-26" else None for step in (1, 2, 3)]
    assert heard == [(step, 3, words[step - 1]) for step in (1, 2, 3)], heard
    assert text_of(result) == "done"


@case("progress: each of two calls hears its own", without=NO_STREAM)
async def two_calls(c):
    heard = [], []
    calls = [c.call("progress", on_progress=lambda done, *_, ear=ear: ear.append(done)) for ear in heard]
    await asyncio.gather(*calls)
    await until(lambda: all(len(ear) >= 3 for ear in heard), "progress of both calls")
    assert heard == ([1, 2, 3], [1, 2, 3]), heard


@case("progress: it only grows, whatever the function says", without=NO_STREAM)
async def growing(c):
    heard = []
    assert text_of(await c.call("stutter", on_progress=lambda done, *_: heard.append(done))) == "done"
    await until(lambda: len(heard) >= 3, "three progress notifications")
    assert heard == [1, 3, 3.5], heard


@case("progress: none that was not asked for")
async def unasked(c):
    assert text_of(await c.call("progress")) == "done"  # a client would not know the token


@case("log: only what the level lets through", without=NO_STREAM)
async def levels(c):
    for level in ("warning", "debug", "emergency"):
        await heard_at(c, level)


async def heard_at(c, level):
    del c.logs[:]
    if c.modern:
        await c.call("log", log_level=level)
    else:
        await c.set_level(level)
        await c.call("log")
    expected = LEVELS[LEVELS.index(level) :] if level in LEVELS else []
    await until(lambda: len(c.logs) >= len(expected), f"{len(expected)} log messages")
    assert [message["level"] for message in c.logs] == expected, c.logs
    assert all(isinstance(message["data"], str) for message in c.logs), c.logs


@case("log: nothing for a request that does not ask", since="2026-07-28", because="a session has one level for all its requests")
async def silence(c):
    await c.call("log")
    assert not c.logs, c.logs


@case("log: no such level")
async def unknown_level(c):
    if c.modern:
        params = {"name": "log", "arguments": {}}
        await refusal(c.request("tools/call", params, {"io.modelcontextprotocol/logLevel": "loud"}), -32602)
    else:
        await refusal(c.request("logging/setLevel", {"level": "loud"}), -32602)


async def until(met, what):
    """Notifications may be handled a little after the answer; not much."""
    try:
        async with asyncio.timeout(LATE_SECONDS):
            while not met():
                await asyncio.sleep(0.005)
    except TimeoutError:
        raise TimeoutError(f"not within {LATE_SECONDS} s: {what}") from None
