"""A ladder of statistical vectors: each rung turns one normal noise g into latents, knowing a little more.

The noise has one column more than the latents: g[:, :d] becomes the components, the last column chooses where
a rung has to choose (a component of a mixture, a training latent). So the same row of g gives comparable
vectors on all rungs. Then what the rungs lack (`ablation`), and ways between latents.
"""
from functools import partial
from itertools import combinations, permutations
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import logsumexp, ndtr
from scipy.stats import chi2
from sklearn.covariance import ledoit_wolf_shrinkage
from sklearn.mixture import GaussianMixture

from lib.cloud.points import points

UNIFORM_RUNGS = 12, 8, 5, 3, 2, 1.5, 1            # of method 2; as in the posts
SIGMAS = 1, 2, 3                                # of the confidence ellipses; as announced in F2
MIXTURE, LEADING = 10, 30                       # ours: components of the mixture; leading axes it models
BANDWIDTHS = 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 0.9, 1, 1.1, 1.2, 1.5, 3      # ours: kernel widths, in sigma
JUDGES = 300                                    # ours: latents left out that judge its bandwidth
MIXED = 5_000                                   # ours: latents, at most, to which the mixture is fitted
RADIUS_EDGES = 60                               # ours: edges of the histograms whose overlap is measured
PARALLEL = 1e-7                                 # ours: sine of an angle that counts as none


class Cloud(NamedTuple):
    """What the rungs know of the latents z (n, d): mean, width per component, principal axes, radii."""
    z: np.ndarray
    mean: np.ndarray
    sigma: np.ndarray          # (d,) of the components
    axes: np.ndarray           # (d, d), columns: principal axes, largest variance first
    widths: np.ndarray         # (d,) standard deviations along them
    radii: np.ndarray          # (n,) sorted
    shrinkage: float           # share of the covariance replaced by a multiple of the identity


def noise(n, d, rng):
    """Standard normal g (n, d + 1), float64. rng: numpy.random.Generator."""
    return rng.standard_normal((n, d + 1))


def fitted(z):
    """The `Cloud` of latents z (n, d).

    The covariance is that of z; with fewer than 10 vectors per component or a singular one, it is shrunk
    towards a multiple of the identity by Ledoit and Wolf's share, which `shrinkage` tells.
    Raises ValueError for other shapes, fewer than 50 vectors, values that are not finite and vectors that are
    all the same.
    """
    z = points(z, least=50).astype(float)
    mean, covariance = z.mean(axis=0), np.cov(z, rowvar=False)
    if not np.trace(covariance) > 0:
        raise ValueError("the latents never vary: nothing can be fitted to one point")
    values, axes = np.linalg.eigh(covariance)
    shrinkage = 0.0
    if len(z) < 10 * z.shape[1] or not values[0] > 1e-12 * values[-1]:
        shrinkage = float(ledoit_wolf_shrinkage(z))
        values = (1 - shrinkage) * values + shrinkage * values.mean()
    order = np.argsort(-values)
    return Cloud(z, mean, z.std(axis=0), axes[:, order], np.sqrt(np.maximum(values[order], 0)),
                 np.sort(np.linalg.norm(z, axis=1)), shrinkage)


def whitened(cloud, z):
    """z (n, d) along the principal axes, in their widths: u (n, d), |u| the Mahalanobis distance."""
    return (z - cloud.mean) @ cloud.axes / cloud.widths


def along_axes(cloud, u):
    """Latents mean + sum_j w_j u_j a_j of whitened scores u (n, d): `whitened` undone."""
    return cloud.mean + (u * cloud.widths) @ cloud.axes.T


def landing(cloud, vectors):
    """Where vectors (m, d) lie relative to the latents, as a dictionary of three numbers.

    Their median Mahalanobis distance (normal vectors: about sqrt(d)); their median angle to the mean of the
    latents, seen from the origin, in degrees (uniform vectors: 90), which says nothing if that mean is near
    the origin; the overlap of the histograms of both radii, 0 to 1.
    """
    radii = np.linalg.norm(vectors, axis=1)
    cosine = np.median(vectors @ (cloud.mean / np.linalg.norm(cloud.mean)) / radii)
    edges = np.linspace(0, max(radii.max(), cloud.radii[-1]), RADIUS_EDGES)
    shares = [np.histogram(r, edges)[0] / len(r) for r in (radii, cloud.radii)]
    return {"median Mahalanobis distance": np.median(np.linalg.norm(whitened(cloud, vectors), axis=1)),
            "median angle to the centre, degrees": np.degrees(np.arccos(cosine)),
            "overlap of radii": np.minimum(*shares).sum()}


# ---------------------------------------------------------------------------------------------- rungs

def rungs(cloud, model=None, h=None):
    """{name: function of noise g (n, d + 1) that gives latents (n, d)} for all rungs, least informed first.

    "uniform, b = B" for the half widths B of the posts, "uniform, matching b" with b = sqrt(3 E[R^2] / d),
    which has the latents' mean square radius, "uniform, true radii", "independent normal",
    "ellipses, K sigma", "multivariate normal", "Gaussian mixture", "kernel density": the functions below, in
    this order. model, h: `mixture` and `bandwidth` of the cloud, fitted here if not given.
    """
    model, h = mixture(cloud) if model is None else model, bandwidth(cloud) if h is None else h
    b_match = np.sqrt(3 * np.mean(cloud.radii**2) / len(cloud.mean))
    steps = {f"uniform, b = {b:g}": partial(uniform, cloud, b=b) for b in UNIFORM_RUNGS}
    steps |= {"uniform, matching b": partial(uniform, cloud, b=b_match),
              "uniform, true radii": partial(uniform_true_radii, cloud),
              "independent normal": partial(independent_normal, cloud)}
    steps |= {f"ellipses, {k} sigma": partial(ellipses, cloud, k=k) for k in SIGMAS}
    return steps | {"multivariate normal": partial(multivariate_normal, cloud),
                    "Gaussian mixture": partial(gaussian_mixture, cloud, model=model),
                    "kernel density": partial(kernel_density, cloud, h=h)}


def uniform(cloud, g, b):
    """z = b (2 Phi(g) - 1), Phi the normal distribution function: uniform on [-b, b]^d.

    Source: method 2 of "Autoencoders and latent space fragmentation II".
    """
    return b * (2 * ndtr(g[:, :len(cloud.mean)]) - 1)


def uniform_true_radii(cloud, g):
    """Uniform vectors brought to the radii of the latents, quantile for quantile."""
    return with_radii(uniform(cloud, g, 1.0), cloud.radii)


def independent_normal(cloud, g):
    """z_j = mu_j + sigma_j g_j. Source: method 3 of "Autoencoders and latent space fragmentation II"."""
    return cloud.mean + cloud.sigma * g[:, :len(cloud.mean)]


def ellipses(cloud, g, k):
    """z = mean + sum_j w_j u_j a_j along the principal axes a_j of width w_j, u = g drawn into circles.

    Each pair (u_1, u_2), (u_3, u_4), ... lies in its circle of radius k, normal inside it (`within_circles`).
    """
    return along_axes(cloud, within_circles(g[:, :len(cloud.mean)], k))


def multivariate_normal(cloud, g):
    """z = mean + sum_j w_j g_j a_j: the mean and covariance of the latents."""
    return along_axes(cloud, g[:, :len(cloud.mean)])


def gaussian_mixture(cloud, g, model):
    """The `mixture` in the leading principal components, normal in the others.

    The last column of g chooses the component. Source: Ghosh et al., "From variational to deterministic
    autoencoders", 2020: densities fitted after training.
    """
    u, leading = g[:, :len(cloud.mean)].copy(), model.means_.shape[1]
    which = np.minimum(np.searchsorted(np.cumsum(model.weights_), ndtr(g[:, -1])), MIXTURE - 1)
    roots = np.linalg.cholesky(model.covariances_)
    u[:, :leading] = model.means_[which] + np.einsum("nij,nj->ni", roots[which], u[:, :leading])
    return along_axes(cloud, u)


def kernel_density(cloud, g, h):
    """A latent, chosen by the last column of g, moved along the principal axes by h w_j g_j.

    The covariance is 1 + h^2 times that of the latents. Source: as `gaussian_mixture`.
    """
    chosen = np.minimum((ndtr(g[:, -1]) * len(cloud.z)).astype(int), len(cloud.z) - 1)
    return cloud.z[chosen] + (h * g[:, :len(cloud.mean)] * cloud.widths) @ cloud.axes.T


def mixture(cloud):
    """Ten Gaussians fitted to the 30 leading whitened components of the latents: scikit-learn's model."""
    u = whitened(cloud, cloud.z)[:MIXED, :LEADING]
    return GaussianMixture(MIXTURE, reg_covar=1e-4, random_state=0).fit(u)


def bandwidth(cloud):
    """The h of BANDWIDTHS, in standard deviations, that gives the largest likelihood to latents left out.

    All others make the density (`kernel_log_density`). Where it is the first or last of BANDWIDTHS, the best
    h may lie beyond: say so.
    """
    u = whitened(cloud, cloud.z)
    order = np.random.default_rng(0).permutation(len(u))
    n = min(JUDGES, len(u) // 4)
    judges, makers = u[order[:n]], u[order[n:]]
    apart = _squared_distances(judges, makers)
    return max(BANDWIDTHS, key=lambda h: _log_kernels(apart, h, u.shape[1]).sum())


def kernel_log_density(u, makers, h):
    """Log density at points u (m, d) of the mean of normal kernels of width h at the makers (n, d): (m,).

    log p(u) = log mean_i exp(-|u - m_i|^2 / (2 h^2)) - d log(h sqrt(2 pi)). All distances are summed:
    scikit-learn's KernelDensity, with its default tree, is far off the right sum in 256 dimensions.
    """
    return _log_kernels(_squared_distances(u, makers), h, u.shape[1])


def _squared_distances(u, makers):
    return (u**2).sum(axis=1)[:, None] + (makers**2).sum(axis=1) - 2 * u @ makers.T          # (m, n)


def _log_kernels(apart, h, d):
    mean = logsumexp(-apart / (2 * h**2), axis=1) - np.log(apart.shape[1])
    return mean - d * np.log(h * np.sqrt(2 * np.pi))


def log_densities(cloud, z, model, h):
    """Log densities at latents z (n, d) of three rungs, in whitened coordinates: {rung: (n,)}.

    The multivariate normal, the `mixture` model, the kernel density of width h. z should not be among
    cloud.z. Differences of the three hold in all coordinates; more is better.
    """
    u, leading = whitened(cloud, z), model.means_.shape[1]
    normal = -0.5 * (u**2 + np.log(2 * np.pi))
    return {"multivariate normal": normal.sum(axis=1),
            "Gaussian mixture": model.score_samples(u[:, :leading]) + normal[:, leading:].sum(axis=1),
            "kernel density": kernel_log_density(u, whitened(cloud, cloud.z), h)}


def with_radii(z, radii):
    """Vectors z (n, d) brought to sorted `radii` (m,), quantile for quantile: the longest stays longest."""
    length = np.linalg.norm(z, axis=1)
    share = (np.argsort(np.argsort(length)) + 0.5) / len(length)
    return z * (np.quantile(radii, share) / length)[:, None]


def within_circles(g, k):
    """Normal g (n, d) with each pair of columns drawn into its circle of radius k: normal in it.

    P(|pair| <= r) = (1 - exp(-r^2 / 2)) / (1 - exp(-k^2 / 2)). A last single column is cut to [-k, k] in the
    same way.
    """
    u = np.array(g, dtype=float)
    pairs = u[:, :u.shape[1] // 2 * 2].reshape(len(u), -1, 2)
    length = np.linalg.norm(pairs, axis=2, keepdims=True)
    inside = -np.expm1(-length**2 / 2) * -np.expm1(-k**2 / 2)
    pairs *= np.sqrt(-2 * np.log1p(-inside)) / length
    u[:, :pairs.shape[1] * 2] = pairs.reshape(len(u), -1)
    if u.shape[1] % 2:
        last = np.abs(u[:, -1])
        u[:, -1] *= np.sqrt(chi2.ppf(chi2.cdf(last**2, 1) * chi2.cdf(k**2, 1), 1)) / last
    return u


# ---------------------------------------------------------------------------------------------- ingredients

INGREDIENTS = "radius", "centre", "marginals", "correlations"
SUBSETS = [frozenset(known) for size in range(5) for known in combinations(INGREDIENTS, size)]


def ablation(cloud, g, b=5.0):
    """{"none": latents, "radius": latents, ..., all joined by " + ": latents}: g `mixed` with all SUBSETS."""
    return {" + ".join(i for i in INGREDIENTS if i in known) or "none": mixed(cloud, g, known, b)
            for known in SUBSETS}


def mixed(cloud, g, known, b=5.0):
    """Latents (n, d) that know of INGREDIENTS the subset `known`, and nothing else, from noise g (n, d + 1).

    correlations: g is given the correlation matrix of the latents; else components are independent
    marginals:    component j has the width sigma_j; else all have the same, of equal mean square
    centre:       the mean of the latents is added; else none
    radius:       the vectors then get the latents' radii, quantile for quantile; else all of them the length
                  b sqrt(d / 3) that uniform vectors of half width b have on average (b = 5 as in P1)
    With all four this is the multivariate normal with its radii corrected.
    Raises ValueError for other ingredients.
    """
    unknown = set(known) - set(INGREDIENTS)
    if unknown:
        raise ValueError(f"unknown ingredients {', '.join(sorted(unknown))}: known are "
                         f"{', '.join(INGREDIENTS)}")
    d = len(cloud.mean)
    z = g[:, :d]
    if "correlations" in known:
        z = z * cloud.widths @ cloud.axes.T / np.sqrt((cloud.widths**2 * cloud.axes**2).sum(axis=1))
    z = z * (cloud.sigma if "marginals" in known else np.sqrt(np.mean(cloud.sigma**2)))
    if "centre" in known:
        z = z + cloud.mean
    if "radius" in known:
        return with_radii(z, cloud.radii)
    return z * (b * np.sqrt(d / 3) / np.linalg.norm(z, axis=1))[:, None]


def shares(rates, n, rng, repeats=200):
    """Shapley shares of INGREDIENTS in the gain of a rate from none to all: DataFrame (4, 2) share, error.

    rates: (16,) in the order of `ablation`, each counted in n trials; rng: numpy.random.Generator. error:
    standard deviation of the shares when all counts are drawn again, `repeats` times, from binomial laws of
    these rates. It takes the counts as independent; if those made from one noise go together, it is rather
    too large.
    Raises ValueError unless there are 16 rates between 0 and 1.
    """
    rates = np.asarray(rates, dtype=float)
    if rates.shape != (len(SUBSETS),) or not ((rates >= 0) & (rates <= 1)).all():
        raise ValueError(f"rates must be {len(SUBSETS)} numbers from 0 to 1, one per subset, not {rates}")
    drawn = rng.binomial(n, rates, (repeats, len(rates))) / n
    share, again = (shapley(dict(zip(SUBSETS, values, strict=True))) for values in (rates, drawn.T))
    return pd.DataFrame({"share": share, "error": pd.DataFrame(again).std()}).loc[list(INGREDIENTS)]


def shapley(values):
    """Shapley shares {player: share} of the total gain of a game, values = {frozenset of players: value}.

    share_i = mean over all orders of what i adds when it joins. Raises KeyError when a subset is missing.
    Source: Shapley, "A value for n-person games", 1953.

    >>> shapley({frozenset(): 0, frozenset("a"): 1, frozenset("b"): 0, frozenset("ab"): 3})
    {'a': 2.0, 'b': 1.0}
    """
    players = sorted(max(values, key=len))
    orders = list(permutations(players))
    share = dict.fromkeys(players, 0.0)
    for order in orders:
        for k, player in enumerate(order):
            share[player] += (values[frozenset(order[:k + 1])] - values[frozenset(order[:k])]) / len(orders)
    return share


# ---------------------------------------------------------------------------------------------- walks

def straight(u, v, steps):
    """The straight way (k, n, d) from u (n, d) to v (n, d): (1 - t) u + t v for all t of steps (k,).

    It runs through the inside of a shell: between perpendicular ends of length 1 it comes down to 0.71.
    """
    t = np.asarray(steps)[:, None, None]
    return (1 - t) * u + t * v


def norm_keeping(u, v, steps):
    """The way (k, n, d) round the origin from u (n, d) to v (n, d), for all t of steps (k,).

    Directions go along the great circle at even speed, lengths linearly: |w(t)| = (1 - t) |u| + t |v|.
    Raises ValueError where two ends have the same or opposite directions, which no one great circle joins.
    Source: Shoemake, "Animating rotation with quaternion curves", 1985; of latents: White, "Sampling
    generative networks", 2016.
    """
    a, b = (np.linalg.norm(w, axis=1, keepdims=True) for w in (u, v))                 # (n, 1)
    angle = np.arccos(np.clip((u / a * v / b).sum(axis=1, keepdims=True), -1, 1))
    if not (np.sin(angle) > PARALLEL).all():
        raise ValueError("some ends have the same or opposite directions: no one great circle joins them")
    t = np.asarray(steps)[:, None, None]
    direction = (np.sin((1 - t) * angle) * u / a + np.sin(t * angle) * v / b) / np.sin(angle)
    return direction * ((1 - t) * a + t * b)
