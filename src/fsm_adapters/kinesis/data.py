"""Between messages and the bytes of a Kinesis record."""

from __future__ import annotations

import hashlib
from typing import Final

from fsm_ports import Message, Unreadable

LONGEST_KEY: Final = 256
"""Characters of a partition key."""


def text_of(data: bytes) -> str:
    """The record's text; bytes that are no UTF-8 stay visible in it, as ``\\xff``."""
    return data.decode(errors="backslashreplace")


def partition_key(message: Message) -> str:
    """All messages of a machine instance go to one shard, in order."""
    if isinstance(message, Unreadable):
        return hashlib.sha256(message.text.encode(errors="replace")).hexdigest()
    return key_of(message.correlation_id)


def key_of(correlation_id: str) -> str:
    """The partition key of a machine instance."""
    if len(correlation_id) <= LONGEST_KEY:
        return correlation_id
    return hashlib.sha256(correlation_id.encode()).hexdigest()
