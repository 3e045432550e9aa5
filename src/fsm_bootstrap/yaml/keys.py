"""The keys of fsm.yaml, declared once: what is read, with its types, defaults and descriptions; also the schema.

A key without a value counts as absent.  No field is `X | None`: a schema made of these would tell an author that his
value should be null.  The tables in capitals are rules between keys: `checks` reports by them, the schema repeats them.
"""

from __future__ import annotations

from collections.abc import Mapping as AnyMapping
from typing import Annotated, ClassVar, Final, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    ModelWrapValidatorHandler,
    PrivateAttr,
    Tag,
    model_validator,
)
from pydantic.config import JsonDict

from fsm_bootstrap.yaml.nodes import Mapping
from fsm_bootstrap.yaml.values import ABOVE_ZERO, Count, Dotted, Dotteds, Name, Positive, Seconds, Span
from fsm_domain.machine import RetryPolicy

_PLAIN = RetryPolicy()

FINAL_LACKS: Final = ("transitions", "on_exhausted", "retry", "timeout")
"""Keys that a final state cannot have; an empty list of transitions is none."""
NEED_ACTION: Final = {"on_exhausted": "on_exhausted", "timeout": "a timeout"}
"""Keys of a state that say something of its do_action, and what messages call them."""
AFTER_LACKS: Final = ("action", "local", "delay")
"""Keys that a transition with 'after' cannot have."""


def _lacking(keys: tuple[str, ...]) -> JsonDict:
    return {"properties": {key: {"maxItems": 0} if key == "transitions" else False for key in keys}}


def _having(key: str) -> JsonDict:
    """The key is there, and true."""
    return {"properties": {key: {"const": True}}, "required": [key]}


class Keys(BaseModel):
    """A mapping of the file that knows where it stands."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, populate_by_name=False)
    noun: ClassVar[str]
    """What messages call it."""
    _lines: Mapping = PrivateAttr(default_factory=lambda: Mapping(1))

    @model_validator(mode="wrap")
    @classmethod
    def _placed(cls, data: object, handler: ModelWrapValidatorHandler[Self]) -> Self:
        if not isinstance(data, Mapping):
            return handler(data)
        keys = handler({key: value for key, value in data.items() if value is not None or key not in cls.known()})
        keys._lines = data
        return keys

    @classmethod
    def known(cls) -> tuple[str, ...]:
        """The keys, as they are written."""
        return tuple(field.alias or name for name, field in cls.model_fields.items())

    def line(self, key: str = "") -> int:
        """Where the key stands, or the whole."""
        return self._lines.lines.get(key, self._lines.line)

    def lost(self, key: str) -> bool:
        """Something was wrong with this key and has been taken out, so what is here is not all that was meant."""
        return key in self._lines.lost

    def given(self, key: str) -> bool:
        """The file has this key, with a value."""
        return key in self.model_fields_set


class RetryKeys(Keys):
    """How a failed step is tried again: after a random wait of at most `base` * 2 ** retries seconds, and of `cap`."""

    noun = "a retry"
    max_retries: Count = Field(default=_PLAIN.max_retries, description="Retries after the first failure; 0: none.")
    base: Seconds = Field(default=_PLAIN.base, description="Longest wait before the first retry: seconds, or 90s, 15m.")
    cap: Seconds = Field(default=_PLAIN.cap, description="Longest wait before any retry.")


class TransitionKeys(Keys):
    """What leads out of a state: an event, or the time that has passed."""

    noun = "a transition"
    model_config = ConfigDict(
        json_schema_extra={
            "if": {"required": ["after"]},
            "then": _lacking(("event", *AFTER_LACKS)),
            "else": {
                "required": ["event"],
                "if": _having("local"),
                "then": {"properties": {"delay": {"not": ABOVE_ZERO}}},
            },
        }
    )
    target: Name = Field(description="State to go to.")
    event: Name = Field(default="", description="Event that makes the machine go; or give `after`.")
    after: Span = Field(
        default=0.0, description="Go when the machine has waited this long: seconds, or text such as 90s, 15m, 3d."
    )
    action: Dotted = Field(default="", description="Action that runs on the way.")
    local: bool = Field(default=False, description="Run the next step in the same invocation, without a message.")
    delay: Seconds = Field(
        default=0.0, description="Time between the event and the target: seconds, or text such as 90s, 15m, 3d."
    )


class StateKeys(Keys):
    """A place that a machine can be in."""

    noun = "a state"
    model_config = ConfigDict(
        json_schema_extra={
            "if": _having("final"),
            "then": _lacking(FINAL_LACKS),
            "else": {"properties": {"transitions": {"minItems": 1}}, "required": ["transitions"]},
            "dependencies": {key: ["do_action"] for key in NEED_ACTION},
        }
    )
    name: Name = Field(description="Its name, once in the machine.")
    initial: bool = Field(default=False, description="The machine starts here; true for one state.")
    final: bool = Field(default=False, description="The machine ends here.")
    entry_action: Dotted = Field(default="", description="Action that runs on entry.")
    do_action: Dotted = Field(default="", description="Action that returns the next event, or None to wait for one.")
    exit_action: Dotted = Field(default="", description="Action that runs on exit.")
    on_exhausted: Name = Field(default="", description="Event to go on with when the last retry has failed too.")
    timeout: Span = Field(
        default=0.0,
        description="Time that the do_action may take; longer is a failure: seconds, or text such as 90s, 15m.",
    )
    retry: RetryKeys = Field(default_factory=RetryKeys, description="Retries here; the machine's unless given.")
    transitions: list[TransitionKeys] = Field(
        default_factory=list[TransitionKeys], description="What leads out of it; a final state has none."
    )


class MachineKeys(Keys):
    """A machine: its name and its states."""

    noun = "a machine"
    model_config = ConfigDict(
        json_schema_extra={"dependencies": {"max_retries": {"properties": {"retry": _lacking(("max_retries",))}}}}
    )
    name: Name = Field(description="Its name, by which commands, messages and metrics know it.")
    context: Dotted = Field(default="builtins.dict", description="Class of the context; a dict unless given.")
    max_retries: Count = Field(default=_PLAIN.max_retries, description="Retries after the first failure; 0: none.")
    retry: RetryKeys = Field(default_factory=RetryKeys, description="Retries of all states.")
    max_steps: Positive = Field(default=1_000_000, description="A machine that takes so many steps has failed.")
    renamed: dict[Name, Name] = Field(
        default_factory=dict[str, str],
        description="States and events that had other names when instances were started: old name, new name.",
    )
    migrate: Dotteds = Field(
        default_factory=list[str],
        description="Functions that bring contexts of earlier versions forward, in order; each runs once an instance.",
    )
    states: list[StateKeys] = Field(min_length=1, description="One of them is initial; the order does not matter.")

    def whole(self) -> bool:
        """Nothing of it was wrong and has been taken out."""
        parts: list[Keys] = [self, self.retry]
        for state in self.states:
            parts += [state, state.retry, *state.transitions]
        return not any(part._lines.lost for part in parts)


class ImportKeys(Keys):
    """The machines of another file."""

    noun = "an import"
    file: str = Field(
        alias="import", min_length=1, description="Path from the folder of this file, or of the file loaded first."
    )


def _kind(value: object) -> str:
    return "<import>" if isinstance(value, AnyMapping) and "import" in value else "<machine>"


class FileKeys(Keys):
    """A whole file."""

    noun = "the file"
    machines: list[
        Annotated[
            Annotated[MachineKeys, Tag("<machine>")] | Annotated[ImportKeys, Tag("<import>")], Discriminator(_kind)
        ]
    ] = Field(min_length=1, description="Machines, and imports of files that have more.")
