"""SciPy's ufuncs of Tensors: both orders, tangents, dtypes, and operands without a rule."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

import einsum_grad as eg
from einsum_grad.autograd.dispatch import table as dispatch
from einsum_grad.errors import AutogradError
from tests.autograd.rules.orders import check_tangents, check_two_orders
from tests.autograd.rules.table import Array, gradients, np, numbers, tensor

sp = pytest.importorskip("scipy.special")

ANY = numbers(5, low=-1.6, high=1.6)
POSITIVE = numbers(5, low=0.7, high=2.6)
OTHER = numbers(5, low=0.6, high=1.9)[::-1].copy()
PART = numbers(5, low=0.15, high=0.85)

OF_ONE: dict[str, Array] = {
    **dict.fromkeys(["gamma", "rgamma", "gammaln", "loggamma", "psi"], POSITIVE),
    **dict.fromkeys(["expi", "exp1", "entr", "log1p"], POSITIVE),
    **dict.fromkeys(["y0", "y1", "k0", "k1", "k0e", "k1e"], POSITIVE),
    **dict.fromkeys(["erf", "erfc", "erfi", "erfcx", "dawsn", "ndtr", "log_ndtr"], ANY),
    **dict.fromkeys(["expit", "log_expit", "exp2", "exp10", "expm1", "cosm1"], ANY),
    **dict.fromkeys(["j0", "j1", "i0", "i1", "i0e", "i1e"], ANY),
    **dict.fromkeys(["cbrt"], POSITIVE),
    **dict.fromkeys(["erfinv", "erfcinv", "ndtri", "logit"], PART),
    "ndtri_exp": -POSITIVE,
}
OF_TWO = ["beta", "betaln", "binom", "poch", "xlogy", "xlog1py", "rel_entr", "kl_div", "huber"]
BY_THE_SECOND: dict[str, tuple[Any, Array]] = {
    **dict.fromkeys(["gammainc", "gammaincc", "stdtr"], (OTHER, POSITIVE)),
    **dict.fromkeys(["chdtr", "chdtrc", "pdtr", "pdtrc"], (OTHER, POSITIVE)),
    **dict.fromkeys(["gammaincinv", "gammainccinv", "stdtrit"], (POSITIVE, PART)),
    **dict.fromkeys(["jv", "yv", "iv", "kv", "ive", "kve"], (1.5, POSITIVE)),
    **dict.fromkeys(["yn", "kn", "expn"], (2, POSITIVE)),
}
BY_THE_THIRD = ["betainc", "betaincc", "betaincinv", "betainccinv"]
BY_THE_FIRST = ["boxcox", "boxcox1p"]
HOLOMORPHIC = [
    *("gamma", "rgamma", "loggamma", "erf", "erfc", "erfi", "erfcx", "dawsn", "wofz"),
    *("ndtr", "log_ndtr", "expi", "exp1", "expm1", "log1p"),
]
BESSEL_OF_COMPLEX = ["jv", "yv", "iv", "kv", "ive", "kve", "hankel1", "hankel2"]

CASES: dict[str, tuple[Any, tuple[Array, ...]]] = {
    **{name: (getattr(sp, name), (x,)) for name, x in OF_ONE.items()},
    **{name: (getattr(sp, name), (POSITIVE, OTHER)) for name in OF_TWO},
    **{
        name: (lambda y, name=name, x=x: getattr(sp, name)(x, y), (y,))
        for name, (x, y) in BY_THE_SECOND.items()
    },
    **{
        name: (lambda z, name=name: getattr(sp, name)(POSITIVE, OTHER, z), (PART,))
        for name in BY_THE_THIRD
    },
    **{
        name: (lambda x, name=name: getattr(sp, name)(x, 0.4), (POSITIVE,)) for name in BY_THE_FIRST
    },
    "order 2": (lambda x: sp.jv(2, x), (ANY,)),
    "xlogy of 0 and more": (sp.xlogy, (np.array([0.0, 0.5]), np.array([0.5, 2.0]))),
    "expit of a matrix": (sp.expit, (numbers(2, 3),)),
    "beta that broadcasts": (sp.beta, (POSITIVE[:, None], OTHER[:2])),
}
COMPLEX: dict[str, tuple[Any, tuple[Array, ...]]] = {
    **{name: (getattr(sp, name), (POSITIVE * np.exp(0.4j),)) for name in HOLOMORPHIC},
    **{
        name: (lambda y, name=name: getattr(sp, name)(1.5, y), (POSITIVE * np.exp(0.4j),))
        for name in BESSEL_OF_COMPLEX
    },
    "xlogy": (sp.xlogy, (POSITIVE + 0.5j, OTHER - 0.3j)),
    "xlog1py": (sp.xlog1py, (POSITIVE + 0.5j, OTHER - 0.3j)),
}
ONCE = {"gamma", "rgamma", "loggamma"}
"""SciPy has no derivatives of psi for complex numbers, so these have one derivative."""

every_case = pytest.mark.parametrize(
    ("function", "operands"), [*CASES.values()], ids=[*CASES.keys()]
)


@every_case
def test_both_orders_are_central_differences(function: Any, operands: Any) -> None:
    check_two_orders(function, *operands)


@pytest.mark.parametrize("name", COMPLEX)
def test_both_orders_of_complex_numbers_are_central_differences(name: str) -> None:
    function, operands = COMPLEX[name]
    if name in ONCE:
        eg.check_gradients(function, *operands)
    else:
        check_two_orders(function, *operands)


@every_case
def test_tangents_are_central_differences(function: Any, operands: Any) -> None:
    check_tangents(function, *operands)


@every_case
def test_values_and_dtypes_are_scipys(function: Any, operands: Any) -> None:
    np.testing.assert_array_equal(function(*map(tensor, operands)).data, function(*operands))
    narrow = [operand.astype(np.float32) for operand in operands]
    assert function(*map(tensor, narrow)).dtype == function(*narrow).dtype
    for gradient, exact in zip(
        gradients(function, narrow), gradients(function, operands), strict=True
    ):
        assert gradient.dtype == np.float32
        np.testing.assert_allclose(gradient, exact, rtol=2e-3, atol=1e-4)


def test_every_ufunc_with_a_rule_has_a_case() -> None:
    dispatch.load_later()
    known = {f for f in dispatch.RECORDED if isinstance(f, np.ufunc)}
    here = {getattr(sp, name) for name in dir(sp) if isinstance(getattr(sp, name), np.ufunc)}
    names = {f.__name__ for f in known & here if getattr(np, f.__name__, None) is not f}
    assert names - {*CASES, *COMPLEX} == {"gammasgn"}
    np.testing.assert_array_equal(gradients(sp.gammasgn, [ANY])[0], 0 * ANY)


@pytest.mark.parametrize("name", ["jv", "yv", "iv", "kv", "ive", "kve", "expn", "huber"])
@pytest.mark.parametrize("order", [0, 1, 2])
def test_unsigned_constants_are_signed_in_rules(name: str, order: int) -> None:
    function = getattr(sp, name)
    (found,) = gradients(lambda y: function(np.uint8(order), y), [POSITIVE])
    (expected,) = gradients(lambda y: function(float(order), y), [POSITIVE])
    np.testing.assert_allclose(found, expected, rtol=1e-5)


@pytest.mark.parametrize("order", [0, 1])
def test_exponential_integrals_of_the_first_orders_have_derivatives(order: int) -> None:
    check_two_orders(lambda y: sp.expn(order, y), POSITIVE)
    mixed = np.array([0, 1, 2, 0, 3])
    eg.check_gradients(lambda y: sp.expn(mixed, y), POSITIVE)


@pytest.mark.parametrize("name", ["boxcox", "boxcox1p"])
def test_an_unsigned_power_of_0_is_a_logarithm(name: str) -> None:
    (found,) = gradients(lambda x: getattr(sp, name)(x, np.uint8(0)), [POSITIVE], np.ones(5))
    np.testing.assert_allclose(found, 1 / (POSITIVE + (name == "boxcox1p")), rtol=1e-6)


def test_xlogy_is_0_around_0() -> None:
    zero = np.zeros(2)
    for function, pole in ((sp.xlogy, 0.0), (sp.xlog1py, -1.0)):
        by_x, by_y = gradients(function, [zero, np.array([pole, 2.0])])
        assert np.isfinite(by_x).all()
        np.testing.assert_array_equal(by_y, zero)


def test_operands_without_a_rule_are_refused_by_name() -> None:
    with pytest.raises(AutogradError, match="gammainc has no gradient rule for its operand x"):
        sp.gammainc(tensor(POSITIVE), OTHER)
    with pytest.raises(AutogradError, match="jv has no gradient rule for its operand x"):
        sp.jv(tensor(1.5), OTHER)
    with pytest.raises(AutogradError, match=r"scipy\.special\.agm has no gradient rule here"):
        sp.agm(tensor(POSITIVE), OTHER)


def test_nothing_of_scipy_is_imported_unasked() -> None:
    code = (
        "import sys, numpy as np, einsum_grad as eg; x = eg.Tensor([0.5], requires_grad=True);"
        "np.linalg.norm(np.sin(x) * 2).backward();"
        "assert not any(name.startswith('scipy') for name in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.oracle
@pytest.mark.parametrize("name", ["erf", "erfc", "erfinv", "gammaln", "expit", "i0e", "ndtri"])
def test_torch_has_the_same_gradients(name: str) -> None:
    torch = pytest.importorskip("torch")
    x = PART if name in ("erfinv", "ndtri") else POSITIVE
    theirs = torch.tensor(x, requires_grad=True)
    getattr(torch.special, name)(theirs).sum().backward()
    ours = gradients(getattr(sp, name), [x], np.ones(5))[0]
    np.testing.assert_allclose(ours, theirs.grad.numpy(), rtol=1e-12)
