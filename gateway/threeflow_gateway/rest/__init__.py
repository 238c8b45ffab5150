"""The REST binding (TF-REST): a small ASGI application for submissions, connexion for everything else."""
