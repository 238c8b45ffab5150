"""The migrations: one file a revision, in one line from the first; ``store/revisions.py`` runs them."""
