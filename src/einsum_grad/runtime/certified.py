"""`certify_module`: the text of a module, however it came about, to its certificate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from einsum_grad.certify import Certificate, Finding, certify, error_text, read_claim
from einsum_grad.emit import Source
from einsum_grad.errors import EinsumGradError
from einsum_grad.plan import read_sizes, read_wrt
from einsum_grad.runtime.load import load


def certify_module(
    text: str,
    pattern: str | None = None,
    wrt: int | Iterable[int] | None = None,
    sizes: Mapping[str, int] | None = None,
    trials: int = 1,
    notation: str = "letters",
    seed: int | None = None,
) -> Certificate:
    """Return whether the module `text` computes an einsum and its gradients.

    It may be what `emit` wrote, or what somebody made of that. Its docstrings say the pattern, the
    operands whose gradients it returns, and whether the numbers are complex; a `pattern` in
    `notation` and `wrt` go before that. The other arguments are those of `Function.certify`.

    The text is executed, with few builtins, as all generated code is. That is no sandbox: do it to
    nobody's code that you would not run. What it raises is a finding. Raises `ArgumentError` where
    nothing says the pattern, and `PatternError` for one that is none.

    >>> from einsum_grad import emit
    >>> text = emit("bij,jk->ik")
    >>> certify_module(text).is_right
    True
    >>> print(certify_module(text.replace("return dx, dw", "return dx / 2, dw")).findings[1])
    dX is WRONG: it is 1/2 of what it should be
    """
    known = dict(read_sizes(sizes) or ())
    try:
        claim = read_claim(text, pattern, read_wrt(wrt), notation, known)
        module = load(Source(text, "unknown"), str(claim.pattern), helpers={}).module
    except EinsumGradError:
        raise
    except (Exception, SystemExit) as error:  # noqa: BLE001  # it is somebody's code
        finding = Finding("the module", False, f"it can't be loaded: {error_text(error)}")
        return Certificate("", (), (finding,), degree=0, trials=trials)
    return certify(module, claim, known, trials, seed)
