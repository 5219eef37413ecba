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
#   to 09-5 are ours.
# * **Writes:** `normality.csv`, `amplitudes.csv`, `dimensions.csv`, `probes.csv`, `two-runs.csv`,
#   `claims-09.csv` and two short trainings, `short-seed-*.pt`; all in `data/RUN/`.

# %% tags=["parameters"]
dataset = "synthetic"
scale = "laptop"
seed = 0

# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from IPython.display import Markdown, display
from scipy import stats

from lib import claims, figures, stages
from lib.cloud import embed, latent, normality, probes
from lib.cloud.points import distinct
from lib.images import cache, faces
from lib.network import coordinates, train

# %%
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
frames = {}
for case in CASES:
    frames[f"components, case {case}"] = clouds[case, "train"]
    frames[f"principal components, case {case}"] = pcas[case].transform(clouds[case, "train"])
frames["Gaussian cloud"] = np.random.default_rng([seed, 400]).standard_normal((n_train, d))
along = pd.DataFrame({name: normality.moments(points).abs().agg(["median", "max"]).T.stack()
                      for name, points in frames.items()}).T
along.columns = [", ".join(column) for column in along.columns]
figures.table(along.rename_axis("cloud").reset_index(), study, "normality.csv", precision=4)

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
wider = ", ".join(f"{case} {value:.1f}" for case, value in spread.variance.items())

# %%
grid = np.linspace(100, 600, 400)
fig, axes = plt.subplots(1, 2, figsize=(8.4, 3.2), sharey=True)
for ax, case in zip(axes, CASES, strict=True):
    ax.hist(squares[case].clip(100, 600), bins=50, range=(100, 600), density=True, histtype="step",
            color=figures.LATENT, lw=1.5, label="held-out latents")
    ax.plot(grid, law.pdf(grid), color=figures.THEORY, label=f"F law, moments of {n_train:,}")
    ax.plot(grid, stats.chi2.pdf(grid, d), ":", color=figures.THEORY, label="chi², moments known")
    ax.set(title="09-1: case I" if case == "I" else "case II",
           xlabel="squared Mahalanobis distance (ends: and beyond)")
axes[0].legend(fontsize=7)
figures.show(fig, study, "09-1", "mahalanobis", "Histograms of squared Mahalanobis distances of held-out "
             f"latents: variance over that of the F law {wider}.", n=f"{n_held_out:,} held-out latents")

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
    A, t = coordinates.canonical(stages.load_network(study, case), clouds[case, "train"])
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

in_order = {case: seen(case) for case in CASES}
amplitudes = pd.DataFrame([unevenness(case, k, *in_order[case]) for case in CASES for k in LEADING])
figures.table(amplitudes, study, "amplitudes.csv", precision=3)

# %% [markdown]
# A cv² within two errors of 0 is what a Gaussian has. Below 0, D² spreads less than a Gaussian's: no factor
# does that, but bounded components do, as those of drawn factors are. Where cv² grows with the number of
# directions, the cloud is near a Gaussian in what the decoder sees most of, and uneven in the rest.

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
# ones, with the ellipses that hold 39.3, 86.5 and 98.9 % of a Gaussian (1, 2 and 3 sigma). The shares that
# they do hold stand above each panel.

# %%
pairs = {}
for case in CASES:
    z = clouds[case, "train"]
    a, b = np.argsort(-z.std(axis=0))[:2]
    pairs[f"case {case}: components {a}, {b}"] = z[:, [a, b]]
    pairs[f"case {case}: PC1, PC2"] = pcas[case].transform(z)[:, :2]
held = {name: normality.shares_inside(points, (1, 2, 3)) for name, points in pairs.items()}

# %%
fig, axes = plt.subplots(1, 4, figsize=(11.4, 3.1), layout="constrained")
for ax, (name, points) in zip(axes, pairs.items(), strict=True):
    ax.hexbin(*points.T, gridsize=45, mincnt=1, cmap="Greys", linewidths=0)
    for k, color in ((1, "#b5322f"), (2, "#c98a2b"), (3, "#2f6db5")):
        ellipse = normality.confidence_ellipse(points.mean(axis=0), np.cov(points, rowvar=False), k)
        ax.plot(*ellipse.T, color=color, lw=1.2)
    ax.set_title(f"{name}\n" + " / ".join(f"{share:.1%}" for share in held[name]), fontsize=8)
shares = "; ".join(f"{name}: {', '.join(f'{share:.1%}' for share in three)}" for name, three in held.items())
figures.show(fig, study, "09-2", "confidence-ellipses",
             f"Pair densities with 1, 2 and 3 sigma ellipses, which hold {shares}.",
             n=f"{n_train:,} latents; a Gaussian has 39.3 / 86.5 / 98.9 %")

# %% [markdown]
# ## Where the truth is known: the dimension
#
# Drawn faces come with the factors they were drawn from, so the dimension that an estimator *should* find
# is known, as it never is for photographs. Each estimator gets the factors themselves, the images (brought
# to 32 x 32 pixels) and both networks' latents: 2,000 of each in five subsamples (fewer where there are
# fewer), and, to see how far it falls short at this count, independent uniform numbers of as many
# dimensions as there are factors. For photographs the rows of the factors are missing.
#
# **Figure 09-3.** Read the independent numbers first: an estimate below the dotted line there says that at
# this count even the truth is underestimated, and by how much. Then compare images and latents with the
# true factors.

# %%
x = cache.load(study)
n_sub = min(2_000, n_train // 2)
pixels = np.asarray(x.train[:4 * n_sub], dtype=np.float32).reshape(-1, 3, 32, 3, 32, 3).mean((3, 5))
asked = {"images": np.unique(pixels.reshape(len(pixels), -1), axis=0),
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
told = "; ".join(f"{name}: {', '.join(f'{c} {v:.0f}' for c, v in row.items())}"
                 for name, row in dimension.iterrows())

# %%
fig, ax = plt.subplots(figsize=(7.2, 2.9))
for k, (name, color) in enumerate(zip(dimension.columns, ("#8a6fb0", figures.LATENT, figures.NORMAL))):
    part = estimates[estimates.estimator == name].set_index("of").loc[list(asked)]
    ax.errorbar(part["mean"], np.arange(len(part)) + 0.18 * (k - 1), xerr=2 * part.sd, fmt="o", color=color,
                label=name, capsize=2)
if known:
    ax.axvline(len(faces.NAMES), color=figures.THEORY, lw=0.9, ls=":", label=f"{len(faces.NAMES)} factors")
ax.set(yticks=range(len(asked)), yticklabels=list(asked), xlim=(0, None),
       xlabel="dimension (bars: two standard deviations of the subsamples)",
       title=f"09-3: dimension estimates (n = {n_sub:,})")
ax.invert_yaxis()
ax.legend(fontsize=7, loc="upper left", bbox_to_anchor=(1, 1))
figures.show(fig, study, "09-3", "true-dimension", f"Dimension estimates for {told}.", "five subsamples each")

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
    ax.barh(place, top.nonlinear.clip(0), color="#e39c9a", label="case I, nonlinear")
    ax.barh(place, top.linear.clip(0), height=0.45, color=figures.LATENT, label="case I, linear")
    ax.plot(second.nonlinear.clip(0), place, "|", color=figures.UNIFORM, ms=6, mew=1.5,
            label="case II, nonlinear")
    ax.set_yticks(place, top.factor.str.replace("_", " "))
    ax.set(ylim=(len(top) - 0.4, -0.6), xlim=(0, 1))
    ax.tick_params(axis="y", labelsize=6.5)


# %% [markdown]
# **Figure 09-4.** Left: the probes, factors sorted by the nonlinear one of case I. Bars that are much
# longer than the dark ones inside belong to factors that are bent into latent space. Right: rows are the
# same factors; a factor with a direction of its own would be one dark spot.

# %%
if known:
    fig, (left, right) = plt.subplots(1, 2, figsize=(9.2, 9.2), width_ratios=(1.2, 1), layout="constrained")
    draw_scores(left)
    left.set(xlabel="R² of the probe", title=f"09-4: probes (n = {n_train:,})")
    left.legend(fontsize=7, loc="lower right")
    image = right.imshow(np.sqrt(np.stack(top.squared)), aspect="auto", cmap="magma_r", vmin=0, vmax=1,
                         interpolation="nearest")
    right.set(yticks=[], xticks=range(0, 40, 5), xticklabels=range(1, 41, 5),
              title="|correlation| with single components", xlabel="principal component of case I")
    right.grid(False)
    fig.colorbar(image, ax=right, fraction=0.05, aspect=40)
    figures.show(fig, study, "09-4", "probes", f"R² of linear and nonlinear probes of {len(top)} factors, "
                 "and their correlation with single principal components.",
                 n=f"{n_train:,} latents of case I and II, five folds")


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
# same way? The cosines of the principal angles between the spaces spanned by their scores are 1 for
# directions that both have. Shuffling the images of one run says what chance gives.

# %%
def short_latents(run_seed):
    """Held-out latents of a short training."""
    model = stages.short_network(study, f"seed {run_seed}", min(3_000, len(x.train) // 3), run_seed)
    return train.encode(model, x.held_out)

runs = {"seed": (short_latents(seed), short_latents(seed + 1)),
        "case": tuple(stages.latents(study, case, "held_out") for case in CASES)}
alike = {name: probes.compare(*two, np.random.default_rng([seed, 600])) for name, two in runs.items()}
mean_cosines = ", ".join(f"{pair.cosines.mean():.2f} (runs differ by {name})" for name, pair in alike.items())

# %%
fig, (left, right) = plt.subplots(1, 2, figsize=(8.2, 3.2))
for (name, pair), color in zip(alike.items(), (figures.LATENT, figures.UNIFORM), strict=True):
    number = np.arange(1, len(pair.cosines) + 1)
    left.plot(number, pair.cosines, "o-", ms=4, color=color, label=f"runs that differ by {name}")
    left.plot(number, pair.by_chance, "--", lw=1, color=color, label="images shuffled")
    for spectrum, ls, which in zip(pair.spectra, ("-", "--"), ("first", "second")):
        right.plot(np.arange(1, d + 1), spectrum, color=color, ls=ls, lw=1.2, label=f"{name}: {which} run")
left.set(xlabel="principal angle", ylabel="cosine", ylim=(0, 1.03), title="09-5: spaces of the first 10 PCs")
right.set(xlabel="principal component", ylabel="share of the variance", yscale="log", title="spectra")
left.legend(fontsize=7)
right.legend(fontsize=7)
figures.show(fig, study, "09-5", "two-runs", "Cosines of principal angles between the leading spaces of two "
             f"runs: mean {mean_cosines}; spectra beside.", n=f"{len(x.held_out):,} held-out images")

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
all_of_I = amplitudes.query("case == 'I' and directions == 256").iloc[0]
few_of_I = amplitudes.query("case == 'I' and directions == 10").iloc[0]
Markdown(f"* All components together: the width of held-out latents scatters by "
         f"{all_of_I['scatter of the width']:.0%} of itself; in the ten leading directions by "
         f"{few_of_I['scatter of the width']:.0%}.\n* Two runs that differ by seed alone have leading "
         f"spaces of mean cosine {compared['mean cosine'][0]:.2f}.")

# %% [markdown]
# The claim on the normal cloud takes all directions of case I: it is the one number that does not depend on
# coordinates at all. It concerns the images of this run.

# %%
low, high = (np.sqrt(max(all_of_I["cv²"] + step * all_of_I.error, 0)) / 2 for step in (-1.96, 1.96))
by_seed = compared.iloc[0]
claims.record(study, "09", {
    "later-mvn": claims.Measured(all_of_I["scatter of the width"], low, high, "moments of held-out latents"),
    "F2-seeds": claims.with_error(by_seed.agreement, by_seed.error, "sets at random of these sizes")}) \
    .style.hide(axis="index")
