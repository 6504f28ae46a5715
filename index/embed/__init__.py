"""Texts → vectors: our own static model read without torch, or any sentence-transformers model."""
