"""Does the original framework write into a table of records?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from fsm_adapters.dynamodb import attributes
from fsm_adapters.dynamodb.items import STEP
from fsm_bootstrap.doctor.finding import Finding, Level
from fsm_bootstrap.source import Source
from fsm_bootstrap.supplies import Supplies
from fsm_ports.errors import PortError

_LOOKED_AT: Final = 1_000
"""Items, or a megabyte of them: where an item lies is a matter of chance, so these tell of the others."""
_SENT: Final = "sent"
"""What the original's checkpoints have beside the key."""


def checkpoints_found(supplies: Supplies) -> Iterator[Finding]:
    """Items of the original in tables of records, while its machines are taken over.

    It replaces items whole, without a condition, so a record that it meets is gone with its inbox, and what fences
    it: nothing that is written here could keep it from that.  A table that does not answer is told of elsewhere.
    """
    settings = supplies.settings
    if not settings.adopt_in_flight:
        return
    tables: dict[str, tuple[str, Source]] = {}
    for name in ("primary_checkpoint_source", "secondary_checkpoint_source"):
        source: Source | None = getattr(settings, name)
        if source is not None and source.kind == "dynamodb":
            tables.setdefault(source.register, (name.upper(), source))
    for variable, source in tables.values():
        yield from _in_table(variable, source, supplies)


def _in_table(variable: str, source: Source, supplies: Supplies) -> Iterator[Finding]:
    from fsm_adapters._aws.errors import ask  # need botocore, which is not installed everywhere
    from fsm_bootstrap.aws import clients

    client = clients(source, supplies).dynamodb(source.region, attempts=3)
    answer = ask(
        source,
        lambda: client().scan(
            TableName=source,
            FilterExpression="attribute_not_exists(#step) AND (attribute_exists(#sent) OR attribute_exists(#payload))",
            ExpressionAttributeNames={"#step": STEP, "#sent": _SENT, "#payload": attributes.PAYLOAD},
            Limit=_LOOKED_AT,
            Select="COUNT",
        ),
        "Count",
        "ScannedCount",
    )
    if isinstance(answer, PortError) or not answer["Count"]:
        return
    yield Finding(
        Level.WARNING,
        f"{variable}={source.shown}",
        f"holds items of the original: {answer['Count']} of the {answer['ScannedCount']} that were looked at",
        "while the original still writes there it replaces records of this framework: give one of the two a table of "
        "its own; once it has stopped they do no harm",
    )
