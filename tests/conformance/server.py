"""The server under test: one process for each run, on a free port."""

import re
import subprocess
import threading

START_SECONDS = 10
STOP_SECONDS = 5


class Server:
    """`url` while it runs, `problems` after."""

    def __init__(self, binary, log):
        self._binary, self._log = binary, log
        self.problems = []

    def __enter__(self):
        if not self._binary.exists():
            raise SystemExit(f"conformance: {self._binary} is not built: cargo build -p examples --examples")
        command = [self._binary, "--transport", "http", "--port", "0"]
        self._process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        listening = threading.Event()
        self.url = None
        self._reader = threading.Thread(target=self._read, args=(listening,), daemon=True)
        self._reader.start()
        listening.wait(START_SECONDS)
        if not self.url:
            self._process.kill()
            raise SystemExit(f"conformance: the server does not listen: see {self._log}")
        return self

    def _read(self, listening):
        with open(self._log, "w") as log:
            for line in self._process.stderr:
                log.write(line)
                log.flush()
                if found := re.match(r"listening on (http://\S+)", line):
                    self.url = found[1]
                    listening.set()
        listening.set()

    def __exit__(self, *_):
        if self._process.poll() is not None:
            self.problems.append(f"the server died with status {self._process.returncode}")
            return
        self._process.terminate()
        try:
            if status := self._process.wait(STOP_SECONDS):
                self.problems.append(f"the server ended with status {status} after SIGTERM")
        except subprocess.TimeoutExpired:
            self._process.kill()
            self.problems.append(f"the server still ran {STOP_SECONDS} s after SIGTERM")
        self._reader.join(STOP_SECONDS)
