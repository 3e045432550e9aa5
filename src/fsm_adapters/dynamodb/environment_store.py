"""Environment store on a DynamoDB table."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final, cast

from fsm_adapters._aws.errors import ask
from fsm_adapters.dynamodb import attributes
from fsm_adapters.dynamodb.types import (
    HASH_KEY_BYTES,
    Item,
    item_too_large,
    key_text,
    number,
    number_at,
    text,
    text_at,
    whole_seconds,
)
from fsm_ports import Clock, EnvironmentStore, PortError, PortRejected

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

_CAPACITY: Final = "ConsumedCapacity"
"""Asked for so that an answer that cannot be read is known from an empty one."""


class DynamoEnvironmentStore(EnvironmentStore):
    """One item an environment; what has expired is not shown, whether or not the table has forgotten it yet.

    `table` is its name or its ARN; its key is ``guid``.  Environments of the original framework are read too.
    """

    def __init__(self, client: Callable[[], DynamoDBClient], table: str, *, source: str, clock: Clock) -> None:
        self._client, self._table, self._source, self._clock = client, table, source, clock

    def put(self, key: str, environment: Mapping[str, str], expires_at: float) -> PortError | None:
        item: Item = {
            attributes.GUID: text(key_text(key, HASH_KEY_BYTES)),
            attributes.ENVIRONMENT: text(json.dumps(dict(environment))),
            attributes.EXPIRES_AT: number(expires_at),
            attributes.TIMEOUT: whole_seconds(expires_at),
        }
        if rejection := item_too_large(item, self._source):
            return rejection
        answer = ask(
            self._source,
            lambda: self._client().put_item(TableName=self._table, Item=item, ReturnConsumedCapacity="TOTAL"),
            _CAPACITY,
        )
        return answer if isinstance(answer, PortError) else None

    def get(self, key: str) -> Mapping[str, str] | None | PortError:
        wanted = {attributes.GUID: text(key_text(key, HASH_KEY_BYTES))}
        answer = ask(
            self._source,
            lambda: self._client().get_item(
                TableName=self._table, Key=wanted, ConsistentRead=True, ReturnConsumedCapacity="TOTAL"
            ),
            _CAPACITY,
        )
        if isinstance(answer, PortError):
            return answer
        item = answer.get("Item", {})
        kept = text_at(item, attributes.ENVIRONMENT)
        if kept is None or number_at(item, attributes.EXPIRES_AT, math.inf) <= self._clock.now():
            return None
        return self._parsed(kept)

    def _parsed(self, kept: str) -> Mapping[str, str] | PortError:
        try:
            parsed = json.loads(kept)
        except (ValueError, RecursionError):
            parsed = None
        if not isinstance(parsed, dict):
            return PortRejected("the environment cannot be decoded", self._source)
        return {name: str(value) for name, value in cast("dict[str, object]", parsed).items()}
