"""Reading resources: fixed ones, templates with typed variables, and ones that are not there."""

import base64
import json

from . import case, refusal


async def read(c, uri):
    (contents,) = (await c.read(uri))["contents"]
    assert contents["uri"] == uri, contents
    return contents


@case("read: text, bytes and JSON")
async def fixed(c):
    note = await read(c, "fixture://note")
    assert (note["mimeType"], note["text"]) == ("text/plain", "a note"), note
    pixel = await read(c, "fixture://pixel")
    assert pixel["mimeType"] == "image/png" and base64.b64decode(pixel["blob"]).startswith(b"\x89PNG"), pixel
    settings = await read(c, "fixture://settings")
    assert settings["mimeType"] == "application/json" and json.loads(settings["text"]) == {"of": 4, "is": 8}, settings


@case("read: templates, their variables typed and decoded")
async def templates(c):
    double = await read(c, "fixture://double/21")
    assert json.loads(double["text"]) == {"of": 21, "is": 42}, double
    assert (await read(c, "fixture://greeting/de"))["text"] == "Grüezi, you!"
    assert (await read(c, "fixture://greeting/en?name=J%C3%BCrg%20B"))["text"] == "Hello, Jürg B!"
    assert (await read(c, "fixture://files/a/b%20c/d"))["text"] == "a > b c > d"


@case("read: what is not there, with the revision's code")
async def missing(c):
    code = -32602 if c.modern else -32002
    for uri in (
        "fixture://nothing",
        "fixture://double/many",  # not a number
        "fixture://double/1001",  # the function says no
        "fixture://greeting/fr",
        "fixture://greeting/..%2Fde",  # nothing decodes to a path
    ):
        error = await refusal(c.read(uri), code)
        assert error.data == {"uri": uri}, error.data
