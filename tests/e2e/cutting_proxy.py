"""A connection between a client and a server that breaks now and then."""

from __future__ import annotations

import random
import socket
from collections.abc import Generator
from contextlib import closing, contextmanager, suppress
from threading import Thread
from typing import NamedTuple


class Cuts(NamedTuple):
    """How often, as shares of the requests."""

    requests: float
    """The request never arrives."""
    answers: float
    """The request arrives; its answer does not."""


@contextmanager
def cutting(port: int, cuts: Cuts, seed: int) -> Generator[int]:
    """A port that leads to the port of a server on this machine."""
    chance, links = random.Random(seed), list[socket.socket]()
    with closing(socket.create_server(("127.0.0.1", 0), backlog=64)) as listener:
        worker = Thread(target=_serve, args=(listener, port, cuts, chance, links), daemon=True)
        worker.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            worker.join(20)
            for link in links:
                _end(link)


def _serve(listener: socket.socket, port: int, cuts: Cuts, chance: random.Random, links: list[socket.socket]) -> None:
    while True:
        try:
            client, _ = listener.accept()
        except OSError:
            return
        server = socket.create_connection(("127.0.0.1", port))
        links += [client, server]
        Thread(target=_carry, args=(client, server, cuts.requests, chance), daemon=True).start()
        Thread(target=_carry, args=(server, client, cuts.answers, chance), daemon=True).start()


def _carry(giver: socket.socket, taker: socket.socket, share: float, chance: random.Random) -> None:
    with suppress(OSError):  # the other end is gone
        while data := giver.recv(65_536):
            if chance.random() < share:
                break
            taker.sendall(data)
    _end(giver)
    _end(taker)


def _end(link: socket.socket) -> None:
    with suppress(OSError):  # it is over already
        link.shutdown(socket.SHUT_RDWR)
    link.close()
