"""`certify_expression`: from the text of a module that `derive` wrote to its certificate."""

from __future__ import annotations

from importlib.util import decode_source

from einsum_grad.certify import Finding, error_text
from einsum_grad.certify.expression.certify import ExpressionCertificate
from einsum_grad.certify.expression.claim import read_expression_claim
from einsum_grad.certify.expression.module import certify_expression_module
from einsum_grad.errors import EinsumGradError
from einsum_grad.runtime.generated.load import execute


def certify_expression(
    text: str | bytes, trials: int = 1, seed: int = 0
) -> ExpressionCertificate | None:
    """Whether the module `text` computes the expression that it states; None if it states none.

    It may be what `derive` wrote for NumPy, or an edited copy. It runs on residues modulo a prime,
    with functions of the certificate's field in the place of NumPy's; the formulas are certified
    too. The text is executed, with few builtins: certify only code that you would run. Raises
    `ArgumentError` for a module of another library.

    >>> from einsum_grad.functions.derived import derive
    >>> text = derive("sum(tanh(A @ x))", "A: m n, x: n", "x").source
    >>> bool(certify_expression(text))
    True
    >>> print(certify_expression(text.replace("1 - ", "2 - ")).findings[1])
    gradient is WRONG: it computes something else than the docstring says
    """
    try:
        text = decode_source(text) if isinstance(text, bytes) else text
        claim = read_expression_claim(text)
        if claim is None:
            return None
        module = execute(text, "an expression", ("value",), helpers={})
    except EinsumGradError:
        raise
    except (Exception, SystemExit) as error:  # noqa: BLE001  # the code may be anybody's
        told = f"it can't be loaded: {error_text(error)}"
        return ExpressionCertificate((Finding("the module", False, told),), trials)
    return certify_expression_module(module, claim, trials, seed)
