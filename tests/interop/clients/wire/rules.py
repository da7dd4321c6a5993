"""What holds for every message of a server, whatever the case is about. Each rule gives the ways it is broken."""

MODERN = "2026-07-28"
CACHEABLE = {
    "server/discover",
    "tools/list",
    "resources/list",
    "resources/templates/list",
    "prompts/list",
    "resources/read",
}
SERVER_INFO = "io.modelcontextprotocol/serverInfo"


def of_notification(message, revision):
    if message.get("jsonrpc") != "2.0":
        yield f"no jsonrpc 2.0: {message}"
    if "id" in message:
        yield f"a request from the server: {message}"
    if message["method"] not in ("notifications/progress", "notifications/message"):
        yield f"an unexpected notification: {message}"
    if "message" in message.get("params", {}) and revision < "2025-03-26":
        yield f"progress has no message at {revision}: {message}"


def of_response(message, method, revision):
    if message.get("jsonrpc") != "2.0":
        yield f"no jsonrpc 2.0: {message}"
    if ("result" in message) == ("error" in message):
        yield f"neither or both of result and error: {message}"
    if "error" in message:
        yield from of_error(message["error"], revision)
    elif revision >= MODERN:
        yield from of_modern_result(message["result"], method)
    else:
        leaked = {"resultType", "ttlMs", "cacheScope"} & message["result"].keys()
        if leaked or SERVER_INFO in message["result"].get("_meta", {}):
            yield f"members of a later revision in {method} at {revision}: {message['result']}"
    if "nextCursor" in message.get("result", {}) and not isinstance(message["result"]["nextCursor"], str):
        yield f"a cursor that is no text: {message}"


def of_error(error, revision):
    if type(error.get("code")) is not int or not isinstance(error.get("message"), str):
        yield f"not an error object: {error}"
    elif revision >= MODERN and -32019 <= error["code"] <= -32000:
        yield f"an error code that {MODERN} keeps free: {error}"


def of_modern_result(result, method):
    if result.get("resultType") != "complete":
        yield f"{method}: resultType is {result.get('resultType')}"
    if SERVER_INFO not in result.get("_meta", {}):
        yield f"{method}: the server does not say who it is"
    if method in CACHEABLE:
        if type(result.get("ttlMs")) is not int or result["ttlMs"] < 0 or result.get("cacheScope") not in ("public", "private"):
            yield f"{method}: no cache hints"
    elif {"ttlMs", "cacheScope"} & result.keys():
        yield f"{method}: cache hints where there are none"
