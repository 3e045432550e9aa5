"""Times as people write and read them."""

from __future__ import annotations

from datetime import UTC, datetime

from fsm_bootstrap.cli.exits import CommandError, Exit
from fsm_bootstrap.durations import seconds_of, span


def since(text: str | None, now: float) -> float | None:
    """Epoch seconds of a time in ISO 8601, in UTC unless it says otherwise, or of a duration such as ``2h`` ago.

    Raises:
        CommandError: it is neither.
    """
    if text is None:
        return None
    ago = seconds_of(text)
    if ago is not None:
        return now - ago
    try:
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo is not None else at.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        message = f"--since {text}: this is neither a duration nor a time"
        raise CommandError(Exit.USAGE, message, "such as 90s, 2h, 3d; or 2026-01-31, 2026-01-31T12:00+01:00") from None


def relative(at: float, now: float) -> str:
    """How far a time lies ahead, or back."""
    return f"in {span(at - now)}" if at > now else f"{span(now - at)} ago"
