"""History log on a DynamoDB table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from fsm_adapters._aws.errors import ask
from fsm_adapters.dynamodb import attributes
from fsm_adapters.dynamodb.batch_write import BatchWrite
from fsm_adapters.dynamodb.history_items import entry_of, first_after, item_of
from fsm_adapters.dynamodb.types import HASH_KEY_BYTES, Item, item_too_large, key_text, text
from fsm_ports import HistoryEntry, HistoryLog, PortError, PortRejected, Sent

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import QueryInputTypeDef, QueryOutputTypeDef


class DynamoHistoryLog(HistoryLog):
    """One item an entry, under a key that is the same when the entry is appended again.

    `table` is its name or its ARN; its keys are ``correlation_id`` and ``entry``.
    """

    def __init__(self, client: Callable[[], DynamoDBClient], table: str, *, source: str) -> None:
        self._client, self._table, self._source = client, table, source
        self._write = BatchWrite(client, table, (attributes.CORRELATION_ID, attributes.ENTRY), source)

    def append(self, entries: Sequence[HistoryEntry]) -> Sequence[Sent]:
        items = [item_of(entry) for entry in entries]
        return self._write.put([item_too_large(item, self._source) or item for item in items])

    def read(self, correlation_id: str, after_step: int = -1, limit: int = 1000) -> Sequence[HistoryEntry] | PortError:
        items: list[Item] = []
        more: Item = {}
        while len(items) < limit:
            page = self._page(correlation_id, after_step, limit - len(items), more)
            if isinstance(page, PortError):
                return page
            items += page["Items"]
            more = page.get("LastEvaluatedKey", {})
            if not more:
                break
        try:
            return [entry_of(item) for item in items]
        except ValueError as error:
            return PortRejected(f"the history of {correlation_id} cannot be decoded: {error}", self._source)

    def _page(self, correlation_id: str, after_step: int, limit: int, after: Item) -> QueryOutputTypeDef | PortError:
        query: QueryInputTypeDef = {
            "TableName": self._table,
            "ConsistentRead": True,
            "KeyConditionExpression": "#id = :id AND #entry >= :first",
            "ExpressionAttributeNames": {"#id": attributes.CORRELATION_ID, "#entry": attributes.ENTRY},
            "ExpressionAttributeValues": {
                ":id": text(key_text(correlation_id, HASH_KEY_BYTES)),
                ":first": text(first_after(after_step)),
            },
            "Limit": limit,
        }
        if after:
            query["ExclusiveStartKey"] = after
        return ask(self._source, lambda: self._client().query(**query), "Items")
