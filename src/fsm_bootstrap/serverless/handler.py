"""The one handler: looks at what it was invoked with, and answers that."""

from __future__ import annotations

from collections.abc import Mapping

from fsm_adapters.aws_lambda.batch import Batches, Invocation, NotDone, PutOff, records_of
from fsm_adapters.aws_lambda.records import DecodeImage
from fsm_bootstrap.application import App
from fsm_bootstrap.serverless import gateway, requests
from fsm_bootstrap.serverless.payloads import is_payload, take_payload
from fsm_bootstrap.serverless.step_functions import is_task, run_task
from fsm_bootstrap.serverless.ticks import tick


class Handler:
    """Serves, with one function: records of SQS, Kinesis, DynamoDB streams and SNS; a schedule of EventBridge; requests
    of API Gateway; Step Functions tasks; messages of the original; and direct invocations.

    Raises, when called:
        NotDone: the answer could not tell Lambda what to deliver again.
        RequestError, FsmError, ContextError, PortError: a direct invocation that went wrong.
        CannotWait: a task of Step Functions that would have to wait.
    """

    def __init__(self, app: App, decode_image: DecodeImage, put_off: PutOff | None = None) -> None:
        self._app = app
        self._batches = Batches(app.dispatcher, app.clock, decode_image, put_off)

    def __call__(self, event: Mapping[str, object], invocation: Invocation) -> object:
        try:
            return self._answer(event, invocation)
        finally:
            self._app.metrics.flush()

    def _answer(self, event: Mapping[str, object], invocation: Invocation) -> object:
        records = records_of(event)
        if records is not None:
            return self._batches.handle(records, invocation)
        if _is_scheduled(event):
            return tick(self._app, invocation)
        request = gateway.request_of(event)
        if request is not None:
            return gateway.respond(self._app, request)
        deadline = self._app.clock.now() + invocation.get_remaining_time_in_millis() / 1000.0
        if is_task(event):
            return run_task(self._app, event, invocation, deadline)
        if is_payload(event):
            return take_payload(self._app, event, invocation, deadline)
        return requests.perform(self._app, event)


def _is_scheduled(event: Mapping[str, object]) -> bool:
    """By a rule of EventBridge, or by EventBridge Scheduler with its default payload."""
    return event.get("source") in ("aws.events", "aws.scheduler")


__all__ = ["Handler", "NotDone"]
