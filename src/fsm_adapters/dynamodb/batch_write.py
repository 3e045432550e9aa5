"""Puts many items in few calls."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from fsm_adapters._aws.batches import in_chunks
from fsm_adapters._aws.errors import ask
from fsm_adapters.dynamodb.types import Item, item_bytes
from fsm_ports import PortError, PortRejected, PortUnavailable, Sent

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import BatchWriteItemOutputTypeDef, WriteRequestTypeDef

CALL_ITEMS: Final = 25
"""Items that one BatchWriteItem takes."""
CALL_BYTES: Final = 15 * 2**20
"""Bytes that one takes: 16 MB, of which the JSON around the items needs some."""
ASKED: Final = 3
"""Times that an item is put: the table may have been too busy for some of a call."""


@dataclass(frozen=True, slots=True, eq=False)
class BatchWrite:
    """Puts items into one table, each in the place of what has its key; `key` names the attributes of that.

    A key twice refuses a whole call, so items of one key go in several calls, in order, and the last one stays.  What
    the table was too busy for is put again, at once; then it is `PortUnavailable`, and may go elsewhere.
    """

    client: Callable[[], DynamoDBClient]
    table: str
    key: tuple[str, ...]
    source: str

    def put(self, items: Sequence[Item | PortRejected]) -> list[Sent]:
        """One result an item; a rejection stands for an item that is not to be put."""
        results: list[Sent] = [item if isinstance(item, PortRejected) else None for item in items]
        fit = [(number, item) for number, item in enumerate(items) if not isinstance(item, PortRejected)]
        parts = self._parts([item for _, item in fit])
        answers = in_chunks(parts, len(fit), lambda part: self._put([fit[n][1] for n in part]), self.source)
        for (number, _), answer in zip(fit, answers, strict=True):
            results[number] = answer
        return results

    def _parts(self, items: Sequence[Item]) -> list[list[int]]:
        """Numbers of the items that go in one call each."""
        parts: list[list[int]] = [[]]
        keys: set[Hashable] = set()
        room = CALL_BYTES
        for number, item in enumerate(items):
            key, size = self._key(item), item_bytes(item)
            if len(parts[-1]) == CALL_ITEMS or size > room or key in keys:
                parts.append([])
                room = CALL_BYTES
                keys.clear()
            parts[-1].append(number)
            keys.add(key)
            room -= size
        return [part for part in parts if part]

    def _put(self, items: Sequence[Item]) -> Sequence[Sent]:
        results: list[Sent] = [None] * len(items)
        numbers = {self._key(item): number for number, item in enumerate(items)}
        left = list(range(len(items)))
        for _ in range(ASKED):
            answer = self._call([items[n] for n in left])
            if isinstance(answer, PortRejected) and len(left) > 1:
                for number, result in zip(left, self._put_singly([items[n] for n in left]), strict=True):
                    results[number] = result
                return results
            if isinstance(answer, PortError):
                return [answer if number in left else result for number, result in enumerate(results)]
            left = [numbers[self._key(item)] for item in _unprocessed(answer)]
            if not left:
                return results
        busy = PortUnavailable("the table is too busy: it left the item unprocessed", self.source)
        return [busy if number in left else result for number, result in enumerate(results)]

    def _put_singly(self, items: Sequence[Item]) -> Sequence[Sent]:
        """Of a call that was rejected the service does not say which item it was."""
        parts = [[number] for number in range(len(items))]
        return in_chunks(parts, len(items), lambda part: self._put([items[n] for n in part]), self.source)

    def _call(self, items: Sequence[Item]) -> BatchWriteItemOutputTypeDef | PortError:
        puts: list[WriteRequestTypeDef] = [{"PutRequest": {"Item": item}} for item in items]
        return ask(
            self.source, lambda: self.client().batch_write_item(RequestItems={self.table: puts}), "UnprocessedItems"
        )

    def _key(self, item: Item) -> Hashable:
        values: list[Mapping[str, object]] = [item[name] for name in self.key]
        return tuple(value.get("S", value.get("N")) for value in values)


def _unprocessed(answer: BatchWriteItemOutputTypeDef) -> list[Item]:
    return [
        request["PutRequest"]["Item"]
        for requests in answer["UnprocessedItems"].values()
        for request in requests
        if "PutRequest" in request
    ]
