"""The schema that editors read, and the loader, want the same of an fsm.yaml."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from importlib.resources import files
from typing import Any, cast

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from fsm_bootstrap.reference.schema import page
from fsm_bootstrap.yaml.checks import check
from fsm_bootstrap.yaml.keys import FileKeys, ImportKeys, Keys, MachineKeys, RetryKeys, StateKeys, TransitionKeys
from fsm_bootstrap.yaml.nodes import parse
from fsm_bootstrap.yaml.reading import read
from tests.unit.fsm_bootstrap.yaml.editor import errors

SCHEMA: dict[str, Any] = json.loads(page())
ACROSS = re.compile(
    r"is defined twice|leads to state|has no initial state|has two initial states|has (event|'after').* twice"
    r"|does not handle|can never be reached"
)
"""Problems that a schema cannot know: they lie between parts of the file."""


def refused_by_editor(document: object) -> list[str]:
    return errors(SCHEMA, document)


def refused_by_loader(document: object) -> list[str]:
    """All but what lies across."""
    found = read(parse(yaml.safe_dump(document, allow_unicode=True).encode(), "fsm.yaml"), "fsm.yaml")
    problems = list(found.problems)
    for machine in found.keys.machines if found.keys is not None else ():
        problems += check(machine, "fsm.yaml") if isinstance(machine, MachineKeys) else ()
    return [str(problem) for problem in problems if not ACROSS.search(problem.message)]


def agree(document: object) -> bool:
    """Whether both take it; they must be of one mind."""
    by_editor, by_loader = refused_by_editor(document), refused_by_loader(document)
    assert bool(by_editor) == bool(by_loader), f"{document}\neditor: {by_editor}\nloader: {by_loader}"
    return not by_editor


# ---- documents: sound ones, of which then something is changed ----

NAMES = st.sampled_from(["a", "b_2", "c-d.e", "Zürich", "_", "状態"])
DURATIONS = st.sampled_from([1, 0.5, 90, "90s", "1h30m", "1.5d", "2w"])
DOTTED = st.sampled_from(["actions.act", "a.b.c", "my-folder.x"])
RETRIES = st.fixed_dictionaries({}, optional={"max_retries": st.integers(0, 9), "base": DURATIONS, "cap": DURATIONS})
EVENTS = st.fixed_dictionaries({"target": NAMES, "event": NAMES}, optional={"action": DOTTED, "delay": DURATIONS})
LOCALS = st.fixed_dictionaries({"target": NAMES, "event": NAMES, "local": st.just(True)}, optional={"action": DOTTED})
DEADLINES = st.fixed_dictionaries({"target": NAMES, "after": DURATIONS})
WAYS = st.lists(st.one_of(EVENTS, LOCALS, DEADLINES), min_size=1, max_size=3)
FLAGS = {"initial": st.booleans(), "entry_action": DOTTED, "exit_action": DOTTED}
WAITING = st.fixed_dictionaries({"name": NAMES, "transitions": WAYS}, optional={**FLAGS, "retry": RETRIES})
ACTING = st.fixed_dictionaries(
    {"name": NAMES, "transitions": WAYS, "do_action": DOTTED},
    optional={**FLAGS, "on_exhausted": NAMES, "timeout": DURATIONS, "final": st.just(False)},
)
FINAL = st.fixed_dictionaries(
    {"name": NAMES, "final": st.just(True)},
    optional={**FLAGS, "do_action": DOTTED, "transitions": st.just(list[Any]())},
)
STATES = st.lists(st.one_of(WAITING, ACTING, FINAL), min_size=1, max_size=4)
MACHINES = st.fixed_dictionaries(
    {"name": NAMES, "states": STATES},
    optional={"context": DOTTED, "retry": RETRIES, "max_steps": st.integers(1, 10**9)},
)
IMPORTS = st.fixed_dictionaries({"import": st.sampled_from(["other.yaml", "../a b/c.yml"])})
DOCUMENTS = st.fixed_dictionaries({"machines": st.lists(st.one_of(MACHINES, IMPORTS), min_size=1, max_size=2)})

WRONG = st.sampled_from([
    True, False, 0, -1, 1.5, 5.0, 10**12, float("inf"), "", " ", "x", "two words", "90s", "0s", "0.0h", "٣d",
    "5m\n", "a.b", "a.b\n", "a..b", "Zürich", "1a", "a/b", "@deadline", "a\nb", [], ["x"], {}, {"name": "x"},
    {"target": "a"}, {"target": "a", "event": "e", "after": 1}, {"max_retries": 1}, [{"target": "a", "event": "e"}],
])  # fmt: skip
KEYS = sorted(
    {
        key
        for model in (FileKeys, MachineKeys, StateKeys, TransitionKeys, RetryKeys, ImportKeys)
        for key in model.known()
    }
    | {"colour", "stream", ""}
)


def places(value: object) -> Iterator[tuple[Any, Any]]:
    """Every value of a document, as what holds it and the key or number."""
    if isinstance(value, dict | list):
        part = cast("Any", value)
        for key in part if isinstance(value, dict) else range(len(part)):
            yield part, key
            yield from places(part[key])


@st.composite
def changed(draw: st.DrawFn) -> object:
    document: Any = deepcopy(draw(DOCUMENTS))
    for _ in range(draw(st.integers(0, 2))):
        holder, key = draw(st.sampled_from(list(places(document)) or [(document, "machines")]))
        deed = draw(st.sampled_from(["replace", "remove", "add"]))
        if deed == "remove":
            del holder[key]
        elif deed == "add" and isinstance(holder, dict):
            holder[draw(st.sampled_from(KEYS))] = deepcopy(draw(WRONG))
        else:
            holder[key] = deepcopy(draw(WRONG))
        if not document:
            break
    return document


@given(DOCUMENTS)
def test_a_sound_file_is_sound_to_both(document: object) -> None:
    assert agree(document)


@given(changed())
@example({"machines": [{"name": "m", "max_retries": 5.0, "states": [{"name": "s", "final": True}]}]})
@example({"machines": [{"name": "m\n", "states": [{"name": "s", "final": True}]}]})
@example({})
def test_both_take_or_refuse_a_changed_file(document: object) -> None:
    agree(document)


def of_state(**keys: object) -> object:
    return {"machines": [{"name": "m", "states": [{"name": "s", **keys}]}]}


GO = {"event": "go", "target": "s"}


@pytest.mark.parametrize(
    ("keys", "sound"),
    [
        ({"transitions": [GO]}, True),
        ({}, False),
        ({"transitions": []}, False),
        ({"final": True, "transitions": []}, True),
        ({"final": True, "transitions": [GO]}, False),
        ({"final": True, "retry": {}}, False),
        ({"final": True, "timeout": 1}, False),
        ({"transitions": [GO], "on_exhausted": "go"}, False),
        ({"transitions": [GO], "timeout": 5}, False),
        ({"transitions": [GO], "timeout": 5, "do_action": "a.b"}, True),
        ({"transitions": [{"target": "s"}]}, False),
        ({"transitions": [{**GO, "after": 5}]}, False),
        ({"transitions": [{"target": "s", "after": 0}]}, False),
        ({"transitions": [{"target": "s", "after": "0m0s"}]}, False),
        ({"transitions": [{"target": "s", "after": "0m1s"}]}, True),
        ({"transitions": [{"target": "s", "after": 5, "local": False}]}, False),
        ({"transitions": [{**GO, "local": True, "delay": 5}]}, False),
        ({"transitions": [{**GO, "local": True, "delay": 0}]}, True),
        ({"transitions": [{**GO, "local": False, "delay": 5}]}, True),
    ],
)  # fmt: skip
def test_rules_between_keys(keys: dict[str, object], sound: bool) -> None:
    assert agree(of_state(**keys)) is sound


def test_max_retries_in_two_places_is_refused_by_both() -> None:
    state = {"name": "s", "final": True}
    assert not agree({"machines": [{"name": "m", "max_retries": 1, "retry": {"max_retries": 2}, "states": [state]}]})
    assert agree({"machines": [{"name": "m", "max_retries": 1, "retry": {"cap": 2}, "states": [state]}]})


def test_a_key_without_a_value_is_absent_to_the_loader_and_a_loose_end_to_an_editor() -> None:
    document = of_state(final=True, do_action=None)
    assert (refused_by_loader(document), refused_by_editor(document)) == ([], ["None is not of type 'string'"])


def test_a_text_that_means_a_time_too_far_ahead_is_for_the_loader_to_see() -> None:
    document = of_state(transitions=[{"target": "s", "after": "99999d"}])
    assert refused_by_editor(document) == []
    assert refused_by_loader(document) == ["fsm.yaml:6: 'after' must be at most 36500d, not '99999d'"]
    assert not agree(of_state(transitions=[{"target": "s", "after": 99999 * 86400}]))


@pytest.mark.parametrize("model", [FileKeys, MachineKeys, StateKeys, TransitionKeys, RetryKeys, ImportKeys])
def test_the_schema_has_every_key_with_a_description(model: type[Keys]) -> None:
    part = SCHEMA if model is FileKeys else SCHEMA["$defs"][model.__name__]
    assert tuple(part["properties"]) == model.known()
    assert [key for key, told in part["properties"].items() if not told.get("description")] == []


def test_no_default_is_one_that_the_schema_refuses() -> None:
    for part in SCHEMA["$defs"].values():
        for key, told in part["properties"].items():
            if "default" in told:
                assert errors({**told, "$defs": SCHEMA["$defs"]}, told["default"]) == [], key


def test_the_schema_is_one() -> None:
    Draft7Validator.check_schema(SCHEMA)


def test_the_file_in_the_wheel_is_current() -> None:
    assert files("fsm_bootstrap.yaml").joinpath("fsm.schema.json").read_text(encoding="utf-8") == page(), (
        "python -m fsm_bootstrap.reference schema > src/fsm_bootstrap/yaml/fsm.schema.json"
    )
