# %% [markdown]
# # 09 How Gaussian is the cloud?
#
# **Question.** If latents do not lie on filaments, is their cloud a multivariate normal one, and which of its
# properties would another training bring back?
#
# Later posts take the cloud for a multivariate normal one. It may be far from Gaussian without any filament
# (notebook 08), so this is a question of its own. Here it is put three times: along single axes, to all
# components together, and to the core of the cloud. Then comes what only drawn faces allow: they have known
# factors, so the true dimension of the data is known, and one can ask where in latent space each factor
# went, and what of the cloud's shape the image set put there. At the end two runs are compared: F2 says that
# networks and runs differ in which components dominate.
#
# The later posts say it with care: the cloud *roughly* resembles a multivariate normal one, is so
# *approximately*, in an inner core of more than 80 % of the points; and they speak of CelebA. Here the faces
# are drawn, unless the run says otherwise, and that decides part of the answer (*What widens the cloud?*).
#
# Start it with `make lab`: opened otherwise, it does not find `lib`.
#
# * **Posts:** F2 on which components dominate; the later posts on multivariate normal vectors. Figures 09-1
#   to 09-8 are ours.
# * **Writes:** `normality.csv`, `least-gaussian.csv`, `amplitudes.csv`, `dimensions.csv`, `probes.csv`,
#   `two-runs.csv`, `claims-09.csv` and two short trainings, `short-seed-*.pt`; all in `data/RUN/`.

# %% tags=["parameters"]
dataset = "synthetic"
scale = "laptop"
seed = 0

# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from IPython.display import Markdown, display
from scipy import stats

from lib import claims, figures, stages
from lib.cloud import embed, frames, latent, normality, probes
from lib.cloud.points import distinct
from lib.images import cache, faces, judge

# %%
from lib.network import coordinates, train
from lib.store import artifacts
from lib.study import Study
from lib.trial import dimensions, filaments

study = Study(dataset, scale, seed)
figures.use_style()
CASES = "I", "II"
N_NULL = 19 if scale == "smoke" else 39                              # Gaussian clouds per trial, ours

# %%
clouds = {}
for case, split in [(case, split) for case in CASES for split in ("train", "held_out")]:
    z = artifacts.require(study.latents(case, split), "02_encode_celeba")
    clouds[case, split] = z[distinct(z)].astype(float)               # the same photo twice is one point
pcas = {case: embed.pca(clouds[case, "train"]) for case in CASES}
n_train, n_held_out = (len(clouds["I", split]) for split in ("train", "held_out"))
d = clouds["I", "train"].shape[1]
Markdown(f"This run: **{study.label}**. {n_train:,} training and {n_held_out:,} held-out latents of each of "
         "the two networks.")

# %% [markdown]
# ## Along single axes
#
# Along each original component and each principal one: the Anderson-Darling effect size A²/n, skewness and
# excess kurtosis, all without sign. A²/n is 0 for a Gaussian, 0.010 for a Laplace and 0.011 for a uniform
# variable. The last row is a Gaussian cloud of as many points and says what sampling alone makes.
#
# We expect the medians near that row: a component is a sum of many things, and such sums look Gaussian. The
# leading axes need not, so look at the maxima too.

# %%
looked_at = {}
for case in CASES:
    looked_at[f"components, case {case}"] = clouds[case, "train"]
    looked_at[f"principal components, case {case}"] = pcas[case].transform(clouds[case, "train"])
looked_at["Gaussian cloud"] = np.random.default_rng([seed, 400]).standard_normal((n_train, d))
along = pd.DataFrame({name: normality.moments(points).abs().agg(["median", "max"]).T.stack()
                      for name, points in looked_at.items()}).T
along.columns = [", ".join(column) for column in along.columns]
figures.table(along.rename_axis("cloud").reset_index(), study, "normality.csv", precision=4)

# %% [markdown]
# F2 finds that most components look Gaussian. So do axes of almost any cloud, if they were not chosen for it
# (Diaconis and Freedman, 1984): the question with content is whether *some* direction does not. Independent
# component analysis looks for those. Half of the latents choose the directions; their excess kurtosis,
# without sign (0 for a Gaussian, 3 for a Laplace variable), is measured on the other half, which did not. The
# result is the same in any coordinates. *Above 1* counts directions, *share* says how much of the variance
# at the decoder's input lies along them. The Gaussian cloud got the same search.

# %%
CHOSEN_FROM = 4 * d                                                  # ours: each half twice as many as d

def unmixed(name, points, metric):
    """The least Gaussian directions of a cloud, and their row of the table."""
    found = normality.least_gaussian(points, np.random.default_rng([seed, 410]))
    variance = np.einsum("ik,ij,jk->k", found.mixing, metric, found.mixing)
    over = np.abs(found.kurtosis) > 1
    return found, {"cloud": name, "most along a component": along.loc[name, "excess_kurtosis, max"],
                   "least Gaussian direction": abs(found.kurtosis[0]), "above 1": int(over.sum()),
                   "share": variance[over].sum() / variance.sum()}


# %%
if n_train >= CHOSEN_FROM:
    metrics = {f"components, case {case}": coordinates.metric(stages.load_network(study, case))
               for case in CASES} | {"Gaussian cloud": np.eye(d)}
    sources, numbers = zip(*[unmixed(name, looked_at[name], metric) for name, metric in metrics.items()])
    least_gaussian = pd.DataFrame(numbers)
    figures.table(least_gaussian, study, "least-gaussian.csv", precision=2)

# %% [markdown]
# What are they? **Figure 09-8** walks from the mean face along the six least Gaussian directions of case II.
# Of 10,000 normal numbers the largest is about 4 sigma; how far latents reach stands at the left. On drawn
# faces one sees what is rare and local there, as an outline, a fringe, a blob in a corner, where principal
# components change light and colour of everything (figure 07-8).

# %%
if n_train >= CHOSEN_FROM:
    spiky, sigmas = sources[1], np.arange(-9, 10, 3)
    ways = clouds["II", "train"].mean(axis=0) + sigmas[:, None] * spiky.mixing.T[:6, None]     # (6, 7, d)
    walked = judge.pictures(stages.load_network(study, "II"), ways.reshape(-1, d))
    rows = [f"kurtosis {kurtosis:.1f}\nup to {farthest:.0f} σ" for kurtosis, farthest in
            zip(spiky.kurtosis[:6], np.abs(spiky.scores[:, :6]).max(axis=0))]

# %%
if n_train >= CHOSEN_FROM:
    fig = figures.sheet(walked.reshape(6, 7, *walked.shape[1:]), labels=rows,
                        heads=[f"{t:+g} σ".replace("-", "−").replace("+0 σ", "mean") for t in sigmas],
                        title=f"Case II. Excess kurtosis up to {abs(spiky.kurtosis[0]):.0f} along directions "
                        "chosen for it, at most "
                        f"{along.loc['components, case II', 'excess_kurtosis, max']:.1f} along components")
    figures.show(fig, study, "09-8", "least-gaussian-directions", alt="Images decoded along the six least "
                 f"Gaussian directions of case II, of excess kurtosis {abs(spiky.kurtosis[5]):.1f} and more.",
                 n=f"{n_train:,} latents, half of which chose; kurtosis of the others")

# %% [markdown]
# ## All components together
#
# The squared Mahalanobis distance D² of a Gaussian cloud follows chi² with 256 degrees of freedom, if mean
# and covariance are known. Here they are estimated, from the training latents. Then D² of held-out latents
# follows a multiple of F, which is wider: only a little for 10,000 training latents, by three quarters for
# 1,500. That is the law to compare with, in **figure 09-1**. D² is the same in any coordinates.

# %%
moments = {case: latent.mean_and_covariance(clouds[case, "train"]) for case in CASES}
squares = {case: latent.mahalanobis(clouds[case, "held_out"], *moments[case]) ** 2 for case in CASES}
law = normality.held_out_law(n_train, d)
spread = pd.DataFrame({f"case {case}": {"mean": D2.mean() / law.mean(), "variance": D2.var() / law.var(),
                                        "beyond the 99 % point": (D2 > law.ppf(0.99)).mean()}
                       for case, D2 in squares.items()}).T
wider = " and ".join(f"{value:.1f} ({case})" for case, value in spread.variance.items())

# %%
edges = np.linspace(0, 1.05 * max(D2.max() for D2 in squares.values()), 36)
fine = np.linspace(0, edges[-1], 500)
fig, ax = plt.subplots(figsize=(7.2, 3.4))
for case, D2 in squares.items():
    ax.stairs(*np.histogram(D2, edges, density=True), color=figures.LATENT, lw=1.6,
              ls=figures.CASE[case]["ls"], label=f"held-out latents, case {case}")
ax.plot(fine, law.pdf(fine), color=figures.THEORY, label=f"normal cloud, moments of {n_train:,}")
ax.plot(fine, stats.chi2.pdf(fine, d), ":", color=figures.THEORY, label="normal cloud, moments known")
ax.set(xlim=(0, edges[-1]), xlabel="squared Mahalanobis distance D²", ylabel="density",
       title=f"The variance of D² is {wider} times that in a normal cloud")
ax.legend()
figures.show(fig, study, "09-1", "mahalanobis", "Histograms of squared Mahalanobis distances of held-out "
             f"latents: variance over that of a normal cloud {wider}.", f"{n_held_out:,} held-out latents")

# %% [markdown]
# Mean and variance over those of the law, and the share of latents beyond its 99 % point. A Gaussian cloud
# has 1, 1 and 0.010.

# %%
spread.style.format(precision=3)

# %% [markdown]
# ### How unevenly wide?
#
# A variance many times the Gaussian one sounds worse than it is. Say that a factor s, common to all
# directions, widens or narrows each latent: D² = s Q, with Q of the law. Then the variance of D² in k
# directions is 1 + (k/2 + 1) cv² times the Gaussian one, cv² the relative variance of s: the more directions,
# the more it magnifies the same unevenness. So what is said here is cv², or half its root, the relative
# scatter of the *width* √s.
#
# All 256 directions count alike in D², also those that the decoder hardly sees. So the question is put by
# number of directions, leading ones first, in the order of their variance at the decoder's input
# (`lib/network/coordinates.py`). That order belongs to the network and not to the coordinates of z. *Inner
# 80 %* is the posts' core: how wide D² is there, over a Gaussian's inner 80 %.

# %%
LEADING = 2, 5, 10, 26, 64, 128, 256

def seen(case):
    """Held-out latents along the principal axes of the decoder's input, in units of training: (n, d)."""
    metric = coordinates.metric(stages.load_network(study, case))
    A, t = frames.canonical(metric, clouds[case, "train"])
    axes = embed.pca(clouds[case, "train"] @ A.T + t)
    scores = axes.transform(clouds[case, "held_out"] @ A.T + t) / np.sqrt(axes.explained_variance_)
    return scores, np.cumsum(axes.explained_variance_ratio_)


# %%
def unevenness(case, k, scores, held):
    """cv² of the k leading directions with its error, the scatter of the width, and the inner 80 %."""
    D2, law = (scores[:, :k] ** 2).sum(axis=1), normality.held_out_law(n_train, k)
    cv2, error = normality.amplitude(D2, law)
    return {"case": case, "directions": k, "variance that the decoder sees": held[k - 1],
            "variance of D²": D2.var() / law.var(), "cv²": cv2, "error": error,
            "scatter of the width": np.sqrt(max(cv2, 0)) / 2, "inner 80 %": normality.inner_width(D2, law)}


# %%
in_order = {case: seen(case) for case in CASES}
amplitudes = pd.DataFrame([unevenness(case, k, *in_order[case]) for case in CASES for k in LEADING])
by_number = amplitudes.set_index(["case", "directions"])["scatter of the width"]
figures.table(amplitudes, study, "amplitudes.csv", precision=3)

# %% [markdown]
# A cv² within two errors of 0 is what a Gaussian has. Below 0, D² spreads less than a Gaussian's: no factor
# does that, but bounded components do, as those of drawn factors are. Where cv² grows with the number of
# directions, the cloud is near a Gaussian in what the decoder sees most of, and uneven in the rest.
# **Figure 09-6** draws the scatter of the width, with two errors to both sides.

# %%
fig, ax = plt.subplots(figsize=(7.2, 3.2))
for case, part in amplitudes.groupby("case"):
    ends = [np.sqrt((part["cv²"] + step * part.error).clip(0)) / 2 for step in (-2, 2)]
    ax.fill_between(part.directions, *ends, color=figures.LATENT, alpha=0.12, lw=0)
    ax.plot(part.directions, part["scatter of the width"], color=figures.LATENT, **figures.CASE[case],
            mfc="none", ms=9 - 2 * len(case), label=f"held-out latents, case {case}")
ax.axhline(0, color=figures.THEORY, label="normal cloud")
ax.set(xscale="log", xlabel="leading directions", ylabel="scatter of the width", title="Case I: the width "
       f"scatters by {by_number['I', d]:.0%} in all directions, {by_number['I', 10]:.0%} in the leading ten")
ax.set_xticks(LEADING, LEADING, minor=False)
ax.minorticks_off()
ax.legend()
figures.show(fig, study, "09-6", "width-by-directions", f"{ax.get_title(loc='left')}; of both cases, against "
             "the number of directions.", f"{n_held_out:,} held-out latents")

# %% [markdown]
# Henze and Zirkler's test looks at several components at once. Its law depends on n and on their number, so
# its *p* comes from Gaussian clouds of the same count and covariance. *z* is the distance from their mean
# in their standard deviations; a *p* of at most 0.05 rejects a normal distribution of the leading
# components. (Six tests, not corrected; *p* cannot fall below one over the number of clouds. Leading
# components are those of the coordinates that training left.)

# %%
order = np.random.default_rng(seed).permutation(n_train)[:min(1_000, n_held_out)]

def henze_zirkler(case, k):
    """The test of the k leading principal components against Gaussian clouds."""
    t = filaments.trial(pcas[case].transform(clouds[case, "train"][order])[:, :k], "gaussian", N_NULL,
                        rng=np.random.default_rng([seed, 500 + k]),
                        statistic=lambda points: -normality.henze_zirkler(points))   # small means structure
    return case, k, -t.statistic, -t.null.mean(), -t.z, t.p


# %%
rejected = pd.DataFrame([henze_zirkler(case, k) for case in CASES for k in (2, 5, 10)],
                        columns=["case", "leading PCs", "Henze-Zirkler", "Gaussian mean", "z", "p"])
rejected.style.hide(axis="index").format(precision=3)

# %% [markdown]
# ## The core
#
# A cloud with outliers may still be Gaussian inside. Definition (ours): the core are the latents within the
# median Mahalanobis distance. Cutting a Gaussian cloud there shrinks its covariance by the factor F(256 +
# 2) / F(256) at D², F(k) the chi² distribution function with k degrees of freedom; the same factor in every
# direction. So compare the measured factor with the Gaussian one, and the leading directions with the
# others.

# %%
cores = {case: normality.core(clouds[case, "train"], pcas[case]) for case in CASES}
pd.DataFrame([{"case": case, "median distance": core.distance, "measured factor": core.shrunk.mean(),
               "Gaussian factor": core.gaussian, "first 26 PCs": core.shrunk[:26].mean(),
               "the others": core.shrunk[26:].mean()} for case, core in cores.items()]) \
    .style.hide(axis="index").format(precision=3)

# %% [markdown]
# ## Ellipses
#
# **Figure 09-2.** Pair densities of the two widest original components, and of the first two principal
# ones, with the ellipses of 1, 2 and 3 standard deviations, which hold 39.3, 86.5 and 98.9 % of a Gaussian.
# The shares that they do hold, in per cent, stand at them. Panels in a column have one scale.

# %%
pairs = {}
for case in CASES:
    z = clouds[case, "train"]
    a, b = np.argsort(-z.std(axis=0))[:2]
    pairs[case, f"component {a}", f"component {b}"] = z[:, [a, b]]
    pairs[case, "PC1", "PC2"] = pcas[case].transform(z)[:, :2]
held = {name: normality.shares_inside(points, (1, 2, 3)) for name, points in pairs.items()}
reach = {b: 1.05 * max(abs(points - points.mean(axis=0)).max() for (_, a, _), points in pairs.items()
                       if a.startswith(b)) for b in ("component", "PC")}


# %%
def draw_ellipses(ax, points, shares):
    """Ellipses of 1, 2 and 3 standard deviations, and at their ends the shares that they hold."""
    middle, covariance = points.mean(axis=0), np.cov(points, rowvar=False)
    longest = np.linalg.eigh(covariance)[1][:, 1]
    for k, share in zip((1, 2, 3), shares):
        ellipse = normality.confidence_ellipse(middle, covariance, k)
        ax.plot(*ellipse.T, color=figures.THEORY, lw=1)
        end = ellipse[np.argmax(ellipse @ longest)]
        ax.text(*end, f"{100 * share:.1f}", ha="center", va="center", fontsize=8,
                bbox={"fc": "white", "ec": "none", "pad": 0.8, "alpha": 0.85})


# %%
def draw_pair(ax, case, a, b):
    """The density of a pair of components, and its ellipses."""
    points, side = pairs[case, a, b], reach["PC" if a == "PC1" else "component"]
    (left, low), (right, high) = points.mean(axis=0) - side, points.mean(axis=0) + side
    draw_ellipses(ax, points, held[case, a, b])
    ax.set(aspect="equal", xlim=(left, right), ylim=(low, high), xlabel=a, ylabel=b, title=f"case {case}")
    return ax.hexbin(*points.T, gridsize=34, extent=(left, right, low, high), mincnt=1, cmap="Reds",
                     norm="log", linewidths=0)


# %%
fig, axes = plt.subplots(2, 2, figsize=(7.6, 7.2))
for ax, name in zip(axes.flat, pairs):
    cells = draw_pair(ax, *name)
fig.colorbar(cells, ax=axes, label="latents in a cell", shrink=0.5, aspect=30)
shares = ", ".join(f"{100 * min(part):.1f} to {100 * max(part):.1f}" for part in zip(*held.values()))
fig.suptitle(f"Ellipses of 1, 2 and 3 σ hold {shares} % of the latents\n(of a normal cloud 39.3, 86.5 and "
             "98.9 %)", x=0.02, ha="left", fontsize=10.5)
figures.show(fig, study, "09-2", "confidence-ellipses", "Pair densities of two components each with 1, 2 and "
             f"3 sigma ellipses, which hold {shares} per cent of the latents.", f"{n_train:,} latents")

# %% [markdown]
# ## Where the truth is known: the dimension
#
# Drawn faces come with the factors they were drawn from, so the dimension that an estimator *should* find
# is known, as it never is for photographs. Each estimator gets the factors themselves, the images (brought
# to 16 x 16 pixels, as where pictures are judged) and both networks' latents: 2,000 of each in five
# subsamples (fewer where there are fewer), and, to see how far it falls short at this count, independent
# uniform numbers of as many dimensions as there are factors. For photographs the rows of the factors are
# missing.
#
# **Figure 09-3.** Read the independent numbers first: an estimate below the dotted line there says that at
# this count even the truth is underestimated, and by how much. Then compare images and latents with the
# true factors.

# %%
x = cache.load(study)
n_sub = min(2_000, n_train // 2)
asked = {"images": np.unique(judge.pooled(x.train[:4 * n_sub]), axis=0),
         **{f"latents, case {case}": clouds[case, "train"] for case in CASES}}
known, rng = x.factors is not None, np.random.default_rng([seed, 200])
if known:
    ranges = np.array([(factor.low, factor.high) for factor in faces.FACTORS])
    factors = (x.factors.to_numpy()[:len(x.train)] - ranges[:, 0]) / np.ptp(ranges, axis=1)
    asked = {"true factors": factors, "independent numbers": rng.random(factors.shape)} | asked

# %%
estimates = pd.concat([
    dimensions.intrinsic_dimensions(points, rng, min(n_sub, len(points) // 2)).assign(of=name)
    for name, points in asked.items()])
artifacts.write(study.data / "dimensions.csv", estimates)
dimension = estimates.pivot(index="of", columns="estimator", values="mean") \
    .loc[list(asked), ["TwoNN", "MLE", "local PCA"]]
reads = dimension["TwoNN"]
told = "; ".join(f"{name}: {', '.join(f'{c} {v:.0f}' for c, v in row.items())}"
                 for name, row in dimension.iterrows())


# %%
def finish(ax):
    """Axes of figure 09-3: rows in groups (truth, control, data), the true dimension as a line."""
    if known:
        ax.axvline(len(faces.NAMES), color=figures.THEORY, ls=":", label=f"{len(faces.NAMES)} factors")
        ax.hlines([0.5, 1.5], 0, 1, "0.75", lw=0.8, transform=ax.get_yaxis_transform())
    ax.set(yticks=range(len(asked)), yticklabels=list(asked), ylim=(len(asked) - 0.5, -0.5), xlim=(0, None),
           xlabel="estimated dimension", title=f"TwoNN reads {reads['latents, case I']:.0f} from the latents "
           "of case I" + (f", {reads['independent numbers']:.0f} from as many independent numbers as factors"
                          if known else ""))
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1))


# %%
MARKS = {"TwoNN": "o", "MLE": "s", "local PCA": "^"}
ORIGIN = {"true factors": figures.THEORY, "independent numbers": figures.NULL, "images": figures.MUTED}
fig, ax = plt.subplots(figsize=(7.6, 3.2))
for name, part in estimates.groupby("estimator"):
    part, place = part.set_index("of").loc[list(asked)], np.arange(len(asked))
    color = [ORIGIN.get(of, figures.LATENT) for of in asked]
    ax.hlines(place, part["mean"] - 2 * part.sd, part["mean"] + 2 * part.sd, color, lw=1.2)
    ax.scatter(part["mean"], place, 40, color, MARKS[name], zorder=3)
    ax.plot([], [], MARKS[name], color="0.4", label=name)
finish(ax)
figures.show(fig, study, "09-3", "true-dimension", f"Dimension estimates for {told}.",
             f"five subsamples of {n_sub:,}; bars: two standard deviations")

# %%
dimension.style.format(precision=1)


# %% [markdown]
# ## Where the truth is known: which latent directions carry which factor?
#
# A probe predicts each factor from the latents; *R²* is the share of its variance it gets right on latents
# it has never seen (five folds). The linear probe is a direction in latent space, the nonlinear one may
# bend. A factor measured in turns (an angle) is probed through its cosine and sine. The second panel shows
# the squared correlation of each factor with each single principal component: is a direction of its own set
# aside for a factor, or is it spread? Photographs come without their factors, so this section is empty for
# them.

# %%
def probe(case):
    """Both probes of each factor, and the principal component that knows most of it: one row per factor."""
    z, in_turns = stages.latents(study, case), ["turns" in factor.meaning for factor in faces.FACTORS]
    scores = probes.factor_scores(z, factors, in_turns, np.random.default_rng([seed, 300]))
    squared = probes.squared_correlations(pcas[case].transform(z)[:, :40], factors, in_turns)
    return scores.assign(factor=faces.NAMES, case=case, best_pc=1 + squared.argmax(axis=1),
                         best_r2=squared.max(axis=1), squared=list(squared))


# %%
if known:
    probed = pd.concat([probe(case) for case in CASES], ignore_index=True)
    artifacts.write(study.data / "probes.csv", probed.drop(columns="squared"))
    top = probed.query("case == 'I'").sort_values("nonlinear", ascending=False)
    second = probed.query("case == 'II'").set_index("factor").loc[top.factor]


# %%
def draw_scores(ax):
    """R² of the probes of each factor, best known first."""
    place = np.arange(len(top))
    ax.barh(place, top.nonlinear.clip(0), color="#e8b3b1", label="case I, nonlinear")
    ax.barh(place, top.linear.clip(0), height=0.4, color=figures.LATENT, label="case I, linear")
    ax.plot(second.nonlinear.clip(0), place, "s", color="black", ms=3.5, mfc="white", mew=0.8,
            label="case II, nonlinear")
    ax.set_yticks(place, top.factor.str.replace("_", " "), fontsize=8)
    ax.set(ylim=(len(top) - 0.4, -0.6), xlim=(0, 1), xlabel="R² of the probe", title=carried)
    ax.legend(loc="lower right")


# %%
def draw_correlations(ax):
    """|Correlation| of each factor with each of the leading components, rows as in `draw_scores`."""
    sns.heatmap(np.sqrt(np.stack(top.squared)), vmin=0, vmax=1, cmap="Reds", ax=ax,
                xticklabels=np.where(np.arange(1, 41) % 5, "", range(1, 41)),
                yticklabels=top.factor.str.replace("_", " "),
                cbar_ax=ax.inset_axes((0.5, 0.06, 0.45, 0.01)),
                cbar_kws={"orientation": "horizontal", "label": "|correlation|"})
    ax.set(xlabel="principal component of case I", ylabel="",
           title=f"{(top.best_r2 >= 0.5).sum()} of {len(top)} factors have half of\ntheirs in one component")
    ax.tick_params(rotation=0, labelsize=8, length=0, labelleft=False, labelright=True)


# %% [markdown]
# **Figure 09-4.** Left: the probes, factors sorted by the nonlinear one of case I. Bars that are much
# longer than the dark ones inside belong to factors that are bent into latent space. Right: rows are the
# same factors; a factor with a direction of its own would be one dark spot.

# %%
if known:
    carried = (f"{(top.linear > 0.5).sum()} of {len(top)} factors lie along a direction,\n"
               f"{(top.nonlinear < 0.05).sum()} leave no trace")
    fig, (left, right) = plt.subplots(1, 2, figsize=(10.4, 11.2), width_ratios=(1.2, 1))
    draw_scores(left)
    draw_correlations(right)
    figures.show(fig, study, "09-4", "probes", "R² of linear and nonlinear probes of factors, and their "
                 f"correlation with single principal components: {' '.join(carried.split())}.",
                 f"{n_train:,} latents of case I and II, five folds")

# %% [markdown]
# What lies where in the plane that the posts look at? **Figure 09-7** shows the first two principal
# components three times, each cell in the colour of the mean of a factor: the three factors that this plane
# knows most of.

# %%
if known:
    plane = pcas["I"].transform(stages.latents(study, "I"))[:, :2]
    known_here = top.assign(plane=np.stack(top.squared)[:, :2].sum(axis=1)).nlargest(3, "plane")
    fig, axes = plt.subplots(1, 3, figsize=(10.4, 3.7), sharex=True, sharey=True)
    for ax, row in zip(axes, known_here.itertuples()):
        cells = ax.hexbin(*plane.T, x.factors[row.factor][:len(plane)], gridsize=40, linewidths=0)
        ax.set(aspect="equal", xlabel="PC1", title=f"{row.factor.replace('_', ' ')}: R² {row.plane:.2f}")
        fig.colorbar(cells, ax=ax, location="bottom", shrink=0.8, label=faces.FACTORS[
            faces.NAMES.index(row.factor)].meaning.replace("..", "to"))
    axes[0].set_ylabel("PC2")
    figures.show(fig, study, "09-7", "plane-of-factors", "The plane of the first two principal components, "
                 f"in the colour of the mean of a factor: {', '.join(known_here.factor)}.",
                 f"{len(plane):,} latents of case I; R²: of the factor, by both components")


# %% [markdown]
# *Linear* and *nonlinear*: factors of which the probe gets more than half of the variance. *No trace*:
# factors with a nonlinear R² below 0.05. *Best component*: the squared correlation of the median factor
# with its best single component. Below a half, factors are spread over many directions.

# %%
def counts(part):
    """How many factors are carried, and how well the median one by a single component."""
    return pd.Series({"factors": len(part), "linear": (part.linear > 0.5).sum(),
                      "nonlinear": (part.nonlinear > 0.5).sum(), "no trace": (part.nonlinear < 0.05).sum(),
                      "best component": part.best_r2.median()})

if known:
    display(probed.groupby("case")[["linear", "nonlinear", "best_r2"]].apply(counts).style.format("{:.3g}"))

# %% [markdown]
# Three factors of case I that stand out: the best known one, the one that bending gains most for, and the
# one closest to a single component of its own.

# %%
if known:
    of_note = top.loc[[top.index[0], (top.nonlinear - top.linear).idxmax(), top.best_r2.idxmax()]]
    of_note = of_note.assign(why=["best known", "gains most by bending", "closest to one component"])
    display(of_note[["why", "factor", "linear", "nonlinear", "best_pc", "best_r2"]]
            .style.hide(axis="index").format(precision=2))

# %% [markdown]
# Do the least Gaussian directions found above fare better than principal components? The same squared
# correlations with the forty of them, case I.

# %%
if known and n_train >= CHOSEN_FROM:
    of_points = factors[distinct(stages.latents(study, "I"))]
    best = probes.squared_correlations(sources[0].scores[:, :40], of_points,
                                       ["turns" in factor.meaning for factor in faces.FACTORS]).max(axis=1)
    display(Markdown(f"The median factor has {np.median(best):.0%} of its variance along its best direction, "
                     f"the best known one ({faces.NAMES[best.argmax()]}) {best.max():.0%}."))

# %% [markdown]
# ## Where the truth is known: what widens the cloud?
#
# Factors like the strength of clutter and of light multiply others: where they are large, many directions
# vary more. A drawn set that has them makes a mixture of narrow and wide clouds by design. So: how much of
# the variance of D² can be predicted from the factors that a face was drawn with? R² is on faces that the
# probe never saw. What is predicted was put there by the drawing, and says nothing of photographs, which may
# or may not vary so. The second table shows the factors that go most with D² (Spearman's rank correlation).
# Both are for case I and its training latents.

# %%
if known:
    own_squares = latent.mahalanobis(stages.latents(study, "I"))[:, None] ** 2
    turning = np.array(["turns" in factor.meaning for factor in faces.FACTORS])
    drawn_with = np.hstack([factors[:, ~turning], probes.turns(factors[:, turning])])
    predicted = probes.probe_scores(drawn_with, own_squares, np.random.default_rng([seed, 700]))
    display(predicted.style.hide(axis="index").format(precision=2))

# %%
if known:
    rank = stats.spearmanr(factors, own_squares).statistic[-1, :-1]
    goes_with = pd.DataFrame({"factor": faces.NAMES, "rank correlation with D²": rank})
    display(goes_with.loc[abs(rank).argsort()[::-1][:5]].style.hide(axis="index").format(precision=2))


# %% [markdown]
# ## Two runs: what stays, what does not
#
# F2 says that networks and runs differ in which components dominate. Two short trainings of case I (ours,
# reduced: the point is to compare runs, not their quality) differ by seed alone; cases I and II of this run
# differ by architecture. Component numbers can be compared as they are. The spaces themselves are compared
# through the images: do the leading principal components of two runs sort the same held-out images in the
# same way? The principal angles between the spaces spanned by their scores are 0 degrees, and their cosines
# 1, for directions that both have. Shuffling the images of one run says what chance gives. **Figure 09-5**
# shows the angles and, beside them, both spectra: those of the short trainings fall sooner because two epochs
# fill few directions, not because of a seed.

# %%
def short_latents(run_seed):
    """Held-out latents of a short training."""
    model = stages.short_network(study, f"seed {run_seed}", min(3_000, len(x.train) // 3), run_seed)
    return train.encode(model, x.held_out)


# %%
runs = {"seed": (short_latents(seed), short_latents(seed + 1)),
        "case": tuple(stages.latents(study, case, "held_out") for case in CASES)}
alike = {name: probes.compare(*two, np.random.default_rng([seed, 600])) for name, two in runs.items()}
mean_cosines = ", ".join(f"{pair.cosines.mean():.2f} (runs differ by {name})" for name, pair in alike.items())
angles = {name: np.degrees(np.arccos(np.clip((pair.cosines, pair.by_chance), 0, 1)))
          for name, pair in alike.items()}
live = {name: " and ".join(str(frames.count_for(part, 0.99)) for part in pair.spectra)
        for name, pair in alike.items()}

# %%
PAIRS = {"seed": (f"runs of {stages.SHORT_EPOCHS} epochs, other seed", figures.MUTED),
         "case": ("cases I and II, fully trained", figures.LATENT)}

def draw_pair_of_runs(left, right, name):
    """Principal angles between the leading spaces of two runs, and both spectra."""
    label, color = PAIRS[name]
    number = np.arange(1, len(alike[name].cosines) + 1)
    left.plot(number, angles[name][0], "o-", ms=4, color=color, label=label)
    left.plot(number, angles[name][1], "o", ms=4, color=figures.NULL)
    for spectrum, style in zip(alike[name].spectra, ("-", "--")):
        right.plot(np.arange(1, len(spectrum) + 1), spectrum, color=color, ls=style)


# %%
fig, (left, right) = plt.subplots(1, 2, figsize=(9.6, 3.5))
for name in alike:
    draw_pair_of_runs(left, right, name)
left.set(xlabel="number of the angle", ylabel="principal angle, degrees", ylim=(0, 92), yticks=(0, 45, 90),
         title="Spaces of the ten leading PCs of both cases:\n"
         f"{angles['case'][0].mean():.0f}° apart, by chance {angles['case'][1].mean():.0f}°")
right.set(xlabel="principal component", ylabel="share of the variance", yscale="log", title="99 % of the "
          f"variance: {live['seed']} PCs after\n{stages.SHORT_EPOCHS} epochs, {live['case']} fully trained")
left.plot([], [], "o", ms=4, color=figures.NULL, label="images shuffled")
left.legend(loc="center left")
figures.show(fig, study, "09-5", "two-runs", "Principal angles between the leading spaces of two runs: mean "
             f"cosine {mean_cosines}; spectra beside.", f"{len(x.held_out):,} held-out images; dashed: the "
             "second run of each pair")

# %% [markdown]
# *In common* are the dominant components that both runs have under the same number, to be read against
# *by chance*; *agreement* is 0 by chance and 1 if the smaller set lies in the larger, *error* how far
# from 0 two choices at random are. If it is 0 within two errors, a component's number says nothing about
# faces. It does say something about training: the axes themselves are privileged by the optimizer, and
# which one is wide follows from the initial draw (notebook 10). The short networks are no witness of F2:
# after two epochs few directions live, and the rule for dominant components calls half of all dominant.
# *Mean cosine* against *of shuffled images* says whether the leading spaces are the same nevertheless:
# above 0.8 largely, above twice chance they are related (rules ours). *Spectra apart*: the largest
# difference of the cumulative spectra.

# %%
compared = pd.DataFrame([{"differ by": name, **probes.summary(pair)} for name, pair in alike.items()])
figures.table(compared, study, "two-runs.csv")

# %% [markdown]
# ## What this run says

# %%
if n_train >= CHOSEN_FROM:
    axis, direction = least_gaussian.loc[0, ["most along a component", "least Gaussian direction"]]
    display(Markdown(f"* Excess kurtosis is at most {axis:.1f} along a component of case I, and "
                     f"{direction:.1f} along its least Gaussian direction."))

# %%
all_of_I = amplitudes.query("case == 'I' and directions == 256").iloc[0]
few_of_I = amplitudes.query("case == 'I' and directions == 10").iloc[0]
Markdown(f"* All components together: the width of held-out latents scatters by "
         f"{all_of_I['scatter of the width']:.0%} of itself; in the ten leading directions by "
         f"{few_of_I['scatter of the width']:.0%}.\n* Two runs that differ by seed alone have leading "
         f"spaces of mean cosine {compared['mean cosine'][0]:.2f}.")


# %% [markdown]
# The claims on the normal cloud do not depend on coordinates. One takes all directions of case I, the other
# the least Gaussian direction of the case where it is less so; its interval is a bootstrap of the half that
# did not choose it. They concern the images of this run.

# %%
def along_its_least_gaussian(found, rng):
    """Excess kurtosis, without sign, along the first direction of an `Unmixed`, as a number of a claim."""
    ends = stats.bootstrap((found.scores[found.unseen, 0],), lambda s, axis: np.abs(stats.kurtosis(s, axis)),
                           n_resamples=500, method="percentile", rng=rng).confidence_interval
    return claims.Measured(abs(found.kurtosis[0]), *ends, "bootstrap of the latents that did not choose")

of_axes = f"fewer than {CHOSEN_FROM:,} latents" if n_train < CHOSEN_FROM else claims.less_favourable(
    "later-axes", *({"later-axes": along_its_least_gaussian(found, np.random.default_rng([seed, 411]))}
                    for found in sources[:len(CASES)]))

# %%
low, high = (np.sqrt(max(all_of_I["cv²"] + step * all_of_I.error, 0)) / 2 for step in (-1.96, 1.96))
by_seed = compared.iloc[0]
claims.record(study, "09", {
    "later-axes": of_axes,
    "later-mvn": claims.Measured(all_of_I["scatter of the width"], low, high, "moments of held-out latents"),
    "F2-seeds": claims.with_error(by_seed.agreement, by_seed.error, "sets at random of these sizes")}) \
    .style.hide(axis="index")
