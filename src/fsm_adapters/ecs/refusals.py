"""What Amazon ECS says when it does not start a task, as port errors."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final, TypedDict, TypeVar, cast

from botocore.exceptions import ClientError

from fsm_adapters._aws.errors import Misconfigured, ask
from fsm_ports.errors import OutcomeUnknown, PortError, PortRejected, PortUnavailable

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import FailureTypeDef

T = TypeVar("T", bound=Mapping[str, object])

_FOR_A_PERSON: Final = frozenset({
    "BlockedException", "ClientException", "PlatformTaskDefinitionIncompatibilityException",
    "PlatformUnknownException", "UnsupportedFeatureException",
})  # fmt: skip
"""Codes of RunTask that a person has to mend, and that no other service knows."""


class _Conflict(TypedDict, total=False):
    """What ECS adds to the answer that says ConflictException."""

    resourceIds: Sequence[str]


class Started(OutcomeUnknown):
    """The client token came with another request before, and the task of that one was started."""

    def __init__(self, reason: str, source: str, task: str) -> None:
        super().__init__(reason, source)
        self.task = task
        """ARN; empty where ECS does not say."""


def ask_ecs(source: str, call: Callable[[], T], *expected: str) -> T | PortError:
    """As `ask`, and it knows what ECS alone says."""
    own: list[PortError] = []

    def listen() -> T:
        try:
            return call()
        except ClientError as error:
            own.extend(_refusal(error, source))
            raise

    answer = ask(source, listen, *expected)
    return own[0] if own else answer


def _refusal(error: ClientError, source: str) -> Iterator[PortError]:
    """Nothing, where it is one of the errors that all services share."""
    told = error.response.get("Error", {})
    code, message = told.get("Code", ""), told.get("Message", "")
    reason = f"{code}: {message}"
    if code == "ConflictException":
        tasks = cast("_Conflict", error.response).get("resourceIds", ())
        yield Started(reason, source, tasks[0] if tasks else "")
    elif code in _FOR_A_PERSON:
        of_the_image = "task definition" in message.lower() or "taskdefinition" in message.lower()
        yield PortRejected(reason, source) if of_the_image else Misconfigured(reason, source)


def failure(failed: FailureTypeDef, source: str) -> PortError:
    """What one of the `failures` in an answer to RunTask means: nothing was started."""
    reason, detail = failed.get("reason", ""), failed.get("detail", "")
    said = ": ".join(part for part in (reason, detail, failed.get("arn", "")) if part) or "no reason was given"
    if reason == "MISSING":
        return Misconfigured(f"{said}: the cluster or its container instance does not exist", source)
    # RESOURCE:CPU, RESOURCE:MEMORY, RESOURCE:ENI, AGENT, ATTRIBUTE, Capacity...: no room now, or not here.
    return PortUnavailable(said, source)
