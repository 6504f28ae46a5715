"""Briefings: every number locked to its cell (see ``service``, the one door)."""
