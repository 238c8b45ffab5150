"""JSON Pointers (RFC 6901) into parsed payloads."""

from typing import Any


def read(value: Any, pointer: str, default: Any = None) -> Any:
    """The value at the pointer, or the default where nothing is there."""
    for token in pointer.split("/")[1:]:
        name = token.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict) and name in value:
            value = value[name]
        elif isinstance(value, list) and name.isdecimal() and int(name) < len(value):
            value = value[int(name)]
        else:
            return default
    return value
