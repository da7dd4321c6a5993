"""Group 2: what is sent and what is wanted; a form of a foreign page can send `text/plain`."""

from . import HTTP, OVER_HTTP, case, rows, turned_away

TYPES = [
    ("Content-Type text/plain", "text/plain"),
    ("Content-Type of a form", "application/x-www-form-urlencoded"),
    ("Content-Type multipart", "multipart/form-data; boundary=x"),
    ("Content-Type missing", None),
    ("Content-Type application/jsonp", "application/jsonp"),
]
METHODS = [(f"method {method}", method) for method in ("PUT", "PATCH", "TRACE", "CONNECTX")]


def posted(at, headers):
    path = at.client.path if at.transport == "sse" else "/mcp"
    with at.connection() as connection:
        return connection.ask(path=path, headers=headers, body=b"{}")


@rows(2, TYPES, on=OVER_HTTP)
def not_json(at, kind):
    turned_away(posted(at, {"Content-Type": kind}), 415, "application/json")


@case(2, "Content-Type with parameters", on=HTTP)
def parameters(at):
    assert at.knock({"Content-Type": "Application/JSON; charset=UTF-8"}).status == 200


@case(2, "Accept text/html", on=OVER_HTTP)
def html(at):
    turned_away(at.knock({"Accept": "text/html"}), 406, "Accept")


@case(2, "Accept with quality zero", on=HTTP)
def unwanted(at):
    turned_away(at.knock({"Accept": "application/json;q=0, text/event-stream;q=0"}), 406, "Accept")


@rows(2, METHODS, on=OVER_HTTP)
def method(at, method):
    response = at.knock(method=method)
    assert response.status in (405, 501), response
    assert "allow" in response.headers, response.headers


@case(2, "preflight", on=OVER_HTTP)
def preflight(at):
    headers = {"Origin": "http://localhost:5173", "Access-Control-Request-Method": "POST"}
    response = at.knock(headers, method="OPTIONS", **({} if at.transport == "sse" else {"body": b""}))
    assert response.status == 204, response
    assert response.headers["access-control-allow-origin"] == "http://localhost:5173", response.headers


@case(2, "a path nobody serves", on=OVER_HTTP)
def elsewhere(at):
    turned_away(at.knock(path="/../../etc/passwd"), 404)
