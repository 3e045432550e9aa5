"""The one translation of what AWS calls can meet into port errors."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from traceback import walk_tb
from typing import Final, TypeVar

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    ParamValidationError,
    ProxyConnectionError,
)
from botocore.parsers import ResponseParserError

from fsm_ports.errors import OutcomeUnknown, PortError, PortRejected, PortUnavailable

T = TypeVar("T", bound=Mapping[str, object])

_log = logging.getLogger(__name__)


class Misconfigured(PortUnavailable):
    """The call can only succeed once a person has changed something: a name, a permission, a credential.

    Nothing happened, so for the work at hand it is as if the service were down; it is logged as an error besides.
    """


THROTTLED: Final = frozenset({
    "InternalFailureThrottled", "KMSThrottling", "KMSThrottlingException", "KmsThrottled", "LimitExceededException",
    "OverLimit", "ProvisionedThroughputExceededException", "ReplicatedWriteConflictException", "RequestLimitExceeded",
    "RequestThrottled", "RequestThrottledException", "SlowDown", "Throttled", "ThrottledException", "Throttling",
    "ThrottlingException", "TooManyRequestsException", "TransactionConflictException", "TransactionInProgressException",
})  # fmt: skip
"""Codes of a refusal for now: nothing happened, and later it may go well."""

REJECTED: Final = frozenset({
    "BatchEntryIdsNotDistinct", "BatchRequestTooLong", "InvalidArgumentException", "InvalidMessageContents",
    "InvalidParameter", "InvalidParameterException", "InvalidParameterValue",
    "ItemCollectionSizeLimitExceededException", "MessageNotInflight", "ParameterValueInvalid", "ReceiptHandleIsInvalid",
    "ValidationError", "ValidationException",
})  # fmt: skip
"""Codes that speak of the item itself: it will not do better elsewhere or later."""

MISCONFIGURED: Final = frozenset({
    "AccessDenied", "AccessDeniedException", "AuthFailure", "AuthorizationError", "AuthorizationErrorException",
    "ClusterNotFoundException", "EndpointDisabled", "ExpiredToken", "ExpiredTokenException", "IncompleteSignature",
    "InvalidAccessKeyId", "InvalidAddress", "InvalidClientTokenId", "InvalidSecurity", "InvalidSignatureException",
    "KMSAccessDenied", "KMSAccessDeniedException", "KMSDisabled", "KMSDisabledException", "KMSInvalidState",
    "KMSInvalidStateException", "KMSNotFound", "KMSNotFoundException", "KMSOptInRequired", "KmsAccessDenied",
    "KmsDisabled", "KmsInvalidKeyUsage", "KmsInvalidState", "KmsNotFound", "KmsOptInRequired",
    "MissingAuthenticationToken", "NonExistentQueue", "NotFound", "NotFoundException", "OptInRequired",
    "QueueDoesNotExist", "ResourceNotFoundException", "SignatureDoesNotMatch", "UnauthorizedOperation",
    "UnrecognizedClientException", "UnsupportedOperation",
})  # fmt: skip
"""Codes that only a person can mend."""

_OF_SQS: Final = "AWS.SimpleQueueService."
"""What most codes of SQS begin with: it still writes them as before it spoke JSON.  Those of its keys have a dot."""

_BAD_CERTIFICATE: Final = "CERTIFICATE_VERIFY_FAILED"

_WRONG_SHAPE: Final = ("missing the key", "key element does not match", "does not have the specified index")
"""What DynamoDB's ValidationException says of a table that is not as expected."""


def ask(source: str, call: Callable[[], T], *expected: str) -> T | PortError:
    """What `call` answers, or the port error for what it met.

    botocore makes an empty answer of a body that it cannot read, HTTP 200 or not: an answer that lacks one of the
    `expected` fields is therefore one whose outcome is unknown.

    Raises:
        ParamValidationError: the request is not one that the service knows: a bug of the adapter.
    """
    try:
        answer = call()
    except ParamValidationError:
        raise
    except (BotoCoreError, ClientError, ResponseParserError, ValueError) as error:
        return port_error(error, source)
    except (LookupError, TypeError, AttributeError) as error:
        if not _while_reading(error):
            raise
        return port_error(error, source)
    lacking = [name for name in expected if name not in answer]
    if lacking:
        return OutcomeUnknown(f"the answer cannot be read: it lacks {', '.join(lacking)}", source)
    return answer


def port_error(error: Exception, source: str) -> PortError:
    """The port error that stands for this error of botocore."""
    if isinstance(error, ClientError):
        return _of_answer(error, source)
    if isinstance(error, EndpointConnectionError | ConnectTimeoutError | ProxyConnectionError):
        return PortUnavailable(_text(error), source)
    if isinstance(error, ConnectionError | HTTPClientError | ResponseParserError) and _BAD_CERTIFICATE not in str(
        error
    ):
        return OutcomeUnknown(_text(error), source)  # TLS can also fail once the request is sent
    if not isinstance(error, BotoCoreError) and _while_reading(error):
        return OutcomeUnknown(f"the answer cannot be read: {_text(error)}", source)
    # What is left never got as far as the service: no credentials, no region, an endpoint that is no URL.
    return _misconfigured(_text(error), source)


def _while_reading(error: Exception) -> bool:
    """botocore raised it over an answer of the wrong shape: JSON that is no object, XML of a proxy, text in no UTF-8.

    Its parsers have no error of their own for those; what their caller raises before there is an answer is another
    class (`HTTPClientError`).
    """
    return any(frame.f_code.co_name == "_do_get_response" for frame, _ in walk_tb(error.__traceback__))


def code_of(error: ClientError) -> str:
    """The service's name for a refusal; empty: it gave none."""
    return error.response.get("Error", {}).get("Code", "")


def refusal(code: str, message: str, source: str, status: int = 0) -> PortError:
    """The port error for a code of the service: of a whole call, or of one item in the answer to a batch.

    `status` is the HTTP status of the call; 0 for an item.
    """
    reason = f"{code}: {message}" if message else code
    bare = code.rpartition("#")[2].removeprefix(_OF_SQS).replace("KMS.", "KMS", 1)
    if bare in THROTTLED or status == 429:
        return PortUnavailable(reason, source)
    if bare in MISCONFIGURED or (bare in REJECTED and any(part in message.lower() for part in _WRONG_SHAPE)):
        return _misconfigured(reason, source)
    if bare in REJECTED or status == 413:
        return PortRejected(reason, source)
    return OutcomeUnknown(reason, source)


def _of_answer(error: ClientError, source: str) -> PortError:
    answer = error.response
    status = int(answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    told = answer.get("Error", {})
    return refusal(str(told.get("Code", status)), str(told.get("Message", "")), source, status)


def _misconfigured(reason: str, source: str) -> Misconfigured:
    _log.error("%s: %s", source, reason)
    return Misconfigured(reason, source)


def _text(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
