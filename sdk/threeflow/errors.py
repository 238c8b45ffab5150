"""What goes wrong, in families by who can act: the sender mends a refusal, time mends an unavailability."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Severity = Literal["error", "warning", "information"]


@dataclass(frozen=True, slots=True)
class Violation:
    """One rule or schema constraint that a document breaks.

    ``pointer`` is the JSON Pointer of the place in the payload; ``parameters`` are the rule's values as JSON.
    """

    rule: str
    pointer: str
    message_en: str
    message_zh: str
    parameters: Mapping[str, object] = field(default_factory=dict)
    severity: Severity = "error"


class Refused(Exception):  # noqa: N818 - the word of the standard
    """The input is not taken in: ``code`` is one of the standard's refusal codes (``v1/refusals.yaml``).

    ``requirement`` is the id of the sentence that the input breaks, ``detail`` says what is wrong; ``after``
    is in how many seconds a retryable message may be sent again.
    """

    def __init__(  # noqa: PLR0917 - the order is fixed
        self,
        code: str,
        requirement: str,
        detail: str,
        pointer: str = "",
        violations: tuple[Violation, ...] = (),
        retryable: bool = False,
        after: int = 1,
    ) -> None:
        super().__init__(f"{code} ({requirement}): {detail}")
        self.code = code
        self.requirement = requirement
        self.detail = detail
        self.pointer = pointer
        self.violations = violations
        self.retryable = retryable
        self.after = after

    def __reduce__(self) -> tuple[type["Refused"], tuple[object, ...]]:
        about = (self.code, self.requirement, self.detail, self.pointer, self.violations)
        return (type(self), (*about, self.retryable, self.after))


class Unavailable(Exception):  # noqa: N818 - as above
    """A peer or a service could not answer; the same request may be sent again later."""
