"""Lock cache on a DynamoDB table."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

from fsm_adapters.dynamodb import attributes
from fsm_adapters.dynamodb.conditional import Unmet, ask_if
from fsm_adapters.dynamodb.parallel import in_parallel
from fsm_adapters.dynamodb.types import HASH_KEY_BYTES, Item, key_text, number, number_at, text, text_at, whole_seconds
from fsm_ports import Busy, Clock, Lease, LeaseResult, LockCache, OutcomeUnknown, PortError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef, UpdateItemInputTypeDef

PREFIX: Final = "lock:"
"""What the keys begin with: the original framework's cache entries, and stream readers, have items beside them."""
MEMORY: Final = 86_400
"""Seconds for which a table with a TTL remembers a key's fence after the end of its last lease."""

_TAKE: Final = "SET #owner = :owner, #until = :until, #ttl = :ttl ADD #fence :one"
_FREE: Final = "attribute_not_exists(#owner) OR (#until <= :now AND #owner <> :owner)"
_RENEW: Final = "SET #until = :until, #ttl = :ttl"
_OWN: Final = "#owner = :owner"
_NAMES: Final = {
    "#owner": attributes.OWNER, "#until": attributes.UNTIL, "#ttl": attributes.TIMEOUT, "#fence": attributes.FENCE,
}  # fmt: skip


class DynamoLockCache(LockCache):
    """One item a key; a lease is one conditional write, its renewal two.

    The clocks of the callers decide when a lease is over: keep them together (on AWS they are, within milliseconds).
    `table` is its name or its ARN; its key is ``ckey``.
    """

    def __init__(self, client: Callable[[], DynamoDBClient], table: str, *, source: str, clock: Clock) -> None:
        self._client, self._table, self._source, self._clock = client, table, source, clock

    def acquire(self, keys: Sequence[str], owner: str, until: float) -> Sequence[LeaseResult]:
        return in_parallel(partial(self._acquire, owner, until), keys)

    def release(self, keys: Collection[str], owner: str) -> None:
        in_parallel(partial(self._release, owner), list(keys))

    def _acquire(self, owner: str, until: float, key: str) -> LeaseResult:
        values = {**_values(owner, until), ":now": number(self._clock.now()), ":one": number(1)}
        answer = self._update(key, _TAKE, _FREE, values)
        if not isinstance(answer, Unmet):
            return self._lease(answer)
        if text_at(answer.found, attributes.OWNER) != values[":owner"].get("S"):
            return Busy(number_at(answer.found, attributes.UNTIL))
        # The owner asks again: so as not to change the fence, the renewal is a write of its own.
        return self._renew(key, owner, until)

    def _renew(self, key: str, owner: str, until: float) -> LeaseResult:
        answer = self._update(key, _RENEW, _OWN, _values(owner, until))
        if isinstance(answer, Unmet):  # its lease had run out, and somebody took it between the two writes
            return Busy(number_at(answer.found, attributes.UNTIL))
        return self._lease(answer)

    def _release(self, owner: str, key: str) -> None:
        self._update(key, "SET #until = :free", _OWN, {":owner": text(owner), ":free": number(0)})

    def _lease(self, answer: Item | PortError) -> Lease | PortError:
        if isinstance(answer, PortError):
            return answer
        fence = int(number_at(answer, attributes.FENCE))
        return Lease(fence) if fence else OutcomeUnknown("the answer has no fence", self._source)

    def _update(
        self, key: str, change: str, condition: str, values: dict[str, AttributeValueTypeDef]
    ) -> Item | Unmet | PortError:
        request: UpdateItemInputTypeDef = {
            "TableName": self._table,
            "Key": {attributes.CKEY: text(key_text(PREFIX + key, HASH_KEY_BYTES))},
            "UpdateExpression": change,
            "ConditionExpression": condition,
            # A name that is not used is refused.
            "ExpressionAttributeNames": {n: name for n, name in _NAMES.items() if n in f"{change} {condition}"},
            "ExpressionAttributeValues": values,
            "ReturnValues": "ALL_NEW",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        answer = ask_if(self._source, lambda: self._client().update_item(**request), "Attributes")
        return answer if isinstance(answer, Unmet | PortError) else answer["Attributes"]


def _values(owner: str, until: float) -> dict[str, AttributeValueTypeDef]:
    return {":owner": text(owner), ":until": number(until), ":ttl": whole_seconds(until + MEMORY)}
