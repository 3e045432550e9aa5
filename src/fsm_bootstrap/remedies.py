"""What helps against the errors that back ends answer with."""

from __future__ import annotations

from typing import Final

_CREATE: Final = "fsm resources create makes it"
_REMEDIES: Final = {
    "AccessDenied": "allow it to the role that this process has",
    "NOAUTH": "put the password into the URL: redis://:PASSWORD@host:6379",
    "WRONGPASS": "the password in the URL is wrong",
    "uthentication": "put the right user and password into the URL",
    "READONLY": "that is a replica: name the primary",
    "ExpiredToken": "sign in again: the credentials have expired",
    "UnrecognizedClient": "the credentials are of no account: check AWS_PROFILE or AWS_ACCESS_KEY_ID",
    "NoCredentials": "set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    "Unable to locate credentials": "set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    "ResourceNotFound": _CREATE,
    "NonExistentQueue": _CREATE,
    "QueueDoesNotExist": _CREATE,
    "lacks": "it is no service of AWS that answers there: check ENDPOINTS and AWS_ENDPOINT_URL",
}
"""By what stands in an error."""


def remedy(error: str) -> str | None:
    """What helps against an error, if that is known; None else."""
    return next((text for sign, text in _REMEDIES.items() if sign in error), None)
