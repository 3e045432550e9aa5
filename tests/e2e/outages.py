"""Servers in the place of AWS that are down, each in its own way."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

from tests.backends.processes import free_port
from tests.wayward_server import misbehaving

_ANSWERS: Final = {
    "failing": (500, b'{"__type": "InternalFailure", "message": "out of order"}'),
    "throttled": (400, b'{"__type": "ThrottlingException", "message": "slow down"}'),
    "garbled": (200, b"<html>it works!"),
}

OUTAGES: Final = ("refused", "silent", *_ANSWERS)


@contextmanager
def outage(kind: str) -> Generator[str]:
    """The URL of a service that is down."""
    if kind == "refused":
        yield f"http://127.0.0.1:{free_port()}"
        return
    with misbehaving(None if kind == "silent" else [_answer(*_ANSWERS[kind])]) as port:
        yield f"http://127.0.0.1:{port}"


def _answer(status: int, body: bytes) -> bytes:
    head = f"HTTP/1.1 {status} X\r\nContent-Type: application/x-amz-json-1.0\r\nContent-Length: {len(body)}\r\n"
    return f"{head}Connection: close\r\n\r\n".encode() + body
