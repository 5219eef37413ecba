"""Lengths of vectors with uniform components: exact laws, approximations, simulation, missed regions."""

import functools
import math
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
from scipy.special import erf, factorial, gammaln, ndtr, xlogy

LARGEST_N = 10**6  # ours: the accuracy of mean_radius and std_radius is tested up to here

_STEP, _STEPS = 0.05, 440  # ours: trapezoidal rule in y for s = sinh(y); covers s up to sinh(22) = 1.8e9
_ROWS, _COLUMNS = 1024, 64  # ours: points and components drawn at a time, 256 KB of float32


def mean_radius(n, b=1.0):
    """Exact mean E[R] of the length R of a vector with n independent components uniform on [-b, b].

    E[R] = b sqrt(n/3) (1 - delta(n)), where delta is an integral with a positive integrand (see `_deficit`),
    so nothing cancels: relative error below 1e-12 for 1 <= n <= 10**6.

    n: integer or array of integers; b > 0; result: float or array of the shape of n, in the unit of b.
    Raises ValueError for n outside 1..10**6 or not whole, and for b <= 0.
    Source: "Pitfalls of distributing points in multi dimensions I" approximates it; the integral is ours.

    >>> round(mean_radius(2), 7)
    0.7651957
    """
    n, b = _dimensions(n), _half_width(b)
    return _unwrap(b * np.sqrt(n / 3) * (1 - _deficit(n)))


def std_radius(n, b=1.0):
    """Exact standard deviation of the length R of a vector with n independent components uniform on [-b, b].

    With delta(n) as in `mean_radius`, E[R^2] - E[R]^2 = b^2 n/3 delta (2 - delta), free of the cancellation
    that costs the left side seven digits at n = 10**6. Relative error below 1e-12 for 1 <= n <= 10**6.

    Arguments, shapes, unit and errors as in `mean_radius`.

    >>> bool(abs(std_radius(1) - math.sqrt(1 / 12)) < 1e-14)
    True
    """
    n, b = _dimensions(n), _half_width(b)
    delta = _deficit(n)
    return _unwrap(b * np.sqrt(n / 3 * delta * (2 - delta)))


def mean_radius_approx(n, b=1.0, form="plain"):
    """Approximate mean length of a vector with n components uniform on [-b, b].

    plain:      b sqrt(n/3), the root of E[R^2]; relative error 1/(10 n) + O(1/n^2), always too large.
    post:       b sqrt(n/3) / sqrt(1 + 1/(4n)), as printed; relative error -1/(40 n), the best of the three
                only for n = 2, 3, 4.
    corrected:  b sqrt(n/3 - 1/15); relative error below 0.052/n^2. The printed shape with 1/(1 + 1/(5n))
                agrees with it to the order 1/n, and is 0.02/n^2 larger.

    Raises ValueError for another form, and as `mean_radius`. Source: plain and post are in "Pitfalls of
    distributing points in multi dimensions I", section on better approximations; corrected is ours.
    """
    n, b = _dimensions(n), _half_width(b)
    factor = {"plain": np.ones_like(n), "post": 1 / (1 + 1 / (4 * n)), "corrected": 1 - 1 / (5 * n)}
    return _unwrap(b * np.sqrt(n / 3 * _choice(factor, form)))


def std_radius_approx(n, b=1.0, form="leading"):
    """Approximate standard deviation of the length of a vector with n components uniform on [-b, b].

    post:       b sqrt(n/15) sqrt(1 + 1/(4n)), as printed; too large by a factor of about sqrt(n).
    leading:    b sqrt(1/15) = 0.2582 b for every n; relative error -29/(140 n) + O(1/n^2).
    corrected:  b sqrt(1/15) (1 + 29/(140 n)); relative error O(1/n^2).

    Raises ValueError for another form, and as `mean_radius`. Source: post is in "Autoencoders and latent
    space fragmentation II", section on vector lengths; the others are ours, from the moments of x^2 up to the
    fourth.
    """
    n, b = _dimensions(n), _half_width(b)
    forms = {"post": np.sqrt(n + 1 / 4), "leading": np.ones_like(n), "corrected": 1 + 29 / (140 * n)}
    return _unwrap(b * math.sqrt(1 / 15) * _choice(forms, form))


def ratio_approx(n, form="plain"):
    """Approximate relative spread std(R) / E[R] of a vector with n uniform components; b cancels.

    plain:       sqrt(1/(5n)).
    printed:     sqrt(1/(5n)) / (1 + 1/(4n)), the post's improvement, which makes it worse.
    multiplied:  sqrt(1/(5n)) (1 + 1/(4n)), what was meant; leaves a relative error of -2/(35 n).
    corrected:   sqrt(1/(5n)) (1 + 43/(140 n)); relative error O(1/n^2).

    Raises ValueError for another form, and as `mean_radius`. Source: plain and printed are in "Pitfalls of
    distributing points in multi dimensions I"; the others are ours.

    >>> [round(ratio_approx(3, form), 4) for form in ("plain", "printed", "multiplied")]
    [0.2582, 0.2383, 0.2797]
    """
    n = _dimensions(n)
    forms = {"plain": np.ones_like(n), "printed": 1 / (1 + 1 / (4 * n)),
             "multiplied": 1 + 1 / (4 * n), "corrected": 1 + 43 / (140 * n)}
    return _unwrap(np.sqrt(1 / (5 * n)) * _choice(forms, form))


def squared_radius_moments(n, a, b):
    """Mean and variance of R^2 for a vector with n independent components uniform on [a, b].

    E[R^2] = n (b^3 - a^3) / (3 (b - a)); with centre c and half-width h of the interval,
    Var(R^2) = n (4 c^2 h^2 / 3 + 4 h^4 / 45), which is 4/45 n b^4 for a = -b.

    Returns two floats (or arrays of the shape of n). Raises ValueError unless a < b.
    Source: "Pitfalls of distributing points in multi dimensions I", sections on the mean radius and on R^2.
    """
    n = _dimensions(n)
    if not (math.isfinite(a) and math.isfinite(b) and a < b):
        raise ValueError(f"the interval [a, b] must be finite with a < b, not [{a}, {b}]")
    c, h = (a + b) / 2, (b - a) / 2
    return _unwrap(n * (c**2 + h**2 / 3)), _unwrap(n * (4 * c**2 * h**2 / 3 + 4 * h**4 / 45))


def matching_half_width(second_moment, n):
    """Half-width b_match = sqrt(3 E[R^2] / n) of the cube whose uniform vectors have the same E[R^2].

    second_moment: E[R^2] > 0 of the cloud to match; n: its dimension. Holds whatever the correlations of the
    cloud. Raises ValueError for second_moment <= 0. Source: ours; the post finds 1 <= b <= 2 by trial
    ("Autoencoders and latent space fragmentation II", section on vector lengths).
    """
    n = _dimensions(n)
    if not np.all(np.isfinite(second_moment) & (np.asarray(second_moment) > 0)):
        raise ValueError(f"second_moment must be finite and positive, not {second_moment}")
    return _unwrap(np.sqrt(3 * np.asarray(second_moment, dtype=float) / n))


def simulate_radii(dims, n_points, b=1.0, seed=0, threads=2):
    """Simulated lengths of n_points vectors with components uniform on [-b, b], in every dimension of dims.

    One stream of max(dims) numbers per point: the running sum of squares is read off at each dimension. Radii
    of one point in different dimensions are therefore dependent; radii of different points are not. Squares
    make the sign irrelevant, so components are drawn from [0, 1) with 24 random bits (float32); sums of 64
    squares are taken in float32 and added up in float64: relative error of a radius below 1e-6, far under the
    sampling error.

    Returns {dim: float32 array (n_points,)}, in the unit of b; memory is that result plus under 1 MB per
    thread. The result depends on seed, not on threads. Raises ValueError for empty dims, n_points < 1 and as
    `mean_radius`.
    Source: the simulation of "Pitfalls of distributing points in multi dimensions I", 10^6 points, 3 <= N <=
    2048.
    """
    dims, b = sorted({int(dim) for dim in _dimensions(dims).ravel()}), _half_width(b)
    if not dims or n_points < 1:
        raise ValueError("simulate_radii needs at least one dimension and one point")
    radii = {dim: np.empty(n_points, dtype=np.float32) for dim in dims}
    starts = range(0, n_points, _ROWS)

    def fill(start, block_seed):
        rows = slice(start, min(start + _ROWS, n_points))
        total = np.zeros(rows.stop - start)
        rng = np.random.Generator(np.random.SFC64(block_seed))
        drawn = 0
        for dim in dims:
            while drawn < dim:
                u = rng.random((len(total), min(_COLUMNS, dim - drawn)), dtype=np.float32)
                total += np.vecdot(u, u)
                drawn += u.shape[1]
            radii[dim][rows] = b * np.sqrt(total)

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(fill, starts, np.random.SeedSequence(seed).spawn(len(starts))))
    return radii


def log10_small_components_probability(n, k_large, small, b):
    """log10 of the probability that exactly k_large of n components uniform on [-b, b] exceed small in size.

    P = C(n, k) (1 - small/b)^k (small/b)^(n-k), in log space, so it does not underflow; -inf where P = 0.
    A latent cloud with few large and many small components sits where this is hopelessly small.

    k_large may be an array; 0 <= k_large <= n and 0 <= small <= b, else ValueError.
    Source: the question of "Pitfalls of distributing points in multi dimensions II"; the formula is ours.

    >>> round(log10_small_components_probability(256, 0, 3, 12), 1)  # the post's 0.25 per component
    -154.1
    """
    n, k, b = _dimensions(n), np.asarray(k_large, dtype=float), _half_width(b)
    if np.any((k < 0) | (k > n) | (k != np.floor(k))):
        raise ValueError("k_large must be whole numbers from 0 to n")
    if not 0 <= small <= b:
        raise ValueError(f"small must lie in [0, b] = [0, {b}], not {small}")
    ways = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
    return _unwrap((ways + xlogy(n - k, small / b) + xlogy(k, (b - small) / b)) / math.log(10))


class Regions(NamedTuple):
    """How many points fall into an edge strip, a strip of the same size in the centre, and a corner cube."""

    edge: int
    centre: int
    corner: int


def strip_and_corner(points, b):
    """Count points in three regions of the cube [0, b]^3, to show that edges are not depleted.

    With w = b/10: edge x1 in [0, w], x2 in [b - w, b]; centre x1 and x2 in [b/2 - w/2, b/2 + w/2]; corner all
    three in [0, w]. A uniform density expects n/100, n/100 and n/1000 of n points.

    points: (n, 3) with values in [0, b], else ValueError. Returns `Regions`.
    Source: "Pitfalls of distributing points in multi dimensions I", section on points in a cube (strip and
    corner); the strip in the centre is our control.
    """
    points, b = np.asarray(points), _half_width(b)
    if points.ndim != 2 or points.shape[1] != 3 or not np.all((points >= 0) & (points <= b)):
        raise ValueError(f"points must be of shape (n, 3) with values in [0, {b}]")
    w = b / 10  # as in the posts: strips one unit wide for b = 10
    edge = (points[:, 0] <= w) & (points[:, 1] >= b - w)
    centre = (np.abs(points[:, :2] - b / 2) <= w / 2).all(axis=1)
    corner = (points <= w).all(axis=1)
    return Regions(*(int(np.count_nonzero(region)) for region in (edge, centre, corner)))


def _deficit(n):
    """delta(n) = 1 - E[R] / sqrt(E[R^2]) for n uniform components.

    From sqrt(q) = 1/(2 sqrt(pi)) integral_0^inf (1 - e^(-tq)) t^(-3/2) dt and t = 3 s^2 / n,
    delta = 1/sqrt(pi) integral_0^inf (M(t)^n - e^(-s^2)) / s^2 ds,  M(t) = E[exp(-t x^2)], x uniform on
    [-1, 1]. M(t) >= exp(-t/3) (Jensen), so the integrand is positive. It is even and analytic in s, and
    s = sinh(y) makes the trapezoidal rule converge exponentially. With k = log M(t) + t/3 >= 0 the bracket is
    M^n (1 - e^(-n k)), which neither overflows nor cancels.
    """
    y = (np.arange(_STEPS) + 0.5) * _STEP
    s = np.sinh(y)
    weight = np.cosh(y) / s**2 * (_STEP / math.sqrt(math.pi))
    delta = np.empty(n.shape)
    for index, dim in np.ndenumerate(n):
        log_m, k = _log_m_and_excess(3 * s**2 / dim)
        delta[index] = np.dot(np.exp(dim * log_m) * -np.expm1(-dim * k), weight)
    return delta


def _log_m_and_excess(t):
    """log M(t) and k(t) = log M(t) + t/3, each to full relative accuracy for every t > 0."""
    v = np.sqrt(t)
    log_m = np.log(math.sqrt(math.pi) / 2 * erf(v) / v)
    small = np.minimum(t, 1)
    series = small**2 * np.polynomial.polynomial.polyval(small, _excess_series())
    k = np.where(t < 1, np.log1p(series), log_m + t / 3)
    return np.where(t < 1, k - t / 3, log_m), k


@functools.cache
def _excess_series():
    """Coefficients of (E[exp(-t (x^2 - 1/3))] - 1) / t^2 in powers of t, from the central moments of x^2."""
    x, w = np.polynomial.legendre.leggauss(20)  # exact for polynomials up to degree 39
    orders = np.arange(2, 18)
    return (w / 2) @ (x[:, None] ** 2 - 1 / 3) ** orders * (-1.0) ** orders / factorial(orders)


def _dimensions(n):
    values = np.asarray(n, dtype=float)
    if not np.all((values >= 1) & (values <= LARGEST_N) & (values == np.floor(values))):
        raise ValueError(f"the number of components n must be whole, from 1 to {LARGEST_N}, not {n}")
    return values


def _half_width(b):
    if not (math.isfinite(b) and b > 0):
        raise ValueError(f"the half-width b must be finite and positive, not {b}")
    return float(b)


def _choice(forms, form):
    if form not in forms:
        raise ValueError(f"form must be one of {', '.join(forms)}, not {form!r}")
    return forms[form]


def _unwrap(values):
    return float(values) if np.ndim(values) == 0 else values


def radius_density(r, n, b=1.0):
    """Normal density at r with the exact mean and standard deviation of the length R of n uniform components.

    exp(-((r - E[R]) / std(R))^2 / 2) / (std(R) sqrt(2 pi)): no fit. R itself is normal only for n to
    infinity; its distribution function is up to 0.04 off this one's for n = 3, less than 0.01 from n = 64 on.

    r: number or array, result of its shape; n, b and errors as in `mean_radius`. Source: ours.
    """
    mean, std = mean_radius(n, b), std_radius(n, b)
    return np.exp(-(((r - mean) / std) ** 2) / 2) / (std * np.sqrt(2 * np.pi))


class Lengths(NamedTuple):
    """Mean, standard deviation and their ratio of a sample of lengths, then the standard error of each."""

    mean: float
    std: float
    ratio: float
    mean_error: float
    std_error: float
    ratio_error: float


def with_errors(r, parts=100):
    """Mean, standard deviation (divisor n) and std / mean of lengths r (n,), with standard errors: `Lengths`.

    An error is the scatter of a statistic over `parts` equal parts of r in their order, over sqrt(parts). It
    assumes that the parts are independent, and nothing about the law of r. It is itself uncertain by a share
    of 1 / sqrt(2 (parts - 1)), 7 % for 100.

    Raises ValueError unless r is (n,) and n a multiple of parts, parts >= 2 and two values or more in each.
    Source: ours.
    """
    r = np.asarray(r, dtype=float)
    if r.ndim != 1 or parts < 2 or len(r) < 2 * parts or len(r) % parts:
        raise ValueError(f"r must be of shape (n,), in {parts} >= 2 equal parts of 2 or more, not {r.shape}")
    errors = np.std(_mean_std_ratio(r.reshape(parts, -1)), axis=1, ddof=1) / math.sqrt(parts)
    return Lengths(*map(float, _mean_std_ratio(r)), *map(float, errors))


def _mean_std_ratio(r):
    return np.stack([r.mean(-1), r.std(-1), r.std(-1) / r.mean(-1)])


def line_of_sight(x, ray, side):
    """How much of the cube [0, side]^d lies on the line through each point of x in the direction `ray`: (n,).

    With u = ray / |ray| the line leaves the cube after min over j of (side - x_j) / u_j on the way ahead (of
    x_j / |u_j| where u_j < 0), and so with -u on the way back; returned is the sum, in the unit of side.

    x: (n, d) with values in [0, side]; ray: (d,), not zero. Raises ValueError otherwise. Source: ours.

    >>> line_of_sight([[1.0, 5.0], [5.0, 5.0]], [1, 1], 10).round(2).tolist()
    [8.49, 14.14]
    """
    x, ray, side = np.asarray(x, dtype=float), np.asarray(ray, dtype=float), _half_width(side)
    if ray.ndim != 1 or not (np.isfinite(ray).all() and ray.any()):
        raise ValueError(f"ray must be of shape (d,), finite and not zero, not {ray}")
    if x.ndim != 2 or x.shape[1] != len(ray) or not np.all((x >= 0) & (x <= side)):
        raise ValueError(f"x must be of shape (n, {len(ray)}) with values in [0, {side}]")
    moving = ray != 0
    x, u = x[:, moving], ray[moving] / np.linalg.norm(ray)
    ahead, behind = np.where(u > 0, side - x, x), np.where(u > 0, x, side - x)
    return (ahead / abs(u)).min(axis=1) + (behind / abs(u)).min(axis=1)


def log10_at_most_outside(n, b, small=1.0):
    """log10 P(at most k of n components uniform on [-b, b] exceed `small` in size) for k = 0 to n: (n + 1,).

    Sums of `log10_small_components_probability` over k, in log space, so they do not underflow; the last is 0
    up to 1e-10. Raises ValueError as that function does. Source: ours.

    >>> log10_at_most_outside(2, 4, 2).round(3).tolist()
    [-0.602, -0.125, 0.0]
    """
    exactly = log10_small_components_probability(n, np.arange(n + 1), small, b)
    return np.logaddexp.accumulate(exactly * np.log(10)) / np.log(10)


def log10_normal_in_cube(mu, sigma, b):
    """log10 of the chance that independent normal components all lie in [-b, b]: float or array, as b.

    sum over j of log10(Phi((b - |mu_j|) / sigma_j) - Phi((-b - |mu_j|) / sigma_j)); -inf where the chance of
    a component is 0 in float64, with |mu_j| some 38 sigma_j beyond b.

    mu, sigma: (d,), sigma > 0; b > 0, may be an array. Raises ValueError otherwise.
    Source: the counterpart of `generators.log10_box_probability` for a region and a cube; ours.
    """
    mu, sigma, b = (np.asarray(values, dtype=float) for values in (mu, sigma, b))
    positive = all(np.all(np.isfinite(values) & (values > 0)) for values in (sigma, b))
    if mu.ndim != 1 or mu.shape != sigma.shape or not (np.isfinite(mu).all() and positive):
        raise ValueError("mu and sigma must both be (d,), mu finite, sigma and b finite and positive")
    low, high = (ndtr((sign * b[..., None] - abs(mu)) / sigma) for sign in (-1, 1))   # |mu|: nothing cancels
    with np.errstate(divide="ignore"):
        return _unwrap(np.log10(high - low).sum(axis=-1))
