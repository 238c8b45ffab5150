"""The statements about caller tokens that count once, each said in a sentence."""

from typing import Final

from sqlalchemy import bindparam, insert, select

from threeflow_gateway.store.tables import spent_token

__all__: list[str] = []

SPENT: Final = select(spent_token.c.token).where(spent_token.c.token.in_(bindparam("tokens", expanding=True)))
"""Which of these tokens were used before."""

SPEND: Final = insert(spent_token)
"""Remember that a token was used."""

FORGET: Final = spent_token.delete().where(spent_token.c.until <= bindparam("now"))
"""Forget tokens that are refused for their age by now."""
