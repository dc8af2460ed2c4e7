"""Primitives: operations with VJP rules, their registration, and how they are recorded."""
