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
# value and a simulation. Four statements need a correction; they have sections of their own, **Corrected
# here**.
#
# * **Posts:** P1 (figures P1-1 to P1-5), the opening of P2 (figure P2-1), and two formulas from F2.
# * **Reads:** nothing. No image and no network is involved; figures carry the name of the run all the same.
# * **Writes:** `data/RUN/cube-regions.csv`, `squared-radius.csv`, `radius-simulated.csv`, `radius-law.csv`,
#   `radius-control.csv`, `growing-cubes.csv`, `claims-05.csv`.

# %% tags=["parameters"]
dataset = "synthetic"
scale = "laptop"
seed = 0

# %%

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from IPython.display import Markdown
from scipy.special import ndtr                   # distribution function of the standard normal law
from lib import claims, figures, study as studies
from lib.cloud import generators, theory
from lib.store import artifacts
study = studies.Study(dataset, scale, seed); rng = np.random.default_rng(seed); figures.use_style()

# %%
N, n_points, b = studies.LATENT_DIM, study.counts.radius_points, 5.0          # b = 5 as in P1
shrunk = (f", where the post takes 1,000,000, so error bars are {np.sqrt(10**6 / n_points):.1f} times as wide"
          if n_points < 10**6 else ", as many as the post")
Markdown(f"This run simulates **{n_points:,} points** in each dimension{shrunk}. The half side of the cube "
         f"is b = {b:g}, as in P1.")

# %% [markdown]
# ## The grid that cannot be built
#
# The first idea is not chance but order: a regular grid, ten values per axis. In a plane that is a hundred
# points.

# %%
grid, coarse = generators.grid_points(10, N), generators.grid_points(2, N)
log10_grid = len(str(grid)) - 1                                      # exact: the count is a one followed by zeros
seconds = 4.35e17                                                    # since the Big Bang
Markdown(f"In {N} dimensions the grid has **10^{log10_grid} points**. A decoder that had made a billion "
         f"images a second since the Big Bang would have seen about 10^{np.log10(1e9 * seconds):.0f} of "
         f"them. Even two values per axis need more than 10^{len(str(coarse)) - 1} points.")

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
points = rng.uniform(0, 10, (200, 3))                                # as in P1: 200 points, b = 10
planes = ((0, 1), (0, 2), (1, 2))
in_view = np.stack([np.hypot(*points[:, plane].T) for plane in planes])          # (3, 200)
from_origin = np.linalg.norm(points, axis=1)
marked = {}
for name, distance in zip("oabc", [from_origin, *in_view]):
    marked[name] = next(index for index in distance.argsort() if index not in marked.values())

# %%
fig, axes = plt.subplots(1, 3, figsize=(9.6, 3.5))
for ax, plane in zip(axes, planes):
    figures.scatter(points[:, plane], ax, figures.UNIFORM, size=11)
    for name, index in marked.items():
        ax.annotate(name, points[index, plane], xytext=(5, 4), textcoords="offset points")
        ax.scatter(*points[index, plane], s=45, facecolors="none", edgecolors="black")
    ax.set(xlim=(-0.3, 10.3), ylim=(-0.3, 10.3), xlabel=f"$x_{plane[0] + 1}$", ylabel=f"$x_{plane[1] + 1}$")
figures.save(fig, study, "P1-1", "three-projections", "200 uniform points in the cube of side 10, projected on "
             "its three planes; the same four points are marked in every projection.", n="200 points")
plt.show()

# %%
Markdown("\n".join(f"* *{name}* is {in_view[seen, marked[name]]:.1f} from the corner in view {seen + 1}, and "
                   f"{from_origin[marked[name]]:.1f} from the origin in space." for seen, name in enumerate("abc"))
         + f"\n* *o*, the nearest to the origin, is {from_origin[marked['o']]:.1f} away from it. Of 200 points, "
         f"{(from_origin < 2).sum()} lie closer than 2; the volume of that eighth of a ball promises "
         f"{200 * np.pi * 8 / 6 / 1000:.1f}.")


# %% [markdown]
# **Figure P1-2.** The same 200 points in space, the origin in violet, and the four points of figure P1-1
# marked again. **Figure P1-3.** 400 points in the cube [-5, 5]³. These are the pictures in which P1 sees the
# stripes along the edges depleted.

# %%
def draw_cube(ax, cloud, low, high, view, marked=()):
    ax.scatter(*cloud.T, s=12, color=figures.UNIFORM, alpha=0.9, linewidths=0, rasterized=True)
    ax.scatter(0, 0, 0, s=70, color="darkviolet", depthshade=False)
    for name, index in dict(marked).items():
        ax.scatter(*cloud[index], s=50, facecolors="none", edgecolors="black", depthshade=False)
        ax.text(*cloud[index], f"  {name}")
    ax.set(xlim=(low, high), ylim=(low, high), zlim=(low, high), xlabel="$x_1$", ylabel="$x_2$", zlabel="$x_3$")
    ax.view_init(*view)


# %%
view = (22, -60)                                                     # ours: elevation and azimuth in degrees
points_400 = generators.uniform(400, 3, b, rng)                      # as in P1: 400 points, b = 5
cubes_drawn = {"P1-2": (points, 0, 10, marked), "P1-3": (points_400, -b, b, {})}
for figure_id, (cloud, low, high, named) in cubes_drawn.items():
    fig, ax = plt.subplots(figsize=(4.8, 4.4), subplot_kw={"projection": "3d"})
    draw_cube(ax, cloud, low, high, view, named)
    figures.save(fig, study, figure_id, f"cube-{len(cloud)}-points", f"{len(cloud)} uniform points in the cube "
                 f"from {low:g} to {high:g} in three dimensions, the origin marked in violet.",
                 n=f"{len(cloud)} points")
    plt.show()

# %% [markdown]
# ## Corrected here: the edges are not depleted
#
# P1 gives the chances rightly: a point has x₁ in [0, 1] and x₂ in [9, 10] with probability 1/10 · 1/10 =
# 1/100, and all three coordinates in [0, 1] with probability 1/1000. But that is no property of edges. The
# joint density of independent uniform components is a product of constants, hence a constant: *any* strip of
# that size has the chance 1/100, wherever it lies. We count two million points in the strip along the edge,
# in an equal strip through the centre, and in the corner. If edges were depleted, the first count would be
# clearly below the second. The error is the binomial one.

# %%
n_cube, share = 2_000_000, np.array([1 / 100, 1 / 100, 1 / 1000])     # ours: errors below 1 % in the strips
counted = theory.strip_and_corner(rng.uniform(0, 10, (n_cube, 3)), 10)
regions = pd.DataFrame({"region": counted._fields, "volume_share": share, "counted_share": np.array(counted) / n_cube,
                        "error": np.sqrt(share * (1 - share) / n_cube), "expected_of_200": 200 * share,
                        "chance_200_miss_it": (1 - share) ** 200})
regions.insert(4, "deviation_in_errors", (regions.counted_share - share) / regions.error)
artifacts.write(study.data / "cube-regions.csv", regions)
regions.style.hide(axis="index").format(precision=5)

# %%
edge, centre, corner = counted
edge_over_centre, its_error = edge / centre, edge / centre * np.sqrt(1 / edge + 1 / centre)
equal = abs(edge_over_centre - 1) < 4 * its_error
Markdown(f"Edge strip {edge / n_cube:.5f}, centre strip {centre / n_cube:.5f}, corner {corner / n_cube:.6f} "
         f"of the points. The edge holds **{edge_over_centre:.3f} ± {its_error:.3f}** times what the centre "
         f"holds: "
         f"{'no sign of depletion' if equal else 'not the equality that a constant density asks for'}.")

# %% [markdown]
# What *is* true: a small volume is missed by a small sample. A strip of one hundredth of the volume expects
# two of 200 points, and gets none in 13 % of all samples; a corner cube of one thousandth gets none in 82 %.
# The cube of figures P1-1 and P1-2 can be cut into 100 square columns of side 1 along each axis: 300 in all,
# twelve of which run along the edges. How many are empty?

# %%
columns = np.stack([np.histogram2d(*points[:, plane].T, bins=10, range=[[0, 10]] * 2)[0] for plane in planes])
along_edge = columns[:, ::9, ::9]                                     # (3, 2, 2) of (3, 10, 10)
empty, edge_empty, missed = (columns == 0).sum(), (along_edge == 0).sum(), (1 - 1 / 100) ** 200
Markdown(f"Empty columns: **{edge_empty} of 12** along the edges and **{empty - edge_empty} of 288** "
         f"elsewhere, where chance promises {12 * missed:.1f} and {288 * missed:.1f}. Points per column: "
         f"{along_edge.mean():.2f} along the edges, {columns.mean():.2f} over all.")

# %% [markdown]
# Why does the eye see a gap, then? A likely reason (ours): in a drawing we see all points along a line of
# sight, and near an edge that line soon leaves the cube. So let us measure how much of the cube lies along
# the line of sight of figure P1-2 (with parallel rays), for points near an edge and for all others.

# %%
elevation, azimuth = np.radians(view)
ray = np.array([np.cos(elevation) * np.cos(azimuth), np.cos(elevation) * np.sin(azimuth), np.sin(elevation)])
x, ray = rng.uniform(0, 10, (100_000, 3)), abs(ray)       # the cube looks the same from all eight octants
depth = ((10 - x) / ray).min(1) + (x / ray).min(1)
near_edge = ((x < 1) | (x > 9)).sum(1) >= 2
in_front = depth[near_edge].mean() < depth[~near_edge].mean()
Markdown(f"The line of sight runs through {depth[near_edge].mean():.1f} units of cube at a point near an "
         f"edge, and through {depth[~near_edge].mean():.1f} elsewhere, so points near an edge are seen among "
         f"{'fewer others, and that looks like depletion' if in_front else 'as many others'}.")

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
# $$\mathrm{Var}(R^2) = N\left(\langle x^4\rangle - \langle x^2\rangle^2\right) = N b^4\left(\tfrac15-\tfrac19\right)
# = \tfrac{4}{45}\,N b^4 .$$
#
# A small change of $R^2$ is $2R$ times the change of $R$, so
#
# $$\mathrm{std}(R) \approx \frac{\mathrm{std}(R^2)}{2\langle R\rangle} \approx
# \frac{b^2\sqrt{4N/45}}{2\,b\sqrt{N/3}} = \frac{b}{\sqrt{15}},\qquad
# \frac{\mathrm{std}(R)}{\langle R\rangle}\approx\sqrt{\frac{1}{5N}} .$$
#
# The mean grows as $\sqrt N$ while the spread stays put: that is the thin shell. First the two exact
# statements, in 256 dimensions, for the post's interval and two others (ours). Each ratio of simulation to
# formula should be 1 within its error.

# %%
checks = []
for low, high in ((-5, 5), (0, 10), (-2, 7)):                         # the first two as in P1, the third ours
    squares = (rng.uniform(low, high, (20_000, N)) ** 2).sum(1)       # ours: 20,000 vectors
    mean, variance = theory.squared_radius_moments(N, low, high)
    checks.append((f"[{low}, {high}]", squares.mean() / mean, np.sqrt(variance / 20_000) / mean,
                   squares.var() / variance, np.sqrt(2 / 20_000)))
squared = pd.DataFrame(checks, columns=["interval", "mean_ratio", "mean_error", "variance_ratio", "variance_error"])
artifacts.write(study.data / "squared-radius.csv", squared)
squared.style.hide(axis="index").format(precision=5)

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
# closed forms.

# %%
closed = {1: 1 / 2, 2: (np.sqrt(2) + np.arcsinh(1)) / 3,
          3: (6 * np.sqrt(3) + 12 * np.log(2 + np.sqrt(3)) - np.pi) / 24}
worst = max(abs(theory.mean_radius(n) / value - 1) for n, value in closed.items())
mean_exact, std_exact = theory.mean_radius(N, b), theory.std_radius(N, b)
Markdown(f"Largest relative difference from the closed forms: {worst:.0e}. For N = {N} and b = {b:g} the "
         f"exact values are **⟨R⟩ = {mean_exact:.3f}** and **std(R) = {std_exact:.4f}**.")

# %% [markdown]
# ## A shell in every dimension
#
# **Figure P1-4.** Number of points against length for N from 3 to 2048. All dimensions come from one pass of
# random numbers: the running sum of squares of one vector of 2048 components is read off at each N. The black
# curve over each histogram is no fit but the normal density with the exact mean and the exact standard
# deviation. We expect equal widths, at distances that grow as sqrt(N), and a poor match of the normal curve
# where N is small, since lengths end at 0 and at b sqrt(N).

# %%
dims = sorted({*range(2, 11), *studies.RADIUS_DIMS})                  # 2 to 10 for the tables; the rest as in P1
radii = theory.simulate_radii(dims, n_points, b, seed)
edges = np.arange(0, theory.mean_radius(max(dims), b) + 8 * std_exact, 0.1)
histograms = {n: np.histogram(radii[n], edges)[0] for n in studies.RADIUS_DIMS}


# %%
def normal_density(r, n, half_width):
    mean, std = theory.mean_radius(n, half_width), theory.std_radius(n, half_width)
    return np.exp(-((r - mean) / std) ** 2 / 2) / (std * np.sqrt(2 * np.pi))

def draw_histogram(ax, n, label):
    ax.stairs(histograms[n], edges, fill=True, color=figures.UNIFORM, alpha=0.45)
    ax.plot(edges, normal_density(edges, n, b) * n_points * 0.1, color=figures.THEORY, lw=0.9)
    if label:
        ax.annotate(f"{n}", (theory.mean_radius(n, b), histograms[n].max()), xytext=(0, 5),
                    textcoords="offset points", ha="center")


# %%
fig, axes = plt.subplots(2, 1, figsize=(8.6, 5.4))
for n in studies.RADIUS_DIMS:
    draw_histogram(axes[0], n, label=n >= 16)
    if n <= 32:
        draw_histogram(axes[1], n, label=True)
axes[0].set(xlim=(0, edges[-1]), title="N = 3 to 2048 (labels from 16 on)")
axes[1].set(xlim=(0, 22), title="the same, enlarged: N = 3, 4, 8, 16, 32", xlabel=f"R  (b = {b:g})")
for ax in axes:
    ax.set(ylabel="points per 0.1", ylim=(0, 1.15 * max(counts.max() for counts in histograms.values())))
figures.save(fig, study, "P1-4", "radius-histograms", "Histograms of R for N from 3 to 2048: narrow peaks at about "
             f"b sqrt(N/3), at N = {N} with standard deviation {std_exact:.2f}; normal curves in black.",
             n=f"{n_points:,} points per N")
plt.show()


# %% [markdown]
# For each dimension we now take mean, standard deviation and their ratio from the simulation. The standard
# errors come from the scatter of 100 equal parts of the sample (ours), which assumes nothing about the law.
# And how normal are the lengths? The last column is the largest distance between the cumulated histogram and
# the normal law drawn over it.

# %%
def moments(r):
    return np.stack([r.mean(-1), r.std(-1), r.std(-1) / r.mean(-1)])

def with_errors(r):
    r = r.astype(float)
    return *moments(r), *(moments(r.reshape(100, -1)).std(1, ddof=1) / 10)

simulated = pd.DataFrame({n: with_errors(radii[n]) for n in dims}, index=["mean", "std", "ratio", "mean_error",
                         "std_error", "ratio_error"]).T.rename_axis("N")

# %%
for n, counts in histograms.items():
    normal_law = ndtr((edges[1:] - theory.mean_radius(n, b)) / theory.std_radius(n, b))
    simulated.loc[n, "to_normal"] = abs(counts.cumsum() / n_points - normal_law).max()
artifacts.write(study.data / "radius-simulated.csv", simulated)
simulated.loc[list(studies.RADIUS_DIMS)].style.format(precision=5)

# %%
first, last = studies.RADIUS_DIMS[0], studies.RADIUS_DIMS[-1]
of_dims = simulated.loc[list(studies.RADIUS_DIMS)]
Markdown(f"From N = {first} to N = {last} the mean grows "
         f"{of_dims['mean'][last] / of_dims['mean'][first]:.1f} times (root of the ratio of dimensions: "
         f"{np.sqrt(last / first):.1f}), while the standard deviation stays between "
         f"{of_dims['std'].min():.3f} and {of_dims['std'].max():.3f}. For N = {N} it is "
         f"{simulated.ratio[N]:.2%} of the mean. Distance to the normal law: {of_dims.to_normal[first]:.3f} "
         f"for N = {first}, {of_dims.to_normal[N]:.4f} for N = {N} ({n_points:,} points of a normal law "
         f"would stay below {1.36 / np.sqrt(n_points):.4f} in 95 % of all cases).")

# %% [markdown]
# The shell is no sign that the cube is filled unevenly. The points *are* uniform in the cube; it is the
# volume of a 256-dimensional cube itself that lies at these distances from the centre.
#
# ## The formulas on trial
#
# The posts print a first formula and a refinement for the mean and for the ratio (P1), and one formula for
# the standard deviation (F2). Beside them stand corrected ones (ours), from the same expansion carried one
# order further: with $q=R^2$,
# $\langle\sqrt q\rangle\approx\sqrt{\langle q\rangle}\left(1-\frac{\mathrm{Var}(q)}{8\langle q\rangle^2}\right)$,
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
# **Figure P1-5.** Relative distance of each formula from the exact value, over N. Lines: formulas. Dots:
# simulation. Grey: two standard errors of the simulation; a formula inside the grey cannot be told from the
# exact value with that many points. We expect the corrected forms to fall steepest, and about nineteen of
# twenty dots in the grey.

# %%
FORMS = {"mean": (theory.mean_radius, theory.mean_radius_approx, {"plain": "--", "post": ":", "corrected": "-"}),
         "std": (theory.std_radius, theory.std_radius_approx, {"leading": "--", "post": ":", "corrected": "-"}),
         "ratio": (lambda n: theory.std_radius(n) / theory.mean_radius(n), theory.ratio_approx,
                   {"plain": "--", "printed": ":", "multiplied": "-.", "corrected": "-"})}
STYLES = {"--": "plain", ":": "printed in the posts", "-.": "multiplied", "-": "corrected (ours)"}
ns = np.unique(np.geomspace(2, last, 200).round())


# %%
def draw_distances(ax, quantity):
    exact, formula, forms = FORMS[quantity]
    found, error = simulated[[quantity, f"{quantity}_error"]].to_numpy().T / (1 if quantity == "ratio" else b)
    ax.fill_between(dims, 1e-9, 2 * error / exact(dims), color="0.88", label="two standard errors")
    for form, style in forms.items():
        ax.loglog(ns, abs(formula(ns, form=form) / exact(ns) - 1), style, color=figures.THEORY, label=STYLES[style])
    ax.loglog(dims, abs(found / exact(dims) - 1), "o", ms=4, color=figures.UNIFORM, label="simulation")
    ax.set(title=quantity, xlabel="N", ylim=(1e-9, 1e2), xlim=(1.8, 1.1 * last))


# %%
fig, axes = plt.subplots(1, 3, figsize=(9.8, 4), sharey=True)
for ax, quantity in zip(axes, FORMS):
    draw_distances(ax, quantity)
axes[0].set_ylabel("relative distance from the exact value")
fig.legend(*axes[2].get_legend_handles_labels(), loc="outside upper center", ncols=6)
std_printed = theory.std_radius_approx(N, form="post") / theory.std_radius(N)
figures.save(fig, study, "P1-5", "formulas-against-exact", "Relative distance from the exact value over N, for "
             f"formulas and simulation, of mean, std and ratio. At N = {N} the printed standard deviation is "
             f"{std_printed:.1f} times the exact one; the corrected forms are closest at large N.",
             n=f"{n_points:,} points per N")
plt.show()


# %% [markdown]
# The numbers behind the figure, in units of b (the ratio has no unit), in one table for each correction.

# %%
def compare(quantity):
    exact, formula, forms = FORMS[quantity]
    values = {"exact": exact(shown), "simulated": simulated[quantity][shown] / (1 if quantity == "ratio" else b)}
    values |= {form: formula(shown, form=form) for form in forms}
    return pd.DataFrame(values, index=pd.Index(shown, name="N"))

shown = np.array([*range(2, 11), 64, N, last])
laws = pd.concat({quantity: compare(quantity) for quantity in FORMS}, names=["quantity"])
artifacts.write(study.data / "radius-law.csv", laws.melt(var_name="form", ignore_index=False).reset_index().dropna())

# %% [markdown]
# ### Corrected here: the refinement of the mean
#
# P1 (and F2 after it) refines the mean with 1 + 1/(4N). The expansion above gives 1 + 1/(5N) to that order.

# %%
laws.loc["mean", ["exact", "simulated", *FORMS["mean"][2]]].style.format(precision=6)

# %%
every = np.arange(2, last + 1)
mean_of = {form: theory.mean_radius_approx(every, b, form) for form in ("plain", "post", "corrected")}
plain, post, corrected = (pd.Series(abs(value - theory.mean_radius(every, b)), every) for value in mean_of.values())
post_wins = every[post < corrected]
mean_256 = {form: theory.mean_radius_approx(N, b, form) for form in mean_of}
Markdown(f"Of all N from 2 to {last}, P1's refinement is closer than its plain formula in "
         f"{(post < plain).mean():.0%}, and closer than the corrected one only for N = "
         f"{', '.join(map(str, post_wins))}. For N = {N}, b = {b:g}: plain **{mean_256['plain']:.3f}** (P1's "
         f"number 46.188 is the plain one), printed refinement {mean_256['post']:.4f}, corrected "
         f"{mean_256['corrected']:.4f}, exact **{mean_exact:.4f}**, simulated {simulated['mean'][N]:.4f} ± "
         f"{simulated.mean_error[N]:.4f}.")

# %% [markdown]
# ### Corrected here: the standard deviation does not grow with N
#
# F2 prints b sqrt(N/15) sqrt(1 + 1/(4N)). The derivation above has no N in it: the sqrt(N) of std(R²) is
# cancelled by the sqrt(N) of R. P1's remark that the spread stays almost constant agrees with the derivation
# and not with F2.

# %%
laws.loc["std", ["exact", "simulated", *FORMS["std"][2]]].style.format(precision=6)

# %%
std_error_of = {form: theory.std_radius_approx(N, b, form) / std_exact - 1 for form in ("leading", "corrected")}
Markdown(f"For N = {N} and b = 1 the printed formula gives {theory.std_radius_approx(N, form='post'):.4f}, "
         f"**{std_printed:.1f} times** the exact {theory.std_radius(N):.5f}; simulated "
         f"{simulated['std'][N] / b:.5f} ± {simulated.std_error[N] / b:.5f}. The leading term sqrt(1/15) = "
         f"{np.sqrt(1 / 15):.4f} is off by {std_error_of['leading']:+.2%}, the corrected one by "
         f"{std_error_of['corrected']:+.4%}.")

# %% [markdown]
# ### Corrected here: the improved ratio must multiply
#
# P1 divides sqrt(1/(5N)) by 1 + 1/(4N). But the mean is *smaller* than the plain formula says, and it stands
# in the denominator: the ratio must become larger, not smaller.

# %%
laws.loc["ratio", ["exact", "simulated", *FORMS["ratio"][2]]].style.format(precision=5)

# %%
three = laws.loc[("ratio", 3)]
improved = abs(three.printed - three.exact) / abs(three.plain - three.exact)
Markdown(f"N = 3: exact {three.exact:.4f}, plain {three.plain:.4f}, printed {three.printed:.4f}, multiplied "
         f"{three.multiplied:.4f}, corrected {three.corrected:.4f}. The printed form is **{improved:.2f} "
         f"times** as far from the exact value as the plain one: "
         f"{'worse, not better' if improved > 1 else 'better'}. For N = {N} (P1: 0.02795) the simulation has "
         f"{simulated.ratio[N]:.5f} ± {simulated.ratio_error[N]:.5f}, and the exact value is "
         f"{std_exact / mean_exact:.5f}.")

# %% [markdown]
# ### A control that must fail
#
# Does the simulation tell a wrong law from a right one at all? In 256 dimensions we ask how many standard
# errors lie between simulation and law: for the exact law, for each formula, and for two that must be thrown
# out. These are the standard deviation with the extra N (row *printed*), and *normal* vectors of the same
# ⟨R²⟩ judged by the uniform law (ours; their R spreads by about b/sqrt(6), not b/sqrt(15)). Beyond 4 standard
# errors a law counts as rejected.

# %%
z_normal = generators.gaussian(50_000, np.zeros(N), np.full(N, b / np.sqrt(3)), rng)      # ours: 50,000 are enough
of_normal, of_uniform = with_errors(np.linalg.norm(z_normal, axis=1)), simulated.loc[N].to_numpy()
rows = [("exact", of_uniform, mean_exact, std_exact)]
for name, form, std_form in (("plain", "plain", "leading"), ("printed", "post", "post"), ("corrected",) * 3):
    rows += [(name, of_uniform, theory.mean_radius_approx(N, b, form), theory.std_radius_approx(N, b, std_form))]
rows += [("exact, but the vectors are normal", of_normal, mean_exact, std_exact)]
control = pd.DataFrame([(name, (r[0] - mean) / r[3], (r[1] - std) / r[4]) for name, r, mean, std in rows],
                       columns=["law", "mean_in_errors", "std_in_errors"]).set_index("law")
artifacts.write(study.data / "radius-control.csv", control)
control.style.format(precision=1)

# %%
rejected = (control.abs() > 4).replace({True: "rejected", False: "not rejected"})
both = (rejected.std_in_errors.iloc[[2, -1]] == "rejected").all()
Markdown("\n".join(f"* {law}: mean {row.mean_in_errors}, standard deviation {row.std_in_errors}."
                   for law, row in rejected.iterrows())
         + f"\n\nThe two wrong spreads are {'both' if both else 'not both'} thrown out, and the exact law is "
         f"{'kept' if (rejected.iloc[0] == 'not rejected').all() else 'thrown out as well'}.")

# %% [markdown]
# ## Growing cubes, and what they miss
#
# P2 asks which regions escape when we fill cube after growing cube with uniform vectors, and F2 names the
# shape that matters: a few large components and many small ones. The text of P2 stops there; how we answer is
# ours.
#
# First, how likely is such a vector? In the cube of half side b a component lies outside [-1, 1] with
# probability 1 - 1/b, and the number of those that do is binomial. The table has the chance that *at most k*
# of 256 are outside, as powers of ten.

# %%
half_widths = np.union1d(np.geomspace(1, 12, 100).round(2), studies.HALF_WIDTHS)
log10_exactly = np.stack([theory.log10_small_components_probability(N, np.arange(N + 1), 1.0, half)
                          for half in half_widths])                   # (half widths, N + 1)
log10_at_most = pd.DataFrame(np.logaddexp.accumulate(log10_exactly * np.log(10), axis=1) / np.log(10),
                             index=pd.Index(half_widths, name="b")).rename_axis("at most k", axis=1)
few = log10_at_most.loc[list(studies.HALF_WIDTHS), [0, 12, 26, 50, 100]]
few.style.format(precision=1).format_index(precision=1)

# %% [markdown]
# Then a region that looks like latents and needs no network: the twelve special axes with the centres and
# widths of C2's table (figure C2-4), the widths read as full widths at half maximum of normal laws, and 244
# further components with mean 0 and standard deviation 1. This cloud is ours, and a stand-in; real latents
# are in notebook 04.

# %%
centre_width = {52: (5, 8), 61: (1, 3), 73: (0, 5.5), 83: (-.5, 5), 94: (0, 4), 116: (0, 4), 119: (1, 3), 130: (-2, 9),
                171: (.7, 5), 188: (.75, 2.75), 200: (.5, 11), 221: (-1, 8)}                      # as in C2
large, mu, sigma = len(centre_width), np.zeros(N), np.ones(N)
mu[:large], sigma[:large] = np.array(list(centre_width.values())).T / [[1], [np.sqrt(8 * np.log(2))]]
z_region = generators.gaussian(10_000, mu, sigma, rng)                # ours: 10,000 of each
z_cube = generators.uniform(10_000, N, 1, rng)              # of b = 1; every other cube is this one, stretched
r_region = np.linalg.norm(z_region, axis=1)
parts = {name: np.stack([np.linalg.norm(z[:, :large], axis=1), np.linalg.norm(z[:, large:], axis=1)])
         for name, z in (("region", z_region), ("cube", z_cube))}                                 # (2, 10000) each

# %% [markdown]
# A cube has to be right twice: its vectors must be small in nearly all components, as the region's vectors
# are, and it must reach as far as the region does along the twelve large axes. So we compute two numbers for
# each b:
#
# * **small**: the chance that a cube vector has no more components outside [-1, 1] than the region's vectors
#   have (their mean plus three standard deviations);
# * **reach**: the share of the region's vectors whose twelve large components all lie in [-b, b].

# %%
outside = (np.abs(z_region) > 1).sum(1)
k_region = int(outside.mean() + 3 * outside.std())
low, high = (ndtr((sign * half_widths[:, None] - mu[:large]) / sigma[:large]) for sign in (-1, 1))
cubes = pd.DataFrame({"b": half_widths, "mean_radius": theory.mean_radius(N) * half_widths,
                      "expected_outside_1": N * (1 - 1 / half_widths),
                      "log10_small": log10_at_most[k_region].to_numpy(), "log10_reach": np.log10(high - low).sum(1),
                      "length_large": theory.mean_radius(large) * half_widths,
                      "length_small": theory.mean_radius(N - large) * half_widths})
artifacts.write(study.data / "growing-cubes.csv", cubes)
cubes[cubes.b.isin(studies.HALF_WIDTHS)].style.hide(axis="index").format(precision=2)

# %% [markdown]
# **Figure P2-1**, four panels. *Top left*, the idea in two dimensions: growing squares round the origin, and
# a region that is long in one direction and thin in the other. A square as thin as the region does not reach
# its end; the square that does has most of its points elsewhere. *Top right*, 256 dimensions: the chance of
# at most k components outside [-1, 1] (blue; the largest k is the region's) and the reach (green) over b.
# *Bottom left*, lengths: the shells of the cubes (normal curves with the exact mean and spread) and the
# region. *Bottom right*, for each vector the length of its large part against that of its small part. A
# growing cube stretches both alike and moves along a line; we expect the region beside that line.

# %%
squares, n_square = (1, 2, 4, 8), 300                                 # ours
flat = [generators.uniform(n_square, 2, half, rng) for half in squares]
in_thin = [((z[:, 0] - 4) / 4.5) ** 2 + (z[:, 1] / 0.7) ** 2 < 1 for z in flat]

def draw_squares(ax):
    ax.add_patch(plt.matplotlib.patches.Ellipse((4, 0), 9, 1.4, color=figures.NORMAL, alpha=0.35, lw=0))
    for half, z, hit in zip(squares, flat, in_thin):
        ax.add_patch(plt.Rectangle((-half, -half), 2 * half, 2 * half, fill=False, lw=0.8))
        ax.scatter(*z[~hit].T, s=3, color=figures.UNIFORM, alpha=0.6, linewidths=0, rasterized=True)
        ax.scatter(*z[hit].T, s=6, color="black", linewidths=0, rasterized=True)
    ax.set(xlim=(-9, 9), ylim=(-9, 9), aspect="equal", xlabel="a large component", ylabel="a small component",
           title="squares of b = 1, 2, 4, 8")


# %%
def draw_chances(ax):
    for k in (0, 12, 26, 50, k_region):
        ax.plot(half_widths, log10_at_most[k], color=figures.UNIFORM, lw=1)
        label_at = half_widths[(log10_at_most[k] < -25).argmax()]
        ax.annotate(f"{k}", (label_at, -25), xytext=(5, 0), textcoords="offset points", fontsize=7.5)
    ax.plot(half_widths, cubes.log10_reach, color=figures.NORMAL, lw=1.8, label="reach: share of the region inside")
    ax.axhline(-np.log10(200_000), color=figures.THEORY, lw=0.8, ls="--", label="one in 200,000")
    ax.set_yscale("asinh", linear_width=1)
    ax.set(xscale="log", xlim=(1, 12), ylim=(-1500, 0.2), yticks=[0, -1, -3, -10, -30, -100, -300], xlabel="b",
           ylabel="log10 of the chance", title=f"at most k of {N} outside [-1, 1] (label: k)")
    ax.set_xticks([1, 1.5, 2, 3, 5, 8, 12], ["1", "1.5", "2", "3", "5", "8", "12"]); ax.minorticks_off()
    ax.yaxis.set_major_formatter("{x:.0f}")
    ax.legend(loc="lower left")


# %%
def draw_shells(ax):
    r = np.arange(0, 120, 0.1)
    for half in studies.HALF_WIDTHS:
        density = normal_density(r, N, half)
        ax.plot(r, density, color=figures.UNIFORM, lw=1)
        ax.annotate(f"{half:g}", (r[density.argmax()], density.max()), ha="center", va="bottom", fontsize=7.5)
    ax.hist(r_region, 60, density=True, color=figures.NORMAL, alpha=0.6, label="region")
    ax.set(xlim=(0, 120), ylim=(0, 1.75), xlabel="R", ylabel="density", title="shells of the cubes (label: b)")
    ax.legend()


# %%
def draw_parts(ax):
    for half in studies.HALF_WIDTHS:
        ax.scatter(*(half * parts["cube"][:, :400]), s=2, color=figures.UNIFORM, alpha=0.5, lw=0, rasterized=True)
        ax.annotate(f"{half:g}", half * parts["cube"].mean(1), xytext=(-9, 6), textcoords="offset points",
                    fontsize=7.5, ha="right")
    ax.scatter(*parts["region"][:, :2_000], s=2, color=figures.NORMAL, alpha=0.5, lw=0, rasterized=True)
    ax.set(xscale="log", yscale="log", xlabel=f"length of the {large} large components",
           ylabel=f"length of the other {N - large}", title="cubes (blue, label: b) and region (green)")
    ax.set_xticks([1, 2, 5, 10, 20], ["1", "2", "5", "10", "20"], minor=False)
    ax.set_yticks([10, 20, 50, 100], ["10", "20", "50", "100"], minor=False)
    ax.minorticks_off()


# %%
b_best = cubes.b[np.minimum(cubes.log10_small, cubes.log10_reach).idxmax()]
best, at = cubes.set_index("b").loc[b_best], cubes.set_index("b")
fig, axes = plt.subplots(2, 2, figsize=(9.2, 7.6))
for ax, draw in zip(axes.flat, (draw_squares, draw_chances, draw_shells, draw_parts)):
    draw(ax)
figures.save(fig, study, "P2-1", "growing-cubes", "Four panels: squares growing over a long thin region in a plane; "
             f"chances over b in {N} dimensions, small and reach crossing near b = {b_best:.1f}; shells of "
             f"cubes of b "
             f"from 1 to 12; lengths of {large} large and {N - large} small components, the region beside the cubes.",
             n="10,000 vectors of the region, 10,000 of the cube (fewer drawn), 300 per square")
plt.show()

# %%
(region_large, region_small), (spread_large, spread_small) = parts["region"].mean(1), parts["region"].std(1)
off_large = (cubes.length_large - region_large) / spread_large
off_small = (cubes.length_small - region_small) / spread_small
b_match = theory.matching_half_width(float((r_region.astype(float) ** 2).mean()), N)
matched_large, matched_small = theory.mean_radius(large, b_match), theory.mean_radius(N - large, b_match)

# %%
shares, closest = [f"{hit.mean():.0%}" for hit in in_thin], np.maximum(abs(off_large), abs(off_small)).min()
Markdown(f"""
* **In the plane** the thin region takes {', '.join(shares)} of the points of the squares b = 1, 2, 4, 8. One
  small direction costs a factor; {N - large} of them cost its {N - large}th power.
* **Few large, many small.** The chance of at most {large} components outside [-1, 1] is
  10^{log10_at_most.loc[2, large]:.0f} at b = 2 and 10^{log10_at_most.loc[12, large]:.0f} at b = 12. Below the
  dashed line not one of 200,000 vectors is to be expected.
* **Small against reach.** At b = 1 every cube vector is small enough, but the cube holds
  10^{at.log10_reach[1]:.1f} of the region; at b = 12 it holds {10**at.log10_reach[12]:.0%} of the region, and
  10^{at.log10_small[12]:.0f} of its vectors are small enough. The best compromise is b = {b_best:g}: there
  {10**best.log10_small:.1g} of the cube's vectors are small enough (at most {k_region} components outside
  [-1, 1]), and {10**best.log10_reach:.1g} of the region is in their reach.
""")

# %%
Markdown(f"""
* **Length alone misleads.** The region has R = {r_region.mean():.1f} ± {r_region.std():.1f}, and the cube of
  b = {b_match:.2f} has the same ⟨R²⟩. But its vectors are {matched_large:.1f} long in the large part, where
  the region has {region_large:.1f} ± {spread_large:.1f}, and {matched_small:.1f} in the small part, where it
  has {region_small:.1f} ± {spread_small:.1f}. For every b from 1 to 12, at least one of the two is
  {closest:.1f} or more of the region's standard deviations off.
""")

# %% [markdown]
# ## What this run says

# %%
q, (q_mean, q_variance) = radii[N].astype(float) ** 2, theory.squared_radius_moments(N, -b, b)
refined_share = float(np.isin(studies.RADIUS_DIMS, post_wins).mean())
plain_error = mean_256["plain"] / mean_exact - 1
ratio_error = theory.ratio_approx(N) * mean_exact / std_exact - 1
of_improved = "worse" if improved > 1 else "better"
of_edges = "not depleted" if equal else "not filled like the centre"

# %%
Markdown(f"""
A uniform vector in [-b, b]^{N} is {simulated['mean'][N] / b:.3f} b long with a spread of
{simulated['std'][N] / b:.4f} b: a shell whose standard deviation is {simulated.ratio[N]:.1%} of its radius.
At N = {N} P1's plain formulas miss the exact mean by {plain_error:+.2%} and the exact ratio by
{ratio_error:+.2%}. Of the refinements, that of the mean is closer than the plain formula for
{(post < plain).mean():.0%} of all N, but closer than the corrected one in only {refined_share:.0%} of the
dimensions of figure P1-4; that of the ratio is {of_improved} than none at N = 3; and F2's standard deviation
is {std_printed:.1f} times the exact one. The edges of the cube are {of_edges} ({edge_over_centre:.3f} ±
{its_error:.3f} of the centre). What a cube does miss, whatever its b, is a region of few large and many small
components: at its best, b = {b_best:g}, {10**best.log10_small:.1g} of its vectors are small enough and
{10**best.log10_reach:.1g} of our region is in their reach.
""")

# %% [markdown]
# The claims of P1 and F2 that belong to this notebook; the verdict is computed from the measured number.

# %%
root_n = len(q) ** 0.5
table = claims.record(study, "05", {
    "F2-std": std_printed, "F2-refine": refined_share, "P1-refine": float((post < plain).mean()),
    "P1-grid": log10_grid, "P1-mean": (simulated["mean"][N], simulated.mean_error[N]),
    "P1-ratio": (simulated.ratio[N], simulated.ratio_error[N]), "P1-r2": (q.mean() / q_mean, q.std() / root_n / q_mean),
    "P1-var": (q.var() / q_variance, ((q - q.mean()) ** 2).std() / root_n / q_variance),
    "P1-strip": (edge / n_cube, edge ** 0.5 / n_cube), "P1-corner": (corner / n_cube, corner ** 0.5 / n_cube),
    "P1-improved": improved, "P1-depleted": (edge_over_centre, its_error)})
table.style.hide(axis="index")
