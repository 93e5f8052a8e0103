"""A small validator for JSON Schema."""

from __future__ import annotations

from typing import Any

TYPES = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "null": type(None),
    "integer": int,
    "number": (int, float),
}


def accepts(schema: dict[str, Any], value: Any, rule: dict[str, Any] | None = None) -> bool:
    """Validate by those words of JSON Schema that ours use."""
    rule = schema if rule is None else rule

    def fits(rule: dict[str, Any], value: Any) -> bool:
        return accepts(schema, value, rule)

    checks = {
        "$ref": lambda ref: fits(schema["$defs"][ref.removeprefix("#/$defs/")], value),
        "anyOf": lambda rules: any(fits(r, value) for r in rules),
        "oneOf": lambda rules: sum(fits(r, value) for r in rules) == 1,
        "const": lambda constant: value == constant,
        "enum": lambda values: value in values,
        "type": lambda name: (
            isinstance(value, TYPES[name]) and (name == "boolean") == isinstance(value, bool)
        ),
        "minimum": lambda low: not isinstance(value, int | float) or value >= low,
        "maximum": lambda high: not isinstance(value, int | float) or value <= high,
        "minLength": lambda low: not isinstance(value, str) or len(value) >= low,
        "maxLength": lambda high: not isinstance(value, str) or len(value) <= high,
        "minItems": lambda low: not isinstance(value, list) or len(value) >= low,
        "maxItems": lambda high: not isinstance(value, list) or len(value) <= high,
        "items": lambda item: not isinstance(value, list) or all(fits(item, v) for v in value),
        "prefixItems": lambda items: (
            not isinstance(value, list) or all(map(fits, items, value[: len(items)]))
        ),
        "required": lambda keys: not isinstance(value, dict) or all(key in value for key in keys),
        "properties": lambda known: (
            not isinstance(value, dict) or all(fits(known[k], v) for k, v in value.items() if k in known)
        ),
        "additionalProperties": lambda allowed: (
            not isinstance(value, dict) or allowed or set(value) <= set(rule["properties"])
        ),
    }
    said = {"$schema", "$defs", "title", "description", "default", "discriminator"}
    assert set(rule) <= {*checks, *said}, set(rule) - {*checks, *said}
    return all(check(rule[word]) for word, check in checks.items() if word in rule)
