"""Starts the application of a Lambda function."""

from __future__ import annotations

import logging

from fsm_adapters.dynamodb.stream_images import message_in
from fsm_adapters.system.json_log import JsonFormatter, told_of
from fsm_bootstrap.application import App, build_application
from fsm_bootstrap.loading import load_machines
from fsm_bootstrap.serverless.handler import Handler
from fsm_bootstrap.serverless.put_off import VisibilityTimeout
from fsm_bootstrap.settings import Settings, load_settings
from fsm_ports.errors import PortMisconfigured


def start() -> Handler:
    """The handler of the application that the environment describes.

    Raises:
        PortMisconfigured: a setting does not work.
        DefinitionError: the machines cannot be loaded; with every problem.
    """
    settings = load_settings()
    _log_as_json(settings)
    return handler_of(_application(settings))


def handler_of(app: App) -> Handler:
    """The handler of an application that is wired already."""
    return Handler(app, message_in, VisibilityTimeout(app.supplies))


def _application(settings: Settings) -> App:
    if settings.fsm_machines is None:
        raise PortMisconfigured(
            "FSM_MACHINES is not set: name what defines the machines, such as fsm.yaml or the module shop.machines"
        )
    return build_application(settings, load_machines(settings.fsm_machines).machines, surround=told_of)


def _log_as_json(settings: Settings) -> None:
    """Lambda's own handler writes lines of text; it is made to write JSON, each line with its step."""
    root = logging.getLogger()
    if not root.handlers:
        root.addHandler(logging.StreamHandler())
    for handler in root.handlers:
        handler.setFormatter(JsonFormatter("" if isinstance(handler, logging.StreamHandler) else "\n"))
    root.setLevel(settings.log_level)
    for library in ("boto3", "botocore", "urllib3"):  # they tell of each request, payload and all
        logging.getLogger(library).setLevel(logging.WARNING)
