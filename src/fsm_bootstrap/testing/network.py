"""Keeps a test off the network: a machine under test talks to fakes."""

from __future__ import annotations

import socket
from collections.abc import Callable
from threading import Lock
from typing import Final, NoReturn


class NetworkBlocked(RuntimeError):
    """Code under test tried to connect, or to look up a name; the message says to what, and what to do instead."""


_TARGETS: Final[tuple[tuple[object, str], ...]] = (
    (socket.socket, "connect"),
    (socket.socket, "connect_ex"),
    (socket.socket, "sendto"),
    (socket, "getaddrinfo"),
    (socket, "gethostbyname"),
    (socket, "gethostbyname_ex"),
    (socket, "gethostbyaddr"),
    (socket, "getnameinfo"),
)
"""What is connected already, such as the socket pair of an event loop, goes on working."""

_saved: dict[tuple[object, str], object] = {}
_lock = Lock()
_blocks = 0


def block_network() -> None:
    """Until as many calls of `release_network`, every new connection and every look-up in this process raises
    `NetworkBlocked`."""
    global _blocks  # noqa: PLW0603 - sockets belong to the process, so does the count of those who block them
    with _lock:
        _blocks += 1
        if _blocks == 1:
            for target in _TARGETS:
                owner, name = target
                if name in vars(owner):  # else it is inherited, and deleting ours brings it back
                    _saved[target] = vars(owner)[name]
                setattr(owner, name, _refusal(owner, name))


def release_network() -> None:
    """Undo one `block_network`; the last one gives the network back."""
    global _blocks  # noqa: PLW0603 - as above
    with _lock:
        _blocks -= 1
        if _blocks == 0:
            for target in _TARGETS:
                owner, name = target
                if target in _saved:
                    setattr(owner, name, _saved.pop(target))
                else:
                    delattr(owner, name)


def _refusal(owner: object, name: str) -> Callable[..., NoReturn]:
    first = 1 if owner is socket.socket else 0  # the socket itself tells nobody anything

    def refuse(*arguments: object, **_: object) -> NoReturn:
        said = ", ".join(repr(argument) for argument in arguments[first:])
        raise NetworkBlocked(
            f"{name}({said}): the network is blocked while a Harness of fsm_bootstrap.testing is open; give the "
            "machine's actions a fake of what they call, or make the harness with allow_network=True"
        )

    return refuse
