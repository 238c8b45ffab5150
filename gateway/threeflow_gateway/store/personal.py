"""The statements about personal data and the audit trail, each said in a sentence."""

from typing import Final

from sqlalchemy import bindparam, insert, select, update

from threeflow_gateway.store.tables import audit, document, dossier, part

__all__: list[str] = []

INSERT_PART: Final = insert(part)
"""Say which personal data came with a document, and until when it is kept."""

INSERT_AUDIT: Final = insert(audit)
"""Add to the audit trail."""

FORGET_AUDIT: Final = audit.delete().where(audit.c.at < bindparam("before"))
"""Drop what the trail keeps no longer."""

PARTS_DUE: Final = (
    select(part.c.document, part.c.name, part.c.ground)
    .where(part.c.erased_at.is_(None), part.c.due_at <= bindparam("now"))
    .order_by(part.c.due_at)
    .limit(bindparam("limit"))
)
"""Personal data whose retention is over."""

PARTS_OF: Final = select(part.c.name).where(
    part.c.document == bindparam("document"), part.c.erased_at.is_(None)
)
"""The personal data that is held of one document."""

SET_ENVELOPE: Final = (
    update(document).where(document.c.no == bindparam("document")).values(envelope=bindparam("to_envelope"))
)
"""Keep a document without what was erased of it."""

SET_ERASED: Final = (
    update(part)
    .where(part.c.document == bindparam("of_document"), part.c.name == bindparam("of_name"))
    .values(erased_at=bindparam("to_erased"))
)
"""Say that a part is gone."""

BUNDLES: Final = select(dossier.c.digest, dossier.c.bundle).where(dossier.c.bundle.is_not(None))
"""All bundles that are held."""
