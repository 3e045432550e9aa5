"""Batch calls some of whose entries fail although the answer is HTTP 200: no emulator does that by itself."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from threading import Lock
from typing import Any, Final, TypeAlias, cast

from botocore.awsrequest import AWSResponse
from botocore.client import BaseClient

from tests.backends.answers import response
from tests.backends.hooks import Hook, attached, attached_to_all, service_of

Fields: TypeAlias = dict[str, Any]  # Any: requests and answers have no types inside botocore
Entry: TypeAlias = tuple[str, Fields]
"""Name of the table, empty where there is none; and the entry."""

CODES: Final[Mapping[str, str]] = {
    "kinesis.PutRecords": "ProvisionedThroughputExceededException",
    "sqs.SendMessageBatch": "RequestThrottled",
    "sqs.DeleteMessageBatch": "RequestThrottled",
    "sqs.ChangeMessageVisibilityBatch": "RequestThrottled",
    "sns.PublishBatch": "Throttled",
    "dynamodb.BatchWriteItem": "",
}
"""Operations that can fail in part, and what an entry fails with unless a test says otherwise."""
_KEPT_IN: Final = "fsm_partial_failure"


class PartialFailures:
    """Some entries of a batch fail: they do not go to the service, the others do; the answer tells of both.

    `chosen` says which entries of a call fail: by number, out of so many.  `code` is what they fail with.
    """

    def __init__(self, chosen: Callable[[int], Sequence[int]], code: str = "", operation: str = "") -> None:
        self.on = True
        self.failed: list[tuple[str, Fields]] = []
        """Operation and entry of each that failed."""
        self._chosen, self._code, self._operation, self._lock = chosen, code, operation, Lock()

    def hooks(self, client: BaseClient) -> Mapping[str, Hook]:
        hooks: dict[str, Hook] = {}
        for name in CODES:
            service = name.split(".")[0]
            if service == service_of(client) and self._operation in ("", name):
                hooks[f"provide-client-params.{name}"] = cast("Hook", self._divide)
                hooks[f"before-call.{name}"] = cast("Hook", self._answer)
                hooks[f"after-call.{name}"] = self._tell
        return hooks

    def _divide(self, params: Fields, context: MutableMapping[str, object], event_name: str, **_: object) -> object:
        """The parameters with which the call goes on."""
        operation = event_name.removeprefix("provide-client-params.")
        entries = _entries(operation, params)
        with self._lock:
            chosen = sorted(set(self._chosen(len(entries)))) if self.on else []
            self.failed += [(operation, entries[n][1]) for n in chosen]
        if not chosen:
            return None
        context[_KEPT_IN] = _Division(operation, entries, chosen, self._code or CODES[operation])
        left = [entry for n, entry in enumerate(entries) if n not in chosen]
        # A call without entries is none that may be made: it is answered before it is sent.
        return _with_entries(operation, params, left or entries)

    def _answer(self, context: Mapping[str, object], **_: object) -> tuple[AWSResponse, Fields] | None:
        division = context.get(_KEPT_IN)
        if not isinstance(division, _Division) or len(division.chosen) < len(division.entries):
            return None
        return response(200, b"{}"), {"ResponseMetadata": {"HTTPStatusCode": 200}}

    def _tell(self, http_response: AWSResponse, parsed: Fields, context: Mapping[str, object], **_: object) -> None:
        division = context.get(_KEPT_IN)
        if isinstance(division, _Division) and http_response.status_code < 300:
            division.tell(parsed)


@dataclass(frozen=True)
class _Division:
    operation: str
    entries: Sequence[Entry]
    chosen: Sequence[int]
    code: str

    def tell(self, parsed: Fields) -> None:
        """Puts the failed entries into the answer."""
        if self.operation == "kinesis.PutRecords":
            self._tell_by_place(parsed)
        elif self.operation == "dynamodb.BatchWriteItem":
            unprocessed = parsed.setdefault("UnprocessedItems", {})
            for table, entry in (self.entries[n] for n in self.chosen):
                unprocessed.setdefault(table, []).append(entry)
        else:
            parsed.setdefault("Successful", [])
            parsed.setdefault("Failed", []).extend(
                {"Id": self.entries[n][1]["Id"], "SenderFault": False, "Code": self.code, "Message": "injected"}
                for n in self.chosen
            )

    def _tell_by_place(self, parsed: Fields) -> None:
        records = parsed.setdefault("Records", [])
        for n in self.chosen:
            records.insert(n, {"ErrorCode": self.code, "ErrorMessage": "injected"})
        parsed["FailedRecordCount"] = parsed.get("FailedRecordCount", 0) + len(self.chosen)


@contextmanager
def failing_in_part(failures: PartialFailures, *clients: BaseClient) -> Generator[PartialFailures]:
    """The batch calls of these clients fail in part; without any, those of every client that is made meanwhile."""
    with attached(failures, *clients) if clients else attached_to_all(failures):
        yield failures


def every_third(count: int) -> Sequence[int]:
    """Entries 1, 4, 7, ...; a choice for `PartialFailures`."""
    return range(1, count, 3)


def at_random(seed: int, share: float) -> Callable[[int], Sequence[int]]:
    """Each entry with that probability; a choice for `PartialFailures`."""
    random = Random(seed)
    return lambda count: [n for n in range(count) if random.random() < share]


def _entries(operation: str, params: Fields) -> list[Entry]:
    if operation == "dynamodb.BatchWriteItem":
        return [(table, entry) for table, entries in params["RequestItems"].items() for entry in entries]
    return [("", entry) for entry in params[_FIELDS[operation]]]


def _with_entries(operation: str, params: Fields, entries: Sequence[Entry]) -> Fields:
    if operation != "dynamodb.BatchWriteItem":
        return {**params, _FIELDS[operation]: [entry for _, entry in entries]}
    by_table: dict[str, list[Fields]] = {}
    for table, entry in entries:
        by_table.setdefault(table, []).append(entry)
    return {**params, "RequestItems": by_table}


_FIELDS: Final[Mapping[str, str]] = {
    "kinesis.PutRecords": "Records",
    "sqs.SendMessageBatch": "Entries",
    "sqs.DeleteMessageBatch": "Entries",
    "sqs.ChangeMessageVisibilityBatch": "Entries",
    "sns.PublishBatch": "PublishBatchRequestEntries",
}
