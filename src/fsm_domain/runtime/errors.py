"""What a caller of the client, the operator or the recoverer may meet, beside the port errors.

::

    FsmError
    |- Conflict         someone else moved the machine first, or it cannot do that now
    |  `- InboxFull     it would keep the event for later, and has no room for it
    |- NotFound         there is no such instance, or no such step of it
    |- UnknownEvent     no state of the machine handles an event of that name
    `- UnknownMachine   no machine of that name is registered
"""

from __future__ import annotations


class FsmError(Exception):
    """Nothing was changed; the message says why and what to do."""


class Conflict(FsmError):
    """The instance is not where the caller thinks; the message says what it is doing."""


class InboxFull(Conflict):
    """The instance would keep the event for a later wait; its inbox has no room for it."""

    def __init__(self, message: str, size: int) -> None:
        super().__init__(message)
        self.size = size
        """Bytes that the event would take."""


class NotFound(FsmError):
    """No checkpoint store has a record of that correlation id; or no history of that step."""


class UnknownEvent(FsmError):
    """No state of the machine handles an event of that name."""


class UnknownMachine(FsmError):
    """No machine of that name is registered in this process."""
