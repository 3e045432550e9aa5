"""A census as a file, for who must judge where the records cannot be reached."""

from __future__ import annotations

import json
from typing import Any, cast

from fsm_bootstrap.live.census import Census, Group, Kept
from fsm_domain.machine.fingerprint import fingerprint
from fsm_ports.instance import Status

FORMAT = 1


class NotACensus(ValueError):
    """The text was not written by `written`."""


def written(census: Census) -> str:
    """As JSON text; it holds no contexts."""
    definitions = [{**kept._asdict(), "text": json.loads(kept.text)} for _, kept in sorted(census.definitions.items())]
    live = [
        {**group._asdict(), "status": group.status.value, "instances": count}
        for group, count in sorted(census.groups.items(), key=repr)
    ]
    for row in live:
        del row["unreadable"]
    return json.dumps({"format": FORMAT, "definitions": definitions, "live": live}, indent=2, ensure_ascii=False)


def read(text: str) -> Census:
    """The census in that text.

    Raises:
        NotACensus: says what is wrong.
    """
    try:
        loaded = json.loads(text)
    except ValueError as error:
        raise NotACensus(f"it is no JSON: {error}") from None
    whole = cast("dict[str, Any]", loaded if isinstance(loaded, dict) else {})  # Any: JSON
    found: object = whole.get("format")
    if found != FORMAT:
        raise NotACensus(f"its format is {found!r}, this lambda-fsm reads {FORMAT}")
    try:
        kept = [_kept(row) for row in whole["definitions"]]
        groups = {_group(row): int(row["instances"]) for row in whole["live"]}
    except (KeyError, TypeError, ValueError) as error:
        raise NotACensus(f"it is not as it was written: {type(error).__name__}: {error}") from None
    return Census({(one.machine, one.fingerprint): one for one in kept}, groups, has_contexts=False)


def _kept(row: dict[str, Any]) -> Kept:  # Any: JSON
    text = json.dumps(row["text"], sort_keys=True)
    if fingerprint(text) != row["fingerprint"]:
        raise ValueError(f"definition {row['fingerprint']} of {row['machine']} was changed by hand")
    return Kept(str(row["machine"]), str(row["fingerprint"]), float(row["first_used"]), text)


def _group(row: dict[str, Any]) -> Group:  # Any: JSON
    event = row["event"]
    return Group(
        str(row["machine"]), str(row["definition"]), Status(row["status"]), str(row["state"]),
        None if event is None else str(event), bool(row["deadline"]), tuple(map(str, row["inbox"])),
    )  # fmt: skip
