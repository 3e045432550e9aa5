"""A server that misbehaves: it says nothing, the wrong thing, or good-bye."""

from __future__ import annotations

import socket
from collections.abc import Generator, Sequence
from contextlib import closing, contextmanager, suppress
from threading import Thread

PATIENCE = 20.0
"""Seconds that it has for ending."""


@contextmanager
def misbehaving(answers: Sequence[bytes] | None) -> Generator[int]:
    """The port of a server that gives one answer to each request, and closes when it has none left.

    None: it never answers at all.
    """
    with closing(socket.create_server(("127.0.0.1", 0), backlog=32)) as listener:
        links = list[socket.socket]()
        worker = Thread(target=_serve, args=(listener, answers, links))
        worker.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            for link in links:
                with suppress(OSError):  # it is over already
                    link.shutdown(socket.SHUT_RDWR)
                link.close()
            worker.join(PATIENCE)
            assert not worker.is_alive()


def _serve(listener: socket.socket, answers: Sequence[bytes] | None, links: list[socket.socket]) -> None:
    while True:
        try:
            link, _ = listener.accept()
        except OSError:
            return
        links.append(link)
        if answers is None:
            continue
        try:
            for answer in answers:
                if not link.recv(65536):
                    break
                link.sendall(answer)
            else:
                link.recv(65536)
        except OSError:
            pass
        link.close()
