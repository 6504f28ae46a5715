"""Training of the default embedding model and of the ranking weights: ``python -m index.train``."""
