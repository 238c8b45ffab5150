"""How many messages go either way in the calls of a method."""

from enum import Enum

from google.protobuf.descriptor import MethodDescriptor

__all__ = ["Shape", "shape"]


class Shape(Enum):
    """How many messages go either way."""

    UNARY = "unary"
    ANSWERS = "answers"
    EXCHANGE = "exchange"


def shape(method: MethodDescriptor) -> Shape:
    """Return the shape of a described method."""
    if method.client_streaming:
        return Shape.EXCHANGE
    return Shape.ANSWERS if method.server_streaming else Shape.UNARY
