"""The table of records, asked item by item."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar

from fsm_adapters._aws.batches import chunks, in_chunks
from fsm_adapters._aws.errors import ask
from fsm_adapters.dynamodb import attributes
from fsm_adapters.dynamodb.conditional import Unmet, ask_if
from fsm_adapters.dynamodb.parallel import THREADS, in_parallel
from fsm_adapters.dynamodb.replicated import Replicas
from fsm_adapters.dynamodb.types import Item, text
from fsm_adapters.dynamodb.updates import Update
from fsm_ports import OutcomeUnknown, PortError, PortUnavailable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import BatchGetItemOutputTypeDef, KeysAndAttributesTypeDef

W = TypeVar("W")
R = TypeVar("R")

CALL_KEYS: Final = 100
"""Keys that one BatchGetItem takes."""
ASKED: Final = 3
"""Times in a row that a BatchGetItem may leave everything unread before the table counts as too busy."""


@dataclass(frozen=True, slots=True, eq=False)
class RecordTable:
    """`name` is the table's name or its ARN."""

    writers: Replicas
    readers: Replicas
    name: str
    source: str

    def update(self, update: Update) -> Item | Unmet | PortError:
        """The item after the write."""
        request = update.request(self.name)

        def call(client: DynamoDBClient) -> Item | Unmet | PortError:
            answer = ask_if(self.source, lambda: client.update_item(**request), "Attributes")
            return answer if isinstance(answer, Unmet | PortError) else answer["Attributes"]

        return self.writers.ask(call)

    def get(self, keys: Sequence[str]) -> Sequence[Item | PortError]:
        """The items, each as it is now; an empty one where there is none.  A key that is empty has none."""
        wanted = sorted({key for key in keys if key})
        parts = chunks([1] * len(wanted), CALL_KEYS, CALL_KEYS)
        answers = in_chunks(parts, len(wanted), lambda part: self._get([wanted[n] for n in part]), self.source)
        found: dict[str, Item | PortError] = dict(zip(wanted, answers, strict=True))
        return [found.get(key, {}) for key in keys]

    def _get(self, keys: Sequence[str]) -> Sequence[Item | PortError]:
        found: dict[str, Item] = {}
        left, patience = list(keys), ASKED
        while left and patience:
            answer = self.readers.ask(partial(self._call, left))
            if isinstance(answer, PortError):
                return [found.get(key, {}) if key not in left else answer for key in keys]
            found |= {_key(item): item for items in answer["Responses"].values() for item in items}
            unread = [_key(key) for asked in answer["UnprocessedKeys"].values() for key in asked["Keys"]]
            # A large answer comes in parts; only one that has nothing new is a sign of a table that is too busy.
            patience = ASKED if len(unread) < len(left) else patience - 1
            left = unread
        busy = PortUnavailable("the table is too busy: it left the record unread", self.source)
        return [busy if key in left else found.get(key, {}) for key in keys]

    def _call(self, keys: Sequence[str], client: DynamoDBClient) -> BatchGetItemOutputTypeDef | PortError:
        wanted: KeysAndAttributesTypeDef = {
            "Keys": [{attributes.CORRELATION_ID: text(key)} for key in keys],
            "ConsistentRead": True,
        }
        return ask(
            self.source, lambda: client.batch_get_item(RequestItems={self.name: wanted}), "Responses", "UnprocessedKeys"
        )


def each(call: Callable[[W], R | PortError], items: Sequence[W], source: str) -> list[R | PortError]:
    """What `call` answers to each item, several at a time; once many got no answer, the rest are not tried."""
    unanswered: list[PortError] = []

    def one(item: W) -> R | PortError:
        if len(unanswered) >= THREADS:
            return PortUnavailable("not tried: earlier calls got no answer", source)
        answer = call(item)
        if isinstance(answer, OutcomeUnknown):
            unanswered.append(answer)
        return answer

    return in_parallel(one, items)


def _key(item: Item) -> str:
    return item[attributes.CORRELATION_ID].get("S", "")
