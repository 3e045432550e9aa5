"""How a port says that it could not do as asked.

The three `PortError`s are *values*: an operation returns one in the place of the item's result and raises nothing.
They are told apart by what the caller does next, never by technology::

    PortError
    |- PortUnavailable   nothing happened: go elsewhere, or come back later
    |- OutcomeUnknown    it may have happened: do it again, here or elsewhere
    `- PortRejected      this item can never succeed: do not repeat it
    PortMisconfigured    raised, at start-up only: a person has to change a setting
"""

from __future__ import annotations


class PortError(Exception):
    """Not done, as far as is known.  Every port operation may be repeated.

    An exception only so that a caller at the edge (a client, a command line) can raise it; ports return it.
    """

    def __init__(self, reason: str = "", source: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        """What happened, for a person; holds no payload and no secret."""
        self.source = source
        """The back end that said so, such as ``sqlite:///.fsm/fsm.db``; empty where unknown."""

    def __str__(self) -> str:
        return f"{self.source}: {self.reason}" if self.source else self.reason


class PortUnavailable(PortError):
    """It did not happen, and another back end, or a later time, may do better."""


class OutcomeUnknown(PortError):
    """It may have happened; nobody may go on as if it had, or as if it had not."""


class PortRejected(PortError):
    """This item can never succeed (too large, illegal key): do not repeat it.  Its neighbours are not affected."""


class PortMisconfigured(Exception):
    """A back end cannot be used as it is set up; the message names the setting and the remedy.  Raised at start-up."""
