"""`Claim` and module to `Certificate`: generated code, held to what it says, without rounding."""

from einsum_grad.certify.certificate import Certificate, Finding
from einsum_grad.certify.certify import certify, told
from einsum_grad.certify.claim import Claim, read_claim

__all__ = ["Certificate", "Claim", "Finding", "certify", "read_claim", "told"]
