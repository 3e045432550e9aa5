"""The function that AWS Lambda calls: set ``fsm_bootstrap.lambda_app.handler`` as its handler.

Settings come from the environment, machines from ``FSM_MACHINES``.  Importing this module starts the application, so
that what is wrong with either shows as an initialization error, before anything is received.  It may be wrapped::

    from fsm_bootstrap.lambda_app import handler as fsm

    @tracer.capture_lambda_handler
    def handler(event, context):
        return fsm(event, context)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from fsm_bootstrap.serverless.starting import start

if TYPE_CHECKING:
    from fsm_adapters.aws_lambda.batch import Invocation

_answer = start()


# A function, and no object that can be called: what wraps it asks for its name.
def handler(event: Mapping[str, object], context: Invocation) -> object:
    """What Lambda calls; raises as `fsm_bootstrap.serverless.handler.Handler` does."""
    return _answer(event, context)
