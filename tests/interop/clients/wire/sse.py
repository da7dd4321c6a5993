"""HTTP+SSE of 2024-11-05: everything in on one stream, everything out by POST."""

import asyncio
import json
from urllib.parse import urljoin, urlsplit

from .channel import Channel, WireError, within
from .http1 import fetch

GONE_SECONDS = 3


class SseChannel(Channel):
    @classmethod
    async def open(cls, url):
        self = cls()
        self.stream = await fetch("GET", url, {"Accept": "text/event-stream"})
        if self.stream.status != 200 or self.stream.content_type != "text/event-stream":
            self.stream.close()
            raise WireError(f"GET {url}: status {self.stream.status}, {self.stream.content_type}")
        self.events = self.stream.events()
        first = await within(GONE_SECONDS, anext(self.events), "the endpoint event")
        if first.name != "endpoint":
            raise WireError(f"the first event is no endpoint: {first}")
        self.endpoint = urljoin(url, first.data)
        if urlsplit(self.endpoint).netloc != urlsplit(url).netloc:
            raise WireError(f"the endpoint is elsewhere: {self.endpoint}")
        self.reading = asyncio.ensure_future(self._read())
        return self

    async def _read(self):
        try:
            async for event in self.events:
                if event.name == "message" and event.data:
                    self.deliver(json.loads(event.data))
        except (OSError, WireError, asyncio.IncompleteReadError):
            pass
        self.deliver(WireError("the server ended the event stream"))

    async def request(self, message, answered):
        await self.notify(message)
        await asyncio.wait([answered])

    async def notify(self, message):
        status = await self._post(message)
        if status != 202:
            raise WireError(f"POST of {message.get('method')}: status {status}, not 202")

    async def _post(self, message):
        headers = {"Content-Type": "application/json"}
        response = await fetch("POST", self.endpoint, headers, json.dumps(message).encode())
        try:
            await response.body()
            return response.status
        finally:
            response.close()

    async def close(self):
        self.reading.cancel()
        self.stream.close()
        await asyncio.gather(self.reading, return_exceptions=True)

    async def end(self, client):
        """The session ends with its stream: no one listens at its endpoint any more."""
        await self.close()
        async with asyncio.timeout(GONE_SECONDS):
            while (status := await self._post({"jsonrpc": "2.0", "id": 1, "method": "ping"})) == 202:
                await asyncio.sleep(0.02)
        assert status == 404, f"status {status} from the endpoint of a session that has ended"
