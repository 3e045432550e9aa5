"""YAML as plain data with lines, and what of YAML is refused."""

from __future__ import annotations

import pytest

from fsm_bootstrap.definitions import DefinitionError
from fsm_bootstrap.yaml.nodes import Date, Listing, Mapping, parse


def _problems(text: str | bytes) -> list[str]:
    raw = text.encode() if isinstance(text, str) else text
    try:
        return [str(problem) for problem in parse(raw, "fsm.yaml").problems]
    except DefinitionError as error:
        return str(error).splitlines()


def _data(text: str) -> Mapping:
    document = parse(text.encode(), "fsm.yaml")
    assert document.problems == ()
    assert isinstance(document.data, Mapping)
    return document.data


def test_keys_and_items_know_their_lines() -> None:
    data = _data("a: 1\nb:\n- x\n- y: 2\n  z: 3\n")
    items = data["b"]
    assert isinstance(items, Listing)
    inner = items[1]
    assert isinstance(inner, Mapping)
    assert data.lines == {"a": 1, "b": 2}
    assert items.lines == [3, 4]
    assert (inner.line, inner.lines) == (4, {"y": 4, "z": 5})


def test_scalars_are_what_yaml_says_and_a_date_stays_as_written() -> None:
    data = _data("t: text\nq: '1'\ni: 12\nf: 0.5\nb: yes\nn:\nd: 2024-01-31\n")
    assert dict(data) == {"t": "text", "q": "1", "i": 12, "f": 0.5, "b": True, "n": None, "d": Date("2024-01-31")}


def test_a_key_is_the_word_as_written() -> None:
    assert list(_data("on: 1\n2: b\n")) == ["on", "2"]


def test_an_empty_file_has_no_data() -> None:
    assert parse(b"# nothing\n", "fsm.yaml").data is None


def test_a_byte_order_mark_is_passed_over() -> None:
    assert _data("\ufeffa: 1\n") == {"a": 1}


def test_aliases_and_merged_mappings_are_read_and_own_keys_win() -> None:
    data = _data("base: &base {x: 1, y: 2}\nmine:\n  <<: *base\n  y: 3\nsame: *base\n")
    assert data["mine"] == {"x": 1, "y": 3}
    assert data["same"] == {"x": 1, "y": 2}


def test_the_first_of_several_merged_mappings_wins() -> None:
    assert _data("a: &a {x: 1}\nb: &b {x: 2, y: 2}\nc: {<<: [*a, *b]}\n")["c"] == {"x": 1, "y": 2}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "a: [1, 2\nb: 3\n",
            "fsm.yaml:2: broken YAML: while parsing a flow sequence, expected ',' or ']', but got ':'",
        ),
        (
            "a:\n\t- b\n",
            "fsm.yaml:2: broken YAML: while scanning for the next token, found character '\\t' that cannot",
        ),
        ("a: 1\n---\nb: 2\n", "fsm.yaml:2: broken YAML: expected a single document in the stream, but found another"),
        ("a: *b\n", "fsm.yaml:1: broken YAML: found undefined alias 'b'"),
        (b"a: 1\nb: \xff\n", "fsm.yaml:2: this is not UTF-8 text"),
        ("a: 1\nb: \x07\n", "fsm.yaml:2: the character '\\x07' is not allowed in YAML"),
        ("[" * 5000, "fsm.yaml:1: lists and mappings are nested too deeply"),
        ("a: 1\nb: 2\na: 3\n", "fsm.yaml:3: key 'a' is given twice, first in line 1"),
        (
            "a: !!python/object/apply:os.system ['exit 1']\n",
            "fsm.yaml:1: tag '!!python/object/apply:os.system' is not read: the file holds plain data",
        ),
        ("a:\n- !mine x\n", "fsm.yaml:2: tag '!mine' is not read: the file holds plain data"),
        ("a: !!binary aGk=\n", "fsm.yaml:1: tag '!!binary' is not read: the file holds plain data"),
        ("? [a, b]\n: 1\n", "fsm.yaml:1: a key must be a word"),
        ("a: &a\n- *a\n", "fsm.yaml:1: an anchor contains itself, or aliases blow the file up"),
        ("a:\n  <<: 3\n", "fsm.yaml:2: << takes a mapping, or a list of mappings"),
        ("a: 0b_\n", "fsm.yaml:1: '0b_' is no number; to make it text, quote it"),
    ],
)
def test_refused(text: str | bytes, problem: str) -> None:
    problems = _problems(text)
    assert len(problems) == 1
    assert problems[0].startswith(problem)


def test_aliases_that_multiply_are_refused_before_memory_ends() -> None:
    levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    levels += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 8)]
    assert "aliases blow the file up" in _problems("\n".join(levels))[0]


def test_merges_of_merges_do_not_grow_the_file_without_end() -> None:
    levels = ["a: &a0 {x: 1}"]
    levels += [f"b{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}" for n in range(1, 12)]
    assert "aliases blow the file up" in _problems("\n".join(levels))[0]
