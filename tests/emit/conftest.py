"""Every module that a test here has written is Python: it is compiled and executed."""

from collections.abc import Iterator
from typing import Any

import pytest

from einsum_grad.emit import derivative, module, tangent
from tests.emit.generated import run
from tests.emit.libraries import MISSING


@pytest.fixture(autouse=True, scope="module")
def _every_module_is_run() -> Iterator[None]:
    assembled = module.assembled

    def assembled_and_run(*args: Any, **options: Any) -> module.Text:
        text, target = assembled(*args, **options), args[0].name
        whole = text.first + text.others + text.script
        if target in MISSING:
            compile(whole, "<generated>", "exec")
        else:
            run(whole)
        return text

    with pytest.MonkeyPatch.context() as patch:
        for each in (module, derivative, tangent):
            patch.setattr(each, "assembled", assembled_and_run)
        yield
