"""What a case may ask of any client. Results are wire JSON, whatever the client makes of them."""

import asyncio
from abc import ABC, abstractmethod
from contextlib import asynccontextmanager

NAME = "interop"

LISTS = {  # the member of a page, and the method
    "tools": "tools/list",
    "resources": "resources/list",
    "resourceTemplates": "resources/templates/list",
    "prompts": "prompts/list",
}


class RpcError(Exception):
    """An error for an answer: the server's, or the client's to a question."""

    def __init__(self, code, message, data=None):
        super().__init__(f"{code}: {message}" + (f" {data}" if data else ""))
        self.code, self.message, self.data = code, message, data


class Cannot(Exception):
    """This client has no way to do that; the grid says whether another had."""


def capabilities(lane):
    """What a client that answers every question of its revision declares."""
    modes = {"form": {}, "url": {}} if lane.revision >= "2025-11-25" else {}
    return {"roots": {}, "sampling": {}} | ({"elicitation": modes} if lane.revision >= "2025-06-18" else {})


class Client(ABC):
    """One connection."""

    hears_withdrawal = True  # whether it reads on when a question is open and the call behind it cancelled

    def __init__(self, lane):
        self.lane = lane
        self.revision = lane.revision
        self.protocol_version = None
        self.supported_versions = None  # what `server/discover` said, where it was asked
        self.server_info = {}
        self.capabilities = {}
        self.instructions = None
        self.servers = None  # how the case reaches its server
        self.logs = []  # params of `notifications/message`, oldest first
        self.changes = []  # method and URI of what it was told has changed, oldest first
        self.ended = None  # how the server ended what it listened to
        self.answers = {}  # by method: what the client says when it is asked, or the error it answers with
        self.asked = []  # method and params of what it was asked, oldest first

    @property
    def modern(self):
        return self.lane.modern

    async def answer(self, method, params):
        """What the client says to a question of the server's."""
        self.asked.append((method, params))
        said = self.answers.get(method, RpcError(-32601, f"no one answers {method}"))
        if isinstance(said, RpcError):
            raise said
        return await said if isinstance(said, asyncio.Future) else said

    async def response(self, method, params):
        """The answer as the members of a response."""
        try:
            return {"result": await self.answer(method, params)}
        except RpcError as error:
            return {"error": {"code": error.code, "message": error.message}}

    @abstractmethod
    async def page(self, kind, cursor=None):
        """One page of a list."""

    @abstractmethod
    async def call(self, tool, arguments=None, *, on_progress=None, log_level=None):
        """Calls a tool; `on_progress(progress, total, message)` asks for progress."""

    @abstractmethod
    async def read(self, uri):
        """Reads a resource."""

    @abstractmethod
    async def prompt(self, name, arguments=None):
        """Gets a prompt."""

    @abstractmethod
    async def ping(self):
        """Pings."""

    @abstractmethod
    async def set_level(self, level):
        """Sets the session's log level."""

    @abstractmethod
    async def subscribe(self, uri):
        """Subscribes to a resource, in a session."""

    @abstractmethod
    async def unsubscribe(self, uri):
        """Takes that back."""

    def listen(self, wanted):
        """`subscriptions/listen`, as a context manager that gives what the server grants."""
        raise Cannot("this client cannot listen")

    @asynccontextmanager
    async def watching(self, **wanted):
        """Hears of changes in the way of the revision; gives what the server grants."""
        if self.modern:
            async with self.listen(wanted) as granted:
                yield granted
            return
        uris = wanted.get("resourceSubscriptions", ())
        for uri in uris:
            await self.subscribe(uri)
        yield wanted
        for uri in uris:
            await self.unsubscribe(uri)

    @abstractmethod
    async def abandon(self, tool, arguments, running, *, on_progress=None):
        """Calls a tool, awaits `running()`, and cancels the call in the way of the revision and transport.

        `running()` must have seen the call itself: requests after it may take another connection and be there first.
        """

    async def request(self, method, params=None, meta=None, *, revision=None):
        """Any request; with `revision`, as a client of that revision would send it."""
        raise Cannot(f"this client sends no {method}")

    async def notify(self, method, params=None):
        """Any notification."""
        raise Cannot(f"this client sends no {method}")

    def sibling(self):
        """A second connection to the same server, nothing said yet; over stdio that is another process."""
        raise Cannot("this client says hello by itself")

    async def end(self):
        """Ends the connection in the transport's way, and proves that the server took note."""
        raise Cannot("this client does not show how a connection ended")
