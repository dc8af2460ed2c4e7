"""An expression and a gradient of it derived by hand to a verdict."""
