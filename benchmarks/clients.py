"""Makes the clients that a function's first message would make."""

from __future__ import annotations

from fsm_bootstrap.aws import clients
from fsm_bootstrap.serverless.handler import Handler


def make(handler: Handler) -> None:
    """Those of its queue and of its table."""
    app = handler._app
    stream, checkpoint = app.settings.stream, app.settings.checkpoint
    clients(stream, app.supplies).sqs(stream.region, attempts=2)()
    clients(checkpoint, app.supplies).dynamodb(checkpoint.region, attempts=2)()
