# %% [markdown]
# # 05 Uniform random vectors: how long they are, and what they miss
#
# **Question.** Draw every component of a vector independently and uniformly from [-b, b]. How long is that
# vector in 256 dimensions, and which regions of the space do such vectors never show us?
#
# This is the cheapest way to try out a decoder: fill a cube of the latent space with random points (the
# posts' *method 2*) and look at the images. The posts answer with a few formulas: the lengths sit in a thin
# shell round b sqrt(N/3), whose relative width falls as sqrt(1/(5N)); they add refinements for small N, and a
# warning that stripes along the edges of the cube stay depleted. Here each formula stands beside an exact
# value and a simulation. No image and no network is involved; figures carry the name of the run all the same.
#
# * **Posts:** P1 (figures P1-1 to P1-5), the opening of P2 (figure P2-1), and two formulas from F2.
# * **Corrected here:** the depleted edges, the refinement of the mean, the standard deviation that grows with
#   N, the improved ratio. Each has a section of its own.
# * **Writes:** `data/RUN/cube-regions.csv`, `squared-radius.csv`, `radius-simulated.csv`, `radius-law.csv`,
#   `radius-control.csv`, `growing-cubes.csv`, `claims-05.csv`.
#
# Start it with `make lab`: opened otherwise, it does not find `lib`.

# %% tags=["parameters"]
dataset = "synthetic"
scale = "laptop"
seed = 0

# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from IPython.display import Markdown
from scipy.special import ndtr  # distribution function of the standard normal law

from lib import claims, figures
from lib.cloud import generators, statements, theory
from lib.store import artifacts
from lib.study import HALF_WIDTHS, LATENT_DIM, RADIUS_DIMS, Study

# %% [markdown]
# The half side of the cube is b = 5, as in P1. The post simulates a million points in each dimension; a
# quarter of that would make all error bars twice as wide.

# %%
study = Study(dataset, scale, seed)
figures.use_style()
rng = np.random.default_rng(seed)
N, b, n_points = LATENT_DIM, 5.0, study.counts.radius_points          # b = 5 as in P1
Markdown(f"This run simulates **{n_points:,} points** in each dimension.")


# %% [markdown]
# ## The grid that cannot be built
#
# The first idea is not chance but order: a regular grid, ten values per axis. In a plane that is a hundred
# points. And in 256 dimensions? Compare the powers of ten with the last row, all that a decoder could have
# seen that had made a billion images a second since the Big Bang.

# %%
def whole_powers(per_axis, d):
    return len(str(generators.grid_points(per_axis, d))) - 1          # exact: the digits after the first

sizes = {f"points of a grid in {d} dimensions, {per_axis} values per axis": whole_powers(per_axis, d)
         for d, per_axis in ((2, 10), (3, 10), (N, 2), (N, 10))}
sizes["images since the Big Bang"] = int(np.log10(1e9 * 4.35e17))     # 4.35e17 seconds
pd.DataFrame(sizes.items(), columns=["what", "at least 10 to the power of"]).style.hide(axis="index")

# %% [markdown]
# So the points have to be drawn by chance, and the simplest chance is the same flat density for each
# component, ρ(x) = 1/(2b) on [-b, b], independently of all others.
#
# ## What it looks like in three dimensions
#
# **Figure P1-1.** 200 such points in the cube [0, 10]³, seen along the three axes. Four points are marked in
# all three views: *o* is the one nearest to the origin in space; *a*, *b* and *c* are, of the others, those
# nearest to the corner at zero in the first, second and third view. We expect that a corner point of a view
# is often far from the origin, because each view hides one coordinate.

# %%
points = rng.uniform(0, 10, (200, 3))                                 # as in P1: 200 points, b = 10
planes = ((0, 1), (0, 2), (1, 2))
from_corner = np.stack([np.hypot(*points[:, plane].T) for plane in planes])      # (3, 200), one row per view
from_origin = np.linalg.norm(points, axis=1)
marked = {}
for name, distance in zip("oabc", [from_origin, *from_corner]):
    marked[name] = next(index for index in distance.argsort() if index not in marked.values())

# %%
fig, axes = plt.subplots(1, 3, figsize=(9.6, 3.6))
for ax, plane in zip(axes, planes):
    figures.scatter(points[:, plane], ax, figures.UNIFORM, size=11)
    for name, index in marked.items():
        ax.annotate(f"{name} {from_origin[index]:.1f}", points[index, plane], xytext=(6, 4), zorder=4,
                    textcoords="offset points", bbox={"fc": "white", "ec": "none", "pad": 0.3, "alpha": 0.7})
        ax.scatter(*points[index, plane], s=45, facecolors="none", edgecolors=figures.THEORY, zorder=5)
    ax.set(xlim=(-0.3, 10.3), ylim=(-0.3, 10.3), xlabel=f"$x_{plane[0] + 1}$", ylabel=f"$x_{plane[1] + 1}$")
nearest_corner = max(from_corner[view, marked[name]] for view, name in enumerate("abc"))
axes[0].set_title(f"At most {nearest_corner:.1f} from a corner of a view, and up to "
                  f"{max(from_origin[marked[name]] for name in 'abc'):.1f} from the origin (number)")
figures.show(fig, study, "P1-1", "three-projections", "200 uniform points in the cube of side 10, "
             "projected on its three planes; the same four points are marked in every projection, with their "
             "distance from the origin.", n="200 points", images=False)

# %% [markdown]
# The distances of the four. In its own view each letter is near the corner; compare that with the last
# column.

# %%
chosen = list(marked.values())
distances = pd.DataFrame(from_corner[:, chosen].T, index=pd.Index(marked, name="point"),
                         columns=[f"from the corner, view {view}" for view in (1, 2, 3)])
distances["from the origin, in space"] = from_origin[chosen]
distances.style.format(precision=1)

# %% [markdown]
# How empty is the corner in space? The eighth of a ball of radius 2 round the origin is 1/240 of the volume
# of the cube. Of 200 points it promises 0.84.

# %%
Markdown(f"Of the 200 points, {(from_origin < 2).sum()} lie closer than 2 to the origin.")

# %% [markdown]
# **Figure P1-2.** The same 200 points in space, the origin in black, and the four points of figure P1-1
# marked again, each with the line down to its place on the floor. Drawn in are all twelve edges, and in
# black the two regions of which P1 computes the chances: the strip along an edge and the cube at the
# corner. **Figure P1-3.** 400 points in the cube [-5, 5]³, in the same way. These are the pictures in which
# P1 sees the stripes along the edges depleted.

# %%
corners = np.array(list(np.ndindex(2, 2, 2)))                          # (8, 3)
unit_edges = [(p, q) for p in corners for q in corners if (p <= q).all() and (q - p).sum() == 1]       # 12

def draw_box(ax, corner, sides, **style):
    for edge in unit_edges:
        ax.plot(*(np.array(corner) + np.array(edge) * sides).T, **style)


# %%
def draw_cube(ax, cloud, low, high):
    side = high - low
    draw_box(ax, (low,) * 3, (side,) * 3, color="0.6", lw=1.2)
    draw_box(ax, (low, high - side / 10, low), (side / 10, side / 10, side), color=figures.THEORY, lw=0.9)
    draw_box(ax, (low,) * 3, (side / 10,) * 3, color=figures.THEORY, lw=0.9)
    ax.scatter(*cloud.T, s=12, color=figures.UNIFORM, alpha=0.9, linewidths=0, rasterized=True)
    ax.scatter(0, 0, 0, s=40, color=figures.THEORY, depthshade=False)


# %%
def draw_named(ax, cloud, named, low):
    for name, index in named.items():
        x1, x2, x3 = cloud[index]
        ax.plot((x1, x1), (x2, x2), (low, x3), color=figures.THEORY, lw=0.7, ls=":")
        ax.scatter(x1, x2, x3, s=50, facecolors="none", edgecolors=figures.THEORY, depthshade=False)
        ax.text(x1, x2, x3, f"  {name}")


# %%
def dress(ax, low, high):
    sides = {f"{axis}lim": (low, high) for axis in "xyz"}
    ax.set(xlabel="$x_1$", ylabel="$x_2$", zlabel="$x_3$", **sides)
    ax.view_init(*view)
    ax.set_box_aspect((1, 1, 1), zoom=0.95)
    ax.grid(False)


# %%
view = (22, -60)                                                      # ours: elevation and azimuth in degrees
points_400 = generators.uniform(400, 3, b, rng)                       # as in P1: 400 points, b = 5
cubes_drawn = {"P1-2": (points, 0, 10, marked), "P1-3": (points_400, -b, b, {})}
for figure_id, (cloud, low, high, named) in cubes_drawn.items():
    strip, _, corner = theory.strip_and_corner(cloud - low, high - low)
    fig, ax = plt.subplots(figsize=(6.4, 5.6), subplot_kw={"projection": "3d"})
    draw_cube(ax, cloud, low, high)
    draw_named(ax, cloud, named, low)
    dress(ax, low, high)
    ax.set_title(f"Of {len(cloud)} points {strip} in the strip, where {len(cloud) / 100:g} are expected")
    figures.show(fig, study, figure_id, f"cube-{len(cloud)}-points", n=f"{len(cloud)} points",
                 alt=f"{len(cloud)} uniform points in the cube from {low:g} to {high:g} in three dimensions, "
                     f"the strip along one edge and the corner drawn in, with {strip} and {corner} points.",
                 images=False)

# %% [markdown]
# ## Corrected here: the edges are not depleted
#
# P1 gives the chances rightly: a point has x₁ in [0, 1] and x₂ in [9, 10] with probability 1/10 · 1/10 =
# 1/100, and all three coordinates in [0, 1] with probability 1/1000. But that is no property of edges. The
# joint density of independent uniform components is a product of constants, hence a constant: *any* strip of
# that size has the chance 1/100, wherever it lies.
#
# We count two million points in the strip along the edge, in an equal strip through the centre, and in the
# corner. The error is the binomial one, and *deviation in errors* should stay within about 3 in every row. If
# edges were depleted, the count of the first row would be clearly below that of the second.

# %%
n_cube, volume = 2_000_000, np.array([1 / 100, 1 / 100, 1 / 1000])    # ours: errors below 1 % in the strips
counted = theory.strip_and_corner(rng.uniform(0, 10, (n_cube, 3)), 10)
binomial_error = np.sqrt(volume * (1 - volume) / n_cube)
regions = pd.DataFrame({
    "region": counted._fields, "volume_share": volume, "counted_share": np.array(counted) / n_cube,
    "error": binomial_error, "deviation_in_errors": (np.array(counted) / n_cube - volume) / binomial_error,
    "expected_of_200": 200 * volume, "chance_200_miss_it": (1 - volume) ** 200})
figures.table(regions, study, "cube-regions.csv", precision=5)

# %%
edge, centre, corner = counted
edge_over_centre, its_error = edge / centre, edge / centre * np.sqrt(1 / edge + 1 / centre)
Markdown(f"The edge holds **{edge_over_centre:.3f} ± {its_error:.3f}** times what the centre holds.")

# %% [markdown]
# What *is* true: a small volume is missed by a small sample. That is the last column. A strip of one
# hundredth of the volume expects two of 200 points, and gets none in 13 % of all samples; a corner cube of
# one thousandth gets none in 82 %.
#
# The cube of figures P1-1 and P1-2 can be cut into 100 square columns of side 1 along each axis: 300 in all,
# twelve of which run along the edges. How many are empty? *By chance* says how many should be, given 200
# points and no preference for any place.

# %%
columns = np.stack([np.histogram2d(*points[:, plane].T, bins=10, range=[[0, 10]] * 2)[0] for plane in planes])
on_edge = np.zeros_like(columns, bool)                                # (3, 10, 10)
on_edge[:, ::9, ::9] = True
empty = pd.DataFrame([(place, where.sum(), (columns[where] == 0).sum(), where.sum() * (1 - 1 / 100) ** 200,
                       columns[where].mean()) for place, where in (("along the edges", on_edge),
                                                                   ("elsewhere", ~on_edge))],
                     columns=["", "columns", "empty", "by chance", "points per column"])
empty.style.hide(axis="index").format(precision=2)

# %% [markdown]
# Why does the eye see a gap, then? A likely reason (ours): in a drawing we see all points along a line of
# sight, and near an edge that line soon leaves the cube. So let us measure how much of the cube lies along
# the line of sight of figure P1-2 (with parallel rays), for points near an edge and for all others. If the
# first number is the smaller one, a point near an edge is seen among fewer others, and that looks like
# depletion.

# %%
elevation, azimuth = np.radians(view)
ray = np.array([np.cos(elevation) * np.cos(azimuth), np.cos(elevation) * np.sin(azimuth), np.sin(elevation)])
x = rng.uniform(0, 10, (100_000, 3))
near_edge = ((x < 1) | (x > 9)).sum(1) >= 2
depth = theory.line_of_sight(x, ray, 10)
Markdown(f"The line of sight runs through **{depth[near_edge].mean():.1f}** units of cube at a point near an "
         f"edge, and through **{depth[~near_edge].mean():.1f}** elsewhere.")

# %% [markdown]
# ## The length of a uniform vector
#
# In 256 dimensions pictures end, and P1 turns to one number, the length $R = \sqrt{\sum_k x_k^2}$, which it
# calls the radius. A vector of ones already has $R = \sqrt{256} = 16$. The mean of a root is hard, the mean
# of its square is easy, because the mean of a sum is the sum of the means. For components uniform on $[a, b]$
#
# $$\langle R^2\rangle = N\,\langle x^2\rangle = \frac{N}{b-a}\int_a^b x^2\,dx = N\,\frac{b^3-a^3}{3\,(b-a)},
# \qquad\text{and for } a=-b:\quad \langle R^2\rangle = \tfrac13 N b^2 .$$
#
# Hence $R$ is about $b\sqrt{N/3}$, 0.577 of the way from the centre to a corner. The spread of $R^2$ is just
# as easy, since the variances of independent terms add:
#
# $$\mathrm{Var}(R^2) = N\left(\langle x^4\rangle - \langle x^2\rangle^2\right)
# = N b^4\left(\tfrac15-\tfrac19\right) = \tfrac{4}{45}\,N b^4 .$$
#
# A small change of $R^2$ is $2R$ times the change of $R$, so
#
# $$\mathrm{std}(R) \approx \frac{\mathrm{std}(R^2)}{2\langle R\rangle} \approx
# \frac{b^2\sqrt{4N/45}}{2\,b\sqrt{N/3}} = \frac{b}{\sqrt{15}},\qquad
# \frac{\mathrm{std}(R)}{\langle R\rangle}\approx\sqrt{\frac{1}{5N}} .$$
#
# The mean grows as $\sqrt N$ while the spread stays put: that is the thin shell. First the two exact
# statements, in 256 dimensions, for the post's interval and two others (ours). Each ratio of simulation to
# formula should be 1 within two or three times its error.

# %%
checks = []
for low, high in ((-5, 5), (0, 10), (-2, 7)):                         # the first two as in P1, the third ours
    squares = (rng.uniform(low, high, (20_000, N)) ** 2).sum(1)       # ours: 20,000 vectors
    mean, variance = theory.squared_radius_moments(N, low, high)
    checks.append((f"[{low}, {high}]", squares.mean() / mean, np.sqrt(variance / 20_000) / mean,
                   squares.var() / variance, np.sqrt(2 / 20_000)))
squared = pd.DataFrame(checks, columns=["interval", "mean_ratio", "mean_error", "variance_ratio",
                                        "variance_error"])
figures.table(squared, study, "squared-radius.csv", precision=5)

# %% [markdown]
# ### The exact law
#
# The mean of the root itself need not be given up. Any root can be written as
# $\sqrt q = \frac{1}{2\sqrt\pi}\int_0^\infty (1-e^{-tq})\,t^{-3/2}\,dt$, and the mean of $e^{-tR^2}$ is a
# product of $N$ equal one-dimensional integrals. So, for $b = 1$ (lengths scale with $b$),
#
# $$\langle R\rangle = \frac{1}{2\sqrt\pi}\int_0^\infty \frac{1-M(t)^N}{t^{3/2}}\,dt,\qquad
# M(t) = \int_0^1 e^{-tx^2}dx = \frac{\sqrt\pi\,\mathrm{erf}\sqrt t}{2\sqrt t} .$$
#
# One integral for every $N$: this is our ground truth (the posts have none), and
# $\mathrm{std}(R)=\sqrt{\langle R^2\rangle-\langle R\rangle^2}$ follows. As a check, N = 1, 2 and 3 have
# closed forms; the two columns must agree in all digits.

# %%
closed = {1: 1 / 2, 2: (np.sqrt(2) + np.arcsinh(1)) / 3,
          3: (6 * np.sqrt(3) + 12 * np.log(2 + np.sqrt(3)) - np.pi) / 24}
pd.DataFrame({"N": closed.keys(), "closed form of ⟨R⟩, b = 1": closed.values(),
              "the integral": theory.mean_radius(list(closed))}).style.hide(axis="index").format(precision=12)

# %%
mean_exact, std_exact = theory.mean_radius(N, b), theory.std_radius(N, b)
Markdown(f"In 256 dimensions and for b = 5 the exact values are **⟨R⟩ = {mean_exact:.3f}** and "
         f"**std(R) = {std_exact:.4f}**.")

# %% [markdown]
# ## A shell in every dimension
#
# **Figure P1-4.** Number of points against length for N from 3 to 2048. All dimensions come from one pass of
# random numbers: the running sum of squares of one vector of 2048 components is read off at each N. The black
# curve over each histogram is no fit but the normal density with the exact mean and the exact standard
# deviation. We expect equal widths, at distances that grow as sqrt(N), and a poor match of the normal curve
# where N is small, since lengths end at 0 and at b sqrt(N).

# %%
dims = sorted({*range(2, 11), *RADIUS_DIMS})             # 2 to 10 for the tables; the rest as in P1
radii = theory.simulate_radii(dims, n_points, b, seed)
edges = np.arange(0, theory.mean_radius(max(dims), b) + 8 * std_exact, 0.1)
histograms = {n: np.histogram(radii[n], edges)[0] for n in RADIUS_DIMS}
highest = max(counts.max() for counts in histograms.values())


# %%
def draw_dimensions(ax, shown):
    for n, color in zip(shown, figures.blues(len(shown))):
        ax.stairs(histograms[n], edges, fill=True, color=color, alpha=0.55)
        ax.plot(edges, theory.radius_density(edges, n, b) * n_points * 0.1, color=figures.THEORY, lw=0.9)
        ax.text(theory.mean_radius(n, b), 1.06 * highest, f"{n}", ha="center")
    ax.set(xlabel=f"length R (number: N; b = {b:g})", ylabel="points per 0.1", ylim=(0, 1.18 * highest))
    ax.yaxis.set_major_formatter("{x:,.0f}")


# %%
fig, axes = plt.subplots(2, 1, figsize=(9.6, 5.8))
draw_dimensions(axes[0], [n for n in RADIUS_DIMS if n >= 16])
draw_dimensions(axes[1], [n for n in RADIUS_DIMS if n <= 32])
ends = theory.std_radius([16, max(RADIUS_DIMS)], b)
axes[0].set(xlim=(0, edges[-1]), title=f"Spread {ends[0]:.2f} at N = 16 and {ends[1]:.2f} at N = 2048")
axes[1].set(xlim=(0, 22), title="Enlarged: the smaller N, the worse a normal law (black) fits")
figures.show(fig, study, "P1-4", "radius-histograms", "Histograms of R for N from 3 to 2048: narrow peaks at "
             f"about b sqrt(N/3), at N = {N} with standard deviation {std_exact:.2f}; normal curves in "
             "black.", n=f"{n_points:,} points per N", images=False)


# %% [markdown]
# For each dimension we now take mean, standard deviation and their ratio from the simulation. The standard
# errors come from the scatter of 100 equal parts of the sample (ours), which assumes nothing about the law.
#
# * From the first to the last row the *mean* should grow about 26 times, the root of the ratio of dimensions.
# * *std* should hardly change, and *ratio* fall as the mean grows.
# * How normal are the lengths? *to_normal* is the largest distance between the cumulated histogram and the
#   normal law drawn over it. For points that really are normal it would stay, in 95 % of all cases, below the
#   number under the table. A larger one says that the lengths are not normal there.

# %%
def to_normal(n, counts):
    normal_law = ndtr((edges[1:] - theory.mean_radius(n, b)) / theory.std_radius(n, b))
    return abs(counts.cumsum() / n_points - normal_law).max()

simulated = pd.DataFrame([theory.with_errors(radii[n]) for n in dims], index=pd.Index(dims, name="N"))
simulated["to_normal"] = pd.Series({n: to_normal(n, counts) for n, counts in histograms.items()})
figures.table(simulated, study, "radius-simulated.csv", precision=5).hide(sorted({*dims} - {*RADIUS_DIMS}))

# %% [markdown]
# **Figure 05-1** (ours) draws that table: the length rises as the root of N, its spread stays. Points are the
# simulation, lines the exact law; the band holds the middle 95 % of the vectors. The dotted line at the right
# is F2's formula for the spread, of which more below.

# %%
ns_drawn = np.arange(2, max(dims) + 1)
mean_n, std_n = theory.mean_radius(ns_drawn, b), theory.std_radius(ns_drawn, b)


# %%
def draw_length(ax):
    ax.fill_between(ns_drawn, mean_n - 1.96 * std_n, mean_n + 1.96 * std_n, color=figures.blues(4)[0], lw=0)
    ax.plot(ns_drawn, mean_n, color=figures.THEORY, lw=1)
    ax.plot(dims, simulated["mean"], "o", color=figures.UNIFORM, ms=5)
    ax.set(title=f"The length rises from {mean_n[0]:.1f} at N = 2 to {mean_n[-1]:.0f} at N = {dims[-1]}",
           xlabel="N", ylabel=f"R (b = {b:g})", xlim=(0, None), ylim=(0, None))


# %%
def draw_spread(ax):
    ax.loglog(ns_drawn, std_n, color=figures.THEORY, lw=1)
    ax.loglog(dims, simulated["std"], "o", color=figures.UNIFORM, ms=5)
    ax.loglog(ns_drawn, theory.std_radius_approx(ns_drawn, b, "post"), ":", color=figures.THEORY)
    ax.set(title=f"Its spread stays, {std_n[0]:.2f} and {std_n[-1]:.2f}; dotted: F2's formula", xlabel="N",
           ylabel="standard deviation of R", ylim=(0.5, 100))


# %%
fig, axes = plt.subplots(1, 2, figsize=(9.6, 3.8))
draw_length(axes[0])
draw_spread(axes[1])
figures.show(fig, study, "05-1", "length-rises-spread-stays", n=f"{n_points:,} points per N",
             alt="Left, the length of uniform vectors against N with a thin band of constant width. Right, "
                 "its standard deviation, flat over N, and F2's formula, which rises.", images=False)

# %%
Markdown(f"Normal up to chance: *to_normal* below {1.36 / np.sqrt(n_points):.5f}.")


# %% [markdown]
# The shell is no sign that the cube is filled unevenly. The points *are* uniform in the cube; it is the
# volume of a 256-dimensional cube itself that lies at these distances from the centre.
#
# ## The formulas on trial
#
# The posts print a first formula and a refinement for the mean and for the ratio (P1), and one formula for
# the standard deviation (F2). Beside them stand corrected ones (ours), from the same expansion carried one
# order further: with $q=R^2$,
# $\langle\sqrt q\rangle\approx\sqrt{\langle q\rangle}
# \left(1-\frac{\mathrm{Var}(q)}{8\langle q\rangle^2}\right)$,
# so $\langle R\rangle\approx b\sqrt{N/3}\,\left(1-\frac{1}{10N}\right)\approx b\sqrt{N/3-1/15}$.
#
# | | plain, or leading term | printed in the posts | corrected (ours) |
# | --- | --- | --- | --- |
# | mean | b sqrt(N/3) (P1) | b sqrt(N/3) / sqrt(1 + 1/(4N)) (P1, F2) | b sqrt(N/3 - 1/15) |
# | std | b sqrt(1/15) (ours) | b sqrt(N/15) sqrt(1 + 1/(4N)) (F2) | b sqrt(1/15) (1 + 29/(140 N)) |
# | ratio | sqrt(1/(5N)) (P1) | sqrt(1/(5N)) / (1 + 1/(4N)) (P1) | sqrt(1/(5N)) (1 + 43/(140 N)) |
#
# For the ratio there is a fourth, *multiplied*: the printed factor on the right side of the fraction line.
#
# **Figure P1-5.** Relative distance of each formula from the exact value, over N, for formulas as lines and
# the simulation as dots (filled: above the exact value; open: below it). Where a line dips, it changes its
# sign. Grey: two standard errors of the simulation; a formula inside the grey cannot be told from the exact
# value with that many points. We expect the corrected forms to fall steepest, and about nineteen of twenty
# dots in the grey.

# %%
def exact_ratio(n):
    return theory.std_radius(n) / theory.mean_radius(n)

FORMS = {"mean": (theory.mean_radius, theory.mean_radius_approx, ("plain", "post", "corrected")),
         "std": (theory.std_radius, theory.std_radius_approx, ("leading", "post", "corrected")),
         "ratio": (exact_ratio, theory.ratio_approx, ("plain", "printed", "multiplied", "corrected"))}
LINES = {"plain": "--", "leading": "--", "post": ":", "printed": ":", "multiplied": "-.", "corrected": "-"}

# %%
UNIT = {"mean": b, "std": b, "ratio": 1}
WORDS = {"mean": ("plain", "printed", "corrected"), "std": ("leading", "printed", "corrected"),
         "ratio": ("plain", "printed", "multiplied", "corrected")}
largest = max(dims)
ns = np.unique(np.geomspace(2, largest, 200).round())


# %%
def draw_formulas(ax, quantity):
    exact, formula, forms = FORMS[quantity]
    for form, word in zip(forms, WORDS[quantity]):
        off = abs(formula(ns, form=form) / exact(ns) - 1)
        ax.loglog(ns, off, LINES[form], color=figures.THEORY)
        ax.annotate(word, (1, max(off[-1], 1.5e-7)), xycoords=ax.get_yaxis_transform(), xytext=(4, 0),
                    textcoords="offset points", va="center", fontsize=8)


# %%
def draw_simulated(ax, quantity):
    found, error = simulated[[quantity, f"{quantity}_error"]].to_numpy().T / UNIT[quantity]
    exact = FORMS[quantity][0](dims)
    off = found / exact - 1
    ax.fill_between(dims, 1e-9, 2 * error / exact, color="0.9", lw=0)
    ax.scatter(dims, abs(off), 18, facecolors=np.where(off > 0, figures.UNIFORM, "white"),
               edgecolors=figures.UNIFORM, zorder=3)


# %%
std_printed = theory.std_radius_approx(N, form="post") / theory.std_radius(N)
fig, axes = plt.subplots(1, 3, figsize=(9.6, 4.4), sharey=True)
for ax, quantity in zip(axes, FORMS):
    draw_formulas(ax, quantity)
    draw_simulated(ax, quantity)
    ax.set(title=quantity, xlabel="N", ylim=(1e-7, 1e2), xlim=(1.8, 1.1 * largest))
axes[0].set_ylabel("relative distance from the exact value")
axes[1].set_title(f"std, F2's {std_printed:.0f} times too large at {N}")
figures.show(fig, study, "P1-5", "formulas-against-exact", "Relative distance from the exact value over N, "
             f"for formulas and simulation, of mean, std and ratio. At N = {N} the printed standard "
             f"deviation is {std_printed:.1f} times the exact one; the corrected forms are closest at large "
             "N.", n=f"{n_points:,} points per N", images=False)


# %% [markdown]
# The numbers behind the figure follow in one table for each correction, in units of b (the ratio has no
# unit). In each row look for the form that is nearest to *exact*; *simulated* shows what a simulation of this
# size can decide.

# %%
def compare(quantity):
    exact, formula, forms = FORMS[quantity]
    values = {"exact": exact(shown), "simulated": simulated[quantity][shown] / UNIT[quantity],
              **{form: formula(shown, form=form) for form in forms}}
    return pd.DataFrame(values, index=pd.Index(shown, name="N"))

shown = np.array([*range(2, 11), 64, N, largest])
laws = {quantity: compare(quantity) for quantity in FORMS}
tidy = pd.concat(laws, names=["quantity"]).melt(var_name="form", ignore_index=False).reset_index().dropna()
artifacts.write(study.data / "radius-law.csv", tidy)

# %% [markdown]
# ### Corrected here: the refinement of the mean
#
# P1 (and F2 after it) refines the mean with 1 + 1/(4N). The expansion above gives 1 + 1/(5N) to that order.
# P1's number for 256 components and b = 5, 46.188, is the plain one: five times that of row 256.

# %%
laws["mean"].style.format(precision=6)

# %%
every = np.arange(2, largest + 1)
plain, post, corrected = (abs(theory.mean_radius_approx(every, b, form) - theory.mean_radius(every, b))
                          for form in FORMS["mean"][2])
post_wins = every[post < corrected]
Markdown(f"Of all N from 2 to 2048, P1's refinement is closer than its plain formula in "
         f"{(post < plain).mean():.0%}, and closer than the corrected one only for N = "
         f"{', '.join(map(str, post_wins))}.")

# %% [markdown]
# ### Corrected here: the standard deviation does not grow with N
#
# F2 prints b sqrt(N/15) sqrt(1 + 1/(4N)). The derivation above has no N in it: the sqrt(N) of std(R²) is
# cancelled by the sqrt(N) of R. P1's remark that the spread stays almost constant agrees with the derivation
# and not with F2. So follow the column *post* downward: it leaves the exact values as sqrt(N).

# %%
laws["std"].style.format(precision=6)

# %% [markdown]
# ### Corrected here: the improved ratio must multiply
#
# P1 divides sqrt(1/(5N)) by 1 + 1/(4N). But the mean is *smaller* than the plain formula says, and it stands
# in the denominator: the ratio must become larger, not smaller. The row N = 3 shows it best. In the row 256
# all forms are close to each other, and to P1's 0.02795.

# %%
laws["ratio"].style.format(precision=5)

# %%
three = laws["ratio"].loc[3]
farther = abs(three.printed - three.exact) / abs(three.plain - three.exact)
off_printed, off_plain = (abs(theory.ratio_approx(every[1:], form) - exact_ratio(every[1:]))
                          for form in ("printed", "plain"))
improved_share = (off_printed < off_plain).mean()
Markdown(f"For N = 3 the printed form is **{farther:.2f} times** as far from the exact value as the plain "
         f"one. Of all N from 3 to 2048 it is closer in {improved_share:.0%}.")

# %% [markdown]
# ### A control that must fail
#
# Does the simulation tell a wrong law from a right one at all? In 256 dimensions we ask how many standard
# errors lie between simulation and law: for the exact law, for each formula, and for two that must be thrown
# out. These are the standard deviation with the extra N (row *printed*), and *normal* vectors of the same
# ⟨R²⟩ judged by the uniform law (ours; their R spreads by about b/sqrt(6), not b/sqrt(15)). Beyond 4 standard
# errors a law counts as rejected. The exact law must stay.

# %%
z_normal = generators.gaussian(50_000, np.zeros(N), np.full(N, b / np.sqrt(3)), rng)     # ours: 50,000
of_normal, of_uniform = (theory.with_errors(r) for r in (np.linalg.norm(z_normal, axis=1), radii[N]))
tried = {"exact": (of_uniform, mean_exact, std_exact)}
for name, form, std_form in (("plain", "plain", "leading"), ("printed", "post", "post"), ("corrected",) * 3):
    tried[name] = (of_uniform, theory.mean_radius_approx(N, b, form),
                   theory.std_radius_approx(N, b, std_form))
tried["exact, but the vectors are normal"] = (of_normal, mean_exact, std_exact)

# %%
control = pd.DataFrame([((r.mean - mean) / r.mean_error, (r.std - std) / r.std_error)
                        for r, mean, std in tried.values()],
                       columns=["mean_in_errors", "std_in_errors"], index=pd.Index(tried, name="law"))
figures.table(control, study, "radius-control.csv", precision=1)

# %% [markdown]
# ## Growing cubes, and what they miss
#
# P2 asks which regions escape when we fill cube after growing cube with uniform vectors, and F2 names the
# shape that matters: a few large components and many small ones. The text of P2 stops there; how we answer is
# ours.
#
# First, how likely is such a vector? In the cube of half side b a component lies outside [-1, 1] with
# probability 1 - 1/b, and the number of those that do is binomial. The table has the chance that *at most k*
# of 256 are outside, as powers of ten. Below -5.3 not one of 200,000 vectors is to be expected.

# %%
half_widths = np.union1d(np.geomspace(1, 12, 100).round(2), HALF_WIDTHS)
log10_at_most = pd.DataFrame([theory.log10_at_most_outside(N, half) for half in half_widths],
                             index=pd.Index(half_widths, name="b")).rename_axis("at most k", axis=1)
few = log10_at_most.loc[list(HALF_WIDTHS), [0, 12, 26, 50, 100]]
few.style.format(precision=1).format_index(precision=1)

# %% [markdown]
# Then a region that looks like latents and needs no network: the twelve special axes with the centres and
# widths of C2's table (figure C2-4), the widths read as full widths at half maximum of normal laws, and 244
# further components with mean 0 and standard deviation 1. This cloud is ours, and a stand-in; figure 04-2 has
# real latents in the same picture.

# %%
large, mu, sigma = len(statements.C2_TABLE), np.zeros(N), np.ones(N)
mu[:large] = [centre for centre, width in statements.C2_TABLE.values()]
sigma[:large] = [width / np.sqrt(8 * np.log(2)) for centre, width in statements.C2_TABLE.values()]
z_region = generators.gaussian(10_000, mu, sigma, rng)                # ours: 10,000 of each
z_cube = generators.uniform(10_000, N, 1, rng)            # of b = 1; any other cube is this one, stretched
r_region = np.linalg.norm(z_region, axis=1)
parts = {name: np.stack([np.linalg.norm(z[:, :large], axis=1), np.linalg.norm(z[:, large:], axis=1)])
         for name, z in (("region", z_region), ("cube", z_cube))}  # (2, 10000) each

# %% [markdown]
# A cube has to be right twice: its vectors must be small in nearly all components, as the region's vectors
# are, and it must reach as far as the region does along the twelve large axes. So we compute two numbers for
# each b:
#
# * **small**: the chance that a cube vector has no more components outside [-1, 1] than the region's vectors
#   have (their mean plus three standard deviations);
# * **reach**: the share of the region's vectors whose twelve large components all lie in [-b, b].
#
# Both are powers of ten below. A small cube is short of reach, a large one of small vectors; the best
# compromise is the b whose lower number is highest.

# %%
outside = (np.abs(z_region) > 1).sum(1)
k_region = int(outside.mean() + 3 * outside.std())
cubes = pd.DataFrame({"b": half_widths, "mean_radius": theory.mean_radius(N) * half_widths,
                      "expected_outside_1": N * (1 - 1 / half_widths),
                      "log10_small": log10_at_most[k_region].to_numpy(),
                      "log10_reach": theory.log10_normal_in_cube(mu[:large], sigma[:large], half_widths),
                      "length_large": theory.mean_radius(large) * half_widths,
                      "length_small": theory.mean_radius(N - large) * half_widths})
figures.table(cubes, study, "growing-cubes.csv", precision=2).hide(cubes.index[~cubes.b.isin(HALF_WIDTHS)])

# %%
best = cubes.loc[np.minimum(cubes.log10_small, cubes.log10_reach).idxmax()]
Markdown(f"The best compromise is **b = {best.b:g}**: there {10**best.log10_small:.1g} of the cube's vectors "
         f"are small enough, and {10**best.log10_reach:.1g} of the region is in their reach.")

# %% [markdown]
# **Figure P2-1**, four panels. *Top left*, the idea in two dimensions: growing squares round the origin, and
# a region that is long in one direction and thin in the other. A square as thin as the region does not reach
# its end; the square that does has most of its points elsewhere. *Top right*, 256 dimensions: the chance of
# at most k components outside [-1, 1] (blue; the largest k is the region's) and the reach (orange) over b.
# *Bottom left*, lengths: the shells of the cubes (normal curves with the exact mean and spread) and the
# region. *Bottom right*, for each vector the length of its large part against that of its small part. A
# growing cube stretches both alike and moves along a line; we expect the region beside that line.

# %%
squares_drawn = {half: generators.uniform(300, 2, half, rng) for half in (1, 2, 4, 8)}            # ours
in_thin = {half: ((z[:, 0] - 4) / 4.5) ** 2 + (z[:, 1] / 0.7) ** 2 < 1 for half, z in squares_drawn.items()}


# %%
def draw_squares(ax):
    ax.add_patch(plt.matplotlib.patches.Ellipse((4, 0), 9, 1.4, color=figures.NORMAL, alpha=0.35, lw=0))
    for half, z in squares_drawn.items():
        hit = in_thin[half]
        ax.add_patch(plt.Rectangle((-half, -half), 2 * half, 2 * half, fill=False, lw=0.8, zorder=3))
        ax.scatter(*z[~hit].T, s=3, color=figures.UNIFORM, alpha=0.6, linewidths=0, rasterized=True)
        ax.scatter(*z[hit].T, s=3, color=figures.THEORY, linewidths=0, rasterized=True)
    ticks = (-8, -4, 0, 4, 8)
    ax.set(xlim=(-9, 9), ylim=(-9, 9), aspect="equal", xlabel="a large component", xticks=ticks, yticks=ticks,
           ylabel="a small component", title="Squares of b = 1, 2, 4, 8; black: in the region")


# %%
def draw_chances(ax):
    for k, height in zip((0, 12, 26, 50, k_region), (-2, -7, -20, -60, -20)):    # ours: where it is named
        ax.plot(half_widths, log10_at_most[k], color=figures.UNIFORM, lw=1)
        at = half_widths[(log10_at_most[k] < height).argmax()]
        ax.text(at, height, f"{k}", ha="center", va="center", fontsize=8,
                bbox={"fc": "white", "ec": "none", "pad": 0.5})
    ax.plot(half_widths, cubes.log10_reach, color=figures.NORMAL, lw=1.8)
    ax.text(3.2, -0.6, "reach", color=figures.NORMAL, ha="right")
    ax.axhline(-np.log10(200_000), color=figures.THEORY, lw=0.8, ls="--")
    ax.text(11.5, -5, "one in 200,000", ha="right")


# %%
def scale_chances(ax):
    ax.set_yscale("asinh", linear_width=1)
    ax.set(xscale="log", xlim=(1, 12), ylim=(-400, 0.2), yticks=[0, -1, -3, -10, -30, -100, -300], xlabel="b",
           title=f"At most k of {N} outside [−1, 1] (number: k)", ylabel="log10 of the chance (stretched)")
    ax.set_xticks([1, 1.5, 2, 3, 5, 8, 12], ["1", "1.5", "2", "3", "5", "8", "12"])
    ax.minorticks_off()
    ax.yaxis.set_major_formatter("{x:.0f}")


# %%
def draw_shells(ax):
    r = np.arange(0, 120, 0.1)
    for half in HALF_WIDTHS:
        density = theory.radius_density(r, N, half)
        ax.plot(r, density, color=figures.UNIFORM, lw=1)
        ax.annotate(f"{half:g}", (r[density.argmax()], density.max()), ha="center", va="bottom", fontsize=8)
    ax.hist(r_region, 60, density=True, color=figures.NORMAL, alpha=0.6, label="region")
    ax.set(xlim=(0, 120), ylim=(0, 1.75), xlabel="R", ylabel="density",
           title="Shells of the cubes (number: b)")
    ax.legend()


# %%
def draw_parts(ax):
    for half in HALF_WIDTHS:
        ax.scatter(*(half * parts["cube"][:, :400]), s=2, color=figures.UNIFORM, alpha=0.5, lw=0,
                   rasterized=True)
        ax.annotate(f"{half:g}", half * parts["cube"].mean(1), xytext=(-9, 6), textcoords="offset points",
                    fontsize=8, ha="right")
    ax.scatter(*parts["region"][:, :2_000], s=2, color=figures.NORMAL, alpha=0.5, lw=0, rasterized=True)
    ax.set(xscale="log", yscale="log", xlabel=f"length of the {large} large components",
           ylabel=f"length of the other {N - large}", title="Cubes (blue, number: b) and the region (orange)")


# %%
fig, axes = plt.subplots(2, 2, figsize=(9.2, 7.6))
for ax, draw in zip(axes.flat, (draw_squares, draw_chances, draw_shells, draw_parts)):
    draw(ax)
scale_chances(axes[0, 1])
axes[1, 1].set_xticks([1, 2, 5, 10, 20], ["1", "2", "5", "10", "20"], minor=False)
axes[1, 1].set_yticks([10, 20, 50, 100], ["10", "20", "50", "100"], minor=False)
axes[1, 1].minorticks_off()
figures.show(fig, study, "P2-1", "growing-cubes", "Four panels: squares growing over a long thin region in "
             f"a plane; chances over b in {N} dimensions, small and reach crossing near b = {best.b:.1f}; "
             f"shells of cubes of b from 1 to 12; lengths of {large} large and {N - large} small components, "
             "the region beside the cubes.",
             n="10,000 vectors of the region, 10,000 of the cube (fewer drawn), 300 per square", images=False)

# %% [markdown]
# In the plane: which share of a square's points does the thin region get? One small direction costs a
# factor; 244 of them cost its 244th power.

# %%
pd.DataFrame({"square, b": in_thin.keys(), "points in the region": [hit.mean() for hit in in_thin.values()]}
             ).style.hide(axis="index").format({"points in the region": "{:.0%}"})

# %% [markdown]
# **Length alone misleads.** There is a cube whose vectors have the same ⟨R²⟩ as the region's. Compare its row
# with that of the region: the whole length agrees, the large part and the small part need not. *spread* is
# the standard deviation over the region's vectors.

# %%
b_match = theory.matching_half_width(float((r_region.astype(float) ** 2).mean()), N)
region_parts = pd.DataFrame({f"{large} large": parts["region"][0], f"other {N - large}": parts["region"][1],
                             "all": r_region})
cube_parts = [theory.mean_radius(n, b_match) for n in (large, N - large, N)]
pd.DataFrame({"region": region_parts.mean(), "spread": region_parts.std(ddof=0),
              f"cube of b = {b_match:.2f}": cube_parts}).T.style.format(precision=1)

# %% [markdown]
# Could another cube be right in both parts? For every b from 1 to 12 we take the worse of its two distances
# from the region, in standard deviations of the region, and then the best b.

# %%
distance_of = [abs(cubes[f"length_{size}"] - parts["region"][index].mean()) / parts["region"][index].std()
               for index, size in enumerate(("large", "small"))]
closest = np.maximum(*distance_of).min()
Markdown(f"At every b, one of the two parts or both are {closest:.1f} standard deviations off, or more.")

# %% [markdown]
# ## What this run says
#
# What a cube misses, whatever its b, is a region of few large and many small components; the numbers stand
# under figure P2-1. The rest is about lengths.

# %%
plain_mean = theory.mean_radius_approx(N, b) / mean_exact
plain_ratio = theory.ratio_approx(N) / exact_ratio(N)
rejected = [name for name, row in control.iterrows() if (abs(row) > 4).any()]
Markdown("\n".join((
    f"* A uniform vector of 256 components is {simulated['mean'][N] / b:.3f} b long with a spread of "
    f"{simulated['std'][N] / b:.4f} b: a thin shell.",
    f"* P1's plain formulas miss the exact mean there by {plain_mean - 1:+.2%}, and the exact ratio by "
    f"{plain_ratio - 1:+.2%}.",
    f"* Laws that the simulation rejects: {'; '.join(rejected) or 'none'}.")))

# %% [markdown]
# The claims of P1 and F2 that belong to this notebook. They are arithmetic: they would come out alike for any
# images, and say nothing about a network. A verdict follows from the measured number and its 95 % interval;
# limits marked ours are not the post's.

# %%
q, (q_mean, q_variance) = radii[N].astype(float) ** 2, theory.squared_radius_moments(N, -b, b)
SOURCE = f"{len(q):,} simulated vectors"
of_simulation = {
    "P1-r2": (q.mean() / q_mean, q.std() / len(q) ** 0.5 / q_mean),
    "P1-var": (q.var() / q_variance, ((q - q.mean()) ** 2).std() / len(q) ** 0.5 / q_variance),
    "P1-mean": (simulated["mean"][N], simulated.mean_error[N]),
    "P1-ratio": (simulated.ratio[N], simulated.ratio_error[N])}
of_formulas = {"P1-grid": whole_powers(10, N), "F2-std": std_printed, "P1-improved": improved_share,
               "P1-refine": (post < plain).mean()}

# %%
in_cube = f"{n_cube:,} points"
claims.record(study, "05", {
    **{name: claims.with_error(*numbers, SOURCE) for name, numbers in of_simulation.items()},
    **{name: claims.exactly(value) for name, value in of_formulas.items()},
    "P1-depleted": claims.with_error(edge_over_centre, its_error, in_cube),
    "P1-strip": claims.share(edge, n_cube, in_cube),
    "P1-corner": claims.share(corner, n_cube, in_cube)}).style.hide(axis="index")
