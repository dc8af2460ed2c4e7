"""`Sentence` to `Graph`: expressions, and their derivatives as expressions; without arrays."""
