"""`Claim` and module to `Certificate`: generated code checked in exact arithmetic."""

from einsum_grad.certify.certificate import Certificate, Finding
from einsum_grad.certify.claim import Claim, read_claim, read_numbers
from einsum_grad.certify.parts import with_parts
from einsum_grad.certify.run import error_text
from einsum_grad.certify.sizes import affordable
from einsum_grad.certify.trials import certify

__all__ = [
    "Certificate",
    "Claim",
    "Finding",
    "affordable",
    "certify",
    "error_text",
    "read_claim",
    "read_numbers",
    "with_parts",
]
