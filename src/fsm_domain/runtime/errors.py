"""What a caller of the client, the operator or the recoverer may meet, beside the port errors.

::

    FsmError
    |- Conflict         someone else moved the machine first, or it cannot do that now
    |- NotFound         there is no such instance
    `- UnknownMachine   no machine of that name is registered
"""

from __future__ import annotations


class FsmError(Exception):
    """Nothing was changed; the message says why and what to do."""


class Conflict(FsmError):
    """The instance is not where the caller thinks; the message says what it is doing."""


class NotFound(FsmError):
    """No checkpoint store has a record of that correlation id."""


class UnknownMachine(FsmError):
    """No machine of that name is registered in this process."""
