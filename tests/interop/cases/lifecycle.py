"""How a connection starts, and how it ends."""

from . import case, refusal

HANDSHAKES = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"]
NO_ENDING = "every request stands alone: there is no session to end"


@case("greeting: revision, name, capabilities, instructions")
async def greeting(c):
    assert c.protocol_version == c.revision, f"negotiated {c.protocol_version}"
    assert c.server_info["name"] == "fixture" and c.server_info["version"], c.server_info
    assert c.instructions and c.instructions.startswith("Every function here"), c.instructions
    offered = {name for name, value in c.capabilities.items() if value is not None}
    assert offered == {"tools", "resources", "prompts", "logging"}, offered
    if c.modern and c.supported_versions is not None:
        assert sorted(c.supported_versions)[-1] == c.revision, c.supported_versions


@case("an unknown revision is countered or refused")
async def unknown_revision(c):
    if c.modern:
        error = await refusal(c.request("tools/list", revision="2999-12-31"), -32022)
        assert error.data["requested"] == "2999-12-31", error.data
        assert c.revision in error.data["supported"], error.data
        return
    async with c.sibling() as other:
        hello = await other.greet(version="1999-12-31")
        assert hello["protocolVersion"] == HANDSHAKES[-1], hello


@case("the other era is served beside, or refused")
async def other_era(c):
    if c.modern:
        async with c.sibling() as other:
            other.revision = "2025-06-18"
            hello = await other.request("initialize", _offer("2025-06-18"))
            assert hello["protocolVersion"] == "2025-06-18", hello
        return
    ask = c.request("tools/list", revision="2026-07-28")
    if c.lane.transport == "sse":
        error = await refusal(ask, -32022)
        assert sorted(error.data["supported"]) == HANDSHAKES, error.data
        return
    page = await ask
    assert page["resultType"] == "complete" and page["tools"], page
    assert "resultType" not in await c.page("tools"), "the era of one request leaked into the next"


def _offer(version):
    return {"protocolVersion": version, "capabilities": {}, "clientInfo": {"name": "interop", "version": "1"}}


@case("unknown methods do not exist")
async def unknown_method(c):
    await refusal(c.request("no/such/method"), -32601)
    await refusal(c.request("tools/no"), -32601)


@case("methods the revision removed do not exist", since="2026-07-28", because="nothing was removed before 2026-07-28")
async def removed_methods(c):
    for method in ("initialize", "ping", "logging/setLevel", "resources/subscribe", "resources/unsubscribe"):
        await refusal(c.request(method), -32601)


@case("ping", until="2025-11-25", because="2026-07-28 has no ping")
async def ping(c):
    assert await c.ping() == {}


@case(
    "the end: EOF, closed stream, DELETE",
    without={("http", "modern"): NO_ENDING, "stateless": NO_ENDING},
)
async def ending(c):
    await c.end()
