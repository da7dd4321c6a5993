"""Group 14: who may not come in. Tokens of an issuer are `it::auth` and the step `auth`."""

from . import OVER_HTTP, case, rows, turned_away

TOKEN = "correct-horse-battery-staple"
GUARDED = {"flags": ("--auth-token-env", "FAULT_TOKEN"), "env": {"FAULT_TOKEN": TOKEN}}
WRONG = [
    ("no token", 401, None),
    ("a token nobody has", 401, "Bearer nobody"),
    ("an empty token", 400, "Bearer "),
    ("the beginning of the token", 401, f"Bearer {TOKEN[:-1]}"),
    ("the token and more", 401, f"Bearer {TOKEN}x"),
    ("the token in another scheme", 401, f"Basic {TOKEN}"),
    ("a token that says it needs no signature", 401, "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0."),
    ("a token of 15 000 characters", 401, "Bearer " + "a" * 15_000),
]


@rows(14, WRONG, on=OVER_HTTP, lives=False, **GUARDED)
def wrong(at, status, value):
    response = at.knock({"Authorization": value} if value else {})
    turned_away(response, status)
    assert response.headers["www-authenticate"].startswith("Bearer"), response.headers
    assert TOKEN not in str(response.message) and TOKEN not in at.server.log


@case(14, "the token", on=OVER_HTTP, lives=False, **GUARDED)
def right(at):
    assert at.knock({"Authorization": f"Bearer {TOKEN}"}).status == 200


@case(14, "preflight without a token", on=OVER_HTTP, lives=False, **GUARDED)
def preflight(at):
    headers = {"Origin": "http://localhost:5173", "Access-Control-Request-Method": "POST"}
    assert at.knock(headers, method="OPTIONS").status == 204
