"""When a message of an SQS queue comes back."""

from __future__ import annotations

import logging

from fsm_adapters._aws.errors import ask
from fsm_adapters.sqs.queue import MAX_VISIBILITY, queue_url, whole_seconds
from fsm_bootstrap.aws import clients
from fsm_bootstrap.source import Source
from fsm_bootstrap.supplies import Supplies
from fsm_ports.errors import PortError

_log = logging.getLogger(__name__)


class VisibilityTimeout:
    """Changes the visibility of a message that is not done; where that fails it comes when its visibility ends."""

    def __init__(self, supplies: Supplies) -> None:
        self._supplies = supplies

    def __call__(self, queue_arn: str, receipt_handle: str, seconds: float) -> None:
        queue = Source(queue_arn)
        client = clients(queue, self._supplies).sqs(queue.region)
        url = self._url(queue)
        timeout = whole_seconds(seconds, MAX_VISIBILITY)
        answer = ask(
            queue,
            lambda: (
                client().change_message_visibility(
                    QueueUrl=url, ReceiptHandle=receipt_handle, VisibilityTimeout=timeout
                )
                or {}
            ),
        )
        if isinstance(answer, PortError):
            _log.warning("a message comes back when its visibility ends, and not in %d s: %s", timeout, answer)

    def _url(self, queue: Source) -> str:
        return queue_url(self._supplies.settings.queue(queue))
