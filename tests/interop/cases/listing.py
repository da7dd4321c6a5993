"""The four lists: complete, in order, page by page, with the fields of the revision and no others."""

from . import case, refusal

TOOLS = (
    "audio choices crowd echo embedded fail fate folders form image interview knock link list log meet mixed model "
    "nothing notify number page panic panic_later ponder print print_by_child progress rest sleep structured stutter "
    "text touch vary wait whoami work"
).split()

# Which revision brought a member of a tool, resource or prompt.
SINCE = {"annotations": "2025-03-26", "title": "2025-06-18", "outputSchema": "2025-06-18", "_meta": "2025-06-18", "icons": "2025-11-25"}


async def walk(c, kind):
    """Every item of a list, page by page."""
    items, cursor, pages = [], None, 0
    while True:
        page = await c.page(kind, cursor)
        pages += 1
        assert 1 <= len(page[kind]) <= 2, f"page {pages} has {len(page[kind])} {kind}"
        assert pages <= 50, f"{kind} do not end"
        items += page[kind]
        if (cursor := page.get("nextCursor")) is None:
            return items


async def complete(c, kind, key, names):
    first = [item[key] for item in await walk(c, kind)]
    assert first == names, f"expected {names}, got {first}"
    assert [item[key] for item in await walk(c, kind)] == first, "another order the second time"


@case("list tools, page by page")
async def tools(c):
    await complete(c, "tools", "name", TOOLS)


@case("list resources, page by page")
async def resources(c):
    await complete(c, "resources", "uri", [f"fixture://{name}" for name in ("note", "pixel", "settings", "visitor")])


@case("list resource templates, page by page")
async def templates(c):
    names = ["fixture://double/{of}", "fixture://files{/path*}", "fixture://greeting/{language}{?name}"]
    await complete(c, "resourceTemplates", "uriTemplate", names)


@case("list prompts, page by page")
async def prompts(c):
    await complete(c, "prompts", "name", ["dictate", "discuss", "letter", "summarise"])


@case("a cursor of no one is refused")
async def bad_cursor(c):
    for kind in ("tools", "resources", "resourceTemplates", "prompts"):
        await refusal(c.page(kind, "not a cursor"), -32602)


@case("fields of a tool, by revision")
async def tool_fields(c):
    tools = {tool["name"]: tool for tool in await walk(c, "tools")}
    text, structured = tools["text"], tools["structured"]
    assert text["description"] == "Says hello." and text["inputSchema"]["type"] == "object", text
    members(text, c.revision, "title", "annotations", "icons", "_meta")
    members(structured, c.revision, "outputSchema")
    if "annotations" in text:
        assert text["annotations"]["readOnlyHint"] is True, text
    if "icons" in text:
        icon = {"src": "https://example.com/text.png", "mimeType": "image/png", "sizes": ["48x48"]}
        assert text["icons"] == [icon], text
    if "outputSchema" in structured:
        assert structured["outputSchema"]["properties"].keys() == {"name", "height"}, structured
    assert "outputSchema" not in text, text
    echo = tools["echo"]["inputSchema"]
    assert sorted(echo["required"]) == ["at", "colour", "name", "tags"], echo
    assert echo["properties"]["limit"]["description"] == "How many at most", echo
    assert echo["properties"]["colour"]["enum"] == ["red", "green"], echo


@case("fields of resources and prompts, by revision")
async def other_fields(c):
    note, pixel, *_ = await walk(c, "resources")
    assert note["name"] == "note" and note["description"] == "A note.", note
    assert pixel["mimeType"] == "image/png", pixel
    assert note["annotations"] == {"audience": ["user"], "priority": 0.5}, note
    members(note, c.revision, "title")
    *_, letter, summarise = await walk(c, "prompts")
    members(summarise, c.revision, "title")
    to, lines = letter["arguments"]
    assert to == {"name": "to", "description": "Who it goes to", "required": True}, to
    assert lines["name"] == "lines" and not lines.get("required"), lines


def members(item, revision, *names):
    for name in names:
        there, wanted = name in item, revision >= SINCE[name]
        assert there == wanted, f"{'a' if there else 'no'} `{name}` at {revision}: {item}"
