"""Writes that take place only if a condition holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple, TypeVar, cast

from botocore.exceptions import ClientError

from fsm_adapters._aws.errors import ask
from fsm_adapters.dynamodb.types import Item
from fsm_ports import PortError

T = TypeVar("T", bound=Mapping[str, object])

_REFUSED: Final = "ConditionalCheckFailedException"


class Unmet(NamedTuple):
    """The condition did not hold."""

    found: Item
    """What was there, where the call asked for it (``ReturnValuesOnConditionCheckFailure``); empty: there was none."""


def ask_if(source: str, call: Callable[[], T], *expected: str) -> T | Unmet | PortError:
    """Like `ask`, for a call that bears a condition."""
    unmet: list[Unmet] = []

    def noting() -> T:
        try:
            return call()
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") == _REFUSED:
                unmet.append(Unmet(_item(error)))
            raise

    answer = ask(source, noting, *expected)
    return unmet[0] if unmet else answer


def _item(error: ClientError) -> Item:
    """The item in a refusal; botocore's types do not know that there is one."""
    return cast("Mapping[str, Item]", error.response).get("Item", {})
