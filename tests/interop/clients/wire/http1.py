"""As much of HTTP/1.1 and server-sent events as it takes to see exactly what a server does."""

import asyncio
import json
from dataclasses import dataclass
from urllib.parse import urlsplit

from .channel import WireError, within

HEAD_SECONDS = 10


@dataclass
class Event:
    name: str = "message"
    data: str = ""
    id: str | None = None
    retry: int | None = None  # milliseconds


class Response:
    """A status, headers, and a body still to be read."""

    def __init__(self, status, headers, reader, writer):
        self.status, self.headers = status, headers
        self._reader, self._writer = reader, writer

    @property
    def content_type(self):
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    async def chunks(self):
        if self.headers.get("transfer-encoding") == "chunked":
            while size := int((await self._line()).partition(b";")[0], 16):
                yield await self._reader.readexactly(size)
                await self._line()
            await self._line()
        elif "content-length" in self.headers:
            yield await self._reader.readexactly(int(self.headers["content-length"]))
        elif self.status not in (202, 204):
            while chunk := await self._reader.read(1 << 16):
                yield chunk

    async def _line(self):
        line = await self._reader.readline()
        if not line.endswith(b"\n"):
            raise WireError("the connection broke in the middle of a reply")
        return line

    async def body(self):
        return b"".join([chunk async for chunk in self.chunks()])

    async def json(self):
        body = await self.body()
        try:
            return json.loads(body)
        except ValueError:
            raise WireError(f"status {self.status}, and a body that is no JSON: {body[:200]!r}") from None

    async def events(self):
        event, rest = Event(), b""
        async for chunk in self.chunks():
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                line = line.rstrip(b"\r").decode()
                if not line:
                    yield event
                    event = Event()
                    continue
                field, _, value = line.partition(":")
                value = value.removeprefix(" ")
                if field == "data":
                    event.data += ("\n" if event.data else "") + value
                elif field == "event":
                    event.name = value
                elif field == "id":
                    event.id = value
                elif field == "retry":
                    event.retry = int(value)

    def close(self):
        self._writer.close()


async def fetch(method, url, headers=None, body=None):
    """Sends a request over a connection of its own; the head of the reply is read."""
    address = urlsplit(url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port, limit=1 << 20)
    try:
        target = address.path + (f"?{address.query}" if address.query else "")
        lines = [f"{method} {target} HTTP/1.1", f"Host: {address.netloc}", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        if body is not None:
            lines.append(f"Content-Length: {len(body)}")
        writer.write("\r\n".join([*lines, "", ""]).encode() + (body or b""))
        await writer.drain()
        return await within(HEAD_SECONDS, _head(reader, writer), f"the reply to {method} {url}")
    except BaseException:
        writer.close()
        raise


async def _head(reader, writer):
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.strip().split("\r\n")
    headers = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    return Response(int(first.split()[1]), headers, reader, writer)
