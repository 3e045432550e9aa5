"""The items of a retry table."""

from __future__ import annotations

import hashlib
from typing import Final, NamedTuple

from fsm_adapters.dynamodb import attributes
from fsm_adapters.dynamodb.types import (
    RANGE_KEY_BYTES,
    Item,
    key_text,
    number,
    number_at,
    required_number,
    required_text,
    text,
    text_at,
)
from fsm_ports import Message, Unreadable

SHARDS: Final = 16
"""Partitions of a table, as the original framework has them."""

_NAME_BYTES: Final = RANGE_KEY_BYTES - 128
"""What the instance and its step may take of a key; the rest is for position and retry number."""


class Entry(NamedTuple):
    """An entry as it was found.  Numbers are kept as the table wrote them: they are compared, not reckoned with."""

    partition: str
    key: str
    nonce: str | None
    """None: the original framework wrote it, or a stranger."""
    run_at: str
    payload: str | None
    claimed: bool
    """Somebody has had it and did not settle it."""
    received: int
    item: Item


def partition_of(message: Message, shards: int) -> int:
    """The partition of a message: that of the original framework, whose tables have 16."""
    return int(_digest(message.text if isinstance(message, Unreadable) else message.correlation_id), 16) % shards


def new_item(message: Message, payload: str, run_at: float, nonce: str, shards: int) -> Item:
    """The item of an entry that nobody has claimed yet."""
    return {
        attributes.PARTITION: number(partition_of(message, shards)),
        attributes.CORRELATION_ID_STEPS: text(_key(message, nonce)),
        attributes.RUN_AT: number(run_at),
        attributes.PAYLOAD: text(payload),
        attributes.NONCE: text(nonce),
    }


def entry_of(item: Item) -> Entry:
    """The entry in an item of the index, which has all its keys."""
    return Entry(
        partition=required_number(item, attributes.PARTITION),
        key=required_text(item, attributes.CORRELATION_ID_STEPS),
        nonce=text_at(item, attributes.NONCE),
        run_at=required_number(item, attributes.RUN_AT),
        payload=text_at(item, attributes.PAYLOAD),
        claimed=attributes.CLAIM in item,
        received=int(number_at(item, attributes.RECEIVED)),
        item=item,
    )


def _key(message: Message, nonce: str) -> str:
    """Instance and step as in the original, then what tells entries of one step apart.

    A message sent on is known by position and retry number: sent again, it takes its own place.  One without a position
    is known by nothing, and never takes another's.
    """
    if isinstance(message, Unreadable):
        return f"unreadable#{nonce}"
    name = key_text(f"{message.correlation_id}-{message.step}", _NAME_BYTES)
    which = f"{_digest(message.position)[:32]}" if message.position else f"+{nonce}"
    return f"{name}#{message.retries}#{which}"


def _digest(value: str) -> str:
    return hashlib.sha256(value.encode(errors="backslashreplace")).hexdigest()
