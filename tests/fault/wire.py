"""HTTP by hand, for what no library would send, and JSON-RPC clients over each transport."""

import json
import queue
import re
import socket
import ssl
import threading
from contextlib import suppress
from dataclasses import dataclass
from functools import cache

SECONDS = 10
OLD, NEW = "2025-11-25", "2026-07-28"
# What a peer must not learn of us: sources, libraries, positions in texts it did not send.
INTERNALS = re.compile(r"\.rs\b|serde|tokio|hyper|panicked|on purpose|RUST_|0x[0-9a-f]{6}|line \d+ column")


def request(id, method, params=None):
    return {"jsonrpc": "2.0", "id": id, "method": method, "params": params or {}}


def call(id, tool, **arguments):
    return request(id, "tools/call", {"name": tool, "arguments": arguments})


def modern(id, method, version=NEW, **params):
    """A request that needs no session, and its headers."""
    meta = {
        "io.modelcontextprotocol/protocolVersion": version,
        "io.modelcontextprotocol/clientInfo": {"name": "fault", "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    headers = {"MCP-Protocol-Version": version, "Mcp-Method": method}
    if name := params.get("name", params.get("uri")):
        headers["Mcp-Name"] = name
    return {**request(id, method, {"_meta": meta, **params})}, headers


def text_of(message):
    """Bytes as they are, a JSON value as JSON."""
    return message if isinstance(message, bytes) else json.dumps(message).encode()


@dataclass
class Response:
    status: int
    headers: dict
    body: bytes

    @property
    def message(self):
        """Its JSON; of an event stream the last message."""
        if self.headers.get("content-type", "").startswith("text/event-stream"):
            data = [line[5:] for line in self.body.split(b"\n") if line.startswith(b"data:") and line[5:].strip()]
            return json.loads(data[-1])
        return json.loads(self.body) if self.body else None


@cache
def _trusting(protocol):
    """TLS with whoever answers. Made once: to read the system's certificates takes longer than a good request may."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_alpn_protocols([protocol])
    return context


class Connection:
    """A TCP connection on which anything can be sent."""

    def __init__(self, server, seconds=SECONDS, tls=None, protocol="http/1.1"):
        """Over TLS if the server is, unless `tls` is `False`."""
        self.socket = socket.create_connection(("127.0.0.1", server.port), seconds)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if server.is_secure and tls is not False:
            self.socket = _trusting(protocol).wrap_socket(self.socket, server_hostname="localhost")
        self.file = self.socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        with suppress(OSError):
            self.file.close()
        self.socket.close()

    def abort(self):
        """Hangs up with a reset."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.close()

    def send(self, data):
        self.socket.sendall(data)

    def head(self, method="POST", path="/mcp", headers=(), length=None):
        """A head; headers are pairs, so that they may repeat. One with the value `None` stays away."""
        base = {"Host": "localhost", "Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
        pairs = list(headers.items() if isinstance(headers, dict) else headers)
        named = {name.lower() for name, _ in pairs}
        pairs = [pair for pair in base.items() if pair[0].lower() not in named] + pairs
        if length is not None:
            pairs.append(("Content-Length", length))
        lines = [f"{name}: {value}" for name, value in pairs if value is not None]
        self.send("\r\n".join([f"{method} {path} HTTP/1.1", *lines, "", ""]).encode("latin-1"))

    def ask(self, method="POST", path="/mcp", headers=(), body=b""):
        body = text_of(body)
        self.head(method, path, headers, len(body))
        with suppress(BrokenPipeError, ConnectionResetError):
            self.send(body)
        return self.response(method)

    def response(self, method="POST"):
        """The next response, whole; `None` if the server hung up."""
        start = self.start()
        if not start:
            return None
        status, headers = start
        if status in (204, 202, 304) or method == "HEAD":
            return Response(status, headers, b"")
        if headers.get("transfer-encoding") == "chunked":
            return Response(status, headers, b"".join(self.chunks()))
        return Response(status, headers, self.file.read(int(headers.get("content-length", 0))))

    def start(self):
        """Status and headers."""
        try:
            line = self.file.readline()
        except ConnectionResetError:
            return None
        if not line:
            return None
        headers = {}
        while (header := self.file.readline().decode("latin-1").strip()) != "":
            name, value = header.split(":", 1)
            headers[name.lower()] = value.strip()
        return int(line.split()[1]), headers

    def chunks(self):
        while size := int(self.file.readline(), 16):
            yield self.file.read(size)
            self.file.readline()
        self.file.readline()

    def events(self):
        """Data of each event of a stream whose head was read, as it comes."""
        kept = b""
        for chunk in self.chunks():
            kept += chunk
            while b"\n\n" in kept:
                event, kept = kept.split(b"\n\n", 1)
                data = [line[5:].strip() for line in event.split(b"\n") if line.startswith(b"data:")]
                if data and data[0]:
                    yield b"\n".join(data)

    def hangs_up(self):
        """Whether the server closes, whatever it says before."""
        try:
            while self.socket.recv(1 << 16):
                pass
            return True
        except ConnectionResetError:
            return True
        except TimeoutError:
            return False


class Client:
    """A client that has shaken hands. `ask` gives the status (none over stdio) and the message."""

    def __init__(self, server):
        self.server = server
        self._open()
        params = {"protocolVersion": OLD, "capabilities": {}, "clientInfo": {"name": "fault", "version": "1"}}
        status, reply = self.ask(request(0, "initialize", params))
        assert "result" in reply, reply
        self.tell({"jsonrpc": "2.0", "method": "notifications/initialized"})

    def ping(self):
        status, reply = self.ask(request("ping", "ping"))
        assert reply == {"jsonrpc": "2.0", "id": "ping", "result": {}}, reply

    def call(self, id, tool, **arguments):
        return self.ask(call(id, tool, **arguments))[1]


class HttpClient(Client):
    """Streamable HTTP, with a session or without."""

    def _open(self):
        self.headers = {} if self.server.transport == "http" else {"MCP-Protocol-Version": OLD}

    def ask(self, message):
        response = self.post(message)
        if session := response.headers.get("mcp-session-id"):
            self.headers = {"MCP-Protocol-Version": OLD, "Mcp-Session-Id": session}
        return response.status, response.message

    def tell(self, message):
        return self.post(message).status

    def post(self, message):
        with Connection(self.server) as connection:
            return connection.ask(headers=self.headers, body=message)

    def start(self, message):
        """Asks and does not wait: the connection."""
        connection = Connection(self.server)
        body = text_of(message)
        connection.head(headers=self.headers, length=len(body))
        connection.send(body)
        return connection

    def close(self):
        pass


class SseClient(Client):
    """HTTP+SSE: replies come on a stream."""

    def _open(self):
        self.stream = Connection(self.server)
        self.stream.head("GET", "/sse", {"Accept": "text/event-stream"})
        assert self.stream.start()[0] == 200
        self._events = self.stream.events()
        self.path = next(self._events).decode()

    def ask(self, message):
        response = self.post(message)
        if response.status != 202:
            return response.status, response.message
        return 202, json.loads(next(self._events))

    def tell(self, message):
        return self.post(message).status

    def post(self, message):
        with Connection(self.server) as connection:
            return connection.ask(path=self.path, body=message)

    def start(self, message):
        assert self.tell(message) == 202
        return self.stream

    def close(self):
        self.stream.close()


class StdioClient(Client):
    """A process of its own, lines both ways."""

    def _open(self):
        self._lines = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.server.process.stdout:
            self._lines.put(line)
        self._lines.put(None)

    def ask(self, message):
        self.send(text_of(message) + b"\n")
        return None, self.next()

    def tell(self, message):
        self.send(text_of(message) + b"\n")

    def start(self, message):
        self.tell(message)

    def send(self, data):
        self.server.process.stdin.write(data)
        self.server.process.stdin.flush()

    def next(self, seconds=SECONDS):
        """The next message; `None` at the end of the stream."""
        line = self._lines.get(timeout=seconds)
        return None if line is None else json.loads(line)

    def close(self):
        pass


CLIENTS = {"http": HttpClient, "stateless": HttpClient, "sse": SseClient, "stdio": StdioClient}


def connect(server):
    return CLIENTS[server.transport](server)
