"""What can end a check: the node's fault, a preparation that did not come about, or the suite's own fault."""

__all__ = ["InapplicableError", "SuiteError", "UnmetError", "UnreadyError", "UsageError"]


class UnmetError(Exception):
    """The node breaks a requirement; the message says what was expected and what came."""

    def __init__(self, requirement: str, message: str) -> None:
        super().__init__(message)
        self.requirement = requirement


class UnreadyError(Exception):
    """The check could not be run: what it needs first did not come about."""


class InapplicableError(Exception):
    """The node's own statement says that it does not do what the check is about."""


class SuiteError(Exception):
    """The suite itself is at fault, never the node."""


class UsageError(Exception):
    """The command line, a file or a parameter cannot be used; the message says which and why."""
