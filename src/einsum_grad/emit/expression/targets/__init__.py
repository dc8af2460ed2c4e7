"""Targets of expressions, one file each: the functions that each library has."""
