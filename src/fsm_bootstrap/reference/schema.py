"""The schema of fsm.yaml for editors, ``src/fsm_bootstrap/yaml/fsm.schema.json``: the keys that the loader reads."""

from __future__ import annotations

import json

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from fsm_bootstrap.yaml.keys import FileKeys


def page() -> str:
    """The whole file.

    It keeps to draft 7, and to words that mean the same later: what editors of all kinds and ages understand.
    """
    made = FileKeys.model_json_schema(schema_generator=_ForEditors)
    told = {"$schema": "http://json-schema.org/draft-07/schema#", **made, "title": "fsm.yaml of lambda-fsm"}
    return json.dumps(told, indent=1) + "\n"


class _ForEditors(GenerateJsonSchema):
    """Leaves out what only repeats a name, and defaults that stand for absence: an editor would write them down.

    Of two kinds of things one is chosen as the loader chooses, by a key: an editor then speaks of that kind alone.
    """

    def tagged_union_schema(self, schema: core_schema.TaggedUnionSchema) -> JsonSchemaValue:
        machine, other = (self.generate_inner(schema["choices"][tag]) for tag in ("<machine>", "<import>"))
        return {"if": {"type": "object", "required": ["import"]}, "then": other, "else": machine}

    def field_title_should_be_set(self, schema: object) -> bool:
        return False

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        made = super().model_schema(schema)
        made["title"] = schema["cls"].noun.split()[-1].capitalize()
        return made

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        made = super().default_schema(schema)
        if made.get("default") in ("", 0.0) and made.get("default") is not False:  # False == 0.0
            del made["default"]
        return made
