"""The plain helpers that emitted modules contain."""

import functools
from typing import Any

import numpy as np

from einsum_grad.emit.text.helpers import HELPERS


@functools.cache
def plain(name: str) -> Any:
    """The helper `name`, as emitted."""
    defined: dict[str, Any] = {"np": np}
    for helper in HELPERS.values():
        exec(helper.code, defined)
    return defined[name]
