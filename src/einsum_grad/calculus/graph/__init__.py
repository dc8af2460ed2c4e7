"""Expressions as nodes, each in a canonical form."""
