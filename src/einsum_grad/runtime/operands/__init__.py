"""The operands of a call: as arrays, of other kinds, and as they lie in memory."""
