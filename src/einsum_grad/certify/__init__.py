"""`Claim` and module to `Certificate`: generated code, held to what it says, without rounding."""

from einsum_grad.certify.certificate import Certificate, Finding
from einsum_grad.certify.certify import certify, error_text
from einsum_grad.certify.claim import Claim, read_claim

__all__ = ["Certificate", "Claim", "Finding", "certify", "error_text", "read_claim"]
