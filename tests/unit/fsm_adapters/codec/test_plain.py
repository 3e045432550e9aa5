"""Plain contexts: dicts and lists."""

from __future__ import annotations

import json
import subprocess
import sys
import uuid
from collections import OrderedDict
from datetime import date, datetime
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fsm_adapters.codec.json_codec import JsonCodec
from fsm_adapters.codec.quick import quick_text
from fsm_ports import ContextError

drawn = settings(deadline=None, database=None, print_blob=True)

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner),
    max_leaves=20,
)
# What Python has and JSON has not, among what both have.
ANYTHING = st.recursive(
    st.none() | st.integers() | st.floats() | st.text() | st.binary() | st.dates() | st.decimals(),
    lambda inner: (
        st.lists(inner)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text() | st.integers() | st.none(), inner)
        | st.sets(st.integers())
    ),
    max_leaves=6,
)


class Colour(Enum):
    RED = "red"


class Size(StrEnum):
    SMALL = "small"


class Pair(NamedTuple):
    left: int
    right: int


@pytest.fixture
def codec() -> JsonCodec:
    return JsonCodec()


def _refusal(context: object) -> str:
    with pytest.raises(ContextError) as caught:
        JsonCodec().encode(context)
    return str(caught.value)


@drawn
@given(st.dictionaries(TEXT, PLAIN))
def test_plain_context_comes_back_as_it_was(context: dict[str, object]) -> None:
    codec = JsonCodec()
    text = codec.encode(context)
    assert codec.decode(dict, text) == context
    assert json.loads(text) == context


@drawn
@given(st.dictionaries(st.text(), ANYTHING))
def test_context_is_refused_or_comes_back_as_it_was(context: dict[str, object]) -> None:
    codec = JsonCodec()
    try:
        text = codec.encode(context)
    except ContextError:
        return
    assert codec.decode(dict, text) == context
    assert text.encode().decode() == text


@drawn
@given(st.text())
def test_any_text_is_a_context_or_refused(text: str) -> None:
    try:
        found = JsonCodec().decode(dict[str, object], text)
    except ContextError:
        return
    assert found == json.loads(text)


def test_what_happens_to_the_context_later_does_not_change_the_text(codec: JsonCodec) -> None:
    context = {"items": [1]}
    text = codec.encode(context)
    context["items"].append(2)
    assert codec.decode(dict, text) == {"items": [1]}


def test_each_decoding_makes_a_new_object(codec: JsonCodec) -> None:
    first = codec.decode(dict[str, list[int]], '{"items": []}')
    first["items"].append(1)
    assert codec.decode(dict[str, list[int]], '{"items": []}') == {"items": []}


ALIKE: list[object] = [OrderedDict(a=1), {"size": Size.SMALL}, {Size.SMALL: True}, [1, [2]], {}, []]


@pytest.mark.parametrize("context", ALIKE)
def test_kinds_of_text_dicts_and_lists_are_what_they_are_equal_to(codec: JsonCodec, context: object) -> None:
    assert codec.decode(object, codec.encode(context)) == context


@pytest.mark.parametrize(
    ("context", "reason"),
    [
        ({"when": date(2026, 1, 2)}, "$.when: date is no JSON; store text, or make the context a dataclass"),
        ({"a": {"b": [0, datetime(2026, 1, 2)]}}, "$.a.b[1]: datetime is no JSON"),  # noqa: DTZ001 - any datetime
        ({"price": Decimal("1.1")}, "$.price: Decimal is no JSON"),
        ({"id": uuid.UUID(int=1)}, "$.id: UUID is no JSON"),
        ({"colour": Colour.RED}, "$.colour: Colour is no JSON; store its value"),
        ({"tags": {"a"}}, "$.tags: set is no JSON; store a sorted list"),
        ({"raw": b"a"}, "$.raw: bytes is no JSON; store text, such as base64"),
        ({"pair": (1, 2)}, "$.pair: a tuple would come back as a list; store a list"),
        ({"pair": [Pair(1, 2)]}, "$.pair[0]: a Pair would come back as a list; store a list"),
        ({"price": float("nan")}, "$.price: nan is no JSON number; store None, or text"),
        ({"price": float("-inf")}, "$.price: -inf is no JSON number"),
        ({"big": 10**5000}, "$.big: a number of this many digits cannot be written; store text"),
        ({"name": "\ud800"}, "$.name: the text holds half of a surrogate pair, which UTF-8 cannot hold"),
        ({"a": {1: "x"}}, "$.a: the key 1 is of type int, and would come back as text; use text"),
        ({"a": {"1": "x", 1: "y"}}, "$.a: the key 1 is of type int"),
        ({"a b": {"c.d": None, "e": object()}}, '$["a b"].e: object is no JSON'),
        ({"c.d": object()}, '$["c.d"]: object is no JSON'),
        (date(2026, 1, 2), "$: date is no JSON"),
        (Pair(1, 2), "$: a Pair would come back as a list"),
        (Decimal, "$: the class Decimal itself is no JSON; make an object of it"),
    ],
)
def test_what_is_no_json_is_named_with_the_remedy(context: object, reason: str) -> None:
    assert _refusal(context).startswith(reason)


def test_key_that_utf8_cannot_hold_is_named_in_text_that_it_can(codec: JsonCodec) -> None:
    assert _refusal({"a": {"\ud800": 1}}).encode().startswith(b"$.a['\\ud800']: the text holds half")


def test_context_that_contains_itself() -> None:
    context: dict[str, object] = {}
    context["self"] = [context]
    assert "contains itself" in _refusal(context)


def test_nesting_without_end() -> None:
    context: list[object] = []
    for _ in range(100_000):
        context = [context]
    assert "nested too deeply" in _refusal(context)
    with pytest.raises(ContextError, match="nested too deeply"):
        JsonCodec().decode(list, "[" * 100_000)


@pytest.mark.parametrize("kind", [dict, dict[str, object], dict[str, Any]])
@pytest.mark.parametrize(
    ("text", "found"),
    [("[1]", "an array"), ("null", "null"), ('"a"', "text"), ("1", "a number"), ("true", "a boolean")],
)
def test_context_of_another_kind_is_refused(codec: JsonCodec, kind: type[object], text: str, found: str) -> None:
    with pytest.raises(ContextError, match=rf"^\$: {found} where the context's type is dict$"):
        codec.decode(kind, text)


def test_list_may_be_a_context(codec: JsonCodec) -> None:
    assert codec.decode(list[Any], "[1]") == [1]
    with pytest.raises(ContextError, match="an object where the context's type is list"):
        codec.decode(list, "{}")


def test_plain_contexts_load_no_pydantic() -> None:
    program = (
        "import sys\n"
        "from fsm_adapters.codec.json_codec import JsonCodec\n"
        "codec = JsonCodec()\n"
        "assert codec.decode(dict, codec.encode({'a': [1]})) == {'a': [1]}\n"
        "try: codec.encode({'a': object()})\n"
        "except ValueError: pass\n"
        "assert not [name for name in sys.modules if name.startswith('pydantic')]"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


@drawn
@given(PLAIN)
def test_what_orjson_writes_python_reads_as_the_same(value: object) -> None:
    quick = quick_text(value)
    assert quick is None or json.loads(quick) == value


@pytest.mark.parametrize("value", [{"n": 2**70}, {"n": float("nan")}, {1: 2}, {"n": (1,)}, {"n": date.min}])
def test_what_orjson_changes_or_refuses_is_left_to_python(value: object) -> None:
    assert quick_text(value) is None
