"""Changes the client is told of: in a session of lists always, of resources it subscribes to; in 2026-07-28 of what it
listens to."""

import itertools

from . import NO_STREAM, case, refusal
from .messages import until

UPDATED = "notifications/resources/updated"
NUMBERS = itertools.count(1)
LISTS = {"tools": "toolsListChanged", "prompts": "promptsListChanged", "resources": "resourcesListChanged"}


def resource():
    """A resource no other case subscribes to."""
    return f"fixture://double/{next(NUMBERS)}"


async def hears(c, *changes):
    await until(lambda: len(c.changes) >= len(changes), f"{len(changes)} changes")
    assert c.changes == list(changes), c.changes


@case("changes: offered where there is a stream")
async def offered(c):
    told = c.lane.transport != "stateless" or None
    kinds = [c.capabilities[kind].get("listChanged") for kind in LISTS] + [c.capabilities["resources"].get("subscribe")]
    assert kinds == 4 * [told], c.capabilities


@case("changes: of a resource, until it does not matter any more", without=NO_STREAM)
async def updates(c):
    first, second, third = resource(), resource(), resource()
    async with c.watching(resourceSubscriptions=[first, second]) as granted:
        assert set(granted.pop("resourceSubscriptions")) == {first, second} and not granted, granted
        await c.call("touch", {"uri": first})
        await hears(c, (UPDATED, first))
        await c.call("touch", {"uri": third})
        await c.call("touch", {"uri": second})
        await hears(c, (UPDATED, first), (UPDATED, second))
    async with c.watching(resourceSubscriptions=[third]):
        await c.call("touch", {"uri": first})
        await c.call("touch", {"uri": third})
        await hears(c, (UPDATED, first), (UPDATED, second), (UPDATED, third))


@case("changes: of a resource that is not there", without=NO_STREAM)
async def missing(c):
    uri = "fixture://nothing"
    if c.modern:
        async with c.watching(resourceSubscriptions=[uri], toolsListChanged=True) as granted:
            assert granted == {"toolsListChanged": True}, granted
    else:
        error = await refusal(c.subscribe(uri), -32002)
        assert error.data == {"uri": uri}, error.data


@case("changes: of every list", reach="alone", without=NO_STREAM)
async def lists(c):
    expected = []
    wanted = {member: True for member in LISTS.values()}
    async with c.watching(**wanted) as granted:
        assert granted == wanted, granted
        for kind in LISTS:
            for there in (False, True):
                await c.call("vary", {"list": kind, "there": there})
                expected.append((f"notifications/{kind}/list_changed", None))
                await hears(c, *expected)
                if kind == "tools" and not there:
                    await refusal(c.call("number", {"word": "gone"}), -32602)


@case(
    "changes: two listen, and each hears its own",
    reach="alone",
    since="2026-07-28",
    because="a session is told of changes once",
    without=NO_STREAM,
)
async def two(c):
    uri = resource()
    async with c.watching(toolsListChanged=True), c.watching(resourceSubscriptions=[uri]):
        await c.call("vary", {"list": "prompts", "there": False})
        await c.call("touch", {"uri": uri})
        await hears(c, (UPDATED, uri))
        await c.call("vary", {"list": "tools", "there": False})
        await hears(c, (UPDATED, uri), ("notifications/tools/list_changed", None))


@case(
    "changes: the end of the server ends them",
    reach="alone",
    since="2026-07-28",
    because="a session ends with its server",
    without=NO_STREAM | {"stdio": "a client that stops its server knows it"},
)
async def end(c):
    async with c.watching(toolsListChanged=True):
        assert not await c.servers.stop()
        await until(lambda: c.ended, "the end")
        assert c.ended == "gracefully", c.ended
