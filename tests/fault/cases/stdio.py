"""Group 10: pipes that end, break, or have somebody else's bytes on them."""

import os
import subprocess
import time

from wire import call, request

from . import case, refused

SOON = 3  # seconds
MIB = 1 << 20


@case(10, "end of input", on=("stdio",), alone=True, lives=False)
def end(at):
    begun = time.monotonic()
    at.server.process.stdin.close()
    assert at.server.ends() == 0
    assert time.monotonic() - begun < SOON


@case(10, "end of input within a message", on=("stdio",), alone=True, lives=False)
def cut(at):
    at.client.send(b'{"jsonrpc":"2.0","id":1,"meth')
    at.server.process.stdin.close()
    assert at.server.ends() == 0


@case(10, "end of input in a call", on=("stdio",), alone=True, lives=False)
def in_a_call(at):
    at.client.tell(call(1, "wait", key="k"))
    at.client.tell(call(2, "work", key="k"))
    at.server.process.stdin.close()
    assert at.server.ends() == 0


@case(10, "death of the parent", on=("stdio",), alone=True, lives=False)
def orphan(at):
    """Its input stays open: this process holds the other end."""
    ours, theirs = os.pipe()
    script = '"$0" <&3 & echo $!; wait'
    shell = subprocess.Popen(
        ["sh", "-c", f"exec 3<&{ours}; {script}", at.server.process.args[0]],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, pass_fds=[ours],
    )  # fmt: skip
    child = int(shell.stdout.readline())
    until = time.monotonic() + SOON
    while b"fixture" not in open(f"/proc/{child}/cmdline", "rb").read() and time.monotonic() < until:
        time.sleep(0.01)
    os.write(theirs, b'{"jsonrpc":"2.0","id":1,"method":"ping"}\n')
    shell.stdout.readline()  # it runs, and has said so
    shell.kill()
    shell.wait()
    until = time.monotonic() + SOON
    while os.path.exists(f"/proc/{child}") and open(f"/proc/{child}/stat").read().split()[2] != "Z":
        assert time.monotonic() < until, "it lives without its parent"
        time.sleep(0.02)
    os.close(ours)
    os.close(theirs)


@case(10, "closed output", on=("stdio",), alone=True, lives=False)
def closed_output(at):
    pipe = subprocess.PIPE
    server = subprocess.Popen(at.server.process.args, stdin=pipe, stdout=pipe, stderr=pipe)
    server.stdout.close()
    server.stdin.write(b'{"jsonrpc":"2.0","id":1,"method":"ping"}\n')
    server.stdin.flush()
    assert server.wait(SOON) == 0
    assert b"panicked" not in server.stderr.read()


@case(10, "100 MB without a line end", on=("stdio",), alone=True)
def endless_line(at):
    before = at.server.memory("VmHWM")
    for _ in range(100):
        at.client.send(b"x" * MIB)
    at.client.send(b"\n")
    refused(at, (None, at.client.next()), None, -32600, -32700, says="--max-line")
    grown = at.server.memory("VmHWM") - before
    assert grown < 16 * MIB, f"{grown} bytes more"


@case(10, "line ends of Windows, and empty lines", on=("stdio",))
def line_ends(at):
    at.client.send(b'\r\n\n  \n{"jsonrpc":"2.0","id":1,"method":"ping"}\r\n')
    assert at.client.next() == {"jsonrpc": "2.0", "id": 1, "result": {}}


@case(10, "a message in many pieces", on=("stdio",))
def pieces(at):
    for byte in b'{"jsonrpc":"2.0","id":1,"method":"ping"}\n':
        at.client.send(bytes([byte]))
    assert at.client.next()["id"] == 1


@case(10, "many messages in one piece", on=("stdio",))
def at_once(at):
    at.client.send(b"".join(b'{"jsonrpc":"2.0","id":%d,"method":"ping"}\n' % id for id in range(1000)))
    assert sorted(at.client.next()["id"] for _ in range(1000)) == list(range(1000))


@case(10, "a tool that prints", on=("stdio",))
def prints(at):
    for tool in ("print", "print_by_child"):
        assert at.client.call(tool, tool)["id"] == tool
    at.client.ping()


@case(10, "bytes that are no text", on=("stdio",))
def binary(at):
    at.client.send(bytes(range(11, 256)) + b"\n")
    refused(at, (None, at.client.next()), None, -32700)
    at.client.send(b"\0\n")
    refused(at, (None, at.client.next()), None, -32700)


@case(10, "SIGTERM", on=("stdio",), alone=True, lives=False)
def terminated(at):
    at.client.ask(request(1, "ping"))
    at.server.terminate()
    assert at.server.ends() == 0
