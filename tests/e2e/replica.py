"""An emulator's region as it is seen from another one: what a replica of a table is to its users."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from tests.backends.backend import Backend


@contextmanager
def seen_as(backend: Backend, region: str, other: str) -> Generator[str]:
    """The URL of a server that answers for `region` with what `other` holds."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name: value.replace(region, other) for name, value in self.headers.items() if name != "Host"}
            request = urllib.request.Request(backend.endpoint, data=body, headers=headers, method="POST")
            try:
                with urllib.request.urlopen(request, timeout=10.0) as answer:
                    self._hand_on(answer.status, answer.read())
            except urllib.error.HTTPError as refused:
                with refused:
                    self._hand_on(refused.code, refused.read())

        def _hand_on(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.0")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Not into the output of the tests."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join(10.0)
