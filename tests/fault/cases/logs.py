"""Group 16: what a peer can make the server write, and what it writes of its peers."""

from wire import call, modern, request

from . import ALL, HTTP, case

LOUD = ("--log-level", "trace")
INJECTED = "x\n2026-01-01T00:00:00Z ERROR forged\x1b[31mred\r\x1b]0;title\x07"
SECRET = "s3cr3t-of-the-caller"


def lines_are_ours(at):
    for line in at.server.log.split("\n"):
        assert not line.startswith("2026-01-01T00:00:00Z ERROR forged"), line
    for escape in ("\x1b[31mred", "\x1b]0;title", "\x07"):
        assert escape not in at.server.log, f"{escape!r} reached the log"


@case(16, "line ends and escapes in names", on=ALL, flags=LOUD)
def injection(at):
    at.client.ask(request(1, INJECTED))
    at.client.ask(call(2, INJECTED))
    at.client.ask(request(3, "resources/read", {"uri": INJECTED}))
    at.client.ask(request(4, "prompts/get", {"name": INJECTED}))
    at.client.ask(request(5, "tools/list", {"cursor": INJECTED}))
    lines_are_ours(at)


@case(16, "line ends and escapes in a client's name", on=ALL, flags=LOUD)
def client_name(at):
    client = {"name": INJECTED, "version": INJECTED}
    at.client.ask(request(6, "initialize", {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": client}))
    lines_are_ours(at)


@case(16, "secrets in a request", on=HTTP, flags=LOUD)
def secrets(at):
    message, headers = modern(1, "tools/call", name="number", arguments={"word": SECRET})
    with at.connection() as connection:
        headers = {**headers, "Authorization": f"Bearer {SECRET}", "Cookie": SECRET}
        assert connection.ask(headers=headers, body=message).status == 200
    assert SECRET not in at.server.log, at.server.log


@case(16, "the message of a panic", on=ALL)
def masked(at):
    """It is for the log, not for the peer."""
    reply = at.client.call(1, "panic")
    assert "on purpose" not in str(reply) and "trouble" not in str(reply), reply


@case(16, "a schema that refers to elsewhere", on=ALL)
def references(at):
    """Nothing is fetched for what a peer sends: it is data."""
    reply = at.client.call(1, "number", word="w", **{"$ref": "http://127.0.0.1:1/schema.json"})
    assert "error" in reply or reply["result"].get("isError") or reply["result"]["structuredContent"] == {"result": 1}, reply
