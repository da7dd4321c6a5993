"""The server under test: a process of the release fixture, and what the system knows of it."""

import os
import re
import signal
import subprocess
import threading
import time
from pathlib import Path

START_SECONDS = 10
STOP_SECONDS = 8
FLAGS = {
    "http": ["--transport", "http", "--port", "0"],
    "stateless": ["--transport", "http", "--stateless", "--port", "0"],
    "sse": ["--transport", "sse", "--port", "0"],
    "stdio": [],
}


class Server:
    """`port` once it listens (none over stdio), over TLS or not; `log` all the while: what it wrote to stderr."""

    def __init__(self, binary, transport, flags=(), env=None):
        self.transport, self.log, self.port, self.is_secure = transport, "", None, False
        self._listening = threading.Event()
        pipe = subprocess.PIPE if transport == "stdio" else subprocess.DEVNULL
        self.process = subprocess.Popen(
            [binary, *FLAGS[transport], *flags],
            stdin=pipe,
            stdout=pipe,
            stderr=subprocess.PIPE,
            env={**os.environ, **(env or {})},
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        if transport != "stdio":
            self._listening.wait(START_SECONDS)
            assert self.port, f"it does not listen: {self.log}"

    def _read(self):
        for line in self.process.stderr:
            self.log += line.decode(errors="replace")
            if found := re.match(rb"listening on http(s?)://[^/]*:(\d+)/", line):
                self.port, self.is_secure = int(found[2]), bool(found[1])
                self._listening.set()
        self._listening.set()

    @property
    def pid(self):
        return self.process.pid

    @property
    def is_running(self):
        return self.process.poll() is None

    def fds(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def threads(self):
        return len(os.listdir(f"/proc/{self.pid}/task"))

    def memory(self, of="VmRSS"):
        """In bytes; `VmHWM` is the most it ever had."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(rf"{of}:\s+(\d+) kB", status)[1]) * 1024

    def ends(self, seconds=STOP_SECONDS):
        """The status it ends with by itself."""
        status = self.process.wait(seconds)
        self._reader.join(STOP_SECONDS)
        return status

    def terminate(self):
        """Sends SIGTERM once that is watched for: `SIGTERM as soon as it listens` is one case, not the end of each."""
        until = time.monotonic() + STOP_SECONDS
        caught = 1 << (signal.SIGTERM - 1)
        while self.is_running and time.monotonic() < until:
            status = Path(f"/proc/{self.pid}/status").read_text()
            if int(re.search(r"SigCgt:\s+(\w+)", status)[1], 16) & caught:
                break
            time.sleep(0.005)
        self.process.send_signal(signal.SIGTERM)

    def stop(self):
        """Ends it as an operator does; says what was wrong with that."""
        if not self.is_running:
            return None
        if self.process.stdin:
            self.process.stdin.close()
        else:
            self.terminate()
        try:
            status = self.ends()
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return f"it still ran {STOP_SECONDS} s after it was told to stop"
        return f"it ended with status {status}" if status else None
