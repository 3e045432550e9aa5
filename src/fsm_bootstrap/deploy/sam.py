"""What the parts of a template share."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from fsm_bootstrap.settings import Settings
from fsm_bootstrap.source import Source

Tree: TypeAlias = dict[str, object]
"""A part of a template, as YAML has it."""

KEPT: Final[Mapping[str, object]] = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
"""What holds machines is not deleted with its stack."""


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
    alarm_topic: str = ""
    """ARN of a topic that hears of alarms."""


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

    def makes(self, source: Source) -> bool:
        """The stack makes it: what lies in another region is somebody else's."""
        return self.options.makes and source.region == self.region


def logical(kind: str, source: Source) -> str:
    """A logical id: letters and digits alone."""
    return kind + "".join(part.capitalize() for part in re.split(r"[^0-9A-Za-z]+", source.name) if part)


def attribute(logical_id: str, name: str) -> Tree:
    return {"Fn::GetAtt": [logical_id, name]}


def with_text(value: str) -> Tree:
    return {"Fn::Sub": value}
