"""The client in Rust: a workspace of its own, so that its features and ours are never unified."""

import os
import subprocess
from pathlib import Path

MANIFEST = Path(__file__).parent / "rmcp" / "Cargo.toml"


def build(work):
    """Builds the client; the path of its binary."""
    target = Path(work) / "rmcp"
    command = ["cargo", "build", "--quiet", "--locked", "--manifest-path", MANIFEST, "--target-dir", target]
    environment = {key: value for key, value in os.environ.items() if key != "CARGO_TARGET_DIR"}
    if subprocess.run(command, env=environment).returncode:
        raise SystemExit("interop: the rmcp client does not build")
    return target / "debug" / "interop-rmcp"
