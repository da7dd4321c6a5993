"""Every message written by hand: for the oldest revision, for what no SDK sends, and to see what others overlook."""

from contextlib import asynccontextmanager

from ..base import capabilities
from .client import WireClient, WireError
from .http import HttpChannel
from .sse import SseChannel
from .stdio import StdioChannel

__all__ = ["WireClient", "WireError", "connect", "open_channel"]


@asynccontextmanager
async def connect(lane, servers, case):
    async with open_channel(lane, servers, case.server) as channel:
        client = WireClient(lane, channel, servers, capabilities(lane) if case.asks else {})
        try:
            await client.greet()
            yield client
        finally:
            await client.close()
        if client.broken_rules:
            raise WireError("; ".join(dict.fromkeys(client.broken_rules)))


@asynccontextmanager
async def open_channel(lane, servers, server):
    """A transport, nothing said yet."""
    if lane.transport == "stdio":
        channel = await StdioChannel.open(servers.command(server), servers.log)
    elif lane.transport == "sse":
        channel = await SseChannel.open(await servers.url(server, "sse"))
    else:
        channel = HttpChannel(await servers.url(server, lane.transport), sessions=lane.transport == "http")
    try:
        yield channel
    finally:
        await channel.close()
