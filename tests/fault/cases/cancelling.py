"""Group 9: clients that leave, and those that change their minds. In a session a hang-up is no cancel: its client may come back."""

from wire import call, modern, text_of

from . import ALL, OVER_HTTP, case
from .sessions import fate, wait_for

CANCEL = "notifications/cancelled"


def cancel(client, id):
    client.tell({"jsonrpc": "2.0", "method": CANCEL, "params": {"requestId": id}})


def ends_with_its_client(at, tool, hang_up):
    key = f"{tool} {id(at)} {hang_up}"
    if at.transport == "sse":
        waiting = at.another().start(call("w", tool, key=key))
    else:
        message, headers = modern("w", "tools/call", name=tool, arguments={"key": key})
        waiting, body = at.connection(), text_of(message)
        waiting.head(headers=headers, length=len(body))
        waiting.send(body)
    wait_for(at, key, "running")
    getattr(waiting, hang_up)()
    wait_for(at, key, "cancelled")


@case(9, "hang-up in an async call", on=OVER_HTTP)
def hang_up(at):
    ends_with_its_client(at, "wait", "close")
    ends_with_its_client(at, "wait", "abort")


@case(9, "hang-up in a blocking call", on=OVER_HTTP)
def hang_up_blocking(at):
    ends_with_its_client(at, "work", "close")


@case(9, "cancel of a call", on=("http", "sse", "stdio"))
def cancelled(at):
    for tool in ("wait", "work", "notify"):
        key = f"{tool} {id(at)}"
        waiting = at.client.start(call(tool, tool, key=key))
        wait_for(at, key, "running")
        cancel(at.client, tool)
        wait_for(at, key, "cancelled")
        if at.transport == "http":
            waiting.close()


@case(9, "cancel races with the result", on=("http", "sse", "stdio"))
def race(at):
    """Each call has its result or none, never two, and none of another."""
    if at.transport == "stdio":
        for number in range(200):
            at.client.tell(call(number, "sleep", ms=number % 3, label=number))
            cancel(at.client, number)
        at.client.tell(call("last", "sleep", ms=20, label=0))
        seen = set()
        while (reply := at.client.next())["id"] != "last":
            assert reply["id"] not in seen, reply
            seen.add(reply["id"])
            assert reply["result"]["structuredContent"] == {"result": reply["id"]}, reply
        return
    for number in range(50):
        stream = at.client.start(call(number, "sleep", ms=number % 3, label=number))
        cancel(at.client, number)
        if at.transport == "http":
            stream.close()


@case(9, "initialize is cancelled", on=ALL)
def handshake(at):
    cancel(at.client, 0)
    assert fate(at.client, "nobody's") == "unknown"
