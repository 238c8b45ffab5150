"""What a broken schema keyword means, in English and Chinese."""

from collections.abc import Mapping
from typing import Final

__all__ = ["KEYWORDS", "message"]

_TABLE: Final[dict[str, tuple[str, str]]] = {
    "additionalProperties": ("no such member here", "此处没有该成员"),
    "const": ("must be exactly {expected_value}", "必须是 {expected_value}"),
    "enum": ("must be one of {options}", "必须是 {options} 之一"),
    "falseSchema": ("must be absent here", "此处不得出现"),
    "format": ("is not a well-formed {format}", "不符合 {format} 格式"),
    "maxItems": ("has more than {limit} entries", "超过 {limit} 项"),
    "maxLength": ("is longer than {limit} characters", "超过 {limit} 个字符"),
    "maxProperties": ("has more than {limit} members", "超过 {limit} 个成员"),
    "maximum": ("is more than {limit}", "大于 {limit}"),
    "minItems": ("has fewer than {limit} entries", "少于 {limit} 项"),
    "minLength": ("is shorter than {limit} characters", "少于 {limit} 个字符"),
    "minProperties": ("has fewer than {limit} members", "少于 {limit} 个成员"),
    "minimum": ("is less than {limit}", "小于 {limit}"),
    "pattern": ("does not have the form {pattern}", "不符合格式 {pattern}"),
    "required": ("is missing", "缺少该成员"),
    "type": ("must be of type {types}", "类型必须是 {types}"),
    "uniqueItems": ("holds one entry twice", "有重复项"),
}
_OTHER: Final = ("breaks the keyword {keyword}", "不符合关键字 {keyword}")

KEYWORDS: Final = frozenset(_TABLE)


def message(keyword: str, parameters: Mapping[str, object]) -> tuple[str, str]:
    """Return the words for one broken keyword, English and Chinese, with its parameters filled in."""
    english, chinese = _TABLE.get(keyword, _OTHER)
    words = {name: _plain(value) for name, value in parameters.items()}
    words["keyword"] = keyword
    return english.format_map(words), chinese.format_map(words)


def _plain(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(_plain(each) for each in value)
    return str(value)
