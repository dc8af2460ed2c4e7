"""Reductions, running sums and products, differences, and what stands at a place in order."""

from tests.autograd.rules.case import T3, A, B, Case, P, V, np, numbers, row

MASK = np.arange(24).reshape(2, 3, 4) % 3 != 1
W3 = numbers(3, low=0.5, high=1.5)

ROWS: dict[str, Case] = {
    "sum where": row(lambda np: lambda x: np.sum(x, 1, where=MASK, initial=0.5), T3),
    "mean where": row(lambda np: lambda x: np.mean(x, 1, where=MASK, keepdims=True), T3),
    "max where": row(lambda np: lambda x: np.max(x, 1, where=MASK, initial=-0.1), T3),
    "min where": row(lambda np: lambda x: np.min(x, 2, initial=0.1, where=MASK), T3),
    "prod": row(lambda np: np.prod, A),
    "prod of axes": row(lambda np: lambda x: np.prod(x, (0, -1), keepdims=True), T3),
    "prod where": row(lambda np: lambda x: np.prod(x, 1, where=MASK, initial=0.5), T3),
    "cumsum": row(lambda np: np.cumsum, A),
    "cumsum of an axis": row(lambda np: lambda x: np.cumsum(x, -2), T3),
    "cumprod": row(lambda np: np.cumprod, A),
    "cumprod of an axis": row(lambda np: lambda x: np.cumprod(x, 1), T3),
    "cumulative_sum": row(lambda np: lambda x: np.cumulative_sum(x, axis=1), A),
    "cumulative_prod": row(
        lambda np: lambda x: np.cumulative_prod(x, axis=0, include_initial=True), A
    ),
    "var": row(lambda np: np.var, A),
    "var of axes": row(lambda np: lambda x: np.var(x, (0, 2), ddof=1, keepdims=True), T3),
    "var where": row(lambda np: lambda x: np.var(x, 1, where=MASK, correction=0.5), T3),
    "std": row(lambda np: np.std, A),
    "std of an axis": row(lambda np: lambda x: np.std(x, axis=-1, ddof=1), T3),
    "average": row(lambda np: np.average, A),
    "average with weights": row(lambda np: lambda x, w: np.average(x, axis=1, weights=w), A, W3),
    "average of both": row(lambda np: lambda x, w: np.average(x, weights=w), A, P),
    "cov": row(lambda np: np.cov, T3[0]),
    "cov of two": row(lambda np: lambda x, y: np.cov(x, y, rowvar=False, ddof=0), A, B),
    "corrcoef": row(lambda np: lambda x: np.corrcoef(x * x + x), T3[0]),
    "ptp": row(lambda np: lambda x: np.ptp(x, axis=1), T3),
    "nansum": row(lambda np: lambda x: np.nansum(np.where(MASK, x, np.nan), 1), T3),
    "nanprod": row(lambda np: lambda x: np.nanprod(np.where(MASK, x, np.nan), 1), T3),
    "nancumsum": row(lambda np: lambda x: np.nancumsum(np.where(MASK, x, np.nan), 1), T3),
    "nancumprod": row(lambda np: lambda x: np.nancumprod(np.where(MASK, x, np.nan), 1), T3),
    "nanmean": row(lambda np: lambda x: np.nanmean(np.where(MASK, x, np.nan), 1), T3),
    "nanvar": row(lambda np: lambda x: np.nanvar(np.where(MASK, x, np.nan), 1), T3),
    "nanstd": row(lambda np: lambda x: np.nanstd(np.where(MASK, x, np.nan), (0, 1)), T3),
    "nanmax": row(lambda np: lambda x: np.nanmax(np.where(MASK, x, np.nan), 1), T3),
    "nanmin": row(lambda np: lambda x: np.nanmin(np.where(MASK, x, np.nan)), T3),
    "nanmedian": row(lambda np: lambda x: np.nanmedian(np.where(MASK, x, np.nan), 1), T3),
    "nanquantile": row(
        lambda np: lambda x: np.nanquantile(np.where(MASK, x, np.nan), 0.3, 2), T3, real=True
    ),
    "nanpercentile": row(
        lambda np: lambda x: np.nanpercentile(np.where(MASK, x, np.nan), np.array([30, 70]), 2),
        T3,
        real=True,
    ),
    "median": row(lambda np: np.median, A),
    "median of an odd axis": row(lambda np: lambda x: np.median(x, axis=1, keepdims=True), T3),
    "quantile": row(lambda np: lambda x: np.quantile(x, 0.3), A, real=True),
    "quantiles of axes": row(
        lambda np: lambda x: np.quantile(x, np.array([[0.1, 0.5], [0, 1]]), (0, 2)), T3, real=True
    ),
    "percentile": row(lambda np: lambda x: np.percentile(x, 40, axis=1), T3, real=True),
    "sort": row(lambda np: np.sort, A),
    "sort of an axis": row(lambda np: lambda x: np.sort(x, axis=1), T3),
    "partition": row(lambda np: lambda x: np.partition(x, 2), V),
    "diff": row(lambda np: np.diff, A),
    "diff of an order": row(lambda np: lambda x: np.diff(x, 2, axis=1), T3),
    "diff with ends": row(lambda np: lambda x, y: np.diff(x, axis=0, prepend=0.0, append=y), A, B),
    "ediff1d": row(lambda np: lambda x: np.ediff1d(x, to_begin=1.0), A),
    "trapezoid": row(lambda np: lambda x: np.trapezoid(x, dx=0.5), A),
    "trapezoid over coordinates": row(
        lambda np: lambda y, x: np.trapezoid(y, x, axis=0), T3, numbers(2)
    ),
    "gradient": row(lambda np: np.gradient, V),
    "gradient by axes": row(
        lambda np: lambda x: np.stack(np.gradient(x, 0.5, np.array([0, 1, 4.0]), axis=(2, 1))), T3
    ),
    "gradient of second order at the ends": row(
        lambda np: lambda x: np.gradient(x, np.array([0.0, 1, 1.5, 3]), edge_order=2), V
    ),
    "reduce": row(lambda np: lambda x: np.multiply.reduce(x, axis=-1, keepdims=True), A),
    "reduce by add": row(lambda np: np.add.reduce, A),
    "reduce by maximum": row(lambda np: np.maximum.reduce, A),
    "reduce by minimum": row(lambda np: np.minimum.reduce, A),
    "reduce by logaddexp": row(lambda np: np.logaddexp.reduce, A, real=True),
    "accumulate": row(lambda np: np.add.accumulate, A),
    "accumulate products": row(lambda np: lambda x: np.multiply.accumulate(x, 1), A),
}
