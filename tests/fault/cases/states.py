"""Group 13: what a client carries for us and changes on its way."""

from server import Server
from wire import modern, request

from . import ANSWERED, HTTP, At, case, refused

PARAMS = -32602
CAN_ANSWER = {"elicitation": {"form": {}}}
ANSWER = {"action": "decline"}


def ask(at, id, name, arguments=None, **more):
    message, headers = modern(id, "tools/call", name=name, arguments=arguments or {}, **more)
    message["params"]["_meta"]["io.modelcontextprotocol/clientCapabilities"] = CAN_ANSWER
    with at.connection() as connection:
        response = connection.ask(headers=headers, body=message)
        return response.status, response.message


def begun(at):
    """The state of a call that asks, and an answer to it."""
    status, reply = ask(at, 1, "form")
    result = reply["result"]
    assert result["resultType"] == "input_required", result
    return result["requestState"], {key: ANSWER for key in result["inputRequests"]}


@case(13, "a state that was changed", on=HTTP)
def tampered(at):
    state, answers = begun(at)
    for place in range(0, len(state), 7):
        other = "A" if state[place] != "A" else "B"
        changed = state[:place] + other + state[place + 1 :]
        refused(at, ask(at, 2, "form", requestState=changed, inputResponses=answers), 200, PARAMS, id=2, says="requestState")


@case(13, "a state that is none", on=HTTP)
def none(at):
    for state in ("", "A", "!!", "AAAA", "=" * 100, "A" * 100_000, "é", "\0"):
        refused(at, ask(at, 2, "form", requestState=state), 200, PARAMS, id=2, says="requestState")
    for state in (7, [], {}, True):
        refused(at, ask(at, 2, "form", requestState=state), 200, PARAMS, id=2)


@case(13, "a state of another call", on=HTTP)
def another(at):
    state, answers = begun(at)
    more = {"requestState": state, "inputResponses": answers}
    refused(at, ask(at, 2, "choices", **more), 200, PARAMS, id=2, says="another request")
    refused(at, ask(at, 2, "form", {"x": 1}, **more), 200, PARAMS, id=2, says="another request")


@case(13, "a state of another server", on=HTTP, flags=("--state-key", "0" * 64))
def foreign(at):
    other = Server(at.server.process.args[0], at.transport, ("--state-key", "1" * 64))
    try:
        state, answers = begun(At(other, None))
    finally:
        assert other.stop() is None
    refused(at, ask(at, 2, "form", requestState=state, inputResponses=answers), 200, PARAMS, id=2, says="requestState")


@case(13, "a state that is good", on=HTTP)
def good(at):
    state, answers = begun(at)
    status, reply = ask(at, 2, "form", requestState=state, inputResponses=answers)
    assert status == 200 and "result" in reply, reply


@case(13, "a cursor that is none")
def cursor(at):
    for method in ("tools/list", "resources/list", "resources/templates/list", "prompts/list"):
        for cursor in ("", "x", "!!", "A" * 100_000, "dG9vbHM", "dG9vbHMgbm9ib2R5", "-1", "999999999999"):
            refused(at, at.client.ask(request(1, method, {"cursor": cursor})), ANSWERED, PARAMS, id=1, says="cursor")
        for cursor in (7, [], {}):
            refused(at, at.client.ask(request(1, method, {"cursor": cursor})), ANSWERED, PARAMS, id=1, says="cursor")


@case(13, "a cursor of another list")
def other_list(at):
    status, reply = at.client.ask(request(1, "tools/list"))
    cursor = reply["result"]["nextCursor"]
    refused(at, at.client.ask(request(2, "resources/list", {"cursor": cursor})), ANSWERED, PARAMS, id=2, says="cursor")


@case(13, "coming back to a stream that is none", on=("http",))
def last_event(at):
    for event in ("x", "0", "-1", "99999999999999999999", "a" * 5000, "é"):
        with at.connection() as connection:
            headers = {**at.client.headers, "Accept": "text/event-stream", "Last-Event-ID": event}
            connection.head("GET", headers=headers)
            status, _ = connection.start()
            assert status in (200, 400, 404), (event, status)
