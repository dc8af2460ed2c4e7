"""Patterns to drawings: networks of nodes and edges, and trees of contractions, as SVG."""
