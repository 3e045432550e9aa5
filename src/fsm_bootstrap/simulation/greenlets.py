"""As much of greenlet, which comes without types, as the kernel uses."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Protocol, cast


class Greenlet(Protocol):
    """A function that can be left in the middle, and gone on with later."""

    @property
    def dead(self) -> bool: ...

    @property
    def parent(self) -> Greenlet | None:
        """Who started it; None for the one that was there from the beginning."""

    def switch(self) -> object:
        """Go on there; returns when somebody switches back here."""

    def throw(self) -> object:
        """End it where it stands, by raising GreenletExit there."""


class _Module(Protocol):
    def greenlet(self, run: Callable[[], None]) -> Greenlet: ...
    def getcurrent(self) -> Greenlet: ...


_module = cast("_Module", import_module("greenlet"))

make = _module.greenlet
current = _module.getcurrent
