"""Group 5: JSON, and no JSON-RPC."""

from wire import OLD, request

from . import ALL, ANSWERED, BROKEN, case, refused, rows

INVALID, METHOD, PARAMS = -32600, -32601, -32602
BASE = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
NO_MESSAGES = [
    ("no object", b"7"),
    ("a text", b'"ping"'),
    ("null", b"null"),
    ("an empty object", b"{}"),
    ("id null", {**BASE, "id": None}),
    ("id 1.5", {**BASE, "id": 1.5}),
    ("id a list", {**BASE, "id": [1]}),
    ("id true", {**BASE, "id": True}),
    ("version 1.0", {**BASE, "jsonrpc": "1.0"}),
    ("no version", {"id": 1, "method": "ping"}),
    ("method a number", {**BASE, "method": 7}),
    ("method null", {**BASE, "method": None}),
    ("params an array", {**BASE, "params": [1, 2]}),
    ("params a text", {**BASE, "params": "x"}),
    ("an empty batch", b"[]"),
]
# Nothing waits for an answer, and nothing may come of it.
UNANSWERED = [
    ("answer to nothing", {"jsonrpc": "2.0", "id": 4711, "result": {}}),
    ("error to nothing", {"jsonrpc": "2.0", "id": "x", "error": {"code": 1, "message": "m"}}),
    ("notification nobody knows", {"jsonrpc": "2.0", "method": "notifications/elsewhere"}),
    ("cancel of an unknown id", {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 99}}),
    ("cancel without an id", {"jsonrpc": "2.0", "method": "notifications/cancelled"}),
    ("progress of nothing", {"jsonrpc": "2.0", "method": "notifications/progress", "params": {"progressToken": 1, "progress": 1}}),
]


@rows(5, NO_MESSAGES)
def no_message(at, message):
    refused(at, at.client.ask(message), BROKEN, INVALID)


@rows(5, UNANSWERED)
def unanswered(at, message):
    assert at.client.tell(message) in (None, 202)
    at.client.ping()  # its reply is the next thing said


@case(5, "unknown method")
def unknown(at):
    status = {**ANSWERED}
    refused(at, at.client.ask(request(1, "nobody/serves")), status, METHOD, id=1)


@case(5, "method of 100 000 characters")
def huge_method(at):
    before = at.server.memory()
    for id in range(50):
        refused(at, at.client.ask(request(id, f"{id}" + "m" * 100_000)), ANSWERED, METHOD, id=id)
    assert at.server.memory() - before < 16 << 20, "names are kept"


@case(5, "tool of 100 000 characters")
def huge_tool(at):
    refused(at, at.client.ask(request(1, "tools/call", {"name": "t" * 100_000})), ANSWERED, PARAMS, id=1)


@case(5, "a batch where there is none")
def batch(at):
    assert OLD > "2025-03-26"
    if at.transport == "stdio" or at.transport == "sse":
        status, reply = at.client.ask([BASE])
        refused(at, (status, reply), {**ANSWERED}, INVALID, id=1)
    else:
        refused(at, at.client.ask([BASE]), BROKEN, INVALID)


@case(5, "ids 1 and \"1\"", on=ALL)
def two_ids(at):
    for id in (1, "1"):
        status, reply = at.client.ask({**BASE, "id": id})
        assert reply["id"] == id and type(reply["id"]) is type(id), reply


@case(5, "id of 100 000 characters")
def huge_id(at):
    status, reply = at.client.ask({**BASE, "id": "i" * 100_000})
    assert "error" in reply or reply["id"] == "i" * 100_000, str(reply)[:300]


@case(5, "an id that is taken", on=("sse", "stdio"))
def taken(at):
    at.client.start(request("same", "tools/call", {"name": "wait", "arguments": {"key": "taken"}}))
    refused(at, at.client.ask(request("same", "tools/call", {"name": "wait", "arguments": {"key": "t2"}})), ANSWERED, INVALID)
    at.client.tell({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": "same"}})


@case(5, "request with the id of a cancelled one")
def reused(at):
    at.client.tell({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": "again"}})
    assert at.client.ask({**BASE, "id": "again"})[1]["result"] == {}
