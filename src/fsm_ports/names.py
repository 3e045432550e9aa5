"""Words that several layers must spell alike."""

from __future__ import annotations

from typing import Final

PSEUDO_INIT: Final = "pseudo_init"
"""State and event of record 0: the machine has been started and has run nothing yet."""

DEADLINE_EVENT: Final = "@deadline"
"""The event that a waiting state's deadline raises; no user event may begin with ``@``."""

EVENT_POSITION: Final = "event:"
"""Prefix of the position that an outside event gives to the commit it causes."""

REDRIVE_POSITION: Final = "redrive:"
"""Prefix of the position that an operator's redrive gives to its commit."""

RESUME_POSITION: Final = "resume:"
"""Prefix of the position that a resume gives to the record, and so to the message by which the record goes on."""

DEFINITIONS: Final = "@definition"
"""In the place of a machine's name: of the records that keep definitions.  No user's machine may have this name."""

CONTAINER_VARIABLE: Final = "FSM_CONTAINER"
"""Environment variable by which a container knows what it works for: JSON of id, step and event id."""

CONTAINER_ENVIRONMENT_VARIABLE: Final = "FSM_CONTAINER_ENVIRONMENT"
"""Environment variable that names, in the environment store, the rest of a container's environment."""

INBOX_EVENTS: Final = 100
"""Events that an inbox holds at most."""

INBOX_BYTES: Final = 65_536
"""UTF-8 bytes of name, id and data that an inbox holds at most."""

SEEN_EVENTS: Final = 100
"""Ids of accepted outside events that a record remembers, to drop repeats."""
