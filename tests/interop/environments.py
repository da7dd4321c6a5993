"""A Python environment for each release of the SDK, made once and kept until its pins change."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def requirements():
    """The pinned clients, by name."""
    return {path.stem: path for path in sorted((HERE / "requirements").glob("*.txt"))}


def make(name, target):
    """The Python of an environment."""
    pins = requirements()[name]
    version = "%d.%d" % sys.version_info[:2]
    key = hashlib.sha256(pins.read_bytes() + version.encode()).hexdigest()[:12]
    folder = Path(target) / f"venv-{name}"
    python, stamp = folder / "bin" / "python", folder / "pins"
    if stamp.exists() and stamp.read_text() == key and python.exists():
        return python
    print(f"interop: making {folder}", file=sys.stderr, flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    _run(sys.executable, "-m", "venv", folder)
    # The pins are the whole closure: nothing is left to resolve.
    _run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "-r", pins)
    stamp.write_text(key)
    return python


def _run(*command):
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        raise SystemExit(f"interop: {' '.join(map(str, command))} failed:\n{done.stdout}")
