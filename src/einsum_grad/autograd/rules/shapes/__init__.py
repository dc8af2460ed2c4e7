"""Functions that move elements, join arrays or make them."""
