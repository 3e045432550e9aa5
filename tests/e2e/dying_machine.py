"""A machine whose process comes to grief, where the environment says; each run of its action leaves a line."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal

from botocore.awsrequest import AWSPreparedRequest
from botocore.client import BaseClient
from botocore.exceptions import EndpointConnectionError

from fsm_domain import FinalState, Machine, RetryPolicy, State, Step
from tests.backends.hooks import Hook, attached_to_all, service_of

GRIEF: Final = "FSM_TEST_GRIEF"
"""``action``: it dies in mid-action.  ``hang``: the action takes longer than anybody waits.  ``UpdateItem``, or another
operation of AWS: it dies as soon as that has taken place.  Each once.  ``refuse ID``: the table cannot be reached for
ID's record until the file `MENDED` is there."""
CODE: Final = 9
RUNS: Final = Path("runs")
MENDED: Final = Path("mended")
_CAME: Final = Path("came")


def comes_to_grief(where: str) -> bool:
    """Once, however many processes there are."""
    if os.environ.get(GRIEF) != where or _CAME.exists():
        return False
    _CAME.touch()
    return True


def act(context: dict[str, object], step: Step) -> Literal["next"]:
    with RUNS.open("a", encoding="utf-8") as runs:
        runs.write(f"{step.correlation_id}\n")
    if comes_to_grief("action"):
        os._exit(CODE)
    if comes_to_grief("hang"):
        time.sleep(600)  # the platform ends it; nothing in the process can
    return "next"


class Grief:
    """Ends the process behind a call, or one call before it."""

    def hooks(self, client: BaseClient) -> Mapping[str, Hook]:
        service = service_of(client)
        return {f"after-call.{service}": self._after, f"before-send.{service}.UpdateItem": self._before}

    def _after(self, event_name: str, **told: object) -> None:
        if comes_to_grief(event_name.rpartition(".")[2]):
            os._exit(CODE)

    def _before(self, request: AWSPreparedRequest, **told: object) -> None:
        body = request.body.decode() if isinstance(request.body, bytes) else str(request.body)
        grief = os.environ.get(GRIEF, "").split()
        if grief[:1] == ["refuse"] and f'"{grief[1]}"' in body and not MENDED.exists():
            raise EndpointConnectionError(endpoint_url=request.url)


_heard = attached_to_all(Grief())
_heard.__enter__()  # for as long as the process lives

state, final = State[str, dict[str, object]], FinalState[str, dict[str, object]]
dying = Machine[str, dict[str, object]](
    "dying", dict[str, object], initial="act", retry=RetryPolicy(max_retries=2),
    states=[state("act").on("next", "end").do(act), final("end")],
)  # fmt: skip
