from __future__ import annotations

import pytest
from pydantic_core import PydanticCustomError

from fsm_bootstrap.yaml.values import seconds


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, 0), (1, 1), (0.05, 0.05), ("90s", 90), ("15m", 900), ("2h", 7200), ("3d", 259_200), ("2w", 1_209_600),
        ("1h30m", 5400), ("1.5h", 5400),
    ],
)  # fmt: skip
def test_a_duration_is_seconds_or_has_units(value: object, expected: float) -> None:
    assert seconds(value) == expected


@pytest.mark.parametrize("value", ["3", "3x", "", "h", "-3s", "1 h", -1, True, None, [], float("nan"), float("inf")])
def test_what_is_no_duration_is_refused(value: object) -> None:
    with pytest.raises(PydanticCustomError, match="must be seconds, or a text such as 90s, 15m, 1h30m, 3d; not "):
        seconds(value)
