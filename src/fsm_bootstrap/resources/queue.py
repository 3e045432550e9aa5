"""SQS queues."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from fsm_bootstrap.resources.resource import Difference, done, found
from fsm_bootstrap.source import Source
from fsm_ports.errors import PortError

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient
    from mypy_boto3_sqs.literals import QueueAttributeNameType

VISIBILITY: Final = 360
"""Seconds: six times the time-out of a function of 60 s, as Lambda asks of the queues that it polls (AWS Lambda,
"Configuring a queue to use with Lambda").  A worker claims for `CLAIM_SECONDS` whatever stands here."""
RETENTION: Final = 14 * 86_400
"""Seconds: the longest there is; the copy that is in the queue may be the only one."""
RECEIVES: Final = 100
"""Deliveries after which a message goes to the dead letters: many, as a message that finds its step at work is received
again too."""
MISSING: Final = frozenset({"AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"})


@dataclass(frozen=True)
class Queue:
    """A queue; messages that are received in vain go to `dead_letters`, where that is a queue as well."""

    source: Source
    purpose: str
    variables: tuple[str, ...]
    client: Callable[[], SQSClient] = field(repr=False)
    claim_seconds: float = 30.0
    dead_letters: Source | None = None
    policy: str = ""
    """Who may send to it beside its owner, as JSON."""

    @property
    def is_fifo(self) -> bool:
        return self.source.endswith(".fifo")

    def describe(self) -> str:
        kind = "FIFO queue" if self.is_fifo else "queue"
        redrive = f", dead letters to {self.dead_letters.name}" if self.dead_letters and self._redrive() else ""
        return f"{kind} kept for 14 days{redrive}"

    def look(self) -> Sequence[Difference] | PortError | None:
        attributes = self._attributes()
        if attributes is None or isinstance(attributes, PortError):
            return attributes
        differences: list[Difference] = []
        visibility = int(attributes.get("VisibilityTimeout", "30"))
        if visibility < self.claim_seconds:
            differences.append(
                Difference(
                    f"hides a message for {visibility} s, less than CLAIM_SECONDS={self.claim_seconds:g}: what Lambda "
                    "receives is delivered twice",
                    mend=lambda: self._set({"VisibilityTimeout": str(VISIBILITY)}),
                )
            )
        size = int(attributes.get("MaximumMessageSize", str(2**20)))
        if size < 2**18:
            differences.append(
                Difference(f"takes messages of {size} bytes at most", "raise its MaximumMessageSize to 262144 or more")
            )
        redrive = self._redrive()
        if redrive and "RedrivePolicy" not in attributes:
            differences.append(
                Difference(
                    "has no redrive policy: what nobody can read comes again until it is too old",
                    mend=lambda: self._set({"RedrivePolicy": redrive}),
                )
            )
        return differences

    def create(self) -> PortError | None:
        wanted: dict[QueueAttributeNameType, str] = {
            "VisibilityTimeout": str(VISIBILITY),
            "MessageRetentionPeriod": str(RETENTION),
        }
        if self.is_fifo:
            wanted["FifoQueue"] = "true"
        if redrive := self._redrive():
            wanted["RedrivePolicy"] = redrive
        if self.policy:
            wanted["Policy"] = self.policy
        return done(self.source, lambda: self.client().create_queue(QueueName=self.source.name, Attributes=wanted))

    def _redrive(self) -> str:
        """A FIFO queue's dead letters need a FIFO queue, a standard queue's a standard one."""
        dead = self.dead_letters
        if dead is None or dead.kind != "sqs" or dead.endswith(".fifo") != self.is_fifo or dead == self.source:
            return ""
        return json.dumps({"deadLetterTargetArn": str(dead), "maxReceiveCount": RECEIVES})

    def _attributes(self) -> Mapping[str, str] | PortError | None:
        def call() -> Mapping[str, str]:
            url = self._url()
            answer = self.client().get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
            return {str(name): value for name, value in answer["Attributes"].items()}

        return found(self.source, call, MISSING)

    def _set(self, attributes: Mapping[QueueAttributeNameType, str]) -> PortError | None:
        return done(
            self.source,
            lambda: self.client().set_queue_attributes(QueueUrl=self._url(), Attributes=dict(attributes)),
        )

    def _url(self) -> str:
        return self.client().get_queue_url(QueueName=self.source.name)["QueueUrl"]
