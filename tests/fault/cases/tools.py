"""Group 11: functions that do what they should not."""

import threading
import time

from wire import call, connect

from . import ALL, ANSWERED, case, refused

INTERNAL = -32603


@case(11, "a tool that panics")
def panics(at):
    for tool in ("panic", "panic_later"):
        status, reply = at.client.ask(call(tool, tool))
        refused(at, (status, reply), {**ANSWERED, "http": status, "stateless": status}, INTERNAL, id=tool)
        assert status in (None, 200, 202), status


@case(11, "a tool that blocks")
def blocks(at):
    """The others are served meanwhile."""
    client = at.client
    waiting = [client.start(call(f"b{number}", "work", key=f"b{id(at)} {number}")) for number in range(8)]
    at.bystander.ping()
    for number, connection in enumerate(waiting):
        client.tell({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": f"b{number}"}})
        if at.transport in ("http", "stateless"):
            connection.close()


@case(11, "more calls than may run", flags=("--max-calls", "2"), alone=True)
def too_many(at):
    busy = at.client
    connections = [busy.start(call(number, "wait", key=f"k{number}")) for number in range(2)]
    client = busy if at.transport == "stdio" else at.another()
    until = time.monotonic() + 5
    while "error" not in (answer := client.ask(call("more", "text")))[1]:
        assert time.monotonic() < until, answer
        time.sleep(0.01)
    refused(at, answer, ANSWERED, INTERNAL, id="more", says="--max-calls")
    assert len(connections) == 2  # and they are still open


@case(11, "a result that is too large", flags=("--max-result", "64KiB"))
def oversize(at):
    arguments = {"colour": "red", "tags": [], "at": {"x": 1, "y": 2}, "name": "n" * 100_000}
    refused(at, at.client.ask(call(1, "echo", **arguments)), ANSWERED, INTERNAL, id=1, says="--max-result")


@case(11, "arguments of another type")
def arguments(at):
    for value in (7, "x", [], None):
        message = {**call(1, "number"), "params": {"name": "number", "arguments": value}}
        status, reply = at.client.ask(message)
        assert "error" in reply or reply["result"]["isError"], reply


@case(11, "an argument nobody knows")
def unknown_argument(at):
    reply = at.client.call(1, "number", word="four", **{"__proto__": {"a": 1}, "constructor": 1})
    assert "error" in reply or reply["result"].get("isError") or reply["result"]["structuredContent"] == {"result": 4}, reply


@case(11, "the same ids from many clients", on=("http", "stateless", "sse"))
def same_ids(at):
    """Each client gets the results of its own calls."""
    wrong = []

    def one(label):
        client = connect(at.server)
        for id in range(20):
            reply = client.call(id, "sleep", ms=id % 3, label=label)
            if reply["id"] != id or reply["result"]["structuredContent"] != {"result": label}:
                wrong.append((label, reply))
        client.close()

    threads = [threading.Thread(target=one, args=(label,)) for label in range(16)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert not wrong, wrong[0]


@case(11, "unknown tool", on=ALL)
def unknown(at):
    for name in ("", "nobody", "../text", "TEXT", "text ", "panic\n"):
        refused(at, at.client.ask({**call(1, name)}), ANSWERED, -32602, id=1)
