"""Texts and JSON documents that are nearly right: what a stranger, or a broken back end, may hand over."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from typing import cast

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

FULL = bool(os.environ.get("FSM_TEST_FULL"))


def executions(usual: int, full: int) -> settings:
    """How often a property is tried: so often, or much more often under ``FSM_TEST_FULL``."""
    return settings(
        max_examples=full if FULL else usual, deadline=None, database=None, print_blob=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
    )  # fmt: skip


SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.just("9" * 5000), st.just("\ud800"),
)  # fmt: skip
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


@st.composite
def bent(draw: st.DrawFn, documents: Sequence[object]) -> object:
    """One of the documents, in which some values were replaced, removed or doubled."""
    found: object = json.loads(json.dumps(draw(st.sampled_from(list(documents)))))
    for _ in range(draw(st.integers(1, 4))):
        found = _bend(draw, found)
    return found


def _bend(draw: st.DrawFn, value: object) -> object:
    if isinstance(value, dict) and value and draw(st.integers(0, 9)) > 1:
        mapping = cast("dict[str, object]", value)
        key = draw(st.sampled_from(sorted(mapping)))
        if draw(st.integers(0, 9)) == 0:
            return {name: inner for name, inner in mapping.items() if name != key}
        return {**mapping, key: _bend(draw, mapping[key])}
    if isinstance(value, list) and value and draw(st.booleans()):
        items = cast("list[object]", value)
        place = draw(st.integers(0, len(items) - 1))
        return [*items[:place], _bend(draw, items[place]), *items[place:]]
    return draw(ANYTHING)


@st.composite
def torn(draw: st.DrawFn, texts: Sequence[bytes]) -> bytes:
    """One of the texts, in which some bytes were replaced, removed or repeated."""
    found = draw(st.sampled_from(list(texts)))
    for _ in range(draw(st.integers(1, 5))):
        start = draw(st.integers(0, len(found)))
        end = min(len(found), start + draw(st.integers(0, 12)))
        piece = draw(st.one_of(st.binary(max_size=8), st.just(found[start:end] * draw(st.integers(0, 30)))))
        found = found[:start] + piece + found[end:]
    return found
