"""One module a client; each has `connect(lane, servers, case)`, an async context manager that gives a `Client`."""

from importlib import import_module

from .base import Cannot, Client, RpcError

__all__ = ["Cannot", "Client", "RpcError", "module_of"]


def module_of(client):
    """The module that drives a client, imported when asked: each runs in an environment of its own."""
    if client.startswith("mcp-"):
        return import_module(".sdk2" if client.startswith("mcp-2.") else ".sdk1", __name__)
    return import_module(f".{client.partition('-')[0]}", __name__)
