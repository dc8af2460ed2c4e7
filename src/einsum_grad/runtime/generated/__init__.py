"""Generated code: loaded, kept by what it depends on, and run."""
