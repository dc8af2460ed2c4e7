"""Options that several commands have."""

from einsum_grad.cli.options import TARGET_NAMES
from einsum_grad.emit import TARGETS


def test_the_help_names_every_target() -> None:
    assert TARGET_NAMES.split("|") == list(TARGETS)
