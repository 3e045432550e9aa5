"""AWS Lambda as a function's process sees it: the Runtime API, served to the real runtime client."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

PATIENCE = 20.0
"""Seconds for an answer."""
_NEXT = "/2018-06-01/runtime/invocation/next"


@dataclass(frozen=True)
class Answered:
    """What became of an invocation."""

    kind: str
    """``response``, ``error`` or ``init/error``; ``exited`` (the payload is the code) or ``timed out``: the process is
    gone."""
    payload: Any  # Any: JSON


@dataclass
class Function:
    """A function's process."""

    log: Path
    requests: queue.Queue[tuple[object, float]] = field(default_factory=queue.Queue[tuple[object, float]])
    answers: queue.Queue[Answered] = field(default_factory=queue.Queue[Answered])
    taken: threading.Event = field(default_factory=threading.Event)
    """The process has taken the request that was put last."""
    start: Callable[[], subprocess.Popen[bytes]] = field(init=False, repr=False)
    """Another process, as for the next invocation after one has gone."""
    process: subprocess.Popen[bytes] = field(init=False)

    def invoke_to_the_end(self, event: object, seconds: float) -> Answered:
        """As Lambda does it: a process that is not done in time is killed, and one that is gone is replaced."""
        self.taken.clear()
        self.requests.put((event, seconds))
        assert self.taken.wait(PATIENCE), self.lines()
        end = time.monotonic() + seconds
        while True:
            try:
                return self.answers.get(timeout=0.02)
            except queue.Empty:
                pass
            code = self.process.poll()
            if code is None and time.monotonic() < end:
                continue
            self.process.kill()
            self.process.wait()
            self.process = self.start()
            return Answered("timed out", None) if code is None else Answered("exited", code)

    def invoke(self, event: object, seconds: float = 30.0) -> Answered:
        """Its answer; `seconds` is the time that it has."""
        self.requests.put((event, seconds))
        return self.answer()

    def answer(self) -> Answered:
        try:
            return self.answers.get(timeout=PATIENCE)
        except queue.Empty:
            raise AssertionError(f"no answer; the log says: {self.log.read_text()}") from None

    def lines(self) -> list[str]:
        """What it has logged."""
        return self.log.read_text(encoding="utf-8").splitlines()


@contextmanager
def function(handler: str, environment: Mapping[str, str], folder: Path) -> Generator[Function]:
    """The runtime client with this handler, in a process of its own."""
    made = Function(folder / "function.log")

    class Api(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            assert self.path == _NEXT
            event, seconds = made.requests.get()
            if event is None:
                return self._say(b"", 500)
            made.taken.set()
            deadline = int((time.time() + seconds) * 1000)
            headers = {"Lambda-Runtime-Aws-Request-Id": "r-1", "Lambda-Runtime-Deadline-Ms": str(deadline)}
            headers["Content-Type"] = "application/json"  # without it the client says nothing, and hangs
            headers["Lambda-Runtime-Invoked-Function-Arn"] = "arn:aws:lambda:us-east-1:000000000000:function:fsm"
            return self._say(json.dumps(event).encode(), 200, headers)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            kind = "init/error" if self.path.endswith("init/error") else self.path.rsplit("/", 1)[-1]
            made.answers.put(Answered(kind, json.loads(body)))
            self._say(b"{}", 202)

        def _say(self, body: bytes, status: int, headers: Mapping[str, str] | None = None) -> None:
            self.send_response(status)
            for name, value in {**(headers or {}), "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Not into the output of the tests."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Api) as server, made.log.open("wb") as log:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        whole = {
            **os.environ, **environment, "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{server.server_port}",
            "AWS_LAMBDA_FUNCTION_NAME": "fsm", "AWS_REGION": "us-east-1", "PYTHONUNBUFFERED": "1",
        }  # fmt: skip
        command = [sys.executable, "-m", "awslambdaric", handler]

        def start() -> subprocess.Popen[bytes]:
            return subprocess.Popen(command, env=whole, cwd=folder, stdout=log, stderr=subprocess.STDOUT)

        made.start, made.process = start, start()
        try:
            yield made
        finally:
            made.requests.put((None, 0.0))
            made.process.kill()
            made.process.wait()
            server.shutdown()
            thread.join(PATIENCE)
