"""Claims on the entries of a retry table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from fsm_adapters.dynamodb import attributes
from fsm_adapters.dynamodb.conditional import Unmet, ask_if
from fsm_adapters.dynamodb.retry_entries import Entry
from fsm_adapters.dynamodb.types import number, text, text_at
from fsm_ports import PortError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef, UpdateItemInputTypeDef

_HELD: Final = "#nonce = :nonce AND #claim = :claim"
_OF_CLAIM: Final = {"#nonce": attributes.NONCE, "#claim": attributes.CLAIM}
_MOVED: Final = {**_OF_CLAIM, "#run_at": attributes.RUN_AT}


class Receipt(NamedTuple):
    """A claim on an entry."""

    partition: str
    key: str
    nonce: str
    claim: str


@dataclass(frozen=True, slots=True, eq=False)
class RetryClaims:
    """Conditional writes to single entries; a write may be repeated, and then changes nothing more."""

    client: Callable[[], DynamoDBClient]
    table: str
    source: str

    def claim(self, entry: Entry, claim: str, until: float, nonce: str) -> Receipt | PortError | None:
        """The entry is the claim's until that time; None: somebody else was first, or it was replaced.

        `nonce` is for an entry that has none, as one of the original framework.
        """
        receipt = Receipt(entry.partition, entry.key, entry.nonce or nonce, claim)
        known = "#nonce = :nonce" if entry.nonce is not None else "attribute_not_exists(#nonce)"
        request = self._request(receipt)
        request["UpdateExpression"] = "SET #run_at = :until, #claim = :claim, #received = :received, #nonce = :nonce"
        request["ConditionExpression"] = f"#run_at = :seen AND {known}"
        request["ExpressionAttributeNames"] = {**_MOVED, "#received": attributes.RECEIVED}
        request["ExpressionAttributeValues"] = {
            ":nonce": text(receipt.nonce),
            ":claim": text(claim),
            ":until": number(until),
            ":seen": {"N": entry.run_at},
            ":received": number(entry.received + 1),
        }
        answer = self._ask(request)
        if isinstance(answer, Unmet):
            # The driver may have sent it twice, and the first time was answered to nobody.
            return receipt if text_at(answer.found, attributes.CLAIM) == claim else None
        return answer if isinstance(answer, PortError) else receipt

    def move(self, receipt: Receipt, until: float) -> Unmet | PortError | None:
        """The claim lasts until that time; `Unmet`: it is lost."""
        return self._move(receipt, "SET #run_at = :at", until)

    def free(self, receipt: Receipt, at: float) -> Unmet | PortError | None:
        """The entry is due again at that time, and nobody's; `Unmet`: the claim was lost."""
        return self._move(receipt, "SET #run_at = :at REMOVE #claim", at)

    def forget(self, receipt: Receipt) -> Unmet | PortError | None:
        """The entry is gone; `Unmet`: the claim was lost, or it was gone already."""
        answer = ask_if(
            self.source,
            lambda: self.client().delete_item(
                TableName=self.table,
                Key=_key(receipt),
                ConditionExpression=_HELD,
                ExpressionAttributeNames=_OF_CLAIM,
                ExpressionAttributeValues=_values(receipt),
                ReturnConsumedCapacity="TOTAL",  # so that an answer that cannot be read is known from an empty one
            ),
            "ConsumedCapacity",
        )
        return answer if isinstance(answer, Unmet | PortError) else None

    def _move(self, receipt: Receipt, change: str, at: float) -> Unmet | PortError | None:
        request = self._request(receipt)
        request["UpdateExpression"], request["ConditionExpression"] = change, _HELD
        request["ExpressionAttributeNames"] = _MOVED
        request["ExpressionAttributeValues"] = {**_values(receipt), ":at": number(at)}
        return self._ask(request)

    def _request(self, receipt: Receipt) -> UpdateItemInputTypeDef:
        return {
            "TableName": self.table,
            "Key": _key(receipt),
            "ReturnValues": "UPDATED_NEW",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }

    def _ask(self, request: UpdateItemInputTypeDef) -> Unmet | PortError | None:
        answer = ask_if(self.source, lambda: self.client().update_item(**request), "Attributes")
        return answer if isinstance(answer, Unmet | PortError) else None


def _key(receipt: Receipt) -> dict[str, AttributeValueTypeDef]:
    return {attributes.PARTITION: {"N": receipt.partition}, attributes.CORRELATION_ID_STEPS: {"S": receipt.key}}


def _values(receipt: Receipt) -> dict[str, AttributeValueTypeDef]:
    return {":nonce": text(receipt.nonce), ":claim": text(receipt.claim)}
