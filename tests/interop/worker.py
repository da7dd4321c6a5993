"""Runs the cases of one Python client over all its lanes. One JSON object a line on stdout: what came of a case."""

import argparse
import asyncio
import functools
import json
import logging
import ssl
import sys
import time
import traceback
from contextlib import nullcontext
from pathlib import Path

import cases
from clients import Cannot, module_of
from lanes import PARTIES, lanes
from servers import Servers

CASE_SECONDS = 20
LANES_AT_ONCE = 2


# Every HTTP client would read all the certificate authorities of the machine again, for servers without TLS.
ssl.create_default_context = functools.cache(ssl.create_default_context)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--client", choices=PARTIES, required=True)
    parser.add_argument("--bin-dir", required=True)
    parser.add_argument("--work-dir", required=True)
    parser.add_argument("--bridge", help="the program that is the client, where it is not in Python")
    parser.add_argument("--only", action="append", default=[])
    asyncio.run(run(parser.parse_args()))


async def run(options):
    servers = Servers(options.bin_dir, options.work_dir, options.bridge)
    logging.basicConfig(stream=servers.log)
    narrow = asyncio.Semaphore(LANES_AT_ONCE)
    connect = module_of(options.client).connect

    async def drive(lane):
        async with narrow:
            for case in cases.load().values():
                told = f"{lane} {case.name}"
                if all(part in told for part in options.only) and not case.absence(lane.transport, lane.revision):
                    await attempt(case, lane, connect, servers)

    try:
        await asyncio.gather(*map(drive, lanes(options.client)))
    finally:
        for wrong in await servers.stop():
            report("servers end in good order", None, "fail", wrong)


async def attempt(case, lane, connect, servers):
    """A case on a connection of its own."""
    started = time.monotonic()

    async def body():
        reached = getattr(servers, case.reach)() if case.reach else nullcontext(servers)
        async with reached as there, connect(lane, there, case) as client:
            client.servers = there
            await case.body(client)

    try:
        await asyncio.wait_for(body(), CASE_SECONDS)
        outcome, detail = "pass", ""
    except Exception as error:
        cause = innermost(error)
        outcome, detail = ("cannot", str(cause)) if isinstance(cause, Cannot) else ("fail", explain(cause))
    report(case.name, lane, outcome, detail, ms=round(1000 * (time.monotonic() - started)))


def innermost(error):
    """The one error in a group, or the one behind the error that a library made of it."""
    while isinstance(error, BaseExceptionGroup):
        error = next((one for one in error.exceptions if not isinstance(one, Cannot)), error.exceptions[0])
    return error


def explain(error):
    if isinstance(error, asyncio.TimeoutError) and not str(error):
        return f"not over within {CASE_SECONDS} s"
    frames = traceback.extract_tb(error.__traceback__)
    here = Path(__file__).parent
    ours = [frame for frame in frames if here in Path(frame.filename).parents]
    place = f"{Path(ours[-1].filename).relative_to(here)}:{ours[-1].lineno}: " if ours else ""
    said = str(error) or (ours[-1].line if ours else "")
    return f"{place}{type(error).__name__}: {said}"


def report(case, lane, outcome, detail="", ms=0):
    where = {"transport": lane.transport, "revision": lane.revision} if lane else {}
    print(json.dumps({"case": case, "outcome": outcome, "detail": detail, "ms": ms} | where), flush=True)


if __name__ == "__main__":
    sys.exit(main())
