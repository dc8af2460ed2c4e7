"""`Pattern` to `Network`: the order of contraction, and what it costs."""
