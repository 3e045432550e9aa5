"""Set-ups on AWS, by the names that the benchmarks show."""

from __future__ import annotations

from typing import Final, NamedTuple

from benchmarks.machines import settings
from fsm_bootstrap.settings import ExplicitSettings

_PLACE: Final = "us-east-1:000000000000"
_RECORDS: Final = f"arn:aws:dynamodb:{_PLACE}:table/records"
_LEASES: Final = f"arn:aws:dynamodb:{_PLACE}:table/leases"
_BUSES: Final = {
    "sqs": f"arn:aws:sqs:{_PLACE}:orders",
    "sns": f"arn:aws:sns:{_PLACE}:orders",
    "kinesis": f"arn:aws:kinesis:{_PLACE}:stream/orders",
    "dynamodb": f"arn:aws:dynamodb:{_PLACE}:table/messages",
    "commit is emit": _RECORDS,
}


class SetUp(NamedTuple):
    """Which services, and how much goes at a time."""

    bus: str
    cache: str | None = None
    chain: int = 1
    batch: int = 1

    def settings(self) -> ExplicitSettings:
        return settings(
            primary_stream_source=_BUSES[self.bus], primary_checkpoint_source=_RECORDS,
            primary_retry_source=f"arn:aws:dynamodb:{_PLACE}:table/retries", primary_cache_source=self.cache,
            max_chained_transitions=self.chain, history=False,
        )  # fmt: skip


CALLS: Final = {
    "sqs + dynamodb": SetUp("sqs"),
    "sqs + dynamodb, redis lock": SetUp("sqs", "redis://localhost:6379"),
    "sqs + dynamodb, dynamodb lock": SetUp("sqs", _LEASES),
    "sqs + dynamodb, batches of 10": SetUp("sqs", batch=10),
    "sqs + dynamodb, dynamodb lock, batches of 10": SetUp("sqs", _LEASES, batch=10),
    "sqs + dynamodb, chained x5": SetUp("sqs", chain=5),
    "commit is emit": SetUp("commit is emit"),
    "commit is emit, dynamodb lock": SetUp("commit is emit", _LEASES),
}
"""Those of the goals."""

BILLS: Final = {
    "sqs + dynamodb": SetUp("sqs"),
    "sqs + dynamodb, batches of 10": SetUp("sqs", batch=10),
    "kinesis + dynamodb": SetUp("kinesis"),
    "kinesis + dynamodb, batches of 10": SetUp("kinesis", batch=10),
    "sns + dynamodb": SetUp("sns"),
    "dynamodb + dynamodb": SetUp("dynamodb"),
    "commit is emit": SetUp("commit is emit"),
    "commit is emit, batches of 10": SetUp("commit is emit", batch=10),
}
