"""`Pattern` to `Network`: the contraction path, and what it costs."""
