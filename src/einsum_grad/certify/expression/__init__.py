"""`Derivation` to findings: its derivatives held against dual numbers in exact arithmetic."""
