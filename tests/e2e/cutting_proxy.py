"""A connection between a client and a server that breaks now and then."""

from __future__ import annotations

import random
import socket
from collections.abc import Generator
from contextlib import contextmanager, suppress
from threading import Lock, Thread
from typing import Final, NamedTuple


class Cuts(NamedTuple):
    """How often, as shares of the requests."""

    requests: float
    """The request never arrives."""
    answers: float
    """The request arrives; its answer does not."""


NEVER: Final = Cuts(0.0, 0.0)


class Proxy:
    """A port that leads to the port of a server on this machine, as long as that listens."""

    def __init__(self, target: int, cuts: Cuts, seed: int) -> None:
        self.cuts, self.cut = cuts, 0
        """How often it cuts from now on; how many connections it has cut."""
        self._target, self._chance = target, random.Random(seed)
        self._links, self._lock = set[socket.socket](), Lock()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self._thread = Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        port: int = self._listener.getsockname()[1]
        return port

    def sever(self) -> None:
        """Cut every connection there is."""
        with self._lock:
            links = list(self._links)
            self.cut += len(links) // 2
        for link in links:
            _shut(link)

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join(20)
        self._listener.close()
        with self._lock:
            links = list(self._links)
        for link in links:
            _shut(link)

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self._target))
            except OSError:  # it is down
                client.close()
                continue
            with self._lock:
                self._links |= {client, server}
            Thread(target=self._carry, args=(client, server, "requests"), daemon=True).start()
            Thread(target=self._carry, args=(server, client, "answers"), daemon=True).start()

    def _carry(self, giver: socket.socket, taker: socket.socket, what: str) -> None:
        with suppress(OSError):  # the other end is gone
            while data := giver.recv(65_536):
                if self._chance.random() < (self.cuts.requests if what == "requests" else self.cuts.answers):
                    with self._lock:
                        self.cut += 1
                    break
                taker.sendall(data)
        with self._lock:
            self._links.discard(giver)
        _shut(taker)
        _shut(giver)
        giver.close()


@contextmanager
def cutting(port: int, cuts: Cuts, seed: int) -> Generator[Proxy]:
    """A proxy for the port of a server on this machine."""
    proxy = Proxy(port, cuts, seed)
    try:
        yield proxy
    finally:
        proxy.close()


def _shut(link: socket.socket) -> None:
    with suppress(OSError):  # it is over already
        link.shutdown(socket.SHUT_RDWR)
