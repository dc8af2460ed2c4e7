"""Functions along axes: extrema, moments, sorting, running sums."""
