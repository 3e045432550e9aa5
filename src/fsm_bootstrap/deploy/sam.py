"""What the parts of a template share."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from fsm_bootstrap.deploy.permissions import ANYTHING, Started
from fsm_bootstrap.resources.topic import queue_of
from fsm_bootstrap.settings import Settings
from fsm_bootstrap.source import Source

Tree: TypeAlias = dict[str, object]
"""A part of a template, as YAML has it."""

KEPT: Final[Mapping[str, object]] = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
"""What holds machines is not deleted with its stack."""


_PLAIN: Final = re.compile(r"(?=.{1,200}$)[a-z][a-z0-9]*(-[a-z][a-z0-9]*)*")
"""Names that can be told from the words which they are made of."""
_LONGEST: Final = 200
"""Characters of a name in a logical id, which may have 255."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """What a person may choose."""

    architecture: str = "arm64"
    timeout: int = 60
    """Seconds."""
    memory: int = 256
    """MB."""
    log_days: int = 30
    parallel: int = 1
    """`ParallelizationFactor` of streams."""
    concurrency: int = 0
    """`MaximumConcurrency` of queues; 0: no bound."""
    every: int = 1
    """Minutes between two ticks of the timer."""
    makes: bool = True
    """The stack makes queues, tables, topics and streams; else they are there."""
    exists: frozenset[str] = frozenset()
    """Settings whose sources are there."""
    alarm_topic: str = ""
    """ARN of a topic that hears of alarms."""
    started: Started = ANYTHING
    """What the function may start in containers."""


@dataclass(frozen=True)
class Plan:
    """Settings and options, and what the template refers to by name."""

    settings: Settings
    options: Options
    region: str
    machines: str
    """`FSM_MACHINES` of the function."""
    parameters: Tree = field(default_factory=Tree)
    """Grows while the parts are made."""

    @property
    def visibility(self) -> int:
        """Seconds: six times the time-out, as Lambda asks of a queue (Developer Guide, "Creating and configuring an
        Amazon SQS event source mapping")."""
        return 6 * self.options.timeout

    def at_home(self, source: Source) -> bool:
        """It lies where the stack does, which is with its records."""
        return source.region == self.region and source.account == self.settings.checkpoint.account

    def makes(self, source: Source) -> bool:
        """The stack makes it: what lies in another region or account is somebody else's."""
        return self.options.makes and self.at_home(source) and source not in self._there

    @property
    def _there(self) -> set[Source]:
        """What is said to exist; with a topic its queue."""
        named: list[Source] = [getattr(self.settings, name.lower()) for name in self.options.exists]
        return {*named, *(queue_of(source) for source in named if source.kind == "sns")}

    def logical(self, kind: str, source: Source) -> str:
        """A logical id: letters and digits alone, another for each source."""
        words = "".join(part.capitalize() for part in re.split(r"[^0-9A-Za-z]+", source.name) if part)
        if _PLAIN.fullmatch(source.name) and self.at_home(source):
            return kind + words
        # These words may be another's as well: a mapping or a queue would be lost without a word.
        return f"{kind}{words[:_LONGEST]}{hashlib.sha256(source.encode()).hexdigest()[:8]}"


def attribute(logical_id: str, name: str) -> Tree:
    return {"Fn::GetAtt": [logical_id, name]}


def with_text(value: str) -> Tree:
    return {"Fn::Sub": value}
