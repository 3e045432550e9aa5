"""YAML text as plain data that knows its lines.

Only the nodes are composed, with the safe loader: no tag makes an object, whatever the file says.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

import yaml
from yaml.constructor import SafeConstructor
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from fsm_bootstrap.definitions import DefinitionError, Problem

_TAG = "tag:yaml.org,2002:"
_PLAIN = frozenset({"str", "int", "float", "bool", "null", "timestamp", "seq", "map"})
_BLOWN_UP = "an anchor contains itself, or aliases blow the file up"
_LARGEST = 200_000  # parts of one file; more comes of anchors that repeat each other


class Mapping(dict[str, object]):
    """A mapping of the file."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: dict[str, int] = {}
        """Where each key stands."""
        self.lost: set[str] = set()
        """Keys whose value, or an item of it, was wrong and has been taken out."""


class Listing(list[object]):
    """A list of the file."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[int] = []
        """Where each item begins."""


class Date(NamedTuple):
    """A word that YAML takes for a date."""

    text: str


class Broken(Enum):
    """Stands for a part that a problem has been reported of."""

    BROKEN = "broken"


class Document(NamedTuple):
    """The data of one file, and what of it is no plain data."""

    data: object
    line: int
    problems: tuple[Problem, ...]


def parse(raw: bytes, file: str) -> Document:
    """The document in the bytes of a file.

    Raises:
        DefinitionError: it is no YAML, so that nothing of it can be looked at.
    """
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _broken(file, raw.count(b"\n", 0, error.start) + 1, "this is not UTF-8 text") from None
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        if node is None:
            return Document(None, 1, ())
        plain = _Plain(file)
        return Document(plain.of(node), _line(node), tuple(plain.problems))
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise _broken(file, line, f"the character {text[error.position]!r} is not allowed in YAML") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = ", ".join(part for part in (error.context, error.problem) if part)
        raise _broken(file, mark.line + 1 if mark is not None else 1, f"broken YAML: {said}") from None
    except RecursionError:
        raise _broken(file, 1, "lists and mappings are nested too deeply") from None


def _broken(file: str, line: int, message: str) -> DefinitionError:
    return DefinitionError([Problem(file, line, message)])


def _line(node: Node) -> int:
    return int(node.start_mark.line) + 1


class _Plain:
    """Turns nodes into mappings, lists and scalars."""

    def __init__(self, file: str) -> None:
        self.problems: list[Problem] = []
        self._file = file
        self._open: set[int] = set()
        self._parts = 0
        self._scalars = SafeConstructor()

    def of(self, node: Node) -> object:
        self._parts += 1
        if str(node.tag).removeprefix(_TAG) not in _PLAIN:
            tag = str(node.tag).replace(_TAG, "!!")
            return self._broken(node, f"tag {tag!r} is not read: the file holds plain data")
        if isinstance(node, ScalarNode):
            return self._scalar(node)
        if id(node) in self._open or self._parts > _LARGEST:
            return self._broken(node, _BLOWN_UP)
        self._open.add(id(node))
        try:
            return self._listing(node) if isinstance(node, SequenceNode) else self._mapping(node)
        finally:
            self._open.discard(id(node))

    def _listing(self, node: Node) -> Listing:
        listing = Listing()
        for item in node.value:
            listing.append(self.of(item))
            listing.lines.append(_line(item))
        return listing

    def _mapping(self, node: Node) -> Mapping:
        mapping = Mapping(_line(node))
        for key, value in self._entries(node):
            if not isinstance(key, ScalarNode):
                self._report(key, "a key must be a word")
                continue
            name = str(key.value)  # as written: YAML takes the word `on` for a boolean
            if name in mapping.lines:
                self._report(key, f"key {name!r} is given twice, first in line {mapping.lines[name]}")
                continue
            mapping.lines[name] = _line(key)
            mapping[name] = self.of(value)
        return mapping

    def _entries(self, node: Node) -> Iterator[tuple[Node, Node]]:
        """The mapping's own entries, then those that it merges (``<<``) and does not have itself."""
        self._parts += len(node.value)  # merges of merges multiply as aliases do
        if self._parts > _LARGEST:
            self._report(node, _BLOWN_UP)
            return
        own = [(key, value) for key, value in node.value if key.tag != f"{_TAG}merge"]
        yield from own
        taken = {key.value for key, _ in own if isinstance(key, ScalarNode)}
        for merge in (value for key, value in node.value if key.tag == f"{_TAG}merge"):
            for source in merge.value if isinstance(merge, SequenceNode) else [merge]:
                if not isinstance(source, MappingNode):
                    self._report(source, "<< takes a mapping, or a list of mappings")
                    continue
                for key, value in self._entries(source):
                    if key.value not in taken:
                        taken.add(key.value)
                        yield key, value

    def _scalar(self, node: ScalarNode) -> object:
        if node.tag == f"{_TAG}timestamp":
            return Date(node.value)
        try:
            # types-PyYAML leaves the parameter without a type
            value: object = self._scalars.construct_object(node)  # pyright: ignore[reportUnknownMemberType]
        except ValueError:
            return self._broken(node, f"{node.value!r} is no number; to make it text, quote it")
        return value

    def _broken(self, node: Node, message: str) -> Broken:
        self._report(node, message)
        return Broken.BROKEN

    def _report(self, node: Node, message: str) -> None:
        self.problems.append(Problem(self._file, _line(node), message))
