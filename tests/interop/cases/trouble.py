"""Functions that misbehave: their caller hears of it, no one else does."""

import asyncio

from . import case, refusal, text_of


@case("a panic is one error, and the server lives")
async def panic(c):
    for tool in ("panic", "panic_later"):
        bystander = asyncio.ensure_future(c.call("sleep", {"ms": 50, "label": 1}))
        error = await refusal(c.call(tool), -32603)
        assert "on purpose" not in error.message, f"the panic is shown to the client: {error}"
        assert text_of(await bystander) == "1"
    assert text_of(await c.call("text")) == "hello"


@case("what a tool or its child prints is not on the wire")
async def printing(c):
    for tool in ("print", "print_by_child"):
        assert text_of(await c.call(tool)) == "printed"
    assert text_of(await c.call("text")) == "hello"
