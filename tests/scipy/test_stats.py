"""einsum_grad.scipy.stats: SciPy's densities and distribution functions, differentiable."""

from __future__ import annotations

from typing import Any

import pytest

import einsum_grad as eg
from einsum_grad.errors import ArgumentTypeError, OperandError
from tests.autograd.rules.linalg_table import matrices, positive
from tests.autograd.rules.orders import check_two_orders
from tests.autograd.rules.table import Array, np, numbers, tensor

st = pytest.importorskip("scipy.stats")
stats: Any = eg.scipy.stats

X = numbers(4, low=-1.4, high=1.4)
P, Q = numbers(4, low=0.6, high=1.7), numbers(4, low=1.2, high=2.3)[::-1].copy()
U = numbers(4, low=0.2, high=0.8)

CONTINUOUS: dict[str, tuple[Array, ...]] = {
    **dict.fromkeys(("norm", "cauchy", "laplace", "logistic"), (X,)),
    "t": (X, Q),
    "expon": (P,),
    "gamma": (P, Q),
    "chi2": (P, Q),
    "beta": (U, P, Q),
    "lognorm": (P, Q),
    "uniform": (U,),
}
DISCRETE: dict[str, tuple[Any, tuple[float, ...]]] = {
    "bernoulli": ([0, 1, 2, -1, 0.5], (0.3,)),
    "binom": ([0, 1, 3, 5, 6, -1, 0.5], (5, 0.3)),
    "geom": ([0, 1, 2, 4], (0.3,)),
    "nbinom": ([0, 1, 4, -1], (3.0, 0.4)),
    "poisson": ([0, 1, 4, -1, 0.5], (2.3,)),
}
DENSITIES, DISTRIBUTIONS = ("logpdf", "pdf"), ("cdf", "sf", "logcdf", "logsf")
FAR = np.array([-30.0, -3, -1, 0, 0.5, 1, 2, 5, 30])


@pytest.mark.parametrize("name", CONTINUOUS)
@pytest.mark.parametrize("method", DENSITIES + DISTRIBUTIONS)
def test_continuous_distributions_have_scipys_values(name: str, method: str) -> None:
    ours, theirs = getattr(getattr(stats, name), method), getattr(getattr(st, name), method)
    shape = CONTINUOUS[name][1:]
    for place in ((), (0.05,), (0.05, 1.2)):
        expected = theirs(*CONTINUOUS[name], *place)
        found = ours(tensor(CONTINUOUS[name][0]), *shape, *place)
        np.testing.assert_allclose(found.data, expected, rtol=1e-11)
    first = [parameter[0] for parameter in shape]
    with np.errstate(all="ignore"):
        found, expected = ours(tensor(FAR), *first).data, theirs(FAR, *first)
    np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-300)


@pytest.mark.parametrize("name", CONTINUOUS)
@pytest.mark.parametrize("method", DENSITIES + DISTRIBUTIONS)
def test_continuous_distributions_have_gradients(name: str, method: str) -> None:
    function, operands = getattr(getattr(stats, name), method), CONTINUOUS[name]
    moving = len(operands) if method in DENSITIES else 1

    def of(*given: Any) -> Any:
        *moved, loc, scale = given
        return function(*moved, *operands[moving:], loc=loc, scale=scale)

    check_two_orders(of, *operands[:moving], np.array(0.05), np.array(1.2))


@pytest.mark.parametrize("name", DISCRETE)
@pytest.mark.parametrize("method", ["logpmf", "pmf", "cdf"])
def test_discrete_distributions_have_values_and_gradients(name: str, method: str) -> None:
    k, shape = DISCRETE[name]
    ours, theirs = getattr(getattr(stats, name), method), getattr(getattr(st, name), method)
    for loc in (0, 1):
        expected = theirs(np.array(k), *shape, loc)
        found = ours(np.array(k), *shape[:-1], tensor(shape[-1]), loc)
        np.testing.assert_allclose(found.data, expected, rtol=1e-11)
    check_two_orders(lambda last: ours(1, *shape[:-1], last), np.array(shape[-1]))


def test_outside_the_support_every_gradient_is_0() -> None:
    x, a = tensor([-1.0, 2.0]), tensor(1.5)
    np.sum(np.where(np.array([True, False]), stats.gamma.pdf(x, a), 0)).backward()
    assert x.grad.tolist() == [0.0, 0.0]
    assert a.grad == 0.0


@pytest.mark.parametrize("shape", [(3,), (5, 3), (2, 2, 3)])
@pytest.mark.parametrize("method", ["logpdf", "pdf"])
def test_the_multivariate_normal(shape: Any, method: str) -> None:
    x, mean, cov = numbers(*shape), numbers(3), positive(matrices(3, 3)) / 9
    ours = getattr(stats.multivariate_normal, method)
    expected = getattr(st.multivariate_normal, method)(x, mean, cov)
    np.testing.assert_allclose(ours(tensor(x), mean, cov).data, expected, rtol=1e-11)
    check_two_orders(ours, x, mean, cov)


@pytest.mark.parametrize("cov", [2.0, np.array([0.5, 1.0, 2.0])])
def test_the_covariance_may_be_a_number_or_a_diagonal(cov: Any) -> None:
    for mean in (None, numbers(3))[np.ndim(cov) :]:
        ours = stats.multivariate_normal.logpdf(tensor(numbers(3)), mean, cov)
        expected = st.multivariate_normal.logpdf(numbers(3), mean, cov)
        np.testing.assert_allclose(ours.data, expected, rtol=1e-12)
        entropy = stats.multivariate_normal.entropy(mean, tensor(cov))
        np.testing.assert_allclose(entropy.data, st.multivariate_normal.entropy(mean, cov))


def test_a_singular_covariance_is_one_of_a_subspace() -> None:
    cov = np.zeros((3, 3))
    cov[:2, :2] = positive(matrices(2, 2))
    x = np.array([0.3, -0.4, 0.0])
    ours = stats.multivariate_normal.logpdf(tensor(x), None, cov, True)
    expected = st.multivariate_normal.logpdf(x, np.zeros(3), cov, True)
    np.testing.assert_allclose(ours.data, expected)
    check_two_orders(lambda x: stats.multivariate_normal.logpdf(x, np.zeros(3), cov, True), x)


def test_the_dirichlet_distribution() -> None:
    x, alpha = np.array([0.2, 0.5, 0.3]), np.array([1.2, 2.0, 0.7])
    for method in ("logpdf", "pdf"):
        ours, theirs = (getattr(s.dirichlet, method) for s in (stats, st))
        for given in (x, x[:2], np.stack([x, x[::-1]], 1)):
            np.testing.assert_allclose(ours(tensor(given), alpha).data, theirs(given, alpha))
        check_two_orders(ours, x, alpha)
    with pytest.raises(OperandError, match="a vector alpha"):
        stats.dirichlet.logpdf(x, 1.0)


def test_arguments_are_checked_by_name() -> None:
    np.testing.assert_allclose(stats.t.pdf(x=0.3, df=2.0), st.t.pdf(0.3, 2.0))
    np.testing.assert_allclose(stats.poisson.pmf(k=2, mu=2.0), st.poisson.pmf(2, 2.0))
    with pytest.raises(ArgumentTypeError, match="t needs df"):
        stats.t.pdf(0.3)
    with pytest.raises(ArgumentTypeError, match="norm doesn't take df"):
        stats.norm.pdf(0.3, df=2.0)
    with pytest.raises(ArgumentTypeError, match="norm takes at most x, loc, scale"):
        stats.norm.pdf(0.3, 0, 1, 2)
    assert stats.kstest is st.kstest
