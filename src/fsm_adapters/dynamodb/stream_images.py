"""The messages in the records of a table's stream."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from fsm_adapters._wire.message import decode
from fsm_adapters.dynamodb import attributes
from fsm_adapters.dynamodb.items import emitted
from fsm_ports import Message


def message_in(record: Mapping[str, object]) -> Message | None:
    """The message in a stream record, as `GetRecords` or an event of Lambda gives it; None where it bears none.

    * An item of a stream table has the message's text in `payload`, as in the original framework.
    * An item of a checkpoint table is a message while it bears an `emit`: the write that set it was a commit, a resume
      or a touch of a running record.  Every other write removes it.
    * A removal, and an item of any other kind, is none.
    """
    change = record.get("dynamodb")
    if record.get("eventName") == "REMOVE" or not isinstance(change, dict):
        return None
    image = cast("Mapping[str, object]", change).get("NewImage")
    return _message(cast("Mapping[str, object]", image)) if isinstance(image, dict) else None


def _message(image: Mapping[str, object]) -> Message | None:
    text = _text(image, attributes.PAYLOAD)
    return decode(text) if text is not None else emitted(image)


def _text(image: Mapping[str, object], name: str) -> str | None:
    value = image.get(name)
    if not isinstance(value, dict):
        return None
    text = cast("Mapping[str, object]", value).get("S")
    return text if isinstance(text, str) else None
