"""The Python SDK up to 1.x: one client session over one of its three transports."""

import asyncio
import inspect
import itertools
from contextlib import asynccontextmanager

import mcp.types as types
from mcp import ClientSession, McpError, StdioServerParameters
from mcp.client.sse import sse_client
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamablehttp_client
from pydantic import AnyUrl

from .base import NAME, Cannot, Client, RpcError
from .sdk import callbacks, changed, wire

TELLS_PROGRESS = "progress_callback" in inspect.signature(ClientSession.call_tool).parameters
KNOWN = inspect.signature(ClientSession).parameters
PAGES = "cursor" in inspect.signature(ClientSession.list_tools).parameters


@asynccontextmanager
async def connect(lane, servers, case):
    async with _streams(lane.transport, servers, case.server) as (read, write, *_):
        client = Sdk1(lane)
        async with ClientSession(
            read,
            write,
            logging_callback=client.on_log,
            message_handler=client.on_message,
            client_info=types.Implementation(name=NAME, version="1"),
            **(callbacks(client, types, KNOWN) if case.asks else {}),
        ) as session:
            client.greet(session, await session.initialize())
            yield client


@asynccontextmanager
async def _streams(transport, servers, server):
    if transport == "stdio":
        command, *arguments = servers.command(server)
        opened = stdio_client(StdioServerParameters(command=command, args=arguments), errlog=servers.log)
    elif transport == "sse":
        opened = sse_client(await servers.url(server, transport))
    else:
        opened = streamablehttp_client(await servers.url(server, transport))
    async with opened as streams:
        yield streams


class Sdk1(Client):
    hears_withdrawal = False  # it reads nothing while it is asked

    def greet(self, session, hello):
        hello = wire(hello)
        self.session = session
        self.protocol_version = hello["protocolVersion"]
        self.server_info = hello["serverInfo"]
        self.capabilities = hello["capabilities"]
        self.instructions = hello.get("instructions")
        self.watchers = {}
        self.tokens = itertools.count(1)

    async def on_log(self, params):
        self.logs.append(wire(params))

    async def on_message(self, message):
        if isinstance(message, Exception):
            raise message
        notification = getattr(message, "root", None)
        if change := changed(notification):
            self.changes.append(change)
        if isinstance(notification, types.ProgressNotification):
            params = notification.params
            if watcher := self.watchers.get(params.progressToken):
                watcher(params.progress, params.total, getattr(params, "message", None))

    async def page(self, kind, cursor=None):
        method = {"resourceTemplates": "list_resource_templates"}.get(kind, f"list_{kind}")
        ask = getattr(self.session, method)
        if cursor is None:
            return await _answer(ask())
        if not PAGES:
            raise Cannot("this SDK cannot ask for a second page")
        return await _answer(ask(cursor))

    async def call(self, tool, arguments=None, *, on_progress=None, log_level=None):
        if log_level:
            raise Cannot("this SDK has no log level on a request")
        if on_progress is None:
            return await _answer(self.session.call_tool(tool, arguments))
        if TELLS_PROGRESS:

            async def told(progress, total, message):
                on_progress(progress, total, message)

            return await _answer(self.session.call_tool(tool, arguments, progress_callback=told))
        token = f"progress-{next(self.tokens)}"
        self.watchers[token] = on_progress
        params = {"name": tool, "arguments": arguments, "_meta": {"progressToken": token}}
        request = types.ClientRequest.model_validate({"method": "tools/call", "params": params})
        return await _answer(self.session.send_request(request, types.CallToolResult))

    async def read(self, uri):
        return await _answer(self.session.read_resource(uri))

    async def prompt(self, name, arguments=None):
        return await _answer(self.session.get_prompt(name, arguments))

    async def ping(self):
        return await _answer(self.session.send_ping())

    async def set_level(self, level):
        return await _answer(self.session.set_logging_level(level))

    async def subscribe(self, uri):
        await _answer(self.session.subscribe_resource(AnyUrl(uri)))

    async def unsubscribe(self, uri):
        await _answer(self.session.unsubscribe_resource(AnyUrl(uri)))

    async def abandon(self, tool, arguments, running, *, on_progress=None):
        if self.lane.transport == "stateless":
            raise Cannot("no session to cancel in")
        request = self.session._request_id
        call = asyncio.ensure_future(self.call(tool, arguments, on_progress=on_progress))
        await asyncio.sleep(0)  # the call takes its id when it first runs
        assert self.session._request_id == request + 1, "the SDK numbers its requests otherwise"
        await running()
        params = {"requestId": request, "reason": "interop"}
        notification = types.ClientNotification.model_validate(
            {"method": "notifications/cancelled", "params": params}
        )
        await self.session.send_notification(notification)
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)


async def _answer(request):
    try:
        return wire(await request)
    except McpError as error:
        raise RpcError(error.error.code, error.error.message, error.error.data) from None
