"""Group 15: what is wrong below the messages."""

import json
import resource
import signal
import subprocess
import time

from server import Server
from wire import modern, request

from . import HTTP, OVER_HTTP, case, rows, turned_away

SMUGGLED = b"POST /mcp HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 0\r\n\r\n"
CHUNKED = ("Transfer-Encoding", "chunked")
FRAMINGS = [
    ("length and chunks", [("Content-Length", "5"), CHUNKED]),
    ("two lengths", [("Content-Length", "5"), ("Content-Length", "50")]),
    ("lengths in a list", [("Content-Length", "5, 50")]),
    ("chunked twice", [("Transfer-Encoding", "chunked, chunked")]),
    ("chunked, and then something", [("Transfer-Encoding", "chunked, identity")]),
    ("chunked by another name", [("Transfer-Encoding", "xchunked")]),
]
BROKEN_HEADS = [
    ("no HTTP", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 200),
    ("HTTP/2 without TLS", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0" * 9),
    ("HTTP/9.9", b"POST /mcp HTTP/9.9\r\nHost: localhost\r\n\r\n"),
    ("a header without a colon", b"POST /mcp HTTP/1.1\r\nHost localhost\r\n\r\n"),
    ("a space before the colon", b"POST /mcp HTTP/1.1\r\nHost : localhost\r\n\r\n"),
    ("a header that is folded", b"POST /mcp HTTP/1.1\r\nHost: localhost\r\nX: a\r\n b\r\n\r\n"),
    ("NUL in a header", b"POST /mcp HTTP/1.1\r\nHost: local\0host\r\n\r\n"),
    ("a bare line end in a header", b"POST /mcp HTTP/1.1\r\nHost: localhost\r\nX: a\rb\r\n\r\n"),
    ("no request line", b"\r\n\r\n\r\n\r\n:::\r\n\r\n"),
]


@rows(15, FRAMINGS, on=OVER_HTTP)
def smuggling(at, headers):
    """Either end of the message is possible; never is what lies between them answered as a request."""
    with at.connection(3) as connection:
        connection.head(headers=headers)
        connection.send(b"0\r\n\r\n" + SMUGGLED)
        said = b""
        try:
            while more := connection.socket.recv(1 << 16):
                said += more
        except OSError:
            pass
    statuses = [line for line in said.split(b"\r\n") if line.startswith(b"HTTP/1.1")]
    assert len(statuses) <= 1 and b" 403 " not in said, said


@rows(15, BROKEN_HEADS, on=OVER_HTTP)
def broken(at, head):
    with at.connection() as connection:
        connection.send(head)
        response = connection.response()
        assert response is None or response.status in (400, 403, 505), response
        assert connection.hangs_up() or response


@case(15, "a head that is too large", on=OVER_HTTP)
def large_head(at):
    with at.connection() as connection:
        try:
            connection.head(path=at.path, headers={"X-A": "a" * 100_000})
            response = connection.response()
        except OSError:
            return  # it hung up before all was sent
        assert response is None or response.status == 431, response


@case(15, "a thousand headers", on=OVER_HTTP)
def many_headers(at):
    with at.connection() as connection:
        connection.head(path=at.path, headers=[(f"X-{number}", "a") for number in range(1000)])
        assert connection.response().status == 431


@case(15, "a request line that is too long", on=OVER_HTTP)
def long_line(at):
    with at.connection() as connection:
        response = connection.ask("GET", at.path + "?" + "q" * 9000)
        turned_away(response, 414, "--max-request-line")


@case(15, "requests that wait in one another's way", on=HTTP)
def pipelined(at):
    message, headers = modern(1, "server/discover")
    body = json.dumps(message).encode()
    with at.connection() as connection:
        for _ in range(20):
            connection.head(headers=headers, length=len(body))
            connection.send(body)
        assert [connection.response().status for _ in range(20)] == [200] * 20


@case(15, "connections that are reset at once", on=OVER_HTTP)
def resets(at):
    fds = at.server.fds()
    for number in range(300):
        connection = at.connection()
        if number % 2:
            connection.send(b"POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{")
        connection.abort()
    until = time.monotonic() + 5
    while at.server.fds() > fds + 3:
        assert time.monotonic() < until, f"{at.server.fds()} open files, {fds} before"
        time.sleep(0.02)


@case(15, "a port that is taken", on=OVER_HTTP)
def taken(at):
    transport = "sse" if at.transport == "sse" else "http"
    command = [at.server.process.args[0], "--transport", transport, "--port", str(at.server.port)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=10)
    assert done.returncode != 0
    said = done.stderr.strip()
    assert "--port" in said and "in use" in said and "\n" not in said, said


@case(15, "no file descriptors left", on=OVER_HTTP, alone=True, flags=("--max-connections", "200"))
def descriptors(at):
    soft = at.server.fds() + 20
    resource.prlimit(at.server.pid, resource.RLIMIT_NOFILE, (soft, soft))
    connections = [at.connection() for _ in range(60)]
    time.sleep(0.3)
    assert at.server.is_running
    for connection in connections:
        connection.close()
    until = time.monotonic() + 5
    while True:
        try:
            return at.bystander.ping()
        except (AssertionError, OSError):
            assert time.monotonic() < until, "it did not recover"
            time.sleep(0.05)


@case(15, "SIGTERM while a stream is open", on=("http", "sse"), alone=True, lives=False)
def drain(at):
    if at.transport == "http":
        stream = at.connection()
        stream.head("GET", headers={**at.client.headers, "Accept": "text/event-stream"})
        assert stream.start()[0] == 200
    at.server.terminate()
    begun = time.monotonic()
    assert at.server.ends() == 0
    assert time.monotonic() - begun < 3, "an idle stream held it up"


@case(15, "SIGTERM in a call", on=OVER_HTTP, alone=True, lives=False)
def drain_call(at):
    """A call that was read is answered."""
    message = request("late", "tools/call", {"name": "sleep", "arguments": {"ms": 300, "label": 7}})
    stream = at.client.start(message)
    wait_until_it_runs(at)
    at.server.terminate()
    if at.transport == "sse":
        reply = json.loads(next(at.client._events))
    else:
        reply = stream.response().message
    assert reply["result"]["structuredContent"] == {"result": 7}, reply
    assert at.server.ends() == 0


@case(15, "SIGTERM as soon as it listens", on=("http",), alone=True, lives=False)
def early(at):
    """Who waits for the address and then ends the server gets a good end."""
    statuses = []
    for _ in range(100):
        server = Server(at.server.process.args[0], "http")
        server.process.send_signal(signal.SIGTERM)
        statuses.append(server.ends())
    assert not any(statuses), statuses


def wait_until_it_runs(at):
    """Another request is answered: the one before has been read."""
    at.bystander.ping()


@case(15, "a certificate that is none", on=("http",), lives=False)
def certificate(at):
    command = [at.server.process.args[0], "--transport", "http", "--port", "0", "--tls-cert", "/dev/null", "--tls-key", "/dev/null"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=10)
    assert done.returncode != 0 and "--tls-cert" in done.stderr, done.stderr
    assert "unexpected argument" not in done.stderr and "panicked" not in done.stderr, done.stderr
