"""Threads that share the blocks of large work, and what they add up."""
