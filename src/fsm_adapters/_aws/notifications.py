"""What SNS puts around a message for a queue."""

from __future__ import annotations

import json


def unwrapped(body: str) -> str:
    """The message itself; the body, unless it is a notification of SNS (a subscription without raw delivery).

    Never raises: whoever may send to the queue chooses the body.
    """
    if not body.startswith("{") or '"Notification"' not in body:
        return body
    try:
        envelope = json.loads(body)
    except (ValueError, RecursionError):
        return body
    inner = envelope.get("Message") if envelope.get("Type") == "Notification" else None
    return inner if isinstance(inner, str) else body
