"""Settings from a Python module, as the original framework had them."""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_settings import PydanticBaseSettingsSource

from fsm_ports.errors import PortMisconfigured

MODULE = "FSM_SETTINGS"
"""The variable that names the module, dotted."""


class ModuleSource(PydanticBaseSettingsSource):
    """The names in capitals of the module that ``FSM_SETTINGS`` names; none where it is unset.

    Names that are no settings are left alone: the module is the user's.
    """

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:  # Any: whatever stands there
        """The value of one setting, the name it was found by, and that it is no JSON."""
        return self().get(field_name), field_name, False

    def __call__(self) -> dict[str, Any]:  # Any: pydantic checks them
        """Raises:
        PortMisconfigured: the module cannot be imported.
        """
        name = os.environ.get(MODULE)
        if not name:
            return {}
        try:
            found = vars(import_module(name))
        except ImportError as error:
            raise PortMisconfigured(
                f"{MODULE}={name}: cannot be imported ({error}); name a module on PYTHONPATH, such as settings"
            ) from error
        fields = self.settings_cls.model_fields
        return {field: found[field.upper()] for field in fields if found.get(field.upper()) not in (None, "")}
