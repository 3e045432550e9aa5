"""Names of attributes and indexes that several modules have to spell alike; the original framework's, if it has one."""

from __future__ import annotations

from typing import Final

CORRELATION_ID: Final = "correlation_id"
"""Key of checkpoint, stream and history tables."""
PAYLOAD: Final = "payload"
"""The message, as its JSON text, in stream and retry tables."""
TIMEOUT: Final = "timeout"
"""Whole epoch seconds after which the table may forget the item: what a TTL is set on."""

TIMESTAMP: Final = "timestamp"
"""Stream table: epoch seconds of the sending."""
NONCE: Final = "nonce"
"""Fresh at each sending.  Stream table: an item that is written unchanged makes no stream record.  Retry table: what is
done with one message must not touch the one that has taken its place."""

PARTITION: Final = "partition"
"""Hash key (N) of a retry table: which shard of it."""
CORRELATION_ID_STEPS: Final = "correlation_id_steps"
"""Range key (S) of a retry table."""
RUN_AT: Final = "run_at"
"""Retry table: epoch seconds (N) from which an entry is due; while it is claimed, the end of the claim."""
CLAIM: Final = "claim"
"""Retry table: who has the entry, and under which claim; absent once that was settled."""
RECEIVED: Final = "received"
"""Retry table: times delivered (N)."""
RETRIES_INDEX: Final = "retries"
"""Local index of a retry table on `RUN_AT`."""

CKEY: Final = "ckey"
"""Key of a cache table."""
OWNER: Final = "owner"
UNTIL: Final = "until"
"""Cache table: epoch seconds (N) of the end of a lease."""
FENCE: Final = "fence"

GUID: Final = "guid"
"""Key of an environment table."""
ENVIRONMENT: Final = "environment"
"""Environment table: the environment as JSON text."""

EXPIRES_AT: Final = "expires_at"
"""Environment table: epoch seconds after which the environment is not shown."""

ENTRY: Final = "entry"
"""Range key (S) of a history table: step, time and kind, so that its order is theirs."""

FIND: Final = "find"
"""Checkpoint table: ``machine#status#shard``, hash key (S) of the index of the same name."""
FIND_INDEX: Final = "find"
STARTED_AT: Final = "started_at"
"""Checkpoint table: epoch seconds (N), range key of the index `FIND_INDEX`."""
