"""One JSON message a line, over the pipes of a child process."""

import asyncio
import json

from .channel import Channel, WireError, within

LINE_LIMIT = 1 << 20
EXIT_SECONDS = 1
DEATH_SECONDS = 5


class StdioChannel(Channel):
    @classmethod
    async def open(cls, command, log):
        self = cls()
        pipe = asyncio.subprocess.PIPE
        self.process = await asyncio.create_subprocess_exec(
            *command, stdin=pipe, stdout=pipe, stderr=log, limit=LINE_LIMIT
        )
        self.reading = asyncio.ensure_future(self._read())
        return self

    async def _read(self):
        while line := await self.process.stdout.readline():
            try:
                message = json.loads(line)
            except ValueError:
                self.broken_rules.append(f"not JSON on stdout: {line!r}")
                continue
            self.deliver(message)
        self.deliver(WireError("the server closed its stdout"))

    async def request(self, message, answered):
        await self.notify(message)
        await asyncio.wait([answered])

    async def notify(self, message):
        self.process.stdin.write(json.dumps(message).encode() + b"\n")
        await self.process.stdin.drain()

    async def close(self):
        """Closing stdin is how a client leaves; the server has a second to follow."""
        if self.process.returncode is None:
            self.process.stdin.close()
            try:
                await asyncio.wait_for(self.process.wait(), DEATH_SECONDS)
            except asyncio.TimeoutError:
                self.process.kill()
                self.broken_rules.append(f"still running {DEATH_SECONDS} s after EOF")
        await self.reading

    async def end(self, client):
        """What was asked before EOF is answered, then the server exits with status 0."""
        asked = asyncio.ensure_future(client.call("sleep", {"ms": 200, "label": 7}))
        await client.page("tools")  # the call has been read by then
        self.process.stdin.close()
        answer = await within(DEATH_SECONDS, asked, "the answer to a call made before EOF")
        assert answer["content"][0]["text"] == "7", answer
        status = await within(EXIT_SECONDS, self.process.wait(), "the exit of the server after EOF")
        assert status == 0, f"status {status} after EOF"
