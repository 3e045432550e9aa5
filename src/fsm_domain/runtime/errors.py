"""What a caller of the client, the operator or the recoverer may meet, beside the port errors.

::

    FsmError
    |- Conflict         someone else moved the machine first, or it cannot do that now
    |- NotFound         there is no such instance, or no such step of it
    |- UnknownEvent     no state of the machine handles an event of that name
    `- UnknownMachine   no machine of that name is registered
"""

from __future__ import annotations


class FsmError(Exception):
    """Nothing was changed; the message says why and what to do."""


class Conflict(FsmError):
    """The instance is not where the caller thinks; the message says what it is doing."""


class NotFound(FsmError):
    """No checkpoint store has a record of that correlation id; or no history of that step."""


class UnknownEvent(FsmError):
    """No state of the machine handles an event of that name."""


class UnknownMachine(FsmError):
    """No machine of that name is registered in this process."""
