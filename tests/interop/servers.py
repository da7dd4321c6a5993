"""The servers under test: a command for stdio, a process per transport for the rest."""

import asyncio
import os
import re
import sqlite3
from contextlib import AsyncExitStack, asynccontextmanager
from copy import copy
from pathlib import Path

from line import Line

START_SECONDS = 10
STOP_SECONDS = 5

BINARIES = {"hello": "examples/hello", "sqlite": "sqlite", "fixture": "fixture"}
FLAGS = {"sse": ["--transport", "sse"], "http": ["--transport", "http"], "stateless": ["--transport", "http", "--stateless"]}


class Servers:
    """Starts what a case asks for, once: HTTP servers are shared by every lane of a worker, revisions and all."""

    def __init__(self, bin_dir, work_dir, bridge=None):
        self.bin_dir, self.bridge = Path(bin_dir), bridge
        self.database = Path(work_dir) / "library.db"
        self.log = open(Path(work_dir) / "servers.log", "w+")
        self._running = {}
        self._processes = []

    def command(self, server, *flags):
        """The command line of a server; no flags: stdio."""
        binary = self.bin_dir / BINARIES[server]
        if not binary.exists():
            raise FileNotFoundError(f"{binary} is not built")
        own = ["--db", str(self.database)] if server == "sqlite" else []
        return [str(binary), *own, *flags]

    @asynccontextmanager
    async def by_line(self):
        """The same servers, reached by a line that `cut` breaks."""
        async with AsyncExitStack() as lines:
            line = Line()

            async def url(server, transport):
                return await lines.enter_async_context(line.to(await self.url(server, transport)))

            there = copy(self)
            there.url, there.cut = url, line.cut
            yield there

    @asynccontextmanager
    async def alone(self):
        """Servers no one else uses: what they offer may change, and they may be stopped."""
        there = copy(self)
        there._running, there._processes = {}, []
        try:
            yield there
        finally:
            if wrong := await there.stop():
                raise RuntimeError("; ".join(wrong))

    async def url(self, server, transport):
        key = (server, transport)
        if key not in self._running:
            self._running[key] = asyncio.ensure_future(self._start(server, transport))
        return await self._running[key]

    async def _start(self, server, transport):
        command = self.command(server, *FLAGS[transport], "--port", "0")
        process = await asyncio.create_subprocess_exec(
            *command, stdin=asyncio.subprocess.DEVNULL, stdout=self.log, stderr=asyncio.subprocess.PIPE
        )
        self._processes.append((command, process))
        try:
            url = await asyncio.wait_for(self._listening(process), START_SECONDS)
        except asyncio.TimeoutError:
            raise TimeoutError(f"no `listening on` line within {START_SECONDS} s from {' '.join(command)}") from None
        self._processes[-1] += (asyncio.ensure_future(self._copy(process)),)
        return url

    async def _listening(self, process):
        while line := await process.stderr.readline():
            self._write(line)
            if found := re.match(rb"listening on (http://\S+)", line):
                return found[1].decode()
        raise RuntimeError(f"the server ended before it listened, with status {await process.wait()}")

    async def _copy(self, process):
        while line := await process.stderr.readline():
            self._write(line)

    def _write(self, line):
        self.log.write(line.decode(errors="replace"))
        self.log.flush()

    async def stop(self):
        """Ends every server with SIGTERM. Returns what was wrong with how they ended."""
        wrong = []
        processes, self._processes = self._processes, []
        for command, process, *_ in processes:
            if process.returncode is not None:
                wrong.append(f"{' '.join(command)}: died with status {process.returncode}")
                continue
            process.terminate()
            try:
                status = await asyncio.wait_for(process.wait(), STOP_SECONDS)
                if status != 0:
                    wrong.append(f"{' '.join(command)}: status {status} after SIGTERM")
            except asyncio.TimeoutError:
                process.kill()
                wrong.append(f"{' '.join(command)}: still running {STOP_SECONDS} s after SIGTERM")
        return wrong


def make_database(path):
    """A small library: three authors, two hundred books."""
    os.makedirs(Path(path).parent, exist_ok=True)
    Path(path).unlink(missing_ok=True)
    with sqlite3.connect(path) as database:
        database.executescript(
            """
            CREATE TABLE author (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
            CREATE TABLE book (id INTEGER PRIMARY KEY, title TEXT NOT NULL, author_id INTEGER REFERENCES author (id));
            INSERT INTO author VALUES (1, 'Ada'), (2, 'Grace'), (3, 'Barbara');
            """
        )
        books = [(number, f"Book {number}", 1 + number % 3) for number in range(1, 201)]
        database.executemany("INSERT INTO book VALUES (?, ?, ?)", books)
    database.close()
