"""Group 15, too: what is wrong with TLS, and with HTTP/2, which is served over it."""

import subprocess
import tempfile
from pathlib import Path

from . import HTTP, case, rows

FOLDER = tempfile.TemporaryDirectory(prefix="fault-")
CERTIFICATE, KEY = (str(Path(FOLDER.name) / name) for name in ("certificate.pem", "key.pem"))
MAKE = f"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost -keyout {KEY} -out {CERTIFICATE}"
subprocess.run(MAKE.split(), check=True, capture_output=True)
TLS = {"on": HTTP, "flags": ("--tls-cert", CERTIFICATE, "--tls-key", KEY)}

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RESET, SETTINGS, PING, GOAWAY, CONTINUATION = 0, 1, 3, 4, 6, 7, 9
END_STREAM, END_HEADERS = 1, 4
# GET, https, /mcp, localhost: by the static table, and literals.
REQUEST = b"\x82\x87\x44\x04/mcp\x41\x09localhost"
MIB = 1 << 20


def frame(kind, flags=0, stream=0, payload=b""):
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


def begun(at):
    """A connection that speaks HTTP/2 and has said so."""
    connection = at.connection(5, protocol="h2")
    assert connection.socket.selected_alpn_protocol() == "h2"
    connection.send(PREFACE + frame(SETTINGS))
    return connection


def sends_until_hung_up(connection, piece, most):
    """How many times a piece could be sent."""
    sent = 0
    try:
        while sent < most:
            connection.send(piece(sent))
            sent += 1
    except OSError:
        pass
    return sent


@rows(
    15,
    [
        ("garbage where TLS is spoken", b"\x00\xff" * 500),
        ("HTTP where TLS is spoken", b"GET /mcp HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        ("a TLS record that is too long", b"\x16\x03\x01\xff\xff" + b"\0" * 100),
        ("an alert and nothing more", b"\x15\x03\x03\x00\x02\x02\x28"),
    ],
    **TLS,
)
def no_tls(at, said):
    with at.connection(5, tls=False) as connection:
        connection.send(said)
        assert connection.hangs_up()


@case(15, "a TLS handshake that stops", on=("http",), flags=TLS["flags"])
def stalled(at):
    """It has ten seconds."""
    with at.connection(15, tls=False) as connection:
        connection.send(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")
        assert connection.hangs_up()


@case(15, "streams that are reset at once", **TLS)
def rapid_reset(at):
    """Each costs its sender nothing and the server a request (CVE-2023-44487)."""

    def opened_and_reset(number):
        stream = 2 * number + 1
        return frame(HEADERS, END_STREAM | END_HEADERS, stream, REQUEST) + frame(RESET, 0, stream, b"\0\0\0\x08")

    with begun(at) as connection:
        sent = sends_until_hung_up(connection, opened_and_reset, 20_000)
        assert sent < 20_000 or connection.hangs_up(), "it went along"


@case(15, "headers without an end", **TLS)
def continuation(at):
    """Nothing is a request before the last of them (CVE-2024-27316)."""
    before = at.server.memory()
    with begun(at) as connection:
        connection.send(frame(HEADERS, END_STREAM, 1, REQUEST))
        piece = b"\x00\x01a\x7f\xff\x01" + b"b" * 254
        more = frame(CONTINUATION, 0, 1, piece * 60)
        sent = sends_until_hung_up(connection, lambda _: more, 4000)
        assert sent < 4000, "it read 60 MB of headers"
    assert at.server.memory() - before < 8 * MIB


@case(15, "pings whose answers nobody reads", **TLS)
def pings(at):
    before = at.server.memory()
    connection = begun(at)
    connection.socket.settimeout(1)
    many = frame(PING, 0, 0, b"12345678") * 1000
    sends_until_hung_up(connection, lambda _: many, 2000)
    grown = at.server.memory() - before
    connection.close()
    assert grown < 8 * MIB, f"{grown} bytes more"


@rows(
    15,
    [
        ("a frame that is too long", b"\xff\xff\xff\x00\x00\x00\x00\x00\x01"),
        ("data on a stream nobody opened", frame(DATA, 0, 7, b"x")),
        ("headers that are no HPACK", frame(HEADERS, END_STREAM | END_HEADERS, 1, b"\xff" * 50)),
        ("settings of a wrong length", frame(SETTINGS, 0, 0, b"\0" * 5)),
        ("a stream of the server's numbers", frame(HEADERS, END_STREAM | END_HEADERS, 2, REQUEST)),
    ],
    **TLS,
)
def broken_frames(at, said):
    with begun(at) as connection:
        connection.send(said)
        assert connection.hangs_up()
