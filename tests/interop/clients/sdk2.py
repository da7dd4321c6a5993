"""The Python SDK from 2.0 on, through its `Client`: 2026-07-28 where the server has it, else the handshake."""

import asyncio
import inspect
import warnings
from contextlib import asynccontextmanager

import mcp_types as types
from mcp import Client as SdkClient
from mcp import StdioServerParameters
from mcp.client.sse import sse_client
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.client.subscriptions import SubscriptionLost
from mcp.shared.exceptions import MCPDeprecationWarning, MCPError
from mcp.shared.subscriptions import event_to_notification
from mcp_types import LOG_LEVEL_META_KEY, Implementation

from .base import NAME, Client, RpcError
from .sdk import callbacks, changed, wire

warnings.simplefilter("ignore", MCPDeprecationWarning)
KNOWN = inspect.signature(SdkClient).parameters


@asynccontextmanager
async def connect(lane, servers, case):
    client = Sdk2(lane)
    # Over SSE the SDK is left to find out by itself that it has to shake hands.
    mode = "auto" if lane.modern or lane.transport == "sse" else "legacy"
    async with SdkClient(
        await _transport(lane.transport, servers, case.server),
        mode=mode,
        logging_callback=client.on_log,
        message_handler=client.on_message,
        client_info=Implementation(name=NAME, version="1"),
        **(callbacks(client, types, KNOWN) if case.asks else {}),
    ) as sdk:
        client.greet(sdk)
        yield client


async def _transport(transport, servers, server):
    if transport == "stdio":
        command, *arguments = servers.command(server)
        return stdio_client(StdioServerParameters(command=command, args=arguments), errlog=servers.log)
    url = await servers.url(server, transport)
    return sse_client(url) if transport == "sse" else streamable_http_client(url)


class Sdk2(Client):
    def greet(self, sdk):
        self.sdk = sdk
        self.protocol_version = sdk.protocol_version
        self.server_info = wire(sdk.server_info) if sdk.server_info else {}
        self.capabilities = wire(sdk.server_capabilities)
        self.instructions = sdk.instructions
        if discovered := sdk.session.discover_result:
            self.supported_versions = discovered.supported_versions

    async def on_message(self, message):
        if isinstance(message, Exception):
            raise message
        if not self.modern and (change := changed(message)):
            self.changes.append(change)

    async def on_log(self, params):
        self.logs.append(wire(params))

    async def page(self, kind, cursor=None):
        method = {"resourceTemplates": "list_resource_templates"}.get(kind, f"list_{kind}")
        return await _answer(getattr(self.sdk, method)(cursor=cursor, cache_mode="bypass"))

    async def call(self, tool, arguments=None, *, on_progress=None, log_level=None):
        async def told(progress, total, message):
            on_progress(progress, total, message)

        return await _answer(
            self.sdk.call_tool(
                tool,
                arguments,
                progress_callback=told if on_progress else None,
                meta={LOG_LEVEL_META_KEY: log_level} if log_level else None,
            )
        )

    async def read(self, uri):
        return await _answer(self.sdk.read_resource(uri))

    async def prompt(self, name, arguments=None):
        return await _answer(self.sdk.get_prompt(name, arguments))

    async def ping(self):
        return await _answer(self.sdk.send_ping())

    async def set_level(self, level):
        return await _answer(self.sdk.set_logging_level(level))

    async def subscribe(self, uri):
        await _answer(self.sdk.subscribe_resource(uri))

    async def unsubscribe(self, uri):
        await _answer(self.sdk.unsubscribe_resource(uri))

    @asynccontextmanager
    async def listen(self, wanted):
        wanted = types.SubscriptionFilter.model_validate(wanted).model_dump(exclude_unset=True)
        async with self.sdk.listen(**wanted) as subscription:
            hearing = asyncio.ensure_future(self._hear(subscription))
            try:
                yield wire(subscription.honored)
            finally:
                hearing.cancel()

    async def _hear(self, subscription):
        try:
            async for event in subscription:
                self.changes.append(changed(event_to_notification(event, {})))
            self.ended = "gracefully"
        except SubscriptionLost as lost:
            self.ended = str(lost)

    async def abandon(self, tool, arguments, running, *, on_progress=None):
        call = asyncio.ensure_future(self.call(tool, arguments, on_progress=on_progress))
        await running()
        call.cancel()  # the SDK sends `notifications/cancelled`, or closes the stream, as the revision wants
        await asyncio.gather(call, return_exceptions=True)


async def _answer(request):
    try:
        return wire(await request)
    except MCPError as error:
        raise RpcError(error.error.code, error.error.message, error.error.data) from None
