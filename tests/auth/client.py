"""The Python SDK's OAuth client against a guarded server: what is tried, a line each."""

import asyncio
import sys
import traceback
from urllib.parse import parse_qs, urlsplit

import httpx2
from mcp import Client
from mcp.client.auth import AuthorizationCodeResult, OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import OAuthClientInformationFull, OAuthClientMetadata

REDIRECT = "http://localhost:1/callback"
SECONDS = 30


class Memory:
    """What the client keeps. It is registered with the issuer, as an operator would do it by hand."""

    def __init__(self):
        self.tokens = None
        self.client = OAuthClientInformationFull(
            client_id="python-sdk", redirect_uris=[REDIRECT], token_endpoint_auth_method="none"
        )

    async def get_tokens(self):
        return self.tokens

    async def set_tokens(self, tokens):
        self.tokens = tokens

    async def get_client_info(self):
        return self.client

    async def set_client_info(self, client):
        self.client = client


class Person:
    """Says yes to whatever the issuer asks, and remembers what it was."""

    def __init__(self):
        self.asked = []

    async def open(self, url):
        self.asked.append({name: values[0] for name, values in parse_qs(urlsplit(url).query).items()})
        async with httpx2.AsyncClient() as browser:
            response = await browser.get(url)
        self.answer = parse_qs(urlsplit(response.headers["location"]).query)

    async def answered(self):
        code, state, iss = (self.answer.get(name, [None])[0] for name in ("code", "state", "iss"))
        return AuthorizationCodeResult(code=code, state=state, iss=iss)


class Seen:
    """What went over the wire: status by status."""

    def __init__(self):
        self.statuses = []

    async def __call__(self, response):
        self.statuses.append((response.request.method, urlsplit(str(response.request.url)).path, response.status_code))


async def flow(url, mode):
    """Everything at once: the client knows the URL and nothing else."""
    memory, person, seen = Memory(), Person(), Seen()
    metadata = OAuthClientMetadata(
        client_name="tests", redirect_uris=[REDIRECT], grant_types=["authorization_code"], token_endpoint_auth_method="none"
    )
    provider = OAuthClientProvider(url, metadata, memory, redirect_handler=person.open, callback_handler=person.answered)
    async with httpx2.AsyncClient(auth=provider, timeout=SECONDS, event_hooks={"response": [seen]}) as http:
        async with Client(streamable_http_client(url, http_client=http), mode=mode) as client:
            yield memory, person, seen, client


async def gets_in(url, mode):
    async for memory, person, seen, client in flow(url, mode):
        first = person.asked[0]
        assert first["resource"] == url and first["code_challenge_method"] == "S256", first
        assert first["scope"] == "notes:read", f"the least that will do: {first}"
        tools = [tool.name for tool in (await client.list_tools()).tools]
        assert tools == ["read", "whoami"], f"what the caller may use: {tools}"
        assert text(await client.call_tool("whoami", {})) == "johndoe"
        assert text(await client.call_tool("read", {})) == "remember the milk"
        assert len(person.asked) == 1, "one visit is enough for all of that"
        assert ("POST", "/mcp", 401) in seen.statuses or any(status == 401 for *_, status in seen.statuses), seen.statuses


async def steps_up(url, mode):
    async for memory, person, seen, client in flow(url, mode):
        assert memory.tokens.scope == "notes:read", memory.tokens.scope
        assert text(await client.call_tool("write", {"text": "milk"})) == "noted: milk"
        assert any(status == 403 for *_, status in seen.statuses), seen.statuses
        assert [set(asked["scope"].split()) for asked in person.asked] == [{"notes:read"}, {"notes:read", "notes:write"}]
        tools = [tool.name for tool in (await client.list_tools()).tools]
        assert tools == ["read", "whoami", "write"], f"the list has grown: {tools}"
        assert text(await client.call_tool("read", {})) == "remember the milk", "what was held is held still"


async def tells_tokens_apart(url, mode):
    """Tokens of the same issuer for another server, and of nobody."""
    issuer = sys.argv[2]
    async with httpx2.AsyncClient() as http:
        for resource, status in ((url, 200), ("https://other.example/mcp", 401)):
            form = {"grant_type": "client_credentials", "scope": "notes:read", "resource": resource, "client_id": "ci"}
            token = (await http.post(f"{issuer}/token", data=form)).json()["access_token"]
            assert await ping(http, url, mode, token) == status, f"{resource}: {status}"
            head, claims, signature = token.split(".")
            flipped = signature[:-6] + ("A" if signature[-6] != "A" else "B") + signature[-5:]
            assert await ping(http, url, mode, ".".join((head, claims, flipped))) == 401


async def ping(http, url, mode, token):
    params = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "tests", "version": "1"}}
    message = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json, text/event-stream"}
    return (await http.post(url, json=message, headers=headers)).status_code


def text(result):
    assert not result.is_error, result
    return result.content[0].text


async def main(url):
    for case in (gets_in, steps_up, tells_tokens_apart):
        for mode in ("auto", "legacy") if case is not tells_tokens_apart else ("legacy",):
            try:
                await asyncio.wait_for(case(url, mode), SECONDS)
                print(f"ok: {case.__name__} ({mode})", flush=True)
            except BaseException:
                traceback.print_exc()
                print(f"fail: {case.__name__} ({mode})", flush=True)


asyncio.run(main(sys.argv[1]))
