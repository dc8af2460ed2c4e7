"""Statements and their text: the tree, a target's table of spellings, and the printer."""
