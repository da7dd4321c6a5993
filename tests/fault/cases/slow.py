"""Group 8: clients that are slow on purpose, or that are only there."""

import socket
import subprocess
import threading
import time

from wire import call, modern, text_of

from . import HTTP, OVER_HTTP, case, turned_away

SHORT = ("--header-time", "400ms", "--body-time", "400ms")
LATE = 5  # seconds; a limit of 400 ms is over by then however busy the machine


def path(at):
    return at.client.path if at.transport == "sse" else "/mcp"


@case(8, "a head that drips", on=OVER_HTTP, flags=SHORT)
def dripping_head(at):
    begun = time.monotonic()
    with at.connection() as connection:
        connection.send(b"POST /mcp HTTP/1.1\r\nHost: localhost\r\n")
        try:
            while time.monotonic() - begun < LATE:
                connection.send(b"X-A: b\r\n")
                time.sleep(0.05)
        except OSError:
            return
    raise AssertionError(f"still open after {LATE} s")


@case(8, "a head without an end", on=OVER_HTTP, flags=SHORT)
def half_a_head(at):
    with at.connection(LATE) as connection:
        connection.send(b"POST /mcp HTTP/1.1\r\nHost: localhost\r\n")
        assert connection.hangs_up()


@case(8, "a body that drips", on=OVER_HTTP, flags=SHORT)
def dripping_body(at):
    with at.connection(LATE) as connection:
        connection.head(path=path(at), length=1000)
        connection.send(b"{")
        turned_away(connection.response(), 408, "--body-time")


@case(8, "a connection that says nothing", on=OVER_HTTP, flags=SHORT)
def silent(at):
    with at.connection(LATE) as connection:
        assert connection.hangs_up()


@case(8, "a connection that is kept and not used", on=HTTP, flags=SHORT)
def kept_alive(at):
    message, headers = modern(1, "server/discover")
    with at.connection(LATE) as connection:
        assert connection.ask(headers=headers, body=message).status == 200
        assert connection.hangs_up()


@case(8, "a client that closes its half", on=HTTP)
def half_closed(at):
    message, headers = modern(1, "tools/call", name="sleep", arguments={"ms": 50, "label": 7})
    with at.connection() as connection:
        body = text_of(message)
        connection.head(headers=headers, length=len(body))
        connection.send(body)
        connection.socket.shutdown(socket.SHUT_WR)
        response = connection.response()
        # hyper takes it for a hang-up, as HTTP lets it; nothing may be left behind then.
        assert response is None or response.status == 200, response


@case(8, "a thousand connections that do nothing", on=OVER_HTTP, alone=True, flags=("--max-connections", "1100", "--max-connections-per-peer", "1100"))
def idle(at):
    before, fds = at.server.memory(), at.server.fds()
    connections = [at.connection() for _ in range(1000)]
    at.bystander.ping()
    # A connection has its task and the buffer its head is read into.
    each = (at.server.memory() - before) / len(connections)
    assert each < 32 * 1024, f"{each} bytes a connection"
    for connection in connections:
        connection.close()
    until = time.monotonic() + LATE
    while at.server.fds() > fds + 5:
        assert time.monotonic() < until, f"{at.server.fds()} open files, {fds} before"
        time.sleep(0.02)


@case(8, "more connections than may be", on=OVER_HTTP, alone=True, flags=("--max-connections", "20"))
def too_many(at):
    connections, refusal = [], None
    # Somebody before may not be gone yet: who comes a little later is refused.
    while refusal is None and len(connections) < 25:
        connections.append(at.connection(LATE if len(connections) > 22 else 0.1))
        refusal = len(connections) > 18 and said_unasked(connections[-1]) or None
    assert refusal and refusal.status == 503 and "retry-after" in refusal.headers, refusal
    for connection in connections:
        connection.close()
    until = time.monotonic() + LATE
    while True:
        try:
            return at.bystander.ping()
        except (AssertionError, OSError):
            assert time.monotonic() < until, "it did not recover"
            time.sleep(0.02)


def said_unasked(connection):
    """What a connection is told at once, if anything."""
    try:
        return connection.response()
    except TimeoutError:
        return None


@case(8, "a stream that nobody reads", on=("http", "sse", "stdio"), alone=True)
def unread(at):
    """What waits is bounded, whether the client wants it or not."""
    before = at.server.memory()
    if at.transport == "stdio":
        other, sender = at.client, at.client
    else:
        other = at.another()
        sender = other
    if at.transport == "http":
        stream = at.connection()
        stream.head("GET", headers={**other.headers, "Accept": "text/event-stream"})
        assert stream.start()[0] == 200
    try:
        for number in range(3000):
            sender.tell(call(f"n{number}", "log"))
    except (OSError, AssertionError):
        pass
    grown = at.server.memory() - before
    # queue_bytes, replay_bytes and what malloc keeps.
    assert grown < 40 << 20, f"{grown} bytes more"
    if at.transport == "stdio":
        while at.client.next().get("id") != "n2999":
            pass


@case(8, "a peer that talks and does not listen", on=("stdio",), alone=True, lives=False)
def deaf(at):
    """Its replies fill the pipe; what is held for it stays bounded, and its hanging up ends the server."""
    server = subprocess.Popen(at.server.process.args, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    line = b'{"jsonrpc":"2.0","id":1,"method":"ping"}\n' * 1000

    def talk():
        try:
            for _ in range(2000):
                server.stdin.write(line)
        except OSError:
            pass

    talking = threading.Thread(target=talk, daemon=True)
    talking.start()
    talking.join(3)
    status = open(f"/proc/{server.pid}/status").read()
    rss = int(status.split("VmRSS:")[1].split()[0])
    server.stdout.close()
    assert server.wait(LATE) == 0
    assert rss < 64 * 1024, f"{rss} KiB"
