"""When a message that was not acknowledged comes back from a queue that counts its receives."""

from __future__ import annotations

from typing import Final

_FIRST: Final = 1
_LONGEST: Final = 60
"""Seconds: a queue that gives a message up after 100 receives keeps it through an outage of an hour and a half."""


def comeback(received: int) -> int:
    """Seconds until a message that was received so often is delivered again: 1, 2, 4, ... 60.

    Always the shortest wait would use up its receives, and make a dead letter of it, within minutes.
    """
    return min(_FIRST << min(max(0, received - 1), 6), _LONGEST)
