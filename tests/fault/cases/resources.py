"""Group 12: URIs that want out, and names that are none."""

import time

from wire import request

from . import case, refused, rows

NOT_FOUND, PARAMS = -32002, -32602
ANSWERED = {"http": 200, "stateless": 200, "sse": 202, "stdio": None}
# The template `fixture://files{/path*}` hands its variable on; none of these may become a way up.
ESCAPES = [
    ("path ../", "fixture://files/../../etc/passwd"),
    ("path %2e%2e", "fixture://files/%2e%2e/%2e%2e/etc/passwd"),
    ("path encoded twice", "fixture://files/%252e%252e/etc/passwd"),
    ("path with an encoded slash", "fixture://files/..%2f..%2fetc%2fpasswd"),
    ("path with NUL", "fixture://files/a%00b"),
    ("path that is absolute", "fixture://files//etc/passwd"),
]
UNKNOWN = [
    ("a file URI", "file:///etc/passwd"),
    ("no URI", "not a uri"),
    ("an empty URI", ""),
    ("a URI of the cloud", "http://169.254.169.254/latest/meta-data"),
    ("a known name in another case", "FIXTURE://NOTE"),
    ("a known name and more", "fixture://note/../settings"),
    ("percent that ends", "fixture://double/%"),
    ("percent that is no byte", "fixture://double/%zz"),
    ("percent that is no text", "fixture://greeting/%ff"),
]
SHAPES = [
    ("a URI of a megabyte", "fixture://files/" + "a" * 1_000_000),
    ("a URI of slashes", "fixture://files" + "/" * 100_000),
    ("a URI of dots", "fixture://files/" + "../" * 30_000),
    ("a URI of percents", "fixture://greeting/" + "%25" * 30_000),
    ("a URI of queries", "fixture://greeting/de" + "?name=a&" * 30_000),
]


def read(at, uri):
    return at.client.ask(request(1, "resources/read", {"uri": uri}))


@rows(12, ESCAPES)
def escapes(at, uri):
    """It is refused, or what the function gets has no step upwards and no NUL in it."""
    status, reply = read(at, uri)
    if "error" in reply:
        return refused(at, (status, reply), ANSWERED, NOT_FOUND, PARAMS, id=1)
    steps = reply["result"]["contents"][0]["text"].split(" > ")
    assert not any(step in ("..", ".") or "/" in step or "\0" in step for step in steps), steps


@rows(12, UNKNOWN)
def unknown(at, uri):
    refused(at, read(at, uri), ANSWERED, NOT_FOUND, PARAMS, id=1)


@rows(12, SHAPES)
def shapes(at, uri):
    """Linear in its length, whatever it looks like."""
    begun = time.monotonic()
    status, reply = read(at, uri)
    assert "result" in reply or reply["error"]["code"] in (NOT_FOUND, PARAMS), str(reply)[:300]
    assert time.monotonic() - begun < 1, f"{time.monotonic() - begun:.1f} s"


@case(12, "unknown prompt")
def prompt(at):
    refused(at, at.client.ask(request(1, "prompts/get", {"name": "nobody"})), ANSWERED, PARAMS, id=1)
    refused(at, at.client.ask(request(2, "prompts/get", {"name": 7})), ANSWERED, PARAMS, id=2)


@case(12, "completion of what is not there")
def completion(at):
    params = {"ref": {"type": "ref/prompt", "name": "nobody"}, "argument": {"name": "a", "value": "v"}}
    refused(at, at.client.ask(request(1, "completion/complete", params)), ANSWERED, PARAMS, -32601, id=1)
