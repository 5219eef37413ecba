"""A ladder of statistical vectors: each rung turns the same standard normal noise g into latents, knowing a little more.

The noise has one column more than the latents: g[:, :d] becomes the components, the last column chooses where a rung has
to choose (a component of a mixture, a training latent). So the same row of g gives comparable vectors on all rungs.
"""
from itertools import permutations
from typing import NamedTuple

import numpy as np
from scipy.special import ndtr
from scipy.stats import chi2
from sklearn.covariance import ledoit_wolf_shrinkage
from sklearn.mixture import GaussianMixture
from sklearn.neighbors import KernelDensity

UNIFORM_RUNGS = 12, 8, 5, 3, 2, 1.5, 1            # of method 2; as in the posts
SIGMAS = 1, 2, 3                                # of the confidence ellipses; as announced in F2
MIXTURE, LEADING = 10, 30                       # ours: components of the mixture, and principal components it models
BANDWIDTHS = 0.3, 0.45, 0.6, 0.75, 0.9          # ours: tried for the kernel density, in standard deviations
KERNELS, JUDGES = 2_000, 300                    # ours: latents that make the density, and that judge its bandwidth
MIXED = 5_000                                   # ours: latents, at most, to which the mixture is fitted


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

    The covariance is that of z; with fewer than 10 vectors per component or a singular one, it is shrunk towards a
    multiple of the identity by Ledoit and Wolf's share, which `shrinkage` tells.
    Raises ValueError for other shapes, fewer than 50 vectors, values that are not finite and vectors that are all the same.
    """
    z = np.asarray(z, dtype=float)
    if z.ndim != 2 or len(z) < 50 or not np.isfinite(z).all():
        raise ValueError(f"latents must be finite and of shape (n, d) with n >= 50, not {z.shape}")
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


def rungs(cloud):
    """{name: function of noise g (n, d + 1) that gives latents (n, d)} for all rungs, the least informed first.

    uniform, b = B       z = B (2 Phi(g) - 1), Phi the normal distribution function (method 2)
    uniform, b_match     the same with b = sqrt(3 E[R^2] / d), which has the latents' mean square radius
    uniform, true radii  uniform vectors brought to the radii of latents, quantile for quantile
    independent normal   z_j = mu_j + sigma_j g_j (method 3)
    ellipses, k sigma    z = mean + sum_j w_j u_j a_j along the principal axes a_j of width w_j, u = g with each pair
                         (u_1, u_2), (u_3, u_4), ... drawn back into its circle of radius k, normal inside it
    multivariate normal  the same without circles: u = g
    Gaussian mixture     ten Gaussians in the 30 leading principal components, normal in the others
    kernel density       a latent, moved along the principal axes by h w_j g_j; h of largest likelihood for latents left out,
                         drawn back to the mean by 1 / sqrt(1 + h^2), so that the covariance stays
    Source: methods 2 and 3: "Autoencoders and latent space fragmentation II"; mixture and density fitted after training:
    Ghosh et al., "From variational to deterministic autoencoders", 2020.
    """
    d = len(cloud.mean)
    b_match = np.sqrt(3 * np.mean(cloud.radii**2) / d)
    uniform = lambda g, b: b * (2 * ndtr(g[:, :d]) - 1)
    steps = {f"uniform, b = {b:g}": lambda g, b=b: uniform(g, b) for b in UNIFORM_RUNGS}
    steps["uniform, b_match"] = lambda g: uniform(g, b_match)
    steps["uniform, true radii"] = lambda g: with_radii(uniform(g, 1.0), cloud.radii)
    steps["independent normal"] = lambda g: cloud.mean + cloud.sigma * g[:, :d]
    for k in SIGMAS:
        steps[f"ellipses, {k} sigma"] = lambda g, k=k: along_axes(cloud, within_circles(g[:, :d], k))
    steps["multivariate normal"] = lambda g: along_axes(cloud, g[:, :d])
    steps["Gaussian mixture"] = _mixture(cloud)
    steps["kernel density"] = _kernel_density(cloud)
    return steps


def draw(rung, n, z, rng):
    """n latents of the `rung` of this name, fitted to z: (n, d). Raises ValueError for an unknown name and as `fitted`."""
    cloud = fitted(z)
    steps = rungs(cloud)
    if rung not in steps:
        raise ValueError(f"unknown rung {rung!r}: choose one of {', '.join(steps)}")
    return steps[rung](noise(n, len(cloud.mean), rng))


def along_axes(cloud, u):
    """Latents mean + sum_j w_j u_j a_j of whitened scores u (n, d)."""
    return cloud.mean + (u * cloud.widths) @ cloud.axes.T


def with_radii(z, radii):
    """Vectors z (n, d) brought to the radii `radii` (m,) sorted, quantile for quantile: the longest becomes the longest."""
    length = np.linalg.norm(z, axis=1)
    share = (np.argsort(np.argsort(length)) + 0.5) / len(length)
    return z * (np.quantile(radii, share) / length)[:, None]


def within_circles(g, k):
    """Normal g (n, d) with each pair of columns brought into its circle of radius k: normal there, none outside.

    P(|pair| <= r) = (1 - exp(-r^2 / 2)) / (1 - exp(-k^2 / 2)). A last single column is cut to [-k, k] in the same way.
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


def mixed(cloud, g, known, b=5.0):
    """Latents (n, d) that know the ingredients `known`, a subset of INGREDIENTS, and nothing else, from noise g (n, d + 1).

    correlations: g is given the correlation matrix of the latents; else components are independent
    marginals:    component j has the width sigma_j; else all have the same, of equal mean square
    centre:       the mean of the latents is added; else none
    radius:       the vectors then get the latents' radii, quantile for quantile; else all of them the length b sqrt(d / 3)
                  that uniform vectors of half width b have on average (b = 5 as in P1)
    With all four this is the multivariate normal with its radii corrected. Raises ValueError for other ingredients.
    """
    unknown = set(known) - set(INGREDIENTS)
    if unknown:
        raise ValueError(f"unknown ingredients {', '.join(sorted(unknown))}: choose from {', '.join(INGREDIENTS)}")
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


def shapley(values):
    """Shapley shares of the players of a game {frozenset of players: value}: {player: share}, which sum to the total gain.

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


# ---------------------------------------------------------------------------------------------- fitted densities

def _white(cloud):
    return (cloud.z - cloud.mean) @ cloud.axes / cloud.widths


def _mixture(cloud):
    leading = min(LEADING, len(cloud.mean))
    model = GaussianMixture(MIXTURE, reg_covar=1e-4, random_state=0).fit(_white(cloud)[:MIXED, :leading])
    roots = np.linalg.cholesky(model.covariances_)

    def step(g):
        u = g[:, :len(cloud.mean)].copy()
        which = np.minimum(np.searchsorted(np.cumsum(model.weights_), ndtr(g[:, -1])), MIXTURE - 1)
        u[:, :leading] = model.means_[which] + np.einsum("nij,nj->ni", roots[which], u[:, :leading])
        return along_axes(cloud, u)
    return step


def log_likelihood(makers, judges, h):
    """Sum of the log density of the points judges (m, d) under normal kernels of width h at the points makers (n, d).

    All distances are summed, in one leaf: scikit-learn's tree of smaller ones, its default, is far off the right
    sum in 256 dimensions, and would choose too small an h.
    """
    return KernelDensity(bandwidth=h, leaf_size=len(makers)).fit(makers).score(judges)


def _kernel_density(cloud):
    u = _white(cloud)
    order = np.random.default_rng(0).permutation(len(u))
    judges = u[order[:min(JUDGES, len(u) // 4)]]
    makers = u[order[len(judges):len(judges) + KERNELS]]
    h = max(BANDWIDTHS, key=lambda h: log_likelihood(makers, judges, h))

    def step(g):
        chosen = u[np.minimum((ndtr(g[:, -1]) * len(u)).astype(int), len(u) - 1)]
        return along_axes(cloud, (chosen + h * g[:, :u.shape[1]]) / np.sqrt(1 + h**2))
    return step
