"""Times as people write and read them."""

from __future__ import annotations

from datetime import UTC, datetime

from fsm_bootstrap.cli.exits import CommandError, Exit
from fsm_bootstrap.durations import seconds_of

_UNITS = (("d", 86_400), ("h", 3600), ("m", 60))


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


def span(seconds: float) -> str:
    """A duration in its two largest units: ``2d 23h``, ``4m 10s``, ``1.5s``."""
    if seconds < 60:
        return f"{seconds:.1f}".removesuffix(".0") + "s"
    rest = int(seconds)
    parts: list[str] = []
    for unit, size in _UNITS:
        amount, rest = divmod(rest, size)
        if amount or parts:
            parts.append(f"{amount}{unit}")
    parts.append(f"{rest}s")
    return " ".join(part for part in parts[:2] if part[0] != "0" or len(parts) == 1)


def relative(at: float, now: float) -> str:
    """How far a time lies ahead, or back."""
    return f"in {span(at - now)}" if at > now else f"{span(now - at)} ago"
