"""Every module that a test here has written is Python: it is compiled and executed."""

from collections.abc import Iterator
from typing import Any

import pytest

from einsum_grad.emit import derivative, module, tangent
from tests.emit.generated import run


@pytest.fixture(autouse=True, scope="session")
def _every_module_is_run() -> Iterator[None]:
    joined = module.joined

    def joined_and_run(*args: Any) -> tuple[str, str]:
        text = joined(*args)
        run("".join(text))
        return text

    with pytest.MonkeyPatch.context() as patch:
        for each in (module, derivative, tangent):
            patch.setattr(each, "joined", joined_and_run)
        yield
