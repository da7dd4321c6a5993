"""Group 4: JSON that is none, is too much of it, or means one thing to us and another to a proxy."""

import json

from wire import INTERNALS, call, request

from . import ALL, ANSWERED, BROKEN, case, refused, rows

PARSE, INVALID, METHOD, PARAMS = -32700, -32600, -32601, -32602
BROKEN_TEXTS = [
    ("truncated", b'{"jsonrpc":"2.0","id":1,"method":"ping"'),
    ("trailing garbage", b'{"jsonrpc":"2.0","id":1,"method":"ping"} x'),
    ("two messages in one", b'{"jsonrpc":"2.0","id":1,"method":"ping"}{"jsonrpc":"2.0","id":2,"method":"ping"}'),
    ("not JSON", b"GET / HTTP/1.1"),
    ("byte order mark", b'\xef\xbb\xbf{"jsonrpc":"2.0","id":1,"method":"ping"}'),
    ("invalid UTF-8", b'{"jsonrpc":"2.0","id":1,"method":"\xff\xfe"}'),
    ("overlong UTF-8", b'{"jsonrpc":"2.0","id":1,"method":"\xc0\xaf"}'),
    ("UTF-16", '{"jsonrpc":"2.0","id":1,"method":"ping"}'.encode("utf-16-be")),
    ("NaN", b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x","arguments":{"a":NaN}}}'),
    ("single quotes", b"{'jsonrpc':'2.0','id':1,'method':'ping'}"),
    ("a comment", b'{"jsonrpc":"2.0","id":1,"method":"ping"/**/}'),
    ("a control character", b'{"jsonrpc":"2.0","id":1,"method":"pi\x01ng"}'),
]
TOO_MUCH = [
    ("nested 10 000 deep in arguments", b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "--json-depth"),
    ("nested 10 000 arrays deep", b"[" * 10_000 + b"]" * 10_000, "--json-depth"),
    ("an array of a million", b"[" + b"1," * 999_999 + b"1]", "--json-elements"),
    ("an object of 20 000 members", b"{" + b",".join(b'"%d":1' % n for n in range(20_000)) + b"}", "--json-members"),
    ("a million in small arrays", b"[" + b",".join([b"[" + b"1," * 99 + b"1]"] * 10_000) + b"]", "--json-"),
]
COLOUR = {"colour": "red", "tags": [], "at": {"x": 1, "y": 2}, "name": "n"}
WRONG_VALUES = [
    ("number over 2^64", b'{"limit":18446744073709551616'),
    ("number that is no double", b'{"limit":1e400'),
    ("negative where none may be", b'{"limit":-1'),
    ("text for a number", b'{"limit":"many"'),
]


@rows(4, BROKEN_TEXTS)
def no_json(at, text):
    refused(at, at.client.ask(text), BROKEN, PARSE, INVALID)


@rows(4, TOO_MUCH)
def too_much(at, value, says):
    before = at.server.memory()
    head = b'{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"number","arguments":{"word":"w","more":'
    refused(at, at.client.ask(head + value + b"}}}"), BROKEN, INVALID, says=says)
    grown = at.server.memory() - before
    assert grown < 16 << 20, f"{grown} bytes more"


@rows(4, WRONG_VALUES)
def wrong_value(at, start):
    rest = json.dumps(COLOUR).encode()[1:]
    text = b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":' + start + b"," + rest + b"}}"
    status, reply = at.client.ask(text)
    if "error" in reply:
        refused(at, (status, reply), {**ANSWERED, "http": status, "stateless": status, "sse": status}, PARSE, PARAMS)
    else:
        assert reply["result"]["isError"], reply
        assert not INTERNALS.search(str(reply)), reply


@case(4, "duplicate keys", on=ALL)
def duplicates(at):
    """One of the two that stands for all, never one here and the other there; or a refusal."""
    text = b'{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/list"}'
    refused(at, at.client.ask(text), BROKEN, PARSE, INVALID)


@case(4, "keys of another case")
def case_variants(at):
    for text in (b'{"JSONRPC":"2.0","ID":1,"METHOD":"ping"}', b'{"jsonrpc":"2.0","id":1,"Method":"ping"}'):
        refused(at, at.client.ask(text), BROKEN, INVALID)
    status, reply = at.client.ask(request(3, "tools/call", {"Name": "text", "arguments": {}}))
    refused(at, (status, reply), ANSWERED, PARAMS, id=3)


@case(4, "NUL in a text")
def nul(at):
    reply = at.client.call(1, "number", word="a\0b")
    assert reply["result"]["structuredContent"] == {"result": 3}, reply


@case(4, "NUL in a name")
def nul_name(at):
    refused(at, at.client.ask(call(1, "text\0")), ANSWERED, PARAMS, id=1)


@case(4, "lone surrogate in a text")
def surrogate(at):
    text = b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"number","arguments":{"word":"\\ud800"}}}'
    status, reply = at.client.ask(text)
    assert "error" in reply or reply["result"]["isError"], reply


@case(4, "white space around a message")
def white_space(at):
    status, reply = at.client.ask(b' \t{"jsonrpc":"2.0","id":1,"method":"ping"}\r')
    assert reply == {"jsonrpc": "2.0", "id": 1, "result": {}}, reply
