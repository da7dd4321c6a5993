"""The official suite: installed once from its lock file, asked for its scenarios, run."""

import contextlib
import functools
import hashlib
import json
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
PINS = ("package.json", "package-lock.json")
INSTALL_SECONDS = 600
RUN_SECONDS = 120
CPUS = {"x86_64": "x64", "aarch64": "arm64"}


def install(work):
    """The suite of the pins, in `work`."""
    key = hashlib.sha256(b"".join((HERE / pin).read_bytes() for pin in PINS)).hexdigest()[:12]
    folder, stamp = work / "suite", work / "suite" / "pins"
    if not (stamp.exists() and stamp.read_text() == key):
        print(f"conformance: making {folder}", file=sys.stderr, flush=True)
        emptied(folder)
        for pin in PINS:
            shutil.copy(HERE / pin, folder)
        # Without scripts: what is installed is what the lock file has the digest of, and nothing else.
        _call(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], folder, INSTALL_SECONDS)
        stamp.write_text(key)
    return Suite(folder / "node_modules")


def emptied(folder):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


class Suite:
    def __init__(self, modules):
        home = modules / "@modelcontextprotocol" / "conformance"
        # The suite needs Node 22, so it brings its own where there is one.
        node = modules / f"node-linux-{CPUS.get(platform.machine())}" / "bin" / "node"
        self._command = [node if node.exists() else "node", home / "dist" / "index.js"]
        self._requirements = home / "requirements"

    @functools.cached_property
    def listed(self):
        """Every scenario for servers, and what it is for: revisions, or `extension`."""
        text = _call([*self._command, "list", "--server"], None, RUN_SECONDS)
        return {name: purposes.split(",") for name, purposes in re.findall(r"- (\S+) \[(.*)\]", text)}

    def scored(self, revision):
        """What conforming to a revision requires; nothing, if the suite has no requirements for it."""
        required = re.search(r"^server:\n((?:  - .*\n|#.*\n|\n)+)", self._required(revision), re.M)
        return re.findall(r"^  - (\S+)", required[1], re.M) if required else []

    def scenarios(self, revision, selection):
        """What a selection has to run."""
        if "--requirements" in selection:
            others = re.findall(r"^  - scenario: (\S+)\n    leg: server$", self._required(revision), re.M)
            return self.scored(revision) + others
        return [name for name, purposes in self.listed.items() if revision in purposes]

    def _required(self, revision):
        path = self._requirements / f"{revision}.yaml"
        return path.read_text() if path.exists() else ""

    def run(self, revision, selection, single, url, folder):
        """Runs a selection, or none, and single scenarios at its revision. The checks of each that left results."""
        choices = [("--scenario", one, "--spec-version", revision, "--force") for one in single]
        if selection:
            choices.insert(0, selection)
        with open(folder / "suite.log", "w") as log:
            for choice in choices:
                command = [*self._command, "server", "--url", url, "-o", folder, *choice]
                # That it did not run all is seen by its results, and so is what failed: its status says no more.
                with contextlib.suppress(subprocess.TimeoutExpired):
                    subprocess.run(command, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, timeout=RUN_SECONDS)
        found = {}
        for path in sorted(folder.glob("server-*/checks.json")):
            scenario = re.fullmatch(r"server-(.+?)-\d{4}-\d\d-\d\dT[\d-]+Z", path.parent.name)[1]
            found[scenario] = json.loads(path.read_text())
        return found


def _call(command, folder, seconds):
    done = subprocess.run(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True, timeout=seconds
    )
    if done.returncode:
        raise SystemExit(f"conformance: {' '.join(map(str, command))} failed:\n{done.stdout}")
    return done.stdout
