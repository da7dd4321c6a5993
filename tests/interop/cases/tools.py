"""Calling tools: each kind of result, as the revision can say it."""

import base64
import json
from contextlib import suppress

from clients import Cannot

from . import case, refusal, text_of
from .listing import walk


@case("hello: add, described and called", server="hello")
async def add(c):
    (tool,) = (await c.page("tools"))["tools"]
    schema = tool["inputSchema"]["properties"]
    assert tool["name"] == "add" and tool["description"] == "Adds two numbers.", tool
    assert schema["a"]["description"] == "First addend", schema
    assert schema["b"] == {"description": "Second addend", "type": "integer"}, schema
    same_as(await c.call("add", {"a": 40, "b": 2}), c.revision, 42)


def same_as(result, revision, value, structured=None):
    """A value: JSON as text, and from 2025-06-18 on as it is."""
    assert json.loads(text_of(result)) == value, result
    assert not result.get("isError"), result
    if revision >= "2025-06-18":
        wrapped = value if isinstance(value, dict) else {"result": value}
        assert result["structuredContent"] == wrapped, result
    else:
        assert "structuredContent" not in result, result


@case("call: text, and nothing")
async def text(c):
    result = await c.call("text")
    assert text_of(result) == "hello" and "structuredContent" not in result, result
    assert (await c.call("nothing", {}))["content"] == []


@case("call: structs, lists and numbers, structured where the revision can")
async def values(c):
    with suppress(Cannot):
        await walk(c, "tools")  # what a client has seen the schema of, it checks
    same_as(await c.call("structured"), c.revision, {"name": "Säntis", "height": 2501.9})
    same_as(await c.call("number", {"word": "Grüezi"}), c.revision, 6)
    same_as(await c.call("list"), c.revision, [2, 4, 6])


@case("call: image, and audio where the revision can")
async def media(c):
    (image,) = (await c.call("image"))["content"]
    assert (image["type"], image["mimeType"]) == ("image", "image/png"), image
    assert base64.b64decode(image["data"]).startswith(b"\x89PNG"), image
    (audio,) = (await c.call("audio"))["content"]
    if c.revision >= "2025-03-26":
        assert (audio["type"], audio["mimeType"]) == ("audio", "audio/wav"), audio
        assert base64.b64decode(audio["data"]).startswith(b"RIFF"), audio
    else:
        assert audio["type"] == "text" and audio["text"], audio


@case("call: embedded resource, and link where the revision can")
async def pointers(c):
    (embedded,) = (await c.call("embedded"))["content"]
    note = {"uri": "fixture://note", "mimeType": "text/plain", "text": "a note"}
    assert embedded["type"] == "resource" and embedded["resource"] == note, embedded
    (link,) = (await c.call("link"))["content"]
    if c.revision >= "2025-06-18":
        assert (link["type"], link["uri"], link["name"]) == ("resource_link", "fixture://note", "note"), link
    else:
        assert link["type"] == "text" and "fixture://note" in link["text"], link
    kinds = [block["type"] for block in (await c.call("mixed"))["content"]]
    assert kinds == ["text", "image", link["type"]], kinds


@case("call: an error the model can read")
async def error(c):
    result = await c.call("fail")
    assert result["isError"] is True and "fill it and try again" in text_of(result), result


@case("call: a tool that is not there")
async def unknown_tool(c):
    await refusal(c.call("no_such_tool", {}), -32602)


@case("call: who is calling")
async def whoami(c):
    caller = json.loads(text_of(await c.call("whoami")))
    if c.lane.transport != "stateless" or c.modern:  # a stateless server forgets the handshake
        assert caller["name"] == "interop", caller
    assert caller["revision"] == c.revision, caller


@case("every tool described can be described again", since="2025-06-18", because="there is no output schema before 2025-06-18")
async def schemas(c):
    for tool in await walk(c, "tools"):
        assert tool["inputSchema"]["type"] == "object", tool
        assert tool.get("outputSchema", {"type": "object"})["type"] == "object", tool
