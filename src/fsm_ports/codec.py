"""Port: the user's context as JSON text and back."""

from __future__ import annotations

from abc import abstractmethod
from typing import Protocol, TypeVar

T = TypeVar("T")


class ContextError(ValueError):
    """A context that is no JSON or does not fit its type; the message names the field.  Repeating changes nothing."""

    def __init__(self, message: str, bare: str = "") -> None:
        super().__init__(message)
        self.bare = bare
        """What may be told of it where nothing of a context may be shown, neither a value nor a key; empty: nothing."""


class ContextCodec(Protocol):
    """Translates at the edge of the user's code, once each way a step.

    * `decode` makes an object of `type` of the text; `encode` makes standard JSON (no NaN) of an object that `decode`
      can read back.  What does not fit raises `ContextError` and names the field by its path (``$.items[2].price``).
    * Nothing is replaced in silence: a value that is not JSON is an error.
    """

    @abstractmethod
    def decode(self, type: type[T], text: str) -> T: ...

    @abstractmethod
    def encode(self, context: object) -> str: ...
