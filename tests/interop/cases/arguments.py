"""Arguments: typed, forgiving where no harm is done, and explained where they are wrong."""

import json

from . import case, refusal, text_of

GOOD = {"colour": "green", "limit": 3, "tags": ["a", "ü"], "at": {"x": 1.5, "y": -2}, "name": "wall"}


async def echo(c, **changes):
    arguments = {key: value for key, value in (GOOD | changes).items() if value is not ...}
    return json.loads(text_of(await c.call("echo", arguments)))


@case("arguments: enum, option, list, struct")
async def typed(c):
    assert await echo(c) == GOOD
    assert await echo(c, limit=...) == GOOD | {"limit": None}
    assert await echo(c, tags=[], limit=None) == GOOD | {"tags": [], "limit": None}


@case("arguments: numbers and lists written as strings")
async def stringified(c):
    assert await echo(c, limit="3", tags='["a", "ü"]', at={"x": "1.5", "y": -2}) == GOOD


@case("arguments: unknown ones are ignored")
async def unknown(c):
    assert await echo(c, colr="red") == GOOD


@case("arguments: wrong or missing, an error by revision")
async def wrong(c):
    wrongs = [
        ({"colour": "blue"}, "colour"),
        ({"at": {"x": 1.5, "y": "north"}}, "at.y"),
        ({"tags": ["a", 7]}, "tags[1]"),
        ({"name": ..., "nam": "wall"}, "did you mean `name`"),
    ]
    for changes, explanation in wrongs:
        arguments = {key: value for key, value in (GOOD | changes).items() if value is not ...}
        message = await refused(c, "echo", arguments)
        assert explanation in message, f"no {explanation} in: {message}"
        assert "xample" in message, f"no example in: {message}"


async def refused(c, tool, arguments):
    """Wrong arguments: a result the model reads from 2025-11-25 on, an error of the protocol before."""
    if c.revision < "2025-11-25":
        return (await refusal(c.call(tool, arguments), -32602)).message
    result = await c.call(tool, arguments)
    assert result.get("isError") is True, result
    return text_of(result)


@case("arguments: not an object, an error of the protocol")
async def malformed(c):
    await refusal(c.request("tools/call", {"name": "echo", "arguments": [1]}), -32602)
    await refusal(c.request("tools/call", {"arguments": {}}), -32602)
