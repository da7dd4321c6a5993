"""What the three transports have in common: messages out, messages in."""

import asyncio
from abc import ABC, abstractmethod


class WireError(Exception):
    """The transport did not behave."""


class Channel(ABC):
    def __init__(self):
        self.deliver = lambda message: None  # takes what comes in
        self.broken_rules = []
        self.revision = None  # set once it is negotiated

    @abstractmethod
    async def request(self, message, answered):
        """Sends a request; returns when `answered`, a future, is done. Cancelled: hangs up where the transport can."""

    @abstractmethod
    async def notify(self, message):
        """Sends a notification."""

    async def ready(self):
        """The handshake is over."""

    @abstractmethod
    async def close(self):
        """Hangs up."""


async def within(seconds, awaitable, what):
    """`awaitable`, or an error that says what was waited for."""
    try:
        return await asyncio.wait_for(awaitable, seconds)
    except asyncio.TimeoutError:
        raise TimeoutError(f"{what}: nothing within {seconds} s") from None
