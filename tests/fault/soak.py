#!/usr/bin/env python3
"""Mixed load on the release fixture over HTTP, SSE and stdio, with peers that abort, do not read or send rubbish.

    python3 tests/fault/soak.py --target-dir target                 # a minute in all
    python3 tests/fault/soak.py --target-dir target --minutes 10

What the server holds is measured when its load rests: after a warm-up, and at the end. Then it must have no more.
"""

import argparse
import random
import sys
import threading
import time
from collections import Counter
from pathlib import Path

from server import Server
from wire import OLD, Connection, connect, modern, request, text_of

WORKERS = 6
# The part of the time before which nothing is compared: threads are started, buffers and caches have not had their size.
WARM_UP = 1 / 3
# A file or a thread more may be on its way out; one lost a second would be a dozen at the least.
SPARE = 4
# malloc gives back what it likes. A leak of 100 bytes a request would double what an idle server has in a minute.
MEMORY_RATIO, MEMORY_SPARE = 1.15, 4 << 20
FLAGS = ("--session-idle", "1s", "--header-time", "500ms", "--body-time", "500ms")
REST_SECONDS = 15  # threads without work go after ten
RUBBISH = (b"{", b"\xff" * 100, b"[" * 5000, b'{"jsonrpc":"2.0","id":1,"method":7}', b"0\r\n\r\n" * 50)


class Load:
    """Workers that do one thing after the other until they are told to rest."""

    def __init__(self, server, peers):
        self.server, self.peers, self.done, self.wrong = server, peers, Counter(), []

    def run(self, seconds):
        until = time.monotonic() + seconds
        workers = [threading.Thread(target=self._work, args=(until, seed)) for seed in range(WORKERS)]
        [worker.start() for worker in workers]
        [worker.join() for worker in workers]

    def _work(self, until, seed):
        dice = random.Random(seed)
        while time.monotonic() < until and not self.wrong:
            peer = dice.choice(self.peers)
            try:
                peer(self.server, dice)
                self.done[peer.__name__] += 1
            except Exception as error:
                self.wrong.append(f"{peer.__name__}: {type(error).__name__}: {error}")


def good(server, dice):
    """Lists, calls, reads, and answers that fit."""
    client = connect(server)
    for id in range(dice.randrange(1, 6)):
        word = "x" * dice.choice((1, 100, 50_000))
        reply = client.call(id, "number", word=word)
        assert reply["result"]["structuredContent"] == {"result": len(word)}, reply
    client.close()


def streaming(server, dice):
    client = connect(server)
    answer = client.ask(request("s", "tools/call", {"name": "sleep", "arguments": {"ms": dice.randrange(20), "label": 7}}))
    assert answer[1]["result"]["structuredContent"] == {"result": 7}, answer
    client.close()


def aborting(server, dice):
    """Hangs up in the middle of a head, a body, or a call."""
    message, headers = modern("w", "tools/call", name="wait", arguments={"key": "soak"})
    body = text_of(message)
    connection = Connection(server)
    how = dice.randrange(3)
    if how == 0:
        connection.send(b"POST /mcp HTTP/1.1\r\nHost: lo")
    else:
        connection.head(headers=headers, length=len(body))
        connection.send(body if how == 1 else body[:20])
    time.sleep(dice.random() / 50)
    dice.choice((connection.close, connection.abort))()


def slow(server, dice):
    """Asks for a stream and does not read it."""
    sse = server.transport == "sse"
    client = None if sse else connect(server)
    connection = Connection(server)
    headers = {"Accept": "text/event-stream"} if sse else {**client.headers, "Accept": "text/event-stream"}
    connection.head("GET", "/sse" if sse else "/mcp", headers)
    for number in range(5 if client else 0):
        client.post(request(f"n{number}", "tools/call", {"name": "log", "arguments": {}}))
    time.sleep(dice.random() / 10)
    connection.close()


def rubbish(server, dice):
    with Connection(server) as connection:
        response = connection.ask(path="/mcp" if server.transport == "http" else "/messages?session=x", body=dice.choice(RUBBISH))
        assert 400 <= response.status < 500, response


def sessions(server, dice):
    """Opens one and forgets it."""
    params = {"protocolVersion": OLD, "capabilities": {}, "clientInfo": {"name": "soak", "version": "1"}}
    with Connection(server) as connection:
        if server.transport == "sse":
            connection.head("GET", "/sse", {"Accept": "text/event-stream"})
            assert connection.start()[0] == 200
        else:
            assert connection.ask(body=request(1, "initialize", params)).status == 200


def lines(server, seconds):
    """Load over stdio: what waits is cancelled or answered, rubbish is refused, and most is good."""
    client, dice, until, count = server.client, random.Random(1), time.monotonic() + seconds, 0
    while time.monotonic() < until:
        for id in range(100):
            client.send(text_of(request(id, "tools/call", {"name": "number", "arguments": {"word": "w" * dice.choice((1, 1000))}})) + b"\n")
        client.send(dice.choice((b"{", b"\xff" * 50, b"[" * 5000)) + b"\n")
        client.tell(request("gone", "tools/call", {"name": "wait", "arguments": {"key": "soak"}}))
        client.tell({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": "gone"}})
        client.send(text_of(request("end", "ping")) + b"\n")
        seen = Counter()
        while (message := client.next()).get("id") != "end" or "end" in seen:
            seen["error" if "error" in message else "result"] += 1
        missing = 100 - seen["result"]
        for _ in range(missing):
            assert "result" in client.next()
        count += 103
    return count


def at_rest(server, idle):
    """What a server holds once it has let go of what its clients left, or after `REST_SECONDS`."""
    until = time.monotonic() + REST_SECONDS
    while any(now > before + SPARE for now, before in zip(counts(server), idle)) and time.monotonic() < until:
        time.sleep(0.05)
    time.sleep(1.5)  # sessions live for a second
    return {"fds": server.fds(), "threads": server.threads(), "memory": server.memory()}


def counts(server):
    return server.fds(), server.threads()


def growth(warm, end):
    """What there is more of than there may be."""
    for name in ("fds", "threads"):
        if end[name] > warm[name] + SPARE:
            yield f"{name} grew from {warm[name]} to {end[name]}"
    if end["memory"] > warm["memory"] * MEMORY_RATIO + MEMORY_SPARE:
        yield f"memory grew from {warm['memory'] >> 10} to {end['memory'] >> 10} KiB"


def soak(binary, transport, seconds):
    server = Server(binary, transport, FLAGS)
    if transport == "stdio":
        server.client = connect(server)  # it has started when it answers
        load = None
    else:
        peers = [good, streaming, rubbish, slow, sessions] + ([aborting] if transport == "http" else [])
        load = Load(server, peers)
    idle, done = counts(server), []
    for part in (WARM_UP, 1 - WARM_UP):
        if load:
            load.run(seconds * part)
        else:
            load_count = lines(server, seconds * part)
        done.append(at_rest(server, idle))
    wrong = list(growth(*done)) + (load.wrong[:3] if load else [])
    count = sum(load.done.values()) if load else load_count
    if transport == "stdio":
        server.client.ping()
    elif server.is_running:
        connect(server).ping()
    wrong += [problem for problem in [server.stop()] if problem]
    print(f"{transport:9} {count:7} rounds; {_shown(done[0])} after the warm-up, {_shown(done[1])} at the end", flush=True)
    return [f"{transport}: {problem}" for problem in wrong]


def _shown(held):
    return f"{held['fds']} files, {held['threads']} threads, {held['memory'] >> 10} KiB"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--target-dir", type=Path, default=Path("target"), help="where cargo puts its builds")
    parser.add_argument("--minutes", type=float, default=1)
    options = parser.parse_args()
    binary = options.target_dir.resolve() / "release" / "fixture"
    if not binary.exists():
        sys.exit(f"soak: {binary} is not built: cargo build --release -p mcp-runtime-tests --bin fixture")
    transports = ("http", "sse", "stdio")
    wrong, passed = [], 0
    for transport in transports:
        problems = soak(binary, transport, options.minutes * 60 / len(transports))
        passed += not problems
        wrong += problems
    for problem in wrong:
        print(f"failed: {problem}")
    print(f"{passed} passed, {len(transports) - passed} failed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
