"""JSON-RPC by hand, the same over every channel."""

import asyncio
import itertools
from contextlib import asynccontextmanager

from ..base import LISTS, NAME, Client, RpcError
from . import rules
from .channel import WireError, within

META = "io.modelcontextprotocol/"
CLOSE_SECONDS = 3


class WireClient(Client):
    def __init__(self, lane, channel, servers, declared):
        super().__init__(lane)
        self.channel, self.around = channel, servers
        self.declared = declared  # capabilities
        channel.deliver = self._deliver
        self.broken_rules = channel.broken_rules
        self._numbers = itertools.count(1)
        self._waiting = {}  # id: (method, revision, future)
        self._watchers = {}  # progress token: callback
        self._abandoned = {}  # id: task
        self._listening = {}  # id: what is granted, once it is
        self._answering = {}  # id of a question: task

    async def greet(self, version=None):
        """The handshake, or `server/discover`. Returns what the server said."""
        if self.modern:
            hello = await self.request("server/discover")
            self.supported_versions = hello["supportedVersions"]
            self.protocol_version = self.revision if self.revision in self.supported_versions else None
            self.server_info = hello["_meta"][META + "serverInfo"]
        else:
            offer = {"protocolVersion": version or self.revision, "capabilities": self.declared}
            params = offer | {"clientInfo": self._identity()}
            hello = await self.request("initialize", params)
            self.protocol_version = hello["protocolVersion"]
            self.server_info = hello["serverInfo"]
        self.capabilities = hello["capabilities"]
        self.instructions = hello.get("instructions")
        self.channel.revision = self.protocol_version
        if not self.modern:
            await self.notify("notifications/initialized")
            await self.channel.ready()
        return hello

    async def page(self, kind, cursor=None):
        return await self.request(LISTS[kind], {} if cursor is None else {"cursor": cursor})

    async def call(self, tool, arguments=None, *, on_progress=None, log_level=None):
        return await self.request("tools/call", *self._call(tool, arguments, on_progress, log_level))

    def _call(self, tool, arguments, on_progress=None, log_level=None):
        meta = {}
        if on_progress:
            # Both kinds of tokens, in turn.
            number = next(self._numbers)
            meta["progressToken"] = number if number % 2 else f"token-{number}"
            self._watchers[meta["progressToken"]] = on_progress
        if log_level:
            meta[META + "logLevel"] = log_level
        params = {"name": tool}
        if arguments is not None:
            params["arguments"] = arguments
        return params, meta

    async def read(self, uri):
        return await self.request("resources/read", {"uri": uri})

    async def prompt(self, name, arguments=None):
        return await self.request("prompts/get", {"name": name} | ({"arguments": arguments} if arguments else {}))

    async def ping(self):
        return await self.request("ping")

    async def set_level(self, level):
        return await self.request("logging/setLevel", {"level": level})

    async def request(self, method, params=None, meta=None, *, revision=None):
        while True:
            result = await self._exchange(method, params, meta, revision)
            if result.get("resultType") != "input_required":
                return result
            questions = result.get("inputRequests", {}).items()
            answers = {key: await self.answer(asked["method"], asked.get("params", {})) for key, asked in questions}
            state = {"requestState": result["requestState"]} if "requestState" in result else {}
            params = (params or {}) | {"inputResponses": answers} | state

    async def _exchange(self, method, params, meta, revision):
        message = self._request(method, params, meta, revision or self.revision)
        answered = self._expect(message, revision)
        try:
            await self.channel.request(message, answered)
        finally:
            self._waiting.pop(message["id"], None)
        return answered.result()

    async def notify(self, method, params=None):
        await self.channel.notify({"jsonrpc": "2.0", "method": method} | ({"params": params} if params else {}))

    async def abandon(self, tool, arguments, running, *, on_progress=None):
        message = self._request("tools/call", *self._call(tool, arguments, on_progress), self.revision)
        exchange = asyncio.ensure_future(self.channel.request(message, self._expect(message)))
        await running()
        await self._cancel(message["id"], exchange)

    async def _cancel(self, number, exchange):
        self._abandoned[number] = exchange
        if self.modern and self.lane.transport != "stdio":
            exchange.cancel()
        else:
            await self.notify("notifications/cancelled", {"requestId": number, "reason": "interop"})

    async def subscribe(self, uri):
        assert await self.request("resources/subscribe", {"uri": uri}) == {}

    async def unsubscribe(self, uri):
        assert await self.request("resources/unsubscribe", {"uri": uri}) == {}

    @asynccontextmanager
    async def listen(self, wanted):
        message = self._request("subscriptions/listen", {"notifications": wanted}, None, self.revision)
        answered, granted = self._expect(message), asyncio.get_running_loop().create_future()
        self._listening[message["id"]] = granted
        exchange = asyncio.ensure_future(self.channel.request(message, answered))
        await asyncio.wait({granted, answered}, return_when=asyncio.FIRST_COMPLETED)
        answered.add_done_callback(lambda done: done.exception() or setattr(self, "ended", "gracefully"))
        try:
            yield granted.result() if granted.done() else answered.result()
        finally:
            if not answered.done():
                await self._cancel(message["id"], exchange)

    @asynccontextmanager
    async def sibling(self):
        from . import open_channel

        async with open_channel(self.lane, self.around, "fixture") as channel:
            client = WireClient(self.lane, channel, self.around, self.declared)
            client.broken_rules = self.broken_rules
            channel.broken_rules = self.broken_rules
            try:
                yield client
            finally:
                await client.close()

    async def end(self):
        await self.channel.end(self)

    async def close(self):
        for exchange in (*self._abandoned.values(), *self._answering.values()):
            exchange.cancel()
        if self._abandoned:
            done = asyncio.gather(*self._abandoned.values(), return_exceptions=True)
            await within(CLOSE_SECONDS, done, "an abandoned call")

    def _request(self, method, params, meta, revision):
        number = next(self._numbers)
        params = dict(params or {})
        meta = dict(meta or {})
        if revision >= "2026-07-28":
            identity = {"protocolVersion": revision, "clientInfo": self._identity()}
            identity["clientCapabilities"] = self.declared
            meta = {META + key: value for key, value in identity.items()} | meta
        if meta:
            params["_meta"] = meta
        message = {"jsonrpc": "2.0", "id": number if number % 2 else f"id-{number}", "method": method}
        return message | ({"params": params} if params else {})

    def _expect(self, message, revision=None):
        answered = asyncio.get_running_loop().create_future()
        answered.add_done_callback(lambda done: done.cancelled() or done.exception())  # an abandoned one is not asked
        self._waiting[message["id"]] = (message["method"], revision or self.revision, answered)
        return answered

    def _identity(self):
        return {"name": NAME, "version": "1"}

    def _deliver(self, message):
        if isinstance(message, Exception):
            for _, _, answered in self._waiting.values():
                if not answered.done():
                    answered.set_exception(message)
            return
        if "method" in message and "id" in message:
            self.broken_rules += rules.of_question(message, self.revision, self.declared)
            self._answering[message["id"]] = asyncio.ensure_future(self._asked(message))
            return
        if "method" in message:
            self.broken_rules += rules.of_notification(message, self.revision)
            self._notified(message["method"], message.get("params", {}))
            return
        if "id" not in message:
            self.broken_rules.append(f"a response without an id: {message}")
            return
        if message["id"] in self._abandoned:
            self.broken_rules.append(f"a cancelled request was answered: {message}")
        if message["id"] not in self._waiting:
            self.broken_rules.append(f"a response no one asked for: {message}")
            return
        method, revision, answered = self._waiting[message["id"]]
        self.broken_rules += rules.of_response(message, method, revision, self.declared)
        if "error" in message:
            error = message["error"]
            answered.set_exception(RpcError(error["code"], error["message"], error.get("data")))
        else:
            answered.set_result(message["result"])

    async def _asked(self, question):
        """Answers a question of the server's, unless it is taken back before there is an answer."""
        response = await self.response(question["method"], question.get("params", {}))
        del self._answering[question["id"]]
        await self.channel.notify({"jsonrpc": "2.0", "id": question["id"]} | response)

    def _notified(self, method, params):
        if method == "notifications/message":
            self.logs.append(params)
        elif method == "notifications/cancelled":
            if answering := self._answering.pop(params["requestId"], None):
                answering.cancel()
            else:
                self.broken_rules.append(f"a question that is not open was taken back: {params}")
        elif method == "notifications/subscriptions/acknowledged":
            self._listening[params["_meta"][META + "subscriptionId"]].set_result(params["notifications"])
        elif method in rules.CHANGES:
            self.changes.append((method, params.get("uri")))
            listening = self._listening.get(params.get("_meta", {}).get(META + "subscriptionId"))
            if self.modern and not (listening and listening.done()):
                self.broken_rules.append(f"a change no one listens to, or before that is granted: {params}")
        elif method == "notifications/progress":
            watcher = self._watchers.get(params["progressToken"])
            if watcher is None:
                self.broken_rules.append(f"progress for an unknown token: {params}")
            else:
                watcher(params["progress"], params.get("total"), params.get("message"))


__all__ = ["WireClient", "WireError"]
