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
ASKING = {"tools/call", "prompts/get", "resources/read"}
QUESTIONS = {"elicitation/create": "elicitation", "sampling/createMessage": "sampling", "roots/list": "roots"}
CHANGES = {f"notifications/{kind}/list_changed" for kind in ("tools", "prompts", "resources")}
CHANGES |= {"notifications/resources/updated"}
LISTENING = CHANGES | {"notifications/subscriptions/acknowledged"}
NOTIFICATIONS = {"notifications/progress", "notifications/message", "notifications/cancelled"}
SUBSCRIPTION = "io.modelcontextprotocol/subscriptionId"
SERVER_INFO = "io.modelcontextprotocol/serverInfo"


def of_notification(message, revision):
    if message.get("jsonrpc") != "2.0":
        yield f"no jsonrpc 2.0: {message}"
    if message["method"] not in NOTIFICATIONS | (LISTENING if revision >= MODERN else CHANGES):
        yield f"an unexpected notification: {message}"
    if "message" in message.get("params", {}) and revision < "2025-03-26":
        yield f"progress has no message at {revision}: {message}"


def of_question(message, revision, declared):
    if message.get("jsonrpc") != "2.0" or type(message["id"]) not in (int, str):
        yield f"not a request: {message}"
    if revision >= MODERN:
        yield f"a request from the server at {revision}: {message}"
    yield from of_asked(message, declared)


def of_asked(question, declared):
    if QUESTIONS.get(question["method"]) not in declared:
        yield f"a question the client has not declared: {question}"
    if question.get("params", {}).get("mode", "form") not in ("form", *declared.get("elicitation", ())):
        yield f"a mode the client has not declared: {question}"


def of_response(message, method, revision, declared):
    if message.get("jsonrpc") != "2.0":
        yield f"no jsonrpc 2.0: {message}"
    if ("result" in message) == ("error" in message):
        yield f"neither or both of result and error: {message}"
    if "error" in message:
        yield from of_error(message["error"], revision)
    elif revision >= MODERN:
        yield from of_modern_result(message["result"], method, declared)
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


def of_modern_result(result, method, declared):
    kind = result.get("resultType")
    if kind == "input_required" and method in ASKING:
        for question in result.get("inputRequests", {}).values():
            yield from of_asked(question, declared)
        if not {"inputRequests", "requestState"} & result.keys():
            yield f"{method}: a round without a question or a state"
    elif kind != "complete":
        yield f"{method}: resultType is {kind}"
    if method == "subscriptions/listen" and SUBSCRIPTION not in result.get("_meta", {}):
        yield f"{method}: the end does not say of what"
    if SERVER_INFO not in result.get("_meta", {}):
        yield f"{method}: the server does not say who it is"
    if method in CACHEABLE and kind == "complete":
        if type(result.get("ttlMs")) is not int or result["ttlMs"] < 0 or result.get("cacheScope") not in ("public", "private"):
            yield f"{method}: no cache hints"
    elif {"ttlMs", "cacheScope"} & result.keys():
        yield f"{method}: cache hints where there are none"
