"""Explanations and derivations to text, for terminals and notebooks."""
