#!/usr/bin/env python3
"""Guards a server with flags alone, and has the Python SDK's OAuth client get in: discovery, token, call, step-up.

    python3 tests/auth/run.py --target-dir target             # the binary `guarded` is built already
    python3 tests/auth/run.py --target-dir target --install   # only installs what is needed; status 3: it cannot be had

The authorisation server comes from npm, the client is that of `tests/interop`; both are kept below the target directory.
"""

import argparse
import contextlib
import hashlib
import os
import platform
import shutil
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "interop"))
import environments  # noqa: E402

PINS = ("package.json", "package-lock.json")
CPUS = {"x86_64": "x64", "aarch64": "arm64"}
INSTALL_SECONDS = 300
START_SECONDS = 10
CLIENT_SECONDS = 120
NOT_TO_BE_HAD = 3


def main():
    options = arguments()
    target = options.target_dir.resolve()
    modules, python = install(target / "auth"), environments.make("mcp-2.3.0", target / "interop")
    if options.install:
        return 0
    with contextlib.ExitStack() as stack:
        issuer = stack.enter_context(started([node(modules), HERE / "issuer.mjs", home(modules)], "stdout"))
        port = free_port()
        url = f"http://localhost:{port}/mcp"
        flags = ["--auth-issuer", issuer.said("http"), "--auth-audience", url, "--auth-scope", "notes:read"]
        command = [target / "debug" / "guarded", "--transport", "http", "--port", str(port), "--log-level", "trace", *flags]
        server = stack.enter_context(started(command, "stderr"))
        server.said("listening on")
        client = [python, HERE / "client.py", url, issuer.said("http")]
        done = subprocess.run(client, stdout=subprocess.PIPE, text=True, timeout=CLIENT_SECONDS)
        lines = done.stdout.splitlines()
        lines += told(server)
    for line in lines:
        print(line)
    passed = sum(line.startswith("ok: ") for line in lines)
    failed = len(lines) - passed + (done.returncode != 0)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--target-dir", type=Path, default=Path("target"), help="where cargo puts its builds")
    parser.add_argument("--install", action="store_true", help="install, and run nothing")
    return parser.parse_args()


def install(work):
    """The authorisation server of the pins, and the Node it needs."""
    key = hashlib.sha256(b"".join((HERE / pin).read_bytes() for pin in PINS)).hexdigest()[:12]
    stamp = work / "pins"
    if not (stamp.exists() and stamp.read_text() == key):
        print(f"auth: making {work}", file=sys.stderr, flush=True)
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        for pin in PINS:
            shutil.copy(HERE / pin, work)
        # Without scripts: what is installed is what the lock file has the digest of, and nothing else.
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        try:
            done = subprocess.run(command, cwd=work, capture_output=True, text=True, timeout=INSTALL_SECONDS)
        except (FileNotFoundError, subprocess.TimeoutExpired) as error:
            print(f"auth: {error}", file=sys.stderr)
            sys.exit(NOT_TO_BE_HAD)
        if done.returncode:
            print(f"auth: npm ci failed:\n{done.stdout}{done.stderr}", file=sys.stderr)
            sys.exit(NOT_TO_BE_HAD)
        stamp.write_text(key)
    return work / "node_modules"


def node(modules):
    """It needs Node 22, so it brings its own where there is one."""
    own = modules / f"node-linux-{CPUS.get(platform.machine())}" / "bin" / "node"
    return own if own.exists() else "node"


def home(modules):
    return modules / "oauth2-mock-server" / "dist" / "index.mjs"


def free_port():
    """The audience is the server's URL, so its port has to be known before it runs."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Started:
    """A process, and the lines it has said so far."""

    def __init__(self, process, stream):
        self.process, self.lines = process, []
        self._news = threading.Condition()
        self._reader = threading.Thread(target=self._read, args=(stream,), daemon=True)
        self._reader.start()

    def _read(self, stream):
        for line in stream:
            with self._news:
                self.lines.append(line.rstrip("\n"))
                self._news.notify_all()

    def said(self, beginning):
        """The first line that begins so."""
        deadline = time.monotonic() + START_SECONDS
        with self._news:
            while not (found := [line for line in self.lines if line.startswith(beginning)]):
                if not self._news.wait(deadline - time.monotonic()):
                    raise TimeoutError(f"{self.process.args}: no line {beginning!r} among {self.lines}")
            return found[0]

    def end(self):
        self.process.terminate()
        self.process.wait(START_SECONDS)
        self._reader.join(START_SECONDS)


@contextlib.contextmanager
def started(command, stream):
    streams = {"stdout": subprocess.DEVNULL, "stderr": None, stream: subprocess.PIPE}
    environment = {key: value for key, value in os.environ.items() if not key.startswith("MCP_")}
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, text=True, env=environment, **streams)
    running = Started(process, getattr(process, stream))
    try:
        yield running
    finally:
        running.end()


def told(server):
    """A token is three parts of base64, and the first begins with `{"`; none may be in the log of a server."""
    server.end()
    shown = [line for line in server.lines if "eyJ" in line]
    calls = any("session opened" in line or "token" in line or "tools" in line for line in server.lines)
    yield "fail: a token is in the server's log" if shown else f"ok: no token among {len(server.lines)} lines of log"
    if not calls:
        yield f"fail: the server logs nothing at all: {server.lines}"


if __name__ == "__main__":
    sys.exit(main())
