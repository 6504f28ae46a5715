"""Immutable generations of sheets on disk: ``reader.open_corpus`` and ``writer.new_generation``."""
