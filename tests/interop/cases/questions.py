"""What a function asks its client: the user by a form or a page, the model, the folders. In a session the server sends
a request; without one the client makes its call again, with the answers."""

import asyncio
import json

from clients import Cannot, RpcError

from . import NO_STREAM, case, refusal, text_of
from .cancellation import KEYS, becomes
from .messages import until

SILENT = "who refuses or gives up in 2026-07-28 does not come back"
NOBODY = {("stateless", "handshake"): "a stateless server has no stream to ask the client of a session on"}
ASKED = {"asks": True, "without": NOBODY}
IN_SESSIONS = {"asks": True, "without": NOBODY | {"modern": SILENT}}
FORMS = ASKED | {"since": "2025-06-18", "because": "there are no forms before 2025-06-18"}
MORE = ASKED | {"since": "2025-11-25", "because": "forms have no lists, and there are no pages, before 2025-11-25"}

FORM, MODEL, FOLDERS = "elicitation/create", "sampling/createMessage", "roots/list"
SAID = {"role": "assistant", "content": {"type": "text", "text": "Paris"}, "model": "small-1", "stopReason": "endTurn"}
ROOTS = {"roots": [{"uri": "file:///home", "name": "Home"}, {"uri": "file:///tmp"}]}


def accept(**content):
    return {"action": "accept", "content": content}


async def asked(c, tool, **answers):
    """The result of a tool that asks one question, and the question."""
    c.answers = answers
    del c.asked[:]
    result = await c.call(tool)
    assert not result.get("isError"), result
    ((_, question),) = c.asked  # however often the function ran
    return text_of(result), question


@case("ask: a form, with every kind of field", **FORMS)
async def form(c):
    order = {"payer": "a@b.ch", "pieces": 3, "tip": 0.5, "warm": False, "dough": "thin", "size": "large", "note": "Hü"}
    text, question = await asked(c, "form", **{FORM: accept(**order)})
    assert json.loads(text) == {"action": "accept", "content": order}, text
    assert question["message"] == "What shall it be?", question
    schema = question["requestedSchema"]
    assert schema["type"] == "object" and sorted(schema["required"]) == ["dough", "payer", "size"], schema
    # Defaults of what is no bool, and choices that have titles of their own, came with 2025-11-25.
    later = c.revision >= "2025-11-25"
    default = lambda value: {"default": value} if later else {}  # noqa: E731
    titles = {"small": "For one", "large": "For the family"}
    choice = {"oneOf": [{"const": name, "title": title} for name, title in titles.items()]}
    named = {"enum": list(titles), "enumNames": list(titles.values())}
    assert schema["properties"] == {
        "payer": {"type": "string", "format": "email", "description": "Who pays"},
        "pieces": {"type": "integer", "minimum": 1, "maximum": 9, "title": "Pieces"} | default(1),
        "tip": {"type": "number"} | default(2.5),
        "warm": {"type": "boolean", "default": True},
        "dough": {"type": "string", "enum": ["thin", "thick"]},
        "size": {"type": "string"} | (choice if later else named),
        "note": {"type": "string", "maxLength": 80},
    }, schema


@case("ask: a form, what is left out has its default", **FORMS)
async def defaults(c):
    text, _ = await asked(c, "form", **{FORM: accept(payer="a@b.ch", dough="thick", size="small")})
    rest = {"pieces": 1, "tip": 2.5, "warm": True, "note": None}
    assert json.loads(text)["content"] == {"payer": "a@b.ch", "dough": "thick", "size": "small"} | rest, text


@case("ask: a form, declined or closed", **FORMS)
async def no(c):
    for action in ("decline", "cancel"):
        text, _ = await asked(c, "form", **{FORM: {"action": action}})
        assert json.loads(text) == {"action": action, "content": None}, text


@case("ask: a form, several choices", **MORE)
async def several(c):
    some = {"doughs": ["thin", "thick"], "sizes": ["large"]}
    text, question = await asked(c, "choices", **{FORM: accept(**some)})
    assert json.loads(text)["content"] == some, text
    doughs, sizes = (question["requestedSchema"]["properties"][name] for name in some)
    assert doughs == {"type": "array", "items": {"type": "string", "enum": ["thin", "thick"]}}, doughs
    titled = [{"const": "small", "title": "For one"}, {"const": "large", "title": "For the family"}]
    assert sizes == {"type": "array", "items": {"anyOf": titled}, "minItems": 1, "maxItems": 2}, sizes


@case("ask: a page to open", **MORE)
async def page(c):
    for action in ("accept", "decline", "cancel"):
        text, question = await asked(c, "page", **{FORM: {"action": action}})
        assert text == action, text
        assert (question["mode"], question["url"]) == ("url", "https://example.com/pay"), question
        assert bool(question.get("elicitationId")) == (not c.modern), question


@case("ask: the model", **ASKED)
async def model(c):
    text, question = await asked(c, "model", **{MODEL: SAID})
    assert text == "small-1 says Paris", text
    (message,) = question["messages"]
    assert (message["role"], message["content"]["text"]) == ("user", "What is the capital of France?"), question
    rest = {name: question[name] for name in ("maxTokens", "systemPrompt", "temperature", "stopSequences")}
    assert rest == {"maxTokens": 100, "systemPrompt": "Be brief.", "temperature": 0.5, "stopSequences": ["END"]}, rest
    assert question["modelPreferences"]["hints"] == [{"name": "small"}], question


@case("ask: the folders", **ASKED)
async def folders(c):
    text, _ = await asked(c, "folders", **{FOLDERS: ROOTS})
    assert json.loads(text) == ["file:///home", "file:///tmp"], text


@case("ask: two questions at once, then a third", **FORMS)
async def interview(c):
    c.answers = {MODEL: SAID, FOLDERS: ROOTS, FORM: accept(name="Ada")}
    assert text_of(await c.call("interview")) == "Ada"
    *first, (method, question) = c.asked
    assert sorted(method for method, _ in first) == [FOLDERS, MODEL], c.asked
    assert (method, question["message"]) == (FORM, "Paris (2 folders)"), c.asked


@case("ask: progress between the questions", **FORMS | {"without": NO_STREAM})
async def progress(c):
    heard = []
    c.answers = {MODEL: SAID, FOLDERS: ROOTS, FORM: accept(name="Ada")}
    assert text_of(await c.call("interview", on_progress=lambda done, *_: heard.append(done))) == "Ada"
    # Each round is a request of its own, and the function runs from its start.
    assert heard == ([1, 1, 2, 1, 2] if c.modern else [1, 2]), heard


@case("ask: prompts and resources ask too", **FORMS)
async def others(c):
    c.answers = {FORM: accept(name="Bob")}
    (message,) = (await c.prompt("dictate"))["messages"]
    assert message["content"]["text"] == "Write to Bob.", message
    (contents,) = (await c.read("fixture://visitor"))["contents"]
    assert contents["text"] == "Bob", contents


@case("ask: an error for an answer reaches the function", **IN_SESSIONS)
async def refused(c):
    c.answers = {MODEL: RpcError(-1, "not today")}
    result = await c.call("model")
    assert result["isError"] is True and "not today" in text_of(result) and "-1" in text_of(result), result


@case("ask: a cancelled call takes its question back", **IN_SESSIONS)
async def taken_back(c):
    if not c.hears_withdrawal:
        raise Cannot("this client does not hear that a question is taken back")
    key, never = next(KEYS), asyncio.get_running_loop().create_future()
    c.answers = {MODEL: never}
    await c.abandon("ponder", {"key": key}, running=lambda: becomes(c, key, "running"))
    await becomes(c, key, "cancelled")
    await until(never.cancelled, "the end of the question")


@case("ask: a client that cannot is told so")
async def cannot(c):
    forms, pages = ({"elicitation": {mode: {}}} for mode in ("form", "url"))
    missing = {"form": forms, "page": pages, "model": {"sampling": {}}, "folders": {"roots": {}}}
    for tool, capability in missing.items():
        if c.modern:
            error = await refusal(c.call(tool), -32021)
            assert error.data == {"requiredCapabilities": capability}, error.data
            continue
        result = await c.call(tool)
        # Early releases of the Python SDK declare what they cannot, and refuse it.
        reason = "no stream" if c.lane.transport == "stateless" else "support"
        assert result["isError"] is True and reason in text_of(result), result
    assert not c.asked, c.asked
