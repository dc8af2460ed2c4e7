"""Threads that share the chunks of a block, and ordered sums of their results."""
