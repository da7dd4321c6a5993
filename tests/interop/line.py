"""A line to a server that a case can cut."""

import asyncio
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit


class Line:
    """Passes bytes both ways between a port of its own and a server."""

    def __init__(self):
        self._writers = set()

    def cut(self):
        """Breaks every connection, with what is on its way. The next ones are passed on again."""
        for writer in self._writers:
            writer.transport.abort()

    @asynccontextmanager
    async def to(self, url):
        """The URL under which the server is reached by this line."""
        far = urlsplit(url)

        async def accept(reader, writer):
            other_reader, other_writer = await asyncio.open_connection(far.hostname, far.port)
            await asyncio.gather(self._copy(reader, other_writer), self._copy(other_reader, writer))

        async with await asyncio.start_server(accept, far.hostname, 0) as near:
            port = near.sockets[0].getsockname()[1]
            yield far._replace(netloc=f"{far.hostname}:{port}").geturl()
            self.cut()

    async def _copy(self, reader, writer):
        self._writers.add(writer)
        with suppress(OSError):
            while chunk := await reader.read(1 << 16):
                writer.write(chunk)
                await writer.drain()
        writer.close()
        self._writers.discard(writer)
