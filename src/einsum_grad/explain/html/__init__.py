"""Explanations and derivations to HTML: pages of their own, and cells of notebooks."""
