"""The commands of `einsum-grad`, a file each, and what one of them alone needs."""
