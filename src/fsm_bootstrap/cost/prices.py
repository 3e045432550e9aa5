"""The price table: a file that anybody may replace."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, cast

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

BUILT_IN: Final = Path(__file__).with_name("prices.yaml")


class PricesError(ValueError):
    """A price file cannot be used; the message names the file, the place and what to write."""


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class StepFunctionsStandard(_Table):
    """Billed by the transition."""

    per_million_transitions: float = Field(ge=0)


class StepFunctionsExpress(_Table):
    """Billed by the execution, its time and its memory."""

    per_million_requests: float = Field(ge=0)
    per_million_gb_seconds: float = Field(ge=0)
    memory_mb: float = Field(gt=0)


class DurableFunctions(_Table):
    """Billed by the operation, and by what is written."""

    per_million_operations: float = Field(ge=0)
    per_gb_written: float = Field(ge=0)


class Prices(_Table):
    """USD, with where and when they hold."""

    region: str
    date: str
    source: str
    per_million: dict[str, float]
    """By unit, such as ``dynamodb.write_unit``."""
    step_functions_standard: StepFunctionsStandard
    step_functions_express: StepFunctionsExpress
    durable_functions: DurableFunctions


def load_prices(path: Path | None = None) -> Prices:
    """The built-in prices, with what the file says in their place.

    Raises:
        PricesError: the file cannot be read, or holds what is no price.
    """
    table = _read(BUILT_IN)
    if path is not None:
        known = set(table["per_million"])
        table = _merged(table, _read(path))
        own = table["per_million"]
        if isinstance(own, dict) and (unknown := sorted(set(cast("dict[str, Any]", own)) - known)):
            raise PricesError(f"{path}: per_million has no {unknown[0]!r}; it has {', '.join(sorted(known))}")
    try:
        return Prices.model_validate(table)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise PricesError(f"{path}: {place}: {first['msg']}; see {BUILT_IN} for the form") from None


def _read(path: Path) -> dict[str, Any]:
    """Any: whatever the file holds."""
    try:
        found: object = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise PricesError(f"{path}: cannot be read ({error.strerror}); name a YAML or JSON file of prices") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise PricesError(f"{path}: is no YAML: {' '.join(str(error).split())}") from None
    if not isinstance(found, dict):
        raise PricesError(f"{path}: holds no prices; write a mapping such as {BUILT_IN} has")
    table = {str(name): value for name, value in cast("dict[object, Any]", found).items()}
    if "date" in table:
        table["date"] = str(table["date"])  # YAML reads it as a date
    return table


def _merged(table: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """The own values, name by name, in the place of the others'."""
    merged = dict(table)
    for name, value in own.items():
        before = table.get(name)
        if isinstance(value, dict) and isinstance(before, dict):
            merged[name] = {**cast("dict[str, Any]", before), **cast("dict[str, Any]", value)}
        else:
            merged[name] = value
    return merged
