"""Functions of samples along an axis: transforms, convolutions, differences, windows."""
