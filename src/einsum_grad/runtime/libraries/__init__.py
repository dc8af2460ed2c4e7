"""Arrays of other libraries: torch, JAX, and those of the array API."""
