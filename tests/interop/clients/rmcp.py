"""The Rust SDK: a program in `rmcp/` that does what it is told, one JSON object a line."""

import asyncio
import itertools
import json
from contextlib import asynccontextmanager

from .base import LISTS, Cannot, Client, RpcError, capabilities

LINE_LIMIT = 1 << 20
LEAVE_SECONDS = 10
LOG_LEVEL = "io.modelcontextprotocol/logLevel"
TYPED = {*LISTS.values(), "tools/call", "resources/read", "prompts/get", "ping", "logging/setLevel"}
TYPED |= {"resources/subscribe", "resources/unsubscribe", "subscriptions/listen"}


@asynccontextmanager
async def connect(lane, servers, case):
    stdio = lane.transport == "stdio"
    target = servers.command(case.server) if stdio else [await servers.url(case.server, lane.transport)]
    declared = capabilities(lane) if case.asks else {}
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *(servers.bridge, lane.revision, json.dumps(declared), *target),
        stdin=pipe,
        stdout=pipe,
        stderr=servers.log,
        limit=LINE_LIMIT,
    )
    client = Rmcp(lane, process, declared)
    try:
        await client.greet()
        yield client
    finally:
        await client.leave()


class Rmcp(Client):
    def __init__(self, lane, process, declared):
        super().__init__(lane)
        self.declared = declared  # capabilities
        self.hears_withdrawal = lane.transport == "stdio"  # over HTTP it drops the stream of what it cancels
        self.process = process
        self.numbers = itertools.count(1)
        self.waiting = {}
        self.watchers = {}
        self.reading = None
        self.answering = {}  # number of a question: task

    async def greet(self):
        line = await self.process.stdout.readline()
        said = json.loads(line or '{"fatal": "the client ended"}')
        if "fatal" in said:
            raise ConnectionError(said["fatal"])
        hello = said["hello"]
        self.protocol_version = hello["protocolVersion"]
        self.server_info = hello.get("serverInfo", {})
        self.capabilities = hello["capabilities"]
        self.instructions = hello.get("instructions")
        self.reading = asyncio.ensure_future(self._read())

    async def _read(self):
        while line := await self.process.stdout.readline():
            said = json.loads(line)
            if "log" in said:
                self.logs.append(said["log"])
            elif "progress" in said:
                if watcher := self.watchers.get(said["id"]):
                    told = said["progress"]
                    watcher(told["progress"], told.get("total"), told.get("message"))
            elif "change" in said:
                params = said["change"].get("params", {})
                self.changes.append((said["change"]["method"], params.get("uri")))
            elif "ended" in said:
                self.ended = "gracefully" if said["ended"].startswith("Some(Graceful(") else said["ended"]
            elif "asked" in said:
                self.answering[said["asked"]] = asyncio.ensure_future(self._answer(said))
            elif "withdrawn" in said:
                if answering := self.answering.pop(said["withdrawn"], None):
                    answering.cancel()
            elif not (answered := self.waiting.pop(said["id"])).done():
                answered.set_result(said)
        for answered in self.waiting.values():
            answered.cancel()

    async def _answer(self, question):
        response = await self.response(question["method"], question["params"])
        del self.answering[question["asked"]]
        self._write({"answered": question["asked"]} | response)

    async def _order(self, method, params=None, **more):
        number, answered = self._send(method, params, **more)
        return self._result(await answered)

    def _send(self, method, params=None, on_progress=None, meta=None, by_handle=False):
        number = next(self.numbers)
        answered = self.waiting[number] = asyncio.get_running_loop().create_future()
        if on_progress:
            self.watchers[number] = on_progress
        # What rmcp's own `call_tool` cannot do its handle of a request can, except for answering questions in rounds.
        handle = by_handle or on_progress is not None or meta is not None
        self._write({"id": number, "method": method, "params": params or {}, "handle": handle, "meta": meta})
        return number, answered

    def _write(self, order):
        self.process.stdin.write(json.dumps(order).encode() + b"\n")

    @staticmethod
    def _result(said):
        if error := said.get("error"):
            raise RpcError(error["code"], error["message"], error.get("data"))
        if "failure" in said:
            raise ConnectionError(said["failure"])
        return said["result"]

    async def page(self, kind, cursor=None):
        return await self._order(LISTS[kind], {"cursor": cursor} if cursor is not None else {})

    async def call(self, tool, arguments=None, *, on_progress=None, log_level=None):
        if on_progress and self.declared and self.modern:
            raise Cannot("rmcp tells of a call's progress or answers its questions, not both")
        params = {"name": tool} | ({"arguments": arguments} if arguments is not None else {})
        meta = {LOG_LEVEL: log_level} if log_level else None
        return await self._order("tools/call", params, on_progress=on_progress, meta=meta)

    async def read(self, uri):
        return await self._order("resources/read", {"uri": uri})

    async def prompt(self, name, arguments=None):
        return await self._order("prompts/get", {"name": name} | ({"arguments": arguments} if arguments else {}))

    async def ping(self):
        return await self._order("ping")

    async def set_level(self, level):
        return await self._order("logging/setLevel", {"level": level})

    async def subscribe(self, uri):
        await self._order("resources/subscribe", {"uri": uri})

    async def unsubscribe(self, uri):
        await self._order("resources/unsubscribe", {"uri": uri})

    @asynccontextmanager
    async def listen(self, wanted):
        number, answered = self._send("subscriptions/listen", wanted)
        yield self._result(await answered)
        self._write({"cancel": number})

    async def abandon(self, tool, arguments, running, *, on_progress=None):
        params = {"name": tool, "arguments": arguments}
        number, answered = self._send("tools/call", params, on_progress=on_progress, by_handle=True)
        await running()
        self._write({"cancel": number})
        said = await answered
        assert "failure" in said, f"cancelled, and yet: {said}"

    async def request(self, method, params=None, meta=None, *, revision=None):
        if method in TYPED or meta or revision:
            raise Cannot("rmcp writes its requests itself")
        return await self._order(method, params)

    async def leave(self):
        """Closes its stdin: it then closes the connection as rmcp does."""
        self.process.stdin.close()
        try:
            await asyncio.wait_for(self.process.wait(), LEAVE_SECONDS)
        except asyncio.TimeoutError:
            self.process.kill()
            raise TimeoutError(f"rmcp has not closed the connection within {LEAVE_SECONDS} s") from None
        finally:
            if self.reading:
                await self.reading
