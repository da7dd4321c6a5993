"""Streamable HTTP: every message a POST; sessions and a GET stream for the handshake revisions."""

import asyncio
import json
from contextlib import suppress

from .channel import Channel, WireError, within
from .http1 import Event, fetch
from .rules import MODERN

END_SECONDS = 5
NAMED = {"tools/call": "name", "prompts/get": "name", "resources/read": "uri"}
VERSION = "io.modelcontextprotocol/protocolVersion"


class HttpChannel(Channel):
    def __init__(self, url, sessions):
        super().__init__()
        self.url, self.sessions = url, sessions
        self.session = None
        self.listening = None
        self.extra = {}  # headers a case wants to send

    def headers(self, message):
        headers = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"} | self.extra
        params = message.get("params", {})
        if version := params.get("_meta", {}).get(VERSION):
            headers |= {"MCP-Protocol-Version": version, "Mcp-Method": message["method"]}
            if (name := NAMED.get(message["method"])) in params:
                headers["Mcp-Name"] = params[name]
        else:
            headers |= self.session_headers()
        return headers

    def session_headers(self):
        headers = {"Mcp-Session-Id": self.session} if self.session else {}
        if self.revision and self.revision >= "2025-06-18":  # the header is of that revision
            headers["MCP-Protocol-Version"] = self.revision
        return headers

    async def post(self, message):
        return await fetch("POST", self.url, self.headers(message), json.dumps(message).encode())

    async def request(self, message, answered):
        response = await self.post(message)
        try:
            self._check_session(message, response)
            if response.content_type == "text/event-stream":
                await self._read(response, message, answered)
            elif response.content_type == "application/json":
                body = await response.json()
                self._check_status(message, response.status, body)
                self.deliver(body)
            else:
                body = await response.body()
                raise WireError(f"{message['method']}: status {response.status}, {response.content_type}, {body[:200]}")
        finally:
            response.close()
        if not answered.done():
            raise WireError(f"{message['method']}: the reply ended without a response")

    async def _read(self, response, message, answered):
        if response.status != 200:
            self.broken_rules.append(f"an event stream with status {response.status}")
        if not self.sessions:
            self.broken_rules.append(f"an event stream in answer to {message['method']}")
        last = await self._events(response)
        while last.id and not answered.done():
            # The server has let the connection go, and said when to be back.
            await asyncio.sleep((last.retry or 0) / 1000)
            response = await self._get({"Last-Event-ID": last.id})
            try:
                last = await self._events(response)
            finally:
                response.close()

    async def _events(self, response):
        """Reads a stream to its end; what is known of its last event."""
        last = Event()
        with suppress(OSError, WireError, asyncio.IncompleteReadError):  # broken off is an end too
            async for event in response.events():
                last = Event(id=event.id or last.id, retry=event.retry or last.retry)
                if event.data:
                    self.deliver(json.loads(event.data))
        return last

    async def _get(self, headers):
        response = await fetch("GET", self.url, {"Accept": "text/event-stream"} | self.session_headers() | headers)
        if response.status != 200 or response.content_type != "text/event-stream":
            response.close()
            raise WireError(f"GET: status {response.status}, {response.content_type}")
        return response

    def _check_session(self, message, response):
        session = response.headers.get("mcp-session-id")
        if message["method"] == "initialize" and self.sessions and "_meta" not in message["params"]:
            self.session = session
            if not session or not all(0x21 <= ord(letter) <= 0x7E for letter in session):
                self.broken_rules.append(f"not a session id: {session!r}")
        elif session and session != self.session:
            self.broken_rules.append(f"a session id where there is no session: {message['method']}")

    def _check_status(self, message, status, body):
        code = body.get("error", {}).get("code")
        modern = message.get("params", {}).get("_meta", {}).get(VERSION, "") >= MODERN
        # -32602 is 400 where `_meta` is at fault, else 200.
        statuses = {-32601: [404], -32602: [200, 400], -32020: [400], -32021: [400], -32022: [400]} if modern else {}
        if status not in statuses.get(code, [200]):
            self.broken_rules.append(f"{message['method']}: status {status} for {code or 'a result'}")

    async def notify(self, message):
        response = await self.post(message)
        try:
            body = await response.body()
            if response.status != 202 or body:
                raise WireError(f"{message.get('method', 'an answer')}: status {response.status}, not 202: {body[:200]}")
        finally:
            response.close()

    async def ready(self):
        if self.sessions:
            self.stream = await self._get({})
            self.listening = asyncio.ensure_future(self._events(self.stream))

    async def close(self):
        if self.session:
            await self._delete()
        if self.listening:
            self.listening.cancel()
            self.stream.close()
            await asyncio.gather(self.listening, return_exceptions=True)

    async def _delete(self):
        response = await fetch("DELETE", self.url, self.session_headers())
        response.close()
        return response.status

    async def end(self, client):
        """DELETE ends the session and its stream; what comes later is 404."""
        status = await self._delete()
        assert status in (200, 202, 204), f"status {status} for DELETE"
        await within(END_SECONDS, self.listening, "the end of the GET stream after DELETE")
        response = await self.post({"jsonrpc": "2.0", "id": 1, "method": "tools/list"})
        response.close()
        assert response.status == 404, f"status {response.status} in a session that has ended"
        self.session = None
