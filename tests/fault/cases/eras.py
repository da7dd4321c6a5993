"""Group 6: requests that say two things of the revision they are of, or one we do not serve."""

from server import Server
from wire import NEW, OLD, StdioClient, call, modern, request

from . import ANSWERED, HTTP, case, refused

MISMATCH, CAPABILITY, VERSION, INVALID = -32020, -32021, -32022, -32600


def ask(at, message, headers):
    with at.connection() as connection:
        response = connection.ask(headers=headers, body=message)
        return response.status, response.message


@case(6, "header of another revision", on=HTTP)
def mismatch(at):
    message, headers = modern(1, "server/discover")
    refused(at, ask(at, message, {**headers, "MCP-Protocol-Version": OLD}), 400, MISMATCH, id=1)


@case(6, "header of another method", on=HTTP)
def method(at):
    message, headers = modern(1, "server/discover")
    refused(at, ask(at, message, {**headers, "Mcp-Method": "tools/list"}), 400, MISMATCH, id=1)


@case(6, "header of another tool", on=HTTP)
def tool(at):
    message, headers = modern(1, "tools/call", name="text", arguments={})
    refused(at, ask(at, message, {**headers, "Mcp-Name": "panic"}), 400, MISMATCH, id=1)


@case(6, "header twice", on=HTTP)
def twice(at):
    message, headers = modern(1, "tools/call", name="text", arguments={})
    pairs = [*headers.items(), ("Mcp-Name", "text")]
    refused(at, ask(at, message, pairs), 400, MISMATCH, id=1)


@case(6, "header in base64 that is none", on=HTTP)
def sentinel(at):
    message, headers = modern(1, "tools/call", name="text", arguments={})
    for value in ("=?base64?dGV4d?=", "=?base64?/w==?=", "=?base64?" + "A" * 8000 + "?="):
        refused(at, ask(at, message, {**headers, "Mcp-Name": value}), 400, MISMATCH, id=1)


@case(6, "unknown revision", on=HTTP)
def unknown(at):
    message, headers = modern(1, "server/discover", version="1999-01-01")
    refused(at, ask(at, message, headers), 400, VERSION, id=1)


@case(6, "unknown revision in a handshake", on=("http", "stateless"))
def handshake(at):
    """The server answers with one it serves."""
    params = {"protocolVersion": "1999-01-01", "capabilities": {}, "clientInfo": {"name": "c", "version": "1"}}
    status, reply = ask(at, request(5, "initialize", params), {})
    assert status == 200 and reply["result"]["protocolVersion"] == OLD, reply


@case(6, "question to a client that cannot answer", on=HTTP)
def capability(at):
    message, headers = modern(1, "tools/call", name="form", arguments={})
    refused(at, ask(at, message, headers), 400, CAPABILITY, id=1)


@case(6, "old request without a session", on=("http",))
def no_handshake(at):
    refused(at, ask(at, call(1, "text"), {"MCP-Protocol-Version": OLD}), 400, INVALID, id=1, says="Mcp-Session-Id")


@case(6, "new request that names a session", on=("http",))
def named(at):
    message, headers = modern(1, "server/discover")
    session = at.client.headers["Mcp-Session-Id"]
    status, reply = ask(at, message, {**headers, "Mcp-Session-Id": session})
    assert status == 200 and "result" in reply, reply


@case(6, "new request on an old transport", on=("sse",))
def not_over_sse(at):
    message, _ = modern(1, "tools/list")
    refused(at, at.client.ask(message), ANSWERED, VERSION, id=1)


@case(6, "request before the handshake", on=("stdio",), alone=True)
def too_early(at):
    other = Server(at.server.process.args[0], "stdio")
    client = StdioClient.__new__(StdioClient)
    client.server = other
    client._open()
    refused(at, client.ask(call(1, "text")), None, INVALID, id=1)
    assert other.stop() is None


@case(6, "metadata that is none", on=HTTP)
def metadata(at):
    message, headers = modern(1, "server/discover")
    for meta in (7, [], {"io.modelcontextprotocol/protocolVersion": 7}, {"io.modelcontextprotocol/protocolVersion": NEW}):
        status, reply = ask(at, {**message, "params": {"_meta": meta}}, headers)
        assert status == 400 and "error" in reply, reply
