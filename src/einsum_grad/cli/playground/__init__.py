"""The playground of `einsum-grad serve`: a local page that explains what is typed."""
