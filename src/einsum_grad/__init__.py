"""einsum-grad."""
