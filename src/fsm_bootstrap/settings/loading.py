"""From the environment to settings, with errors for a person."""

from __future__ import annotations

import json
import os
import re

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import SettingsError

from fsm_bootstrap.settings.settings import Settings
from fsm_bootstrap.source import masked
from fsm_ports.errors import PortMisconfigured

_SECRET = ("elasticache_passwords",)


def load_settings() -> Settings:
    """Settings from the environment and the module of settings.

    Raises:
        PortMisconfigured: a variable does not hold what it should; every such variable is named, with its value (a
            password in it is masked) and what it should be.
    """
    try:
        return Settings()
    except ValidationError as error:
        raise PortMisconfigured("; ".join(map(_explain, error.errors()))) from None
    except SettingsError as error:
        named = re.search(r'field "(\w+)"', str(error))
        name = named[1].upper() if named else "a setting"
        raise PortMisconfigured(f'{name}: is no JSON; write an object such as {{"name": "value"}}') from None
    except RecursionError:
        names = ", ".join(name.upper() for name in Settings.model_fields if _is_bottomless(name.upper())) or "a setting"
        raise PortMisconfigured(f'{names}: is nested too deeply; write an object such as {{"name": "value"}}') from None


def _is_bottomless(variable: str) -> bool:
    try:
        json.loads(os.environ.get(variable, ""))
    except RecursionError:
        return True
    except ValueError:
        return False
    return False


def _explain(problem: ErrorDetails) -> str:
    name, *inside = map(str, problem["loc"] or ("",))
    message = problem["msg"].removeprefix("Value error, ").removeprefix("Input ")
    value = "***" if name in _SECRET else masked(str(problem["input"]))
    return f"{'.'.join([name.upper(), *inside])}={value}: {message}"
