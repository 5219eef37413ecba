# %% [markdown]
# # 08 Filaments on trial
#
# **Question.** Are the lines and voids that one sees among latent vectors real, or does any cloud of so many
# points look like that?
#
# Post C2 zooms into planes of the cloud and into t-SNE maps, sees thin chains of points around empty patches,
# and concludes that latents lie on one-dimensional filaments; its addendum of March 2023 withdraws that.
# Notebook 06 repeats the figures. Here the claim gets a trial: a line-up for the eye, instruments whose errors
# are known before they are used, clouds that are smooth by construction to compare with, and one correction for
# all the tests made. What is ours: everything but the figures under suspicion.
#
# * **Posts:** C2 (C2-7 to C2-21), F2 on which components dominate. Figures 08-1 to 08-14 are ours.
# * **Reads:** models and latents of notebooks 01 and 02, t-SNE maps of notebook 06, `data/calibration/`.
# * **Writes:** `line-ups.csv`, `plane-trials.csv`, `space-trials.csv`, `dimensions.csv`, `probes.csv`,
#   `normality.csv`, `two-runs.csv`, `claims-08.csv`, the maps `tsne-08-*.npy`; all in `data/RUN/`.

# %% tags=["parameters"]
dataset = "synthetic"
scale = "laptop"
seed = 0

# %%

import matplotlib.pyplot as plt, numpy as np, pandas as pd, seaborn as sns
from IPython.display import Markdown
from joblib import Parallel, delayed
from scipy import stats
from lib import stages
from lib.study import ROOT
from lib import claims, figures
from lib.cloud import embed
from lib.images import cache, faces
from lib.store import artifacts
from lib.trial import calibration, dimensions, filaments
from lib import study as studies
from lib.cloud import latent, normality, probes
from lib.network import models, train
from lib.store import progress
from lib.trial import planes
study = studies.Study(dataset, scale, seed); figures.use_style()
N_PLANE, N_SPACE = (39, 19) if scale == "smoke" else (99, 39)           # null clouds per trial, ours

# %%
pairs = [(case, split) for case in ("I", "II") for split in ("train", "held_out")]
clouds, repeated = {}, 0
for case, split in pairs:
    z = artifacts.require(study.latents(case, split), "02_encode_celeba").astype(float)
    distinct = np.sort(np.unique(z, axis=0, return_index=True)[1])      # the same photo twice is one point
    clouds[case, split], repeated = z[distinct], repeated + len(z) - len(distinct)
pcas = {case: embed.pca(clouds[case, "train"]) for case in ("I", "II")}
n_train, n_held_out = (len(clouds["I", split]) for split in ("train", "held_out"))
Markdown(f"This run: **{study.label}**. {n_train:,} training and {n_held_out:,} held-out latents of each of the two "
         f"networks, in {z.shape[1]} dimensions; {repeated} repeated ones left out.")

# %% [markdown]
# ## The planes
#
# The planes are the post's: PC1 with PC2, PC1 with PC18, PC8 with PC35, and the two original components whose
# means are farthest from zero. Axes come from the training latents; held-out latents are seen along the same
# axes. Each plane is looked at twice: the square that holds the central half of the points, and a zoom that holds
# 365 of them (a tenth where there are fewer), which is what the post's square of +-0.25 would hold of a Gaussian
# cloud of its size.

# %%
PAIRS_OF_AXES = {"PC1, PC2": (0, 1), "PC1, PC18": (0, 17), "PC8, PC35": (7, 34)}

def planes_of(case, split):
    """{name: points (n, 2)} of the four planes, scaled to one standard deviation."""
    z, scores = clouds[case, split], pcas[case].transform(clouds[case, split])
    widest = np.argsort(-np.abs(clouds[case, "train"].mean(axis=0)))[:2]
    views = {name: scores[:, axes] for name, axes in PAIRS_OF_AXES.items()} | {"two axes": z[:, widest]}
    return {name: (points - points.mean(axis=0)) / points.std(axis=0) for name, points in views.items()}

views = {pair: planes_of(*pair) for pair in pairs}

# %% [markdown]
# ## A line-up for the eye
#
# One panel of nine is the observed cloud, eight are smooth: drawn from a kernel density estimate of the same plane,
# which keeps its shape but no detail finer than a few kernel widths. If the filaments are real, the observed panel
# stands out. Pick one in each of the figures before you read on; the answers are at the end of the notebook.
# (This is the visual test of Buja et al., 2009: picking at random is right once in nine.)

# %%
line_up_rng = np.random.default_rng([seed, 8])
answers = []

def line_up(figure_id, name, half, case="I"):
    """Draw nine windows of one plane, the observed one at a random place, and note the answer."""
    points, where = views[case, "train"][name], int(line_up_rng.integers(9))
    panels = [points if k == where else filaments.smooth_null(points, line_up_rng) for k in range(9)]
    n_central = len(points) // 2 if half else min(planes.CENTRAL, len(points) // 10)
    windows = [planes.central_window(panel, n_central) for panel in panels]
    index = [planes.clark_evans(*window).index for window in windows]
    answers.append((figure_id, name, n_central, where + 1, index[where], 1 + sum(i < index[where] for i in index)))
    return windows


# %%
def draw_line_up(figure_id, what, name, half=False):
    windows = line_up(figure_id, name, half)
    fig, axes = plt.subplots(3, 3, figsize=(6.6, 6.9))
    for number, (ax, (points, reach)) in enumerate(zip(axes.flat, windows), 1):
        figures.scatter(points[(np.abs(points) <= reach).all(axis=1)], ax, figures.MUTED, size=1 if half else 4)
        ax.collections[0].set(color="black", alpha=0.7)
        ax.set(xticks=[], yticks=[], title=str(number))
    fig.suptitle(f"{figure_id}: {name}. Which one is not smooth?", fontsize=10)
    alt = f"Nine scatter plots of the plane {name}, one of latents of case I and eight of smooth clouds, in random order."
    figures.save(fig, study, figure_id, what, alt, n=f"{len(points):,} points each, {answers[-1][2]:,} in the window")
    plt.show()


# %% [markdown]
# **Figures 08-1 and 08-2:** PC1 and PC2, the central half and the zoom.

# %%
draw_line_up("08-1", "line-up-pc1-pc2", "PC1, PC2", half=True)

# %%
draw_line_up("08-2", "line-up-pc1-pc2-zoom", "PC1, PC2")

# %% [markdown]
# **Figures 08-3 to 08-5:** zooms of the other planes.

# %%
draw_line_up("08-3", "line-up-pc1-pc18-zoom", "PC1, PC18")

# %%
draw_line_up("08-4", "line-up-pc8-pc35-zoom", "PC8, PC35")

# %%
draw_line_up("08-5", "line-up-two-axes-zoom", "two axes")

# %% [markdown]
# ## t-SNE of nothing
#
# The post's other witnesses are t-SNE maps. **Figure 08-6** shows for each of its settings the map of latents that
# notebook 06 made, and the map of a Gaussian cloud with the same mean and covariance, as many points and the same
# settings. Left and right are shuffled. What both columns share is made by t-SNE.

# %%
standard = {"perplexity": 30, "early_exaggeration": 12}                 # settings and counts as in the posts
settings = {"C2-7": ({"perplexity": 10, "early_exaggeration": 16}, None, 0, "06-1"), "C2-8": (standard, None, 1, "08-C2-8"),
            "C2-11": (standard, 2, 1, "06-2"), "C2-13": (standard, 4, 2, "08-C2-13"), "C2-14": (standard, 10, 2, "08-C2-14")}
order = np.random.default_rng(seed).permutation(n_train)

def gaussian_map(name, options, leading, count):
    """t-SNE map of the Gaussian counterpart of what notebook 06 mapped, made once."""
    z = clouds["I", "train"]
    x = z if leading is None else pcas["I"].transform(z)[:, :leading]
    null = filaments.gaussian_null(x[order[:count]], np.random.default_rng(seed)).astype(np.float32)
    def compute():
        progress.log(f"t-SNE of a Gaussian cloud, settings of figure {name}: {count:,} points")
        return embed.tsne(null, seed=seed, n_jobs=1, name=f"settings of figure {name}", **options)
    return artifacts.cached(study.data / f"tsne-08-{name}.npy", compute, "t-SNE of a Gaussian", {"n": count, "seed": seed,
                            "leading": leading, **options}, [study.latents("I", "train")], ["cloud/embed", "trial/filaments"])


# %%
def both_maps(name, options, leading, size, counterpart):
    """The map of latents and that of their Gaussian counterpart."""
    of_latents = artifacts.require(study.data / f"tsne-{name}.npy", "06_pca_tsne_filaments")
    smooth = artifacts.require(study.data / f"tsne-{counterpart}.npy", "06_pca_tsne_filaments") \
        if counterpart.startswith("06") else gaussian_map(name, options, leading, min(study.counts.tsne_points[size], n_train))
    return of_latents, smooth

with progress.log_warnings():                                                 # two at a time, the longest first
    made = Parallel(n_jobs=2, prefer="threads")(delayed(both_maps)(name, *settings[name]) for name in list(settings)[::-1])
maps = dict(zip(settings, made[::-1]))

# %%
fig, axes = plt.subplots(2, 5, figsize=(11, 4.9))
swap = line_up_rng.random(5) < 0.5
for column, (name, two) in zip(axes.T, maps.items()):
    for ax, y in zip(column, two[::-1] if swap[list(maps).index(name)] else two):
        figures.scatter(y, ax, "black", size=float(np.clip(2_000 / len(y), 0.4, 4)))
        ax.set_aspect("equal", adjustable="datalim"); ax.set_axis_off()
    leading, count = settings[name][1], len(two[0])
    column[0].set_title(f"{name}: {'all components' if leading is None else f'{leading} PCs'}\nn = {count:,}", fontsize=9)
figures.save(fig, study, "08-6", "tsne-of-latents-or-of-nothing", "Five pairs of t-SNE maps, one of latents and one of a "
             "Gaussian cloud each, in random order.", n="t-SNE settings of the posts; above or below is chance")
plt.show()


# %% [markdown]
# How much of the texture is t-SNE's own? The Clark-Evans index (1: points thrown at random; less: clumps, lines;
# more: points that keep a distance) and the size of the voids in the middle half of each map, as mean and
# standard error of its four quarters.

# %%
def texture(y):
    """Index and 95 % quantile of void radii in the four quarters of the map's middle square: (4, 2)."""
    half = planes.central_half_side(y, len(y) // 2) / 2
    corners = [(half * i, half * j) for i in (-1, 1) for j in (-1, 1)]
    return np.array([(planes.clark_evans(y, half, corner).index, np.quantile(planes.voids(y, half, corner), 0.95))
                     for corner in corners])

rows = []
for name, two in maps.items():
    for of, quarters in zip(("latents", "Gaussian"), map(texture, two)):
        error = quarters.std(axis=0, ddof=1) / 2
        rows.append((name, len(two[0]), of, *np.column_stack([quarters.mean(axis=0), error]).ravel()))
textures = pd.DataFrame(rows, columns=["figure", "n", "map of", "index", "its error", "void", "its error "])
textures.style.hide(axis="index").format(precision=3, thousands=",")

# %%
own, null = (textures[textures["map of"] == of].reset_index() for of in ("latents", "Gaussian"))
texture_z = (own["index"] - null["index"]) / np.hypot(own["its error"], null["its error"])
texture_z.index = own.figure
apart = texture_z.index[texture_z.abs() > 3].tolist()                    # the errors come from four quarters: 3, not 2
Markdown(f"The maps of Gaussian clouds have indices from {null['index'].min():.2f} to {null['index'].max():.2f}, those of "
         f"latents from {own['index'].min():.2f} to {own['index'].max():.2f}. "
         + (f"Latents and Gaussian differ by more than three standard errors in {', '.join(apart)} "
            f"({', '.join(f'{texture_z[name]:+.1f}' for name in apart)})." if apart else
            "In no setting do they differ by three standard errors: the texture is that of t-SNE.")
         + f" The largest gaps of the Gaussian maps measure {null.void.max():.2f} mean spacings (95 % quantile), those of "
           f"the latents' maps {own.void.max():.2f}; points at random have 1.23.")

# %% [markdown]
# ## The instruments and what they can see
#
# Before use, the instruments are tried on clouds whose truth is known (`lib/calibration.py`, run by
# `make calibration`). **Size:** on smooth clouds (Gaussian, skewed, heavy-tailed) a test at 5 % should find
# structure in 5 % of 200 trials. A count within the 99 % interval of that, or below it, is fair. **Power:** points are
# planted on a curved thread, and on sheets of 2 and 8 dimensions, which wind through 256 dimensions and are
# thickened by noise; thickness is the length of the noise over the radius of the cloud. How often is it found?

# %%
folder = ROOT / "data" / "calibration"
powers, sizes = (artifacts.require(folder / f"{name}.csv", "08 after `make calibration`") for name in ("powers", "sizes"))
shown = sizes.pivot_table(index="statistic", columns=["where", "n", "cloud"], values="rate", sort=False)
shown.style.format("{:.1%}").highlight_between(left=sizes.high.max() / sizes.trials.max() + 1e-9, right=1, color="#f4c7c3")

# %%
unfair = sizes[~sizes.fair]
family = sizes[sizes.statistic == "any of them"]
made = artifacts.facts(folder / "sizes.csv")
Markdown(f"{len(sizes) - len(unfair)} of {len(sizes)} rates are at most what chance allows a fair test "
         f"({sizes.high.max():.0f} of {sizes.trials.max()}); with the correction for a family of tests, at least one is found in "
         f"{family.rate.min():.1%} to {family.rate.max():.1%} of the trials. "
         + (f"Too often something is found by: {'; '.join(f'{r.statistic} ({r.cloud}, n = {r.n:,}: {r.rate:.1%})' for r in unfair.itertuples())}. "
            "What only these find is not believed below. " if len(unfair) else "") +
         f"(Computed in {made['seconds'] / 60:.0f} minutes with {'the same' if made['code'] == artifacts.code_hashes(['calibration']) else 'other'} code.)")

# %% [markdown]
# **Figure 08-7.** Detection rate (of 20) of the three dimension estimates in 256 dimensions, and of the eight
# statistics in the plane of the first two principal components (best of them), against thickness.

# %%
space = powers[(powers["where"] == "space") & (powers.statistic != "mean r1/r2")]
best = powers[powers["where"] == "plane"].groupby(["m", "thickness", "n"], as_index=False).rate.max().assign(statistic="plane, best of 8")
fig, axes = plt.subplots(3, 3, figsize=(8.6, 6.4), sharex=True, sharey=True)
for (m, row) in zip(calibration.SHEETS, axes):
    for n, ax in zip(sorted(powers.n.unique()), row):
        found = pd.concat([space, best]).query("m == @m and n == @n").groupby("statistic", sort=False)
        for (name, part), width in zip(found, (5, 3, 1.2, 1.2), strict=True):      # the first show beside the later ones
            ax.plot(part.thickness, part.rate, "o--" if "plane" in name else "o-", lw=width, ms=width + 2, label=name)
        ax.axhline(0.05, color=figures.MUTED, lw=0.8)
        ax.set(xscale="log", title=f"{'thread' if m == 1 else f'sheet, m = {m}'}, n = {n:,}", ylim=(-0.03, 1.03))
axes[0, 0].legend(fontsize=6)
fig.supxlabel("thickness / radius of the cloud", fontsize=9); fig.supylabel("found at 5 %", fontsize=9)
figures.save(fig, study, "08-7", "power", "Detection rate of threads and sheets against thickness for three counts of points; "
             "the estimates in the full space against the best statistic in a plane.", n="20 planted clouds per point, no latents")
plt.show()

# %%
n_space = min(1_000, n_held_out)
reach = powers[powers.rate >= 0.95].groupby(["where", "m", "n"]).thickness.max()
seen = lambda place, m: reach.get((place, m, 1_000), None)
blind = [f"{'threads' if m == 1 else f'sheets of {m} dimensions'} in the {place}" for place in ("space", "plane") for m in calibration.SHEETS
         if seen(place, m) is None]
fine = powers[(powers.n == 3_000) & (powers.thickness == min(calibration.THICKNESSES)) & (powers["where"] == "space")]
found = fine.pivot(index="m", columns="statistic", values="mean")
Markdown("With 1,000 points, some instrument finds in 95 % of the trials: "
         + "; ".join(f"{'threads' if m == 1 else f'sheets of {m} dimensions'} up to a thickness of {seen(place, m):g} in the {place}"
                     for place in ("space", "plane") for m in calibration.SHEETS if seen(place, m)) + ". "
         + (f"**No instrument can see** {', '.join(blind)}, however thin: nothing said below excludes them. " if blind else "")
         + "At the smallest thickness and n = 3,000 the dimensions recovered are (TwoNN / MLE / local PCA) "
         + "; ".join(f"{r.TwoNN:.1f} / {r.MLE:.1f} / {r['local PCA']:.1f} for a true {m}" for m, r in found.iterrows()) + ".")


# %% [markdown]
# ## The trial in the planes
#
# Every plane, both networks, training and held-out latents, the central half and the zoom: eight statistics each,
# against 99 smooth clouds of the plane's own shape (39 at the scale smoke). All these tests are **one family**: the corrected *p* says how
# often chance alone would make the most extreme of all of them as extreme (Westfall and Young).

# %%
def both_zooms(points):
    """The eight statistics of the central half and of the zoom, {name: value}."""
    zoom = min(planes.CENTRAL, len(points) // 10)
    return {f"{name}, {where}": value for where, count in (("half", None), ("zoom", zoom))
            for name, value in planes.plane_statistics(points, count).items()}

jobs = [(case, split, name) for case, split in pairs for name in views[case, split]]
progress.log(f"{len(jobs)} planes against {N_PLANE} smooth clouds each")
measured = Parallel(n_jobs=2)(delayed(filaments.measured)(views[case, split][name], both_zooms, "smooth", N_PLANE,
                                                          rng=np.random.default_rng([seed, k]))
                              for k, (case, split, name) in enumerate(jobs))


# %%
def labelled(parts):
    """Join measured trials (Series, DataFrame) of {label: ...} into one family."""
    return (pd.concat([part.add_prefix(f"{label}: ") for label, (part, _) in parts.items()]),
            pd.concat([part.add_prefix(f"{label}: ") for label, (_, part) in parts.items()], axis=1))

observed, chance = labelled({" / ".join(job): m for job, m in zip(jobs, measured)})
sides = {name: planes.PLANE_SIDES[name.split(": ")[1].rsplit(", ", 1)[0]] for name in observed.index}
plane_trials = filaments.judged(observed, chance, sides)
split_name = plane_trials.statistic.str.extract(r"(?P<case>\w+) / (?P<split>\w+) / (?P<plane>.+?): (?P<name>.+), (?P<zoom>\w+)$")
plane_trials = pd.concat([split_name, plane_trials.drop(columns="statistic")], axis=1)
artifacts.write(study.data / "plane-trials.csv", plane_trials)
guilty = plane_trials[plane_trials.p_family <= 0.05]
guilty.style.hide(axis="index").format(precision=3)

# %% [markdown]
# **Figure 08-8.** Each dot is one test: how far the latents stand from the smooth clouds, in standard deviations of
# these, counted so that positive means more lines or voids.

# %%
towards = np.where(plane_trials.side == "low", -1, 1) * plane_trials.z
fig, ax = plt.subplots(figsize=(8.2, 3.9))
drawn = plane_trials.assign(towards=towards, cloud="case " + plane_trials.case + ", " + plane_trials.split.str.replace("_", "-"))
sns.stripplot(drawn, x="towards", y="name", hue="cloud", palette=["#b5322f", "#e39c9a", "#2f6db5", "#9dbde3"], dodge=True,
              size=3.5, ax=ax, jitter=False)
ax.axvspan(-2, 2, color="0.93", zorder=0); ax.axvline(0, color="black", lw=0.8)
ax.set(xlabel="standard deviations of the smooth clouds (right: more lines or voids)", ylabel="",
       title=f"08-8: {len(plane_trials)} tests in {len(jobs)} planes; grey: within two")
ax.legend(fontsize=7, loc="upper left", bbox_to_anchor=(1.0, 1.0))
figures.save(fig, study, "08-8", "plane-trials", f"Effect sizes of {len(plane_trials)} tests, between {towards.min():.1f} and "
             f"{towards.max():.1f} standard deviations.", n=f"{n_train:,} and {n_held_out:,} latents, {N_PLANE} smooth clouds each")
plt.show()

# %%
single = int((plane_trials.p <= 0.05).sum())
convicted = guilty[["case", "split", "plane"]].drop_duplicates()
Markdown(f"{single} of {len(plane_trials)} tests have an uncorrected p of at most 5 %; chance makes "
         f"{0.05 * len(plane_trials):.0f}. After correction **{len(guilty)}** remain, in {len(convicted)} of {len(jobs)} planes"
         + (f" ({'; '.join(f'{g.plane}, case {g.case}, {g.split}: {g.name_}, z = {g.z:+.1f}' for g in guilty.rename(columns={'name': 'name_'}).itertuples())})." if len(guilty) else "."))

# %% [markdown]
# ## The trial in the full space
#
# A projection hides what is thin in 256 dimensions, so the same question is put there: how many-dimensional is the
# cloud at the scale of neighbouring points? Dimension estimates fall short when points are few, so they are compared
# with clouds of the same count: Gaussian; *elliptical*, which also has the law of the latents' radii; and *shuffled*,
# which also has the marginals along all principal axes. Filaments would have a dimension near 1. A dimension below
# these clouds' but far above 1 means a curved or clustered set, not threads.

# %%
SETS = [(case, split, kind) for case, split in pairs for kind in filaments.KINDS]

def space_trial(k, case, split, kind):
    """Statistics of a subsample and of N_SPACE clouds of the null fitted to all training latents."""
    rng = np.random.default_rng([seed, 100 + k])
    sample = np.random.default_rng([seed, 99]).choice(clouds[case, split], n_space, replace=False)
    null = filaments.fitted_null(clouds[case, "train"], kind)
    return filaments.measured(sample, dimensions.space_statistics, null, N_SPACE, rng=rng)

progress.log(f"{len(SETS)} trials of {n_space:,} latents in the full space")
measured = Parallel(n_jobs=2)(delayed(space_trial)(k, *which) for k, which in enumerate(SETS))

# %%
observed, chance = labelled({" / ".join(which): m for which, m in zip(SETS, measured)})
capped = chance.columns[(chance == chance.iloc[0]).all()]               # as far as the estimate can go, in every smooth cloud
observed, chance = observed.drop(capped), chance.drop(columns=capped)
space_trials = filaments.judged(observed, chance, dict.fromkeys(observed.index, "low"))
names = space_trials.statistic.str.extract(r"(?P<case>\w+) / (?P<split>\w+) / (?P<null>\w+): (?P<name>.+)$")
space_trials = pd.concat([names, space_trials.drop(columns=["statistic", "side"])], axis=1)
artifacts.write(study.data / "space-trials.csv", space_trials)

# %%
fig, axes = plt.subplots(1, 3, figsize=(8.6, 3.4), sharey=True)
colours = dict(zip(filaments.KINDS, (figures.NORMAL, "#8a6fb0", "#c98a2b")))
for ax, name in zip(axes, ("TwoNN", "MLE", "local PCA")):
    for row, pair in enumerate(pairs):
        part = space_trials.query("name == @name and case == @pair[0] and split == @pair[1]")
        for k, r in enumerate(part.itertuples()):
            band = part.loc[r.Index, ["null 2.5 %", "null 97.5 %"]]
            ax.plot(band, [row + 0.15 * (k - 1)] * 2, lw=4, color=colours[r.null], label=f"{r.null} clouds" if row == 0 else None)
        ax.plot(part.observed[:1], [row] * len(part[:1]), "D", color=figures.LATENT, label="latents" if row == 0 else None)
    ax.set(xlabel="dimension", title=name, xlim=(0, 1.05 * ax.dataLim.x1), ylim=(3.6, -0.6))
axes[0].set(yticks=range(4), yticklabels=[f"case {c}, {s.replace('_', '-')}" for c, s in pairs])
axes[2].legend(*axes[1].get_legend_handles_labels(), fontsize=7, loc="upper left")
figures.save(fig, study, "08-9", "dimension-trials", f"Dimension estimates of the latents beside the bands of three kinds of "
             f"smooth clouds of {n_space:,} points.", n=f"{n_space:,} points each, {N_SPACE} clouds per band")
plt.show()

# %%
below = space_trials[(space_trials.p_family <= 0.05) & ~space_trials.null.isin(set(unfair.null))]
mle = space_trials.query("name == 'MLE' and null == 'elliptical'").set_index(["case", "split"])
Markdown(f"**Figure 08-9.** {len(below)} of {len(space_trials)} tests lie below their smooth clouds after correction for all of "
         f"them, nulls that the calibration found unfair left out (by null: {', '.join(f'{(below.null == kind).sum()} {kind}' for kind in filaments.KINDS)}). The likelihood estimate "
         f"of the latents is {mle.observed.min():.1f} to {mle.observed.max():.1f}, where elliptical clouds have "
         f"{mle['null mean'].min():.1f} to {mle['null mean'].max():.1f}. "
         + ("This is the dimension of threads." if mle.observed.max() < 2 else
            "A thread has 1 (see the power above): **this is not the dimension of threads.**")
         + (f" Left out, because all smooth clouds read alike there: {'; '.join(capped)}." if len(capped) else ""))

# %% [markdown]
# ## Where the truth is known
#
# Drawn faces come with the factors they were drawn from, so the dimension that an estimator *should* find is known, as
# it never is for photographs. Each estimator gets the factors themselves, the images (brought to 32 x 32 pixels) and
# both networks' latents: 2,000 of each in five subsamples (fewer where there are fewer), and, to see how far it falls
# short at this count, independent uniform numbers of as many dimensions as there are factors.

# %%
x = cache.load(study)
known = x.factors is not None
rng = np.random.default_rng([seed, 200])
n_sub = min(2_000, n_train // 2)
pixels = np.asarray(x.train[:4 * n_sub], dtype=np.float32).reshape(-1, 3, 32, 3, 32, 3).mean((3, 5)).reshape(-1, 3 * 32 * 32)
asked = {"images": np.unique(pixels, axis=0), "latents, case I": clouds["I", "train"], "latents, case II": clouds["II", "train"]}
if known:
    ranges = np.array([(factor.low, factor.high) for factor in faces.FACTORS])
    y = (x.factors.to_numpy()[:len(x.train)] - ranges[:, 0]) / np.ptp(ranges, axis=1)
    asked = {"true factors": y, "independent numbers": rng.random(y.shape)} | asked
table = pd.concat([dimensions.intrinsic_dimensions(points, rng, min(n_sub, len(points) // 2)).assign(of=name)
                   for name, points in asked.items()])
artifacts.write(study.data / "dimensions.csv", table)
estimates = table.pivot(index="of", columns="estimator", values="mean").loc[list(asked), ["TwoNN", "MLE", "local PCA"]]

# %%
fig, ax = plt.subplots(figsize=(7.2, 2.9))
for k, (name, colour) in enumerate(zip(estimates.columns, ("#8a6fb0", figures.LATENT, figures.NORMAL))):
    part = table[table.estimator == name].set_index("of").loc[list(asked)]
    ax.errorbar(part["mean"], np.arange(len(part)) + 0.18 * (k - 1), xerr=2 * part.sd, fmt="o", color=colour, label=name, capsize=2)
if known:
    ax.axvline(y.shape[1], color=figures.THEORY, lw=0.9, ls=":", label=f"{y.shape[1]} factors")
ax.set(yticks=range(len(asked)), yticklabels=list(asked), xlabel="dimension (bars: two standard deviations of the subsamples)",
       xlim=(0, None), title=f"08-10: dimension estimates (n = {n_sub:,})")
ax.invert_yaxis(); ax.legend(fontsize=7, loc="upper left", bbox_to_anchor=(1, 1))
figures.save(fig, study, "08-10", "true-dimension", "Dimension estimates for " + "; ".join(
    f"{name}: {', '.join(f'{c} {v:.0f}' for c, v in row.items())}" for name, row in estimates.iterrows()) + ".",
    n="five subsamples each")
plt.show()

# %%
factor_text = (f"The faces have **{y.shape[1]}** factors. From the factors themselves the estimators read "
               + ", ".join(f"{v:.0f} ({c})" for c, v in estimates.loc["true factors"].items())
               + f", from independent numbers {', '.join(f'{v:.0f}' for v in estimates.loc['independent numbers'])}: at "
               f"this count even the truth is underestimated. ") if known else "The factors of photographs are not known. "
Markdown(factor_text + "The images have " + ", ".join(f"{v:.0f}" for v in estimates.loc["images"]) + " and the latents "
         + ", ".join(f"{v:.0f}" for v in estimates.loc["latents, case I"]) + " (case I) and "
         + ", ".join(f"{v:.0f}" for v in estimates.loc["latents, case II"]) + " (case II).")

# %% [markdown]
# ### Which latent directions carry which factor?
#
# A probe predicts each factor from the latents; *R²* is the share of its variance it gets right on latents it has
# never seen (five folds). The linear probe is a direction in latent space, the nonlinear one may bend. A factor measured
# in turns (an angle) is probed through its cosine and sine. The second panel shows the squared correlation of each
# factor with each single principal component: is a direction of its own set aside for a factor, or is it spread?

# %%
if known:
    circular = np.array(["turns" in factor.meaning for factor in faces.FACTORS])
    columns = [probes.turns(y[:, [k]]) if circular[k] else y[:, [k]] for k in range(y.shape[1])]
    owner = np.concatenate([[k] * c.shape[1] for k, c in enumerate(columns)])
    targets = np.concatenate(columns, axis=1)
    probed = []
    for case in ("I", "II"):
        score = probes.probe_scores(stages.latents(study, case), targets, np.random.default_rng([seed, 300]))
        corr = np.corrcoef(pcas[case].transform(stages.latents(study, case))[:, :40].T, targets.T)[:40, 40:] ** 2
        by_factor = score.groupby(owner).mean().assign(factor=faces.NAMES, case=case)
        squared = np.stack([corr[:, owner == k].sum(axis=1) / (owner == k).sum() for k in range(y.shape[1])])
        probed.append(by_factor.assign(best_pc=1 + squared.argmax(axis=1), best_r2=squared.max(axis=1), squared=list(squared)))
    probe_table = pd.concat(probed, ignore_index=True)
    artifacts.write(study.data / "probes.csv", probe_table.drop(columns="squared"))

# %%
if known:
    top = probe_table.query("case == 'I'").sort_values("nonlinear", ascending=False)
    second = probe_table.query("case == 'II'").set_index("factor").loc[top.factor]

# %%
if known:
    fig, (left, right) = plt.subplots(1, 2, figsize=(9.2, 9.2), width_ratios=(1.2, 1), layout="constrained")
    place = np.arange(len(top))
    left.barh(place, top.nonlinear.clip(0), color="#e39c9a", label="case I, nonlinear")
    left.barh(place, top.linear.clip(0), height=0.45, color=figures.LATENT, label="case I, linear")
    left.plot(second.nonlinear.clip(0), place, "|", color=figures.UNIFORM, ms=6, mew=1.5, label="case II, nonlinear")
    left.set(yticks=place, yticklabels=top.factor.str.replace("_", " "), ylim=(len(top) - 0.4, -0.6), xlabel="R² of the probe",
             xlim=(0, 1), title=f"08-11: probes (n = {n_train:,})")
    left.tick_params(axis="y", labelsize=6.5); left.legend(fontsize=7, loc="lower right")
    shown = right.imshow(np.sqrt(np.stack(top.squared)), aspect="auto", cmap="magma_r", vmin=0, vmax=1, interpolation="nearest")
    right.set(yticks=[], xticks=range(0, 40, 5), xticklabels=range(1, 41, 5), xlabel="principal component of case I",
              title="|correlation| with single components"); right.grid(False)
    fig.colorbar(shown, ax=right, fraction=0.05, aspect=40)
    figures.save(fig, study, "08-11", "probes", f"R² of linear and nonlinear probes of {len(top)} factors, and their correlation "
                 "with single principal components.", n=f"{n_train:,} latents of case I and II, five folds")
    plt.show()

# %%
carried = probe_table.groupby("case")[["linear", "nonlinear"]].agg(lambda r2: (r2 > 0.5).sum()) if known else None
gained = top.assign(gain=top.nonlinear - top.linear).sort_values("gain").iloc[-1] if known else None
single = top.sort_values("best_r2").iloc[-1] if known else None
Markdown(f"Of {y.shape[1]} factors, a linear probe gets more than half of the variance of **{carried.linear['I']}** (case II: "
         f"{carried.linear['II']}), a nonlinear one of **{carried.nonlinear['I']}** ({carried.nonlinear['II']}). The best known is "
         f"{top.factor.iloc[0].replace('_', ' ')} ({top.nonlinear.iloc[0]:.2f}); {(top.nonlinear < 0.05).sum()} factors leave no trace "
         f"(R² below 0.05). Bending gains most for {gained.factor.replace('_', ' ')} ({gained.linear:.2f} to {gained.nonlinear:.2f}). The "
         f"factor closest to one component of its own is {single.factor.replace('_', ' ')} (PC{single.best_pc}, r² = {single.best_r2:.2f}); "
         f"the median factor has {top.best_r2.median():.2f} with its best one: factors are "
         f"{'spread over many directions' if top.best_r2.median() < 0.5 else 'mostly set apart'}." if known else
         "Not applicable: photographs come without their factors.")

# %% [markdown]
# ## How Gaussian is the cloud?
#
# Not to be confused with the question above: a cloud may be far from Gaussian without any filament. Along each original
# component and each principal one: the Anderson-Darling effect size A²/n (0 for a Gaussian, 0.010 Laplace, 0.011
# uniform), skewness and excess kurtosis. A Gaussian cloud of as many points says what sampling alone makes.

# %%
frames = {f"{what}, case {case}": points for case in ("I", "II") for what, points in
          (("components", clouds[case, "train"]), ("principal components", pcas[case].transform(clouds[case, "train"])))}
frames["Gaussian cloud"] = np.random.default_rng([seed, 400]).standard_normal((n_train, 256))
shapes = {name: normality.moments(points).abs() for name, points in frames.items()}
normal_table = pd.DataFrame({name: {f"{column}, {what}": getattr(shape[column], what)() for column in shape
                                    for what in ("median", "max")} for name, shape in shapes.items()}).T
artifacts.write(study.data / "normality.csv", normal_table.rename_axis("cloud").reset_index())
normal_table.style.format(precision=4)

# %% [markdown]
# All components together: the squared Mahalanobis distance D² of a Gaussian cloud follows chi² with 256 degrees of
# freedom (mean 256, variance 512). Distances of the latents that also gave mean and covariance are a little narrower
# for that reason alone, so held-out latents are the fairer witness; **figure 08-12** shows both.

# %%
fig, axes = plt.subplots(1, 2, figsize=(8.4, 3.2), sharey=True)
spread = {}
grid = np.linspace(100, 600, 400)
for ax, case in zip(axes, ("I", "II")):
    mean, covariance = latent.mean_and_covariance(clouds[case, "train"])
    for split, colour in (("train", figures.LATENT), ("held_out", figures.UNIFORM)):
        squares = latent.mahalanobis(clouds[case, split], mean, covariance) ** 2
        spread[case, split] = squares.mean() / 256, squares.var() / 512, (squares > stats.chi2.ppf(0.99, 256)).mean()
        ax.hist(squares.clip(100, 600), bins=60, range=(100, 600), density=True, histtype="step", color=colour, lw=1.5, label=split.replace("_", "-"))
    ax.plot(grid, stats.chi2.pdf(grid, 256), color=figures.THEORY, label="chi², 256 degrees of freedom")
    ax.set(title=f"{'08-12: ' if case == 'I' else ''}case {case}", xlabel="squared Mahalanobis distance (ends: and beyond)")
axes[0].legend(fontsize=7)
figures.save(fig, study, "08-12", "mahalanobis", "Histograms of squared Mahalanobis distances: variance over that of chi² "
             + ", ".join(f"case {c} {s} {v[1]:.1f}" for (c, s), v in spread.items()) + ".", n=f"{n_train:,} and {n_held_out:,} latents")
plt.show()

# %%
pd.DataFrame(spread, index=["mean of D² / 256", "variance / 512", "beyond the 99 % point"]).T.style.format(precision=3)

# %% [markdown]
# Henze and Zirkler's test looks at several components at once. Its law depends on n and on their number, so its
# *p* comes from Gaussian clouds of the same count and covariance.

# %%
hz = []
for case in ("I", "II"):
    scores = pcas[case].transform(clouds[case, "train"][order[:n_space]])
    for k in (2, 5, 10):
        trial = filaments.trial(scores[:, :k], "gaussian", N_SPACE, rng=np.random.default_rng([seed, 500 + k]),
                                statistic=lambda points: -normality.henze_zirkler(points))
        hz.append((case, k, -trial.statistic, -trial.null.mean(), -trial.z, trial.p))
hz = pd.DataFrame(hz, columns=["case", "leading PCs", "Henze-Zirkler", "Gaussian mean", "z", "p"])
hz.style.hide(axis="index").format(precision=3)

# %% [markdown]
# **The core.** A cloud with outliers may still be Gaussian inside. Definition (ours): the core are the latents within the
# median Mahalanobis distance. Cutting a Gaussian cloud there shrinks its covariance by the factor
# F(256 + 2) / F(256) at D², F(k) the chi² distribution function with k degrees of freedom; the same factor in every
# direction.

# %%
cores = []
for case in ("I", "II"):
    z = clouds[case, "train"]
    distance = latent.mahalanobis(z)
    inside = z[distance <= np.median(distance)]
    shrunk = np.diag(pcas[case].transform(inside).T @ pcas[case].transform(inside)) / len(inside) / pcas[case].eigenvalues
    cores.append((case, np.median(distance), shrunk.mean(), float(normality.core_covariance_factor(np.median(distance), 256)),
                  shrunk[:26].mean(), shrunk[26:].mean()))
cores = pd.DataFrame(cores, columns=["case", "median distance", "measured factor", "Gaussian factor", "first 26 PCs", "the others"])
cores.style.hide(axis="index").format(precision=3)

# %%
held = [spread[case, "held_out"] for case in ("I", "II")]
Markdown(f"Along single components the median effect size is {normal_table.iloc[0, 0]:.4f} (case I; sampling alone "
         f"{normal_table.iloc[-1, 0]:.4f}), along principal ones {normal_table.iloc[1, 0]:.4f} at the median and "
         f"{normal_table.iloc[1, 1]:.4f} at most: sums of many things look Gaussian, the leading axes are less so. "
         f"All together are another matter: the variance of D² of held-out latents is **{held[0][1]:.1f}** (I) and **{held[1][1]:.1f}** "
         f"(II) times that of chi², and {held[0][2]:.0%} and {held[1][2]:.0%} lie beyond its 99 % point. Henze-Zirkler "
         f"{'rejects' if (hz.p <= 0.05).all() else 'rejects in ' + str(int((hz.p <= 0.05).sum())) + ' of ' + str(len(hz)) + ' cases'} "
         f"a normal distribution of the leading components. In the core, variances shrink by {cores['measured factor'][0]:.3f} and "
         f"{cores['measured factor'][1]:.3f}, where a Gaussian has {cores['Gaussian factor'][0]:.3f} and {cores['Gaussian factor'][1]:.3f}.")

# %% [markdown]
# **Figure 08-13.** Pair densities of the two widest original components, and of the first two principal ones, with the
# ellipses that hold 39.3, 86.5 and 98.9 % of a Gaussian (1, 2 and 3 sigma).

# %%
held_by, views_2d = {}, {}
for case in ("I", "II"):
    z = clouds[case, "train"]
    a, b = np.argsort(-z.std(axis=0))[:2]
    views_2d |= {f"case {case}: components {a}, {b}": z[:, [a, b]], f"case {case}: PC1, PC2": pcas[case].transform(z)[:, :2]}

# %%
fig, axes = plt.subplots(1, 4, figsize=(11.4, 3.1), layout="constrained")
for ax, (name, points) in zip(axes, views_2d.items()):
    mean, covariance = points.mean(axis=0), np.cov(points, rowvar=False)
    ax.hexbin(*points.T, gridsize=45, mincnt=1, cmap="Greys", linewidths=0)
    for k, colour in ((1, "#b5322f"), (2, "#c98a2b"), (3, "#2f6db5")):
        ax.plot(*normality.confidence_ellipse(mean, covariance, k).T, color=colour, lw=1.2)
    distance = latent.mahalanobis(points, mean, covariance)
    held_by[name] = [(distance <= k).mean() for k in (1, 2, 3)]
    ax.set_title(f"{name}\n" + " / ".join(f"{share:.1%}" for share in held_by[name]), fontsize=8)
figures.save(fig, study, "08-13", "confidence-ellipses", "Pair densities with 1, 2 and 3 sigma ellipses, which hold "
             + "; ".join(f"{name}: {', '.join(f'{s:.1%}' for s in shares)}" for name, shares in held_by.items()) + ".",
             n=f"{n_train:,} latents; a Gaussian has 39.3 / 86.5 / 98.9 %")
plt.show()

# %% [markdown]
# ## Two runs: what stays, what does not
#
# F2 says that networks and runs differ in which components dominate. Two short trainings of case I (ours, reduced: the
# point is to compare runs, not their quality) differ by seed alone; cases I and II of this run differ by architecture.
# Component numbers can be compared as they are. The spaces themselves are compared through the images: do the leading
# principal components of two runs sort the same held-out images in the same way? The cosines of the principal angles
# between the spaces spanned by their scores are 1 for directions that both have.

# %%
n_short, epochs_short = min(3_000, len(x.train) // 3), 2

def short_run(run_seed):
    """Held-out latents of a short training of case I."""
    def compute():
        model = models.Autoencoder(models.CASE_I, run_seed)
        train.fit(model, x.train[:n_short], x.held_out, epochs_short, 32, run_seed, learning_rate=1e-3, desc=f"seed {run_seed}, short")
        return train.encode(model, x.held_out)
    params = {"n": n_short, "epochs": epochs_short, "seed": run_seed}
    return artifacts.cached(study.data / f"z_short-{run_seed}.npy", compute, "short run", params, cache.paths(study), stages.NETWORK)

runs = {"seed": (short_run(seed), short_run(seed + 1)), "case": tuple(stages.latents(study, c, "held_out") for c in ("I", "II"))}

# %%
K = 10
compared, curves = [], {}
for name, two in runs.items():
    fits = [embed.pca(z.astype(float)) for z in two]
    scores = [fit.transform(z)[:, :K] for fit, z in zip(fits, two)]
    cosines = probes.shared_directions(*scores)
    chance = probes.shared_directions(scores[0], np.random.default_rng([seed, 600]).permutation(scores[1]))
    dominant = [set(np.flatnonzero(latent.components(z).dominant)) for z in two]
    common, union = (len(dominant[0] & dominant[1]), len(dominant[0] | dominant[1]))
    compared.append((name, cosines.mean(), cosines.min(), chance.mean(), abs(fits[0].share.cumsum() - fits[1].share.cumsum()).max(),
                     len(dominant[0]), len(dominant[1]), common, len(dominant[0]) * len(dominant[1]) / 256, common / union if union else 0.0))
    curves[name] = cosines, chance, [fit.share for fit in fits]
compared = pd.DataFrame(compared, columns=["differ by", "mean cosine", "smallest", "of shuffled images", "spectra apart", "dominant, first",
                                           "dominant, second", "in common", "by chance", "Jaccard"])
artifacts.write(study.data / "two-runs.csv", compared)
compared.style.hide(axis="index").format(precision=3)

# %%
fig, (left, right) = plt.subplots(1, 2, figsize=(8.2, 3.2))
for (name, (cosines, chance, shares)), colour in zip(curves.items(), (figures.LATENT, figures.UNIFORM)):
    left.plot(np.arange(1, K + 1), cosines, "o-", ms=4, color=colour, label=f"runs that differ by {name}")
    left.plot(np.arange(1, K + 1), chance, "--", lw=1, color=colour, label="images shuffled")
    for k, share in enumerate(shares):
        right.plot(np.arange(1, 257), share, color=colour, ls=("-", "--")[k], lw=1.2, label=f"{name}: {('first', 'second')[k]} run")
left.set(xlabel="principal angle", ylabel="cosine", ylim=(0, 1.03), title=f"08-14: spaces of the first {K} PCs"); left.legend(fontsize=7)
right.set(xlabel="principal component", ylabel="share of the variance", yscale="log", title="spectra"); right.legend(fontsize=7)
figures.save(fig, study, "08-14", "two-runs", "Cosines of principal angles between the leading spaces of two runs: mean "
             + ", ".join(f"{r[1]:.2f} (runs differ by {r[0]})" for r in compared.itertuples(index=False)) + "; spectra beside.",
             n=f"{len(x.held_out):,} held-out images")
plt.show()

# %%
by_seed, by_case = compared.iloc[0], compared.iloc[1]
Markdown(f"Runs that differ by seed alone have {by_seed['in common']} dominant components in common (chance: {by_seed['by chance']:.1f}), those "
         f"that differ by case {by_case['in common']} ({by_case['by chance']:.1f}): **component numbers mean nothing.** But the leading spaces are "
         f"{'largely the same' if by_seed['mean cosine'] > 0.8 else 'related' if by_seed['mean cosine'] > 2 * by_seed['of shuffled images'] else 'different'}: "
         f"mean cosine **{by_seed['mean cosine']:.2f}** by seed and **{by_case['mean cosine']:.2f}** by case, shuffled images "
         f"{by_seed['of shuffled images']:.2f}; cumulative spectra differ by at most {by_seed['spectra apart']:.3f} and {by_case['spectra apart']:.3f}.")

# %% [markdown]
# ## The answers to the line-up

# %%
key = pd.DataFrame(answers, columns=["figure", "plane", "points in the window", "observed panel", "Clark-Evans index", "rank among nine"])
artifacts.write(study.data / "line-ups.csv", key)
lowest = int((key["rank among nine"] == 1).sum())
display(Markdown(f"In figure 08-6 the latents are {'; '.join(f'{name}: ' + ('below' if s else 'above') for name, s in zip(maps, swap))}. "
                 f"The machine, asked to pick the panel with the lowest Clark-Evans index (most lines), is right in {lowest} of {len(key)} "
                 "line-ups; picking at random is right once in nine."))
key.style.hide(axis="index").format(precision=3)

# %% [markdown]
# ## The verdict

# %%
threads = mle.observed.max() < 2
planted = powers.query("where == 'space' and m == 1 and n == 1000 and statistic == 'MLE'").set_index("thickness")
excluded = planted.index[planted["mean"] + 3 * planted.sd < mle.observed.min()].max()
in_planes = len(convicted) / len(jobs)

# %%
Markdown(f"{'**Filaments: found.**' if threads else '**Filaments: not found.**'} In {len(jobs)} planes and zooms of both networks, "
         f"{len(guilty)} of {len(plane_trials)} tests stand out from smooth clouds after correction"
         + (", " if not guilty.empty else ", so the lines and voids of the planes are those of chance; ") +
         f"the eye's best witness, the texture of t-SNE maps, "
         f"{'appears in maps of Gaussian clouds as well' if not apart else f'differs from that of Gaussian clouds in {len(apart)} of {len(maps)} settings'}. "
         f"In the full space the latents have a dimension of {mle.observed.min():.0f} to {mle.observed.max():.0f} at the scale of neighbours, where a "
         f"planted thread has 1 and smooth elliptical clouds have {mle['null mean'].min():.0f} to {mle['null mean'].max():.0f}: "
         + ("they are threads. " if threads else "whatever the cloud is, it is no web of threads. "
            + ("It is of fewer dimensions than a smooth cloud of its covariance, which a curved sheet of many dimensions explains. "
               if len(below) else "No test tells it from a smooth cloud of many dimensions. "))
         + (f"Threads like the planted ones read as less than the latents do up to a thickness of {excluded:g} of the cloud's radius "
            f"({planted['mean'][excluded]:.1f} dimensions there): these are excluded, thicker ones would look like the latents. "
            if excluded > 0 else "") + "Structure that the calibration found invisible is not excluded.")

# %% [markdown]
# ## The claims of this notebook

# %%
table = claims.record(study, "08", {
    "C2-filaments": (float(mle.observed["I", "train"]), float(mle["null sd"]["I", "train"])),
    "C2-everyplane": in_planes,
    "C2-texture": float(texture_z["C2-8"]),
    "later-mvn": float(spread["I", "held_out"][1]),
    "F2-seeds": float(by_seed["Jaccard"])})
table.style.hide(axis="index")
