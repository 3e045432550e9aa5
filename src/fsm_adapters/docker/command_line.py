"""The command line of Docker: one call, and what its answer means."""

from __future__ import annotations

import errno
import re
import subprocess
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from fsm_ports.errors import OutcomeUnknown, PortError, PortRejected, PortUnavailable

_NOT_RUNNABLE, _NOT_FOUND = 126, 127
"""Exit codes of ``run`` for a command in the container."""

_NO_SUCH_IMAGE: Final = re.compile(
    "invalid reference format|manifest (for|unknown)|no such image|pull access denied|repository does not exist"
    "|repository name must be|requested access to the resource is denied"
)
_LOST: Final = re.compile(r"broken pipe|connection reset|deadline exceeded|\beof\b|timed out|\btimeout\b")
_NAME_TAKEN: Final = re.compile("name .* (already in use|is already used by)")


class Finished(NamedTuple):
    """A call that came to its end."""

    code: int
    output: str
    errors: str

    @property
    def name_is_taken(self) -> bool:
        """A container of that name exists."""
        return self.code != 0 and _says(self.errors, _NAME_TAKEN)


class CommandLine:
    """Calls `cli` with a time limit, in seconds; for a call that starts a container it includes pulling the image."""

    def __init__(self, cli: str, source: str, seconds: float) -> None:
        self._cli, self._source, self._seconds = cli, source, seconds

    def call(
        self, arguments: Sequence[str], environment: Mapping[str, str] | None = None, text: str = ""
    ) -> Finished | PortError:
        """Run it in `environment` (None: that of this process), with `text` as its standard input."""
        try:
            ran = subprocess.run(
                [self._cli, *arguments],
                env=environment,
                input=text.encode(errors="surrogateescape"),
                capture_output=True,
                timeout=self._seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return OutcomeUnknown(f"{self._cli} did not answer within {self._seconds:g} s", self._source)
        except (FileNotFoundError, PermissionError) as error:
            return PortUnavailable(
                f"{self._cli} cannot be run ({error.strerror}): install it, or set CONTAINER_CLI to another one",
                self._source,
            )
        except OSError as error:
            return self._too_much(error)
        except ValueError as error:
            return PortRejected(f"no argument and no variable can hold it: {error}", self._source)
        return Finished(ran.returncode, _text(ran.stdout), _text(ran.stderr))

    def refusal(self, finished: Finished) -> PortError:
        """What an exit code other than 0 of ``run`` or ``start`` means."""
        reason = _last_line(finished.errors) or f"{self._cli} ended with exit code {finished.code}"
        if finished.code < 0:
            return OutcomeUnknown(f"{self._cli} was ended by signal {-finished.code}", self._source)
        if finished.code in (_NOT_RUNNABLE, _NOT_FOUND) or _says(finished.errors, _NO_SUCH_IMAGE):
            return PortRejected(reason, self._source)
        if _says(finished.errors, _LOST):
            return OutcomeUnknown(reason, self._source)
        return PortUnavailable(reason, self._source)

    def _too_much(self, error: OSError) -> PortError:
        if error.errno == errno.E2BIG:
            return PortRejected(
                "command and environment are larger than this system takes: set PRIMARY_ENVIRONMENT_SOURCE, so that "
                "the container fetches its environment from there",
                self._source,
            )
        return PortUnavailable(f"{self._cli} cannot be run: {error.strerror}", self._source)


def _says(errors: str, pattern: re.Pattern[str]) -> bool:
    return pattern.search(errors.lower()) is not None


def _last_line(errors: str) -> str:
    """The one that says what happened: progress comes before it, and a hint at ``--help`` after it."""
    lines = [line.strip() for line in errors.splitlines() if line.strip()]
    told = [line for line in lines if "--help" not in line]
    return next((line for line in reversed(told) if "error" in line.lower()), told[-1] if told else "")


def _text(output: bytes) -> str:
    return output.decode(errors="replace")
