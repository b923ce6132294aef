"""打开后的接口文档 / the document of the opened interface.

The gateway's OpenAPI document describes sealed messages, whose content no generator can
guess. Here the same document describes what lies inside: the data of every operation
(`/schemas/…`), the opened answer, the opened refusal.
"""

import copy

ENVELOPES = "SealedAnswer_"
JSON = "application/json"
PROBLEM = "application/problem+json"


def opened(document, data_schemas):
    """document: /openapi.json; data_schemas: by operation id."""
    result = copy.deepcopy(document)
    parts = result["components"]["schemas"]
    result["paths"] = {
        path: item for path, item in result["paths"].items() if path.startswith("/api/v1/")
    }
    for item in result["paths"].values():
        operation = item["post"]
        name = operation["operationId"]
        schema = by_kind(lifted(data_schemas[name], name, parts))
        parts[f"{name}.data"] = schema
        operation["requestBody"] = {
            "required": True,
            "content": {JSON: {"schema": reference(f"{name}.data")}},
        }
        answer = operation["responses"]["200"]
        envelope = answer["content"][JSON]["schema"]["$ref"].rsplit("/", 1)[1]
        if not envelope.startswith(ENVELOPES):
            raise ValueError(f"{name}: {envelope} is no sealed answer")
        answer["content"] = {JSON: {"schema": parts[envelope]["properties"]["data"]}}
    for response in result["components"]["responses"].values():
        response["content"] = {
            JSON: {"schema": reference("RefusalBody")},
            PROBLEM: {"schema": reference("Problem")},
        }
    return result


def reference(name):
    return {"$ref": f"#/components/schemas/{name}"}


def lifted(schema, name, parts):
    """The schema with its $defs, at whatever depth, moved into the document's parts."""
    if isinstance(schema, list):
        return [lifted(part, f"{name}.{n}", parts) for n, part in enumerate(schema)]
    if not isinstance(schema, dict):
        return schema
    if "$id" in schema or "$schema" in schema:
        # A schema of its own: its references are its own too.
        schema = own_references(schema, name)
    rest = {key: value for key, value in schema.items() if key not in ("$defs", "$id", "$schema")}
    for part, definition in schema.get("$defs", {}).items():
        parts[f"{name}.{part}"] = lifted(definition, f"{name}.{part}", parts)
    return {key: lifted(value, f"{name}.{key}", parts) for key, value in rest.items()}


def own_references(schema, name, inside=False):
    if isinstance(schema, list):
        return [own_references(part, name, True) for part in schema]
    if not isinstance(schema, dict) or (inside and "$id" in schema):
        return schema
    moved = {key: own_references(value, name, True) for key, value in schema.items()}
    target = moved.get("$ref")
    if isinstance(target, str) and target.startswith("#/$defs/"):
        moved.update(reference(f"{name}.{target.removeprefix('#/$defs/')}"))
    return moved


def by_kind(schema):
    """`if` one member says so, `then` another looks so: written as one alternative each,
    which a generator can follow."""
    kinds = [part for part in schema.get("allOf", []) if set(part) == {"if", "then"}]
    if not kinds:
        return schema
    base = {key: value for key, value in schema.items() if key != "allOf"}
    alternatives = [
        base
        | {
            "properties": base["properties"]
            | kind["if"]["properties"]
            | kind["then"].get("properties", {}),
            "required": base.get("required", []) + kind["then"].get("required", []),
        }
        for kind in kinds
    ]
    return {"anyOf": alternatives}
