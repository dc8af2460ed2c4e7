"""`certify_module`: from the text of a module, whatever its origin, to its certificate."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib.util import decode_source
from types import ModuleType
from typing import Any

from einsum_grad import certify
from einsum_grad.emit import Source
from einsum_grad.errors import EinsumGradError
from einsum_grad.kernels.helpers import HELPERS
from einsum_grad.plan import Operands, read_sizes, read_wrt
from einsum_grad.runtime.generated.load import load


def certify_module(
    text: str | bytes,
    pattern: str | None = None,
    wrt: Operands | None = None,
    sizes: Mapping[str, int] | None = None,
    trials: int = 1,
    notation: str = "letters",
    seed: int | None = None,
    numbers: str | Sequence[str] | None = None,
) -> certify.Certificate:
    """Return whether the module `text` computes an einsum and its gradients.

    It may be what `emit` wrote, or an edited copy; bytes are decoded as Python does. Its docstrings
    state the pattern, the operands whose gradients it returns, and whether the numbers are complex;
    `pattern` (in `notation`), `wrt` and `numbers` override them. It runs on the arrays of the
    library that it imports: NumPy, einops, PyTorch, JAX, or any of the array API. The other
    arguments are those of `Function.certify`, but the module is run at exactly the `sizes` given.

    The text is executed, with few builtins, as all generated code is. That is no sandbox: certify
    only code that you would run. An exception is a finding; code that never ends is not stopped.
    Raises `ArgumentError` where nothing states the pattern and for other libraries, `PatternError`
    for an invalid pattern, `MissingLibraryError` for a library that isn't installed.

    >>> from einsum_grad import emit
    >>> text = emit("bij,jk->ik")
    >>> certify_module(text).is_right
    True
    >>> print(certify_module(text.replace("return dx, dw", "return dx / 2, dw")).findings[1])
    dX is WRONG: it is 1/2 of what it should be
    """
    known = dict(read_sizes(sizes) or ())
    try:
        text = decode_source(text) if isinstance(text, bytes) else text
        claim = certify.read_claim(text, pattern, read_wrt(wrt), notation, known, numbers)
        module = certified(text, str(claim.pattern), helpers={})
    except EinsumGradError:
        raise
    except (Exception, SystemExit) as error:  # noqa: BLE001  # the code may be anybody's
        finding = certify.Finding(
            "the module", False, f"it can't be loaded: {certify.error_text(error)}"
        )
        return certify.Certificate("", (), (finding,), degree=0, trials=trials)
    return certify.certify(module, claim, known, trials, seed)


def certified(
    text: str, name: str, helpers: Mapping[str, Callable[..., Any]] = HELPERS
) -> ModuleType:
    """The module `text`, loaded so that residues test what it does to large arrays.

    It can take real parts of residues, and its blocks have several chunks although the arrays are
    small.
    """
    text, needed = certify.with_parts(text)
    module = load(Source(text, "unknown"), name, helpers).module
    module.__dict__.update(needed)
    if "in_blocks" in module.__dict__:
        module.__dict__["in_blocks"] = _in_small_blocks(module.__dict__["in_blocks"])
    return module


def _in_small_blocks(in_blocks: Callable[..., Any]) -> Callable[..., Any]:
    def smaller(work: Callable[[slice], Any], length: int, parts: int) -> Any:
        return in_blocks(work, length, min(parts, 2))

    return smaller
