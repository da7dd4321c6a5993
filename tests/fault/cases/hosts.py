"""Group 1: who asks. A page that calls itself localhost, or that lets its own name lead here."""

from . import HTTP, OVER_HTTP, case, rows, turned_away

OURS = [("Host LOCALHOST", "LocalHost"), ("Host [::1]", "[::1]"), ("Host with another port", "localhost:1")]
FOREIGN = [
    ("Host evil.example", "evil.example", "--allow-host evil.example"),
    ("Host localhost.evil", "localhost.evil", "--allow-host localhost.evil"),
    ("Host 127.0.0.1.evil", "127.0.0.1.evil", "--allow-host 127.0.0.1.evil"),
    ("Host null", "null", "--allow-host null"),
    ("Host with a user", "localhost@evil.example", "is no host"),
    ("Host empty", "", "is no host"),
    ("Host EVIL.EXAMPLE", "EVIL.EXAMPLE", "--allow-host"),
    ("Host missing", None, "Host header is missing"),
]
ORIGINS = [
    ("Origin evil.example", "https://evil.example", "--allow-origin https://evil.example"),
    ("Origin localhost.evil", "http://localhost.evil", "--allow-origin http://localhost.evil"),
    ("Origin 127.0.0.1.evil", "http://127.0.0.1.evil", "--allow-origin http://127.0.0.1.evil"),
    ("Origin null", "null", "--allow-origin '*'"),
    ("Origin of an extension", "chrome-extension://localhost", "--allow-origin '*'"),
]


@rows(1, OURS, on=OVER_HTTP)
def served(at, host):
    assert at.knock({"Host": host}).status == 200


@rows(1, FOREIGN, on=OVER_HTTP)
def not_served(at, host, says):
    turned_away(at.knock({"Host": host}), 403, says)


@rows(1, ORIGINS, on=OVER_HTTP)
def not_answered(at, origin, says):
    turned_away(at.knock({"Origin": origin}), 403, says)
    turned_away(at.knock({"Origin": origin}, method="OPTIONS"), 403, says)


@case(1, "Host twice", on=OVER_HTTP)
def host_twice(at):
    turned_away(at.knock([("Host", "localhost"), ("Host", "localhost")]), 403, "is repeated")


@case(1, "Origin twice", on=OVER_HTTP)
def origin_twice(at):
    turned_away(at.knock([("Origin", "http://localhost"), ("Origin", "http://localhost")]), 403, "is repeated")


@case(1, "target of another name", on=HTTP)
def target(at):
    turned_away(at.knock(path="http://evil.example/mcp"), 403, "--allow-host evil.example")


@case(1, "allowed host at another port", on=OVER_HTTP, flags=("--allow-host", "other.example:8443"))
def another_port(at):
    assert at.knock({"Host": "other.example:8443"}).status == 200
    turned_away(at.knock({"Host": "other.example:1"}), 403, "--allow-host")


@case(1, "health asked under any host", on=OVER_HTTP)
def health(at):
    for path in ("/healthz", "/readyz"):
        with at.connection() as connection:
            assert connection.ask("GET", path, {"Host": "10.0.0.7:8000"}).status == 200, path
