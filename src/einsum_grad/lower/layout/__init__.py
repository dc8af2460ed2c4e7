"""`Program` to `Program`: the order of axes that each array has, and where copies go."""
