"""Prompts, with and without arguments."""

from . import case, refusal


async def messages(c, name, arguments=None):
    said = (await c.prompt(name, arguments))["messages"]
    return [(message["role"], message["content"]) for message in said]


def text(words):
    return {"type": "text", "text": words}


@case("prompt: none, required and optional arguments")
async def arguments(c):
    assert await messages(c, "summarise") == [("user", text("Summarise this."))]
    assert await messages(c, "letter", {"to": "Bob"}) == [("user", text("Write to Bob."))]
    assert await messages(c, "letter", {"to": "Bob", "lines": "3"}) == [("user", text("Write to Bob in 3 lines."))]


@case("prompt: several messages")
async def several(c):
    first, second, third = await messages(c, "discuss")
    assert first == ("user", text("What is this?")) and third == ("assistant", text("A dot.")), (first, third)
    assert second[0] == "user" and second[1]["type"] == "image" and second[1]["mimeType"] == "image/png", second


@case("prompt: missing or wrong arguments, or no such prompt")
async def wrong(c):
    assert "to" in (await refusal(c.prompt("letter"), -32602)).message
    assert "lines" in (await refusal(c.prompt("letter", {"to": "Bob", "lines": "many"}), -32602)).message
    await refusal(c.prompt("no_such_prompt"), -32602)
