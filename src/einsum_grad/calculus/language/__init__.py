"""A sentence to nodes: names, calls, indices, and the functions there are."""
