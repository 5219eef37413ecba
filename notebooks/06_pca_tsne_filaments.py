# %% [markdown]
# # 06 Lines, voids and the eye
#
# **Question.** Do the latent vectors lie on thin filaments around voids, as maps and zooms of the cloud
# suggest?
#
# Post C2 looks at the cloud of latents in three ways: flat maps made by t-SNE, principal components, and
# scatter plots of planes, zoomed in on step by step. All of them show gaps. The post concludes that the
# latents of faces lie on one-dimensional filaments, and explains with them why random vectors give no faces;
# an addendum of March 2023 takes the explanation back. Here every one of these figures is made again, and
# beside it stands what the post did not have: the same figure of a cloud that has no filaments by
# construction. The eye finds lines and voids in any sparse set of points, so a picture alone decides nothing.
#
# * **Posts:** the second half of C2, figures C2-7 to C2-21; F2's count of dominant principal components. The
#   network is that of case I. Figures 06-1 to 06-4, all Gaussian clouds and all numbers on the maps are ours.
# * **Corrected here:** lines and voids in a zoom (error 8), the axes named in C2 (error 6).
# * **Reads:** `z_train-I.npy` of notebook 02.
# * **Writes:** the maps `tsne-*.npy`, and `tsne.csv`, `pca-importance.csv`, `clark-evans.csv`,
#   `claims-06.csv`, all in `data/RUN/`.
# * **Goes on in:** notebook 08, which puts filaments on trial with instruments calibrated on clouds of known
#   shape.

# %% tags=["parameters"]
dataset = "synthetic"
scale = "laptop"
seed = 0

# %%

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from IPython.display import Markdown
from joblib import Parallel, delayed
from lib import claims, figures, study as studies
from lib.cloud import embed
from lib.store import artifacts, progress
from lib.trial import filaments, planes
study = studies.Study(dataset, scale, seed)
figures.use_style()

# %%
latents_file = study.latents("I", "train")
z = artifacts.require(latents_file, "02_encode_celeba")
distinct = np.sort(np.unique(z, axis=0, return_index=True)[1])          # the same photo twice is one point
repeated, z = len(z) - len(distinct), z[distinct]
order = np.random.default_rng(seed).permutation(len(z))
small, medium, large = (z[order[:count]] for count in study.counts.tsne_points)
Markdown(f"This run: **{study.label}**. {len(z):,} different latents of {z.shape[1]} components ({repeated} "
         f"repeated ones left out). The maps show {len(small):,}, {len(medium):,} and {len(large):,} of "
         "them, drawn at random, where the post has 20,000, 80,000 and 165,000.")

# %% [markdown]
# ## t-SNE maps of the latents
#
# t-SNE lays points out on a plane so that near neighbours stay near neighbours. How many count as neighbours
# is set by the *perplexity*; during the first 250 of 1,000 iterations attraction is *exaggerated*, so that
# related points find each other. Nothing else is kept: distances between groups, their sizes and the empty
# space between them come from the method and from chance as much as from the data.
#
# So each map carries a number that says how far it can be trusted, the **neighbour recall**: of the 10
# nearest neighbours that a point has among the latents shown, the share that are among its 10 nearest on the
# map, with its standard error over the points asked (at most 2,000). A perfect map has 1, points strewn at
# random have about 10/n. We expect recalls far below 1: a plane has no room for the neighbourhoods of 256
# dimensions.
#
# Maps of latents, of their leading principal components (below), and of two smooth clouds (the controls). All are made
# here, two at a time, and shown one by one.

# %%
first = {"perplexity": 10, "early_exaggeration": 16}                    # as in the posts
standard = {"perplexity": 30, "early_exaggeration": 12}                 # as in the posts: scikit-learn's defaults
pca = embed.pca(z)
scores = pca.transform(z)
few, many = scores[order[:len(medium)]], scores[order[:len(large)]]
smooth, smooth_plane = (filaments.gaussian_null(cloud, np.random.default_rng(seed)) for cloud in (small, few[:, :2]))
fed = {"C2-7": (small, first), "06-1": (smooth.astype(np.float32), first), "C2-8": (medium, standard), "C2-9": (large, standard),
       "C2-11": (few[:, :2], standard), "06-2": (smooth_plane, standard),
       **{name: (many[:, :leading], standard) for name, leading in (("C2-12", 2), ("C2-13", 4), ("C2-14", 10))}}


# %%
def tsne_map(name):
    """The t-SNE map for a figure, kept in data/RUN/ and made again only when something it depends on changed."""
    x, settings = fed[name]
    def compute():
        progress.log(f"t-SNE for figure {name}: {len(x):,} points in {x.shape[1]} dimensions")
        return embed.tsne(x, seed=seed, n_jobs=1, name=f"figure {name}", **settings)
    params = {"n": len(x), "dimensions": x.shape[1], "seed": seed, **settings}
    needs = ["cloud/embed", "trial/filaments"] if name.startswith("06") else ["cloud/embed"]
    return artifacts.cached(study.data / f"tsne-{name}.npy", compute, "t-SNE", params, [latents_file], needs)

with progress.log_warnings():
    longest_first = sorted(fed, key=lambda name: -len(fed[name][0]))
    made = Parallel(n_jobs=2, prefer="threads")(delayed(tsne_map)(name) for name in longest_first)
maps = dict(zip(longest_first, made))

# %%
judged = {}

def judge(name, original):
    """Note the recall of a map, of what it was fed and of the latents behind; return its title."""
    (x, settings), y = fed[name], maps[name]
    own, full = (embed.neighbour_recall(cloud, y, k=10, rng=np.random.default_rng(seed)) for cloud in (x, original))
    judged[name] = len(y), x.shape[1], *settings.values(), seed, *own, *full
    title = f"{name}: n = {len(y):,}, perplexity {settings['perplexity']}, seed {seed}\n"
    title += f"neighbour recall (k = 10): {own.value:.3f} $\\pm$ {own.standard_error:.3f}"
    behind = f"\nof all {original.shape[1]} components: {full.value:.3f} $\\pm$ {full.standard_error:.3f}"
    return title + (behind if x.shape[1] < original.shape[1] else "")


# %%
def show(name, what, original, kind="latents", color=figures.LATENT):
    """Judge a map, draw it and save it under its figure id."""
    y, title = maps[name], judge(name, original)
    width, height = np.ptp(y, axis=0)
    fig, ax = plt.subplots(figsize=(4.6, 4.6 * height / width + 0.6))
    figures.embedding(y, ax, title, color).set_axis_off()
    alt = f"t-SNE map of {kind}. {title}.".replace("\n", "; ").replace("$\\pm$", "+-")
    figures.save(fig, study, name, what, alt, n=f"{len(y):,} {kind}")
    plt.show()


# %% [markdown]
# **Figure C2-7.** The post's first map has settings of its own: early exaggeration 16, perplexity 10, 1,000
# iterations.

# %%
show("C2-7", "tsne-of-latents-few", small)

# %% [markdown]
# **Figure 06-1** (ours) is the negative control: the same number of points from the normal distribution with
# the mean and covariance of the latents, mapped with the same settings. This cloud is smooth by construction.
# Whatever gaps its map shows, the method and chance have made.

# %%
show("06-1", "tsne-of-a-smooth-cloud", fed["06-1"][0], "Gaussian points", figures.NORMAL)


# %% [markdown]
# To compare the two maps without the eye: the mean distance to the nearest neighbour in the middle half of
# the map, in units of what points thrown at random would have. This **Clark-Evans index** is 1 for points at
# random, less for points in clumps or on lines, and more for points that keep their distance.

# %%
def crowding(y):
    return planes.clark_evans(y, planes.central_half_side(y, len(y) // 2)).index

(own, error), (own_smooth, error_smooth) = judged["C2-7"][5:7], judged["06-1"][5:7]
easier = own - own_smooth > 2 * np.hypot(error, error_smooth)
Markdown(f"In the middle of the map of latents the index is {crowding(maps['C2-7']):.2f}, in that of the smooth cloud "
         f"{crowding(maps['06-1']):.2f}. The recall is {own:.3f} for the latents and {own_smooth:.3f} for the "
         f"smooth cloud, where chance gives {10 / (len(small) - 1):.3f}: the latents are "
         f"{'easier' if easier else 'not clearly easier'} to lay flat than a smooth cloud of the same "
         "covariance. (They would be easier if their neighbourhoods had fewer dimensions.)")

# %% [markdown]
# **Figures C2-8 and C2-9.** More points, with the standard settings (perplexity 30, exaggeration 12, 1,000
# iterations). The post sees gaps between dense centres in both.

# %%
show("C2-8", "tsne-of-latents-more", medium)

# %%
show("C2-9", "tsne-of-latents-most", large)

# %%
kept = judged["C2-9"][5]
Markdown(f"With {len(large):,} points the map keeps {kept:.1%} of the neighbours: of the 10 points nearest "
         f"to a point on it, {1 - kept:.0%} are not among the 10 nearest latents. The dense centres and gaps "
         "of such a map describe t-SNE's solution; they are no measurement of the density of latents.")

# %% [markdown]
# ## Principal components
#
# PCA turns the axes so that the first follows the direction of largest variance, the second the largest of
# what remains, and so on. The post finds one dominant component, and importances that are nearly constant
# after about 10. F2 expects dominant components to number about a tenth of all, 26 of 256.
#
# **Figure C2-10** has a null line (ours). Shuffling each column of the latents by itself keeps the 256
# one-dimensional distributions and destroys every correlation. What the importance of the latents has above
# that line is correlation; below it are the directions that correlation leaves empty.

# %%
shuffled = embed.pca(filaments.shuffled_null(z, np.random.default_rng(seed)))
importance = pd.DataFrame({"component": np.arange(1, z.shape[1] + 1), "eigenvalue": pca.eigenvalues,
                           "importance": pca.share, "importance, columns shuffled": shuffled.share})
artifacts.write(study.data / "pca-importance.csv", importance)
dominant = int((pca.eigenvalues > pca.eigenvalues.mean()).sum())        # above the mean eigenvalue: rule ours

# %%
fig, (left, right) = plt.subplots(1, 2, figsize=(7.4, 3.3))
for ax, shown in ((left, 40), (right, z.shape[1])):
    component = importance.component[:shown]
    ax.plot(component, pca.share[:shown], ".-", ms=4, color=figures.LATENT, label="latents")
    ax.plot(component, shuffled.share[:shown], "--", color=figures.MUTED, label="columns shuffled")
    ax.axhline(pca.share.mean(), color=figures.THEORY, lw=0.8, ls=":", label="mean importance")
    ax.set(xlabel="principal component", ylabel="importance (share of the variance)")
left.set(title=f"C2-10: the first 40 (n = {len(z):,})"); left.legend()
right.set(title="all, logarithmic", yscale="log")
first_three = ", ".join(f"{share:.1%}" for share in pca.share[:3])
figures.save(fig, study, "C2-10", "pca-importance", n=f"{len(z):,} latents", alt="Importance per principal "
             f"component: {first_three} for the first three, {dominant} above the mean.")
plt.show()

# %%
onepc, flat = (float(pca.eigenvalues[a - 1] / pca.eigenvalues[b - 1]) for a, b in ((1, 2), (11, 100)))
below = np.flatnonzero(pca.share < shuffled.share) + 1
ten = pca.share[:10].sum()
Markdown(f"The first component holds {pca.share[0]:.1%} of the variance and the second {pca.share[1]:.1%}: a "
         f"ratio of {onepc:.2f}, so {'one' if onepc >= 2 else 'no single'} component dominates (rule ours: a "
         f"factor of 2). Component 11 has {flat:.3g} times the variance of component 100: after the first 10 "
         f"the importance is {'nearly' if flat <= 2 else 'far from'} constant. {dominant} of {z.shape[1]} "
         f"components lie above the mean (F2: about a tenth). {len(below)} have less variance than they "
         f"would have without correlation, and the first 10 hold {ten:.1%} of all variance: the cloud is "
         f"{'flat: a few directions hold most of it' if ten > 0.5 else 'not confined to a few directions'}.")

# %% [markdown]
# ## t-SNE after PCA
#
# Now t-SNE gets only the leading principal components. With two of them there is nothing to project: t-SNE
# redraws a flat scatter plot, and stretches it until the local density is even. The post finds elongated
# empty regions in these maps. Each map has two recalls: for the components that t-SNE was fed, and for the
# latents in all 256 components. We expect the first to fall and the second to rise as components are added.
#
# **Figures C2-11 and C2-12:** two components. **Figure C2-13:** four. **Figure C2-14:** ten (the post names
# no count of points for this one; here it is the largest).

# %%
show("C2-11", "tsne-of-2-pcs-more", medium, "latents, 2 PCs")

# %%
show("C2-12", "tsne-of-2-pcs-most", large, "latents, 2 PCs")

# %%
show("C2-13", "tsne-of-4-pcs", large, "latents, 4 PCs")

# %%
show("C2-14", "tsne-of-10-pcs", large, "latents, 10 PCs")

# %% [markdown]
# **Figure 06-2** (ours) is the control for C2-11: as many points of a two-dimensional normal distribution
# with the same mean and covariance, under the same settings. What t-SNE is fed here has no elongated voids.

# %%
show("06-2", "tsne-of-a-smooth-plane", smooth_plane, "Gaussian points, 2D", figures.NORMAL)

# %% [markdown]
# All maps with their numbers:

# %%
columns = ["n", "components fed", "perplexity", "exaggeration", "seed", "recall", "its error",
           "recall of all components", "its error "]
recalls = pd.DataFrame.from_dict(judged, orient="index", columns=columns).rename_axis("figure")
artifacts.write(study.data / "tsne.csv", recalls)
recalls.style.format(precision=3)

# %%
own, full = ([recalls[column][name] for name in ("C2-12", "C2-13", "C2-14")] for column in columns[5:8:2])
plane_only = embed.neighbour_recall(large, many[:, :2], k=10, rng=np.random.default_rng(seed))
told = "next to nothing" if full[0] < 0.1 else "little" if full[0] < 0.5 else "something"
Markdown(f"With 2, 4 and 10 components t-SNE keeps {own[0]:.1%}, {own[1]:.1%} and {own[2]:.1%} of the "
         f"neighbours it was given, and {full[0]:.1%}, {full[1]:.1%} and {full[2]:.1%} of the neighbours "
         "among the latents. The plane of the first two components, without t-SNE, has "
         f"{plane_only.value:.1%}. So a crack in C2-12 says {told} about the cloud in 256 "
         "dimensions: which points stand side by side was decided by the projection.")

# %% [markdown]
# ## Planes of principal components
#
# Straight projections have no method of their own that could invent gaps. The post zooms into the plane of
# PC1 and PC2: a wide view, a square of side 5, a smaller one, and the square of corners +-0.25. Every window
# is shown twice here, for the latents and for a Gaussian cloud with the mean and covariance of that plane and
# the same number of points. The windows are the post's. Where one holds fewer than 30 latents, as happens
# with fewer images or a wider cloud, a second row shows the same zoom scaled to this cloud (ours): axes in
# standard deviations, and all windows of the post enlarged by the factor that makes its smallest one, +-0.25,
# hold 365 points (a tenth of all if that is fewer). That is about what a Gaussian cloud of the post's size
# has there, as we shall see.

# %%
axis_x, axis_y = np.argsort(-np.abs(z.mean(axis=0)))[:2]                # the most off-centre axes: rule ours
off_centre = z[:, [axis_x, axis_y]] - z[:, [axis_x, axis_y]].mean(axis=0, dtype=float)
shown = {("PC1", "PC2"): scores[:, [0, 1]], ("PC1", "PC18"): scores[:, [0, 17]],
         ("PC8", "PC35"): scores[:, [7, 34]], (f"z{axis_x} - mean", f"z{axis_y} - mean"): off_centre}
rng = np.random.default_rng(seed)
nulls = {labels: filaments.gaussian_null(plane, rng) for labels, plane in shown.items()}
pc1_pc2, pc1_pc18, pc8_pc35, original = shown


# %%
def windows(labels, half):
    """The window +-half of a plane and its null; a scaled one too where the first holds under 30 latents."""
    clouds = shown[labels], nulls[labels]
    yield half, clouds, ""
    if np.count_nonzero((np.abs(clouds[0]) <= half).all(axis=1)) < 30:
        scaled, central = zip(*map(planes.central_window, clouds))
        yield central[0] * half / 0.25, scaled, " sigma"


# %%
def zoom(axes, labels, half, clouds, unit):
    """Draw the window +-half of latents and Gaussian counterpart side by side; return the titles."""
    kinds = ("latents", figures.LATENT), ("Gaussian", figures.NORMAL)
    for ax, cloud, (name, color) in zip(axes, clouds, kinds):
        inside = cloud[(np.abs(cloud) <= half).all(axis=1)]
        figures.scatter(inside, ax, color, limits=half)
        ax.text(0, 0, "" if len(inside) else "no point in this window", ha="center", color="0.5")
        ax.set_title(f"{name}: {len(inside):,} points in $\\pm${half:.3g}{unit}", fontsize=9)
        ax.set_xlabel(labels[0] + unit.replace(" ", " / "))
    axes[0].set_ylabel(labels[1] + unit.replace(" ", " / "))
    return f"{axes[0].get_title()}; {axes[1].get_title()}. ".replace("$\\pm$", "+-")


# %%
def show_plane(name, what, half, labels):
    """Draw and save the windows of a plane under a figure id."""
    rows = list(windows(labels, half))
    fig, axes = plt.subplots(len(rows), 2, figsize=(6.4, 3.35 * len(rows)), squeeze=False)
    alt = f"Plane of {labels[0]} and {labels[1]}. "
    alt += "".join(zoom(row, labels, *window) for row, window in zip(axes, rows))
    figures.save(fig, study, name, what, alt, n=f"{len(z):,} latents, as many Gaussian points")
    plt.show()


# %% [markdown]
# **Figure C2-15.** The wide view: all points.

# %%
reach = np.ceil(max(np.abs(clouds[pc1_pc2]).max() for clouds in (shown, nulls)))
show_plane("C2-15", "pc1-pc2-wide", reach, pc1_pc2)

# %% [markdown]
# **Figure C2-16.** The square of side 5.

# %%
show_plane("C2-16", "pc1-pc2-side-5", 2.5, pc1_pc2)

# %% [markdown]
# **Figure C2-17.** A smaller square; the post does not say how small. Side 1 is ours.

# %%
show_plane("C2-17", "pc1-pc2-side-1", 0.5, pc1_pc2)

# %% [markdown]
# **Figure C2-18.** The post's smallest square, +-0.25, in which it sees lines around voids.

# %%
show_plane("C2-18", "pc1-pc2-central-square", 0.25, pc1_pc2)

# %% [markdown]
# **Figures C2-19 and C2-20.** Other planes: PC1 with PC18, and PC8 with PC35. The post gives no windows for
# them; the square of C2-18 is used.

# %%
show_plane("C2-19", "pc1-pc18-central-square", 0.25, pc1_pc18)

# %%
show_plane("C2-20", "pc8-pc35-central-square", 0.25, pc8_pc35)

# %% [markdown]
# **Figure C2-21.** A plane of the original coordinates, without PCA: the two components whose means are
# farthest from zero, zoomed in on around their means. The post gives no window; again the square of C2-18 is
# used.

# %%
show_plane("C2-21", "most-off-centre-axes", 0.25, original)

# %% [markdown]
# ### Corrected here: which axes are these? (error 6)

# %%
mu = z.mean(axis=0, dtype=float)
Markdown("For this plane the post takes the components 52 and 221 and says that they have their centres at "
         "-2 and 5. Its own table gives 5 for component 52 and -1 for component 221; -2 belongs to component "
         "130. Component numbers mean nothing in another network, so this run finds its two by rule: "
         f"component {axis_x} with a mean of {mu[axis_x]:.2f} and component {axis_y} with {mu[axis_y]:.2f}.")

# %% [markdown]
# ## Corrected here: lines and voids are what any smooth cloud shows (error 8)
#
# Before looking at numbers of this run, take the post's own. It has 165,000 points, and its widest axes have
# full widths at half maximum of 8 to 11, which for a bell is a standard deviation of 3.4 to 4.7. So throw
# 165,000 points at random from a normal distribution with sigma = 5 and 3.5, and look into the square +-0.25.
# **Figure 06-3** (ours) is what the smoothest of all clouds looks like through the post's keyhole.

# %%
sample = np.random.default_rng(seed).normal(0, (5, 3.5), (165_000, 2))
keyhole = planes.clark_evans(sample, 0.25)
title = f"06-3: {keyhole.n} of 165,000 Gaussian points\nClark-Evans index {keyhole.index:.2f}"
fig, ax = plt.subplots(figsize=(4.4, 4.6))
figures.scatter(sample[(np.abs(sample) <= 0.25).all(axis=1)], ax, figures.NORMAL, limits=0.25)
ax.set(xlabel="first axis (sigma = 5)", ylabel="second axis (sigma = 3.5)")
ax.set_title(title, fontsize=9)
figures.save(fig, study, "06-3", "gaussian-through-the-keyhole", n="165,000 Gaussian points, no latents",
             alt=f"{keyhole.n} random points in a square of half side 0.25: chains of points and empty "
             "patches, though the density is constant.")
plt.show()

# %% [markdown]
# One draw may be lucky, so it is repeated. For the Clark-Evans index, neighbours are searched in the whole
# plane and only points of the window are counted, so that the window's edge needs no correction.

# %%
rng = np.random.default_rng(seed + 1)
draws = pd.DataFrame([planes.clark_evans(rng.normal(0, (5, 3.5), (165_000, 2)), 0.25) for _ in range(20)])
expected = 165_000 * 0.5 ** 2 / (2 * np.pi * 5 * 3.5)
Markdown(f"In 20 draws the square holds {draws.n.mean():.0f} +- {draws.n.std():.0f} points (density times "
         f"area says {expected:.0f}), with an index of **{draws['index'].mean():.3f}** +- "
         f"{draws['index'].std():.3f}. Points on lines would have an index clearly below 1. The "
         "chains and holes of figure 06-3 are the scatter of points that know nothing of each other: of 200 "
         f"equal cells of the square, {200 * np.exp(-expected / 200):.0f} stay empty on average though nothing "
         "keeps points out.")

# %% [markdown]
# ## The planes of this run against their Gaussian counterparts
#
# For each plane, the index of the central window (365 points, or a tenth of all if that is fewer, in standard
# deviations of each axis) against 99 Gaussian clouds with the same mean, covariance and number of points,
# looked at in the same way. The *p* is one-sided: how often chance gives so low an index or a lower one, at
# best 0.01. With four planes, one *p* of 0.05 is nothing unusual. A control (ours) says whether the test
# would see lines: a Gaussian cloud whose points are drawn onto parallel lines, three mean spacings apart.

# %%
rng = np.random.default_rng(seed + 2)
lined = rng.standard_normal((len(z), 2))
spacing = 3 * np.sqrt(2 * np.pi / len(z))                               # 3 / sqrt(density at the centre)
lined[:, 1] = spacing * np.round(lined[:, 1] / spacing)
tested = {**{" / ".join(labels): plane for labels, plane in shown.items()}, "control: lines": lined}
trials = {name: filaments.trial(plane, "gaussian", 99, rng=rng) for name, plane in tested.items()}

# %%
rows = [(name, len(z), t.statistic, t.null.mean(), t.null.std(ddof=1), t.z, t.p)
        for name, t in trials.items()]
verdicts = pd.DataFrame(rows, columns=["plane", "n", "index", "null mean", "null sd", "z", "p"])
artifacts.write(study.data / "clark-evans.csv", verdicts)
verdicts.style.hide(axis="index").format(precision=3, thousands=",")

# %% [markdown]
# **Figure 06-4** (ours) shows the same numbers.

# %%
fig, ax = plt.subplots(figsize=(7.0, 3.0))
for row, t in enumerate(trials.values()):
    ax.plot(t.null, np.full(99, row), "|", color=figures.MUTED, ms=11, label="_" * row + "99 Gaussian clouds")
ax.plot(verdicts["index"][:-1], verdicts.index[:-1], "D", ms=6, color=figures.LATENT, label="latents")
ax.plot(verdicts["index"][-1:], verdicts.index[-1:], "D", ms=6, color=figures.NORMAL, label="control")
ax.set(title=f"06-4: central windows of the planes (n = {len(z):,})", ylim=(len(verdicts) - 0.5, -0.5),
       xlabel="Clark-Evans index (1: at random, below: lines or clumps)",
       yticks=verdicts.index, yticklabels=verdicts.plane.str.replace(" - mean", ""))
ax.legend(loc="center", bbox_to_anchor=(0.4, 0.6))
figures.save(fig, study, "06-4", "clark-evans", n=f"{len(z):,} latents, 99 Gaussian clouds each",
             alt="Clark-Evans index per plane beside those of 99 Gaussian clouds: "
             + ", ".join(f"{name} {t.statistic:.2f} (z = {t.z:.1f})" for name, t in trials.items()) + ".")
plt.show()

# %%
control, low = trials["control: lines"], verdicts.plane[:-1][verdicts.z[:-1] <= -2].tolist()
found = "Two standard deviations or more below their null lie: " + ", ".join(low) if low else \
        "None of the four planes lies two standard deviations or more below its null"
Markdown(f"The test {'sees' if control.z <= -2 else 'does not see'} the lines of the control (index "
         f"{control.statistic:.2f}, z = {control.z:.1f}). {found}. An index below the Gaussian null need not "
         "mean lines: a cloud whose density is not Gaussian in the window, with a ridge or lump of any "
         "width, has it too. What such a difference is made of is a question for notebook 08.")

# %% [markdown]
# ## What this run says

# %%
pc_plane, of_all = trials[" / ".join(pc1_pc2)], recalls["recall of all components"].filter(like="C2")
Markdown(f"""* The t-SNE maps keep {of_all.min():.1%} to {of_all.max():.1%} of the latents' neighbours;
  to judge a gap in them takes the map of a smooth cloud beside it (figures 06-1 and 06-2).
* {'One' if onepc >= 2 else 'No single'} principal component dominates (first over second: {onepc:.2f}),
  {dominant} are above the mean, and after 10 the importance is {'nearly' if flat <= 2 else 'not'} flat
  (component 11 over 100: {flat:.3g}).
* In the central window of PC1 and PC2 the index is {pc_plane.statistic:.3f}, where Gaussian clouds have
  {pc_plane.null.mean():.3f} +- {pc_plane.null.std(ddof=1):.3f} (z = {pc_plane.z:.1f}, p = {pc_plane.p:.2f}):
  the lines and voids there are {'more' if pc_plane.z <= -2 else 'no more'} than chance makes.
* The post's own square, filled with 165,000 Gaussian points, has an index of {draws['index'].mean():.2f}: the
  chains and voids that figure 06-3 shows are chance.
* None of this proves that there are no filaments: a projection onto a plane hides what is thin in 256
  dimensions. Notebook 08 looks there.""")

# %%
table = claims.record(study, "06", {"F2-pcs": dominant, "C2-onepc": onepc, "C2-flat": flat,
                                    "C2-lines": pc_plane.z})
table.style.hide(axis="index")
