# %% [markdown]
# # 07 Faces from random vectors
#
# **Question.** A plain autoencoder never learned to make faces from random vectors. Which random vectors does
# its decoder turn into faces all the same, and what must they know of the latents?
#
# Post F1 opens with faces from statistical vectors. F2 finds that uniform ones (*method 2*) never reach the
# region of the latents, hopes for half widths between 1 and 2, and sees that the right radius alone is not
# enough. All of it was judged by eye. Here a ladder of vectors, each rung knowing a little more of the
# latents, is judged by numbers: a face detector, two feature spaces, the way back through the encoder. Only
# F1-1 is the posts' figure; all else is ours.
#
# * **Posts:** F1 (figure F1-1), F2 (methods 2 and 3, the half widths, its conclusions). Figures 07-1 to 07-8
#   are ours.
# * **Writes:** `face-rates.csv`, `ladder.csv`, `curves.csv`, `ablation.csv`, `uniform-landing.csv`,
#   `walks.csv`, `variants.csv`, `claims-07.csv`; all in `data/RUN/`.
#
# Start it with `make lab`: opened otherwise, it does not find `lib`.

# %% tags=["parameters"]
dataset = "synthetic"
scale = "laptop"
seed = 0

# %%
import ipywidgets as widgets
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from IPython.display import Markdown, display

# %%
from lib import claims, figures, stages
from lib.cloud import generators, ladder, latent
from lib.images import cache, detection, judge
from lib.network import train
from lib.store import artifacts, progress
from lib.study import Study

study = Study(dataset, scale, seed)
figures.use_style()

# %% [markdown]
# All rungs and both cases get the same random numbers `g`. What they know of the latents is in `cloud`: mean,
# widths, principal axes, radii. The covariance is that of the latents; where there are fewer than ten of them
# per component, it is shrunk towards a multiple of the identity (Ledoit and Wolf), by the share given below.
# Method 1, a grid, is no rung: with ten points per axis it has 10^256 points.

# %%
x, rng = cache.load(study), np.random.default_rng(seed)
COLOURS = {"I": figures.LATENT, "II": figures.UNIFORM}
model = {case: stages.load_network(study, case) for case in COLOURS}
z = {(case, split): artifacts.require(study.latents(case, split), "02_encode_celeba").astype(float)
     for case in COLOURS for split in ("train", "held_out")}
cloud = {case: ladder.fitted(z[case, "train"]) for case in COLOURS}

# %%
n, d = min(50 if scale == "smoke" else 300, len(x.held_out) // 3), z["I", "train"].shape[1]     # ours
g = ladder.noise(n, d, np.random.default_rng([seed, 7]))
half = g[:n // 2]
pd.DataFrame([(case, len(known.z), n, known.shrinkage) for case, known in cloud.items()],
             columns=["case", "training latents", "vectors per rung", "shrunk by"]
             ).style.hide(axis="index").format({"training latents": "{:,}", "shrunk by": "{:.1%}"})

# %% [markdown]
# ## The judge, tried first
#
# scikit-image's detector (a cascade that this project did not train, settings fixed in
# `lib/images/detection.py`) says whether a picture holds a face. Before it judges, it is tried on pictures
# where the answer is known. Original images should come near 1. Shuffled blocks and noise hold no face: what
# is found there are false alarms, and a rate below is worth no more than its distance from them. Faces upside
# down show how much it minds orientation.

# %%
original = np.asarray(x.held_out[:n])
blobs = rng.normal(0.5, 0.2, (n, 3, 6, 6)).repeat(16, axis=2).repeat(16, axis=3)
reconstructed = {case: judge.pictures(model[case], z[case, "held_out"][:n]) for case in model}
tried = {"original images": original, "reconstructions, case I": reconstructed["I"],
         "reconstructions, case II": reconstructed["II"],
         "blocks of 8 shuffled": detection.block_shuffle(original, 8, rng=rng),
         "upside down": original[:, :, ::-1],
         "noise per pixel": rng.integers(0, 256, original.shape, dtype=np.uint8),
         "coarse noise": judge.to_bytes(blobs.clip(0, 1))}

# %%
judged = pd.DataFrame([{"pictures": name, **judge.rate(made)} for name, made in tried.items()])
figures.table(judged, study, "face-rates.csv")

# %% [markdown]
# Is it fit to judge? With 95 % confidence it should find at least 80 % of the faces, and in none of the three
# controls more than 20 % (rules ours). Where it fails, the rates below are to be read with that doubt.

# %%
counts = judged.set_index("pictures")[["faces", "n"]]
controls = {name: tuple(counts.loc[name]) for name in tried if "shuffled" in name or "noise" in name}
alarms = judged[judged.pictures.isin(controls)].rate
doubts = detection.doubts(tuple(counts.loc["original images"]), controls)
Markdown("**Doubt:** " + "; ".join(doubts) + "." if doubts else "It is fit by both rules.")


# %% [markdown]
# ## Faces from statistical vectors
#
# Every rung makes its vectors from `g`, and the decoder its pictures of them. Latents of training and of
# held-out images go the same way, for comparison.
#
# **Figure F1-1.** What the decoder of case II makes of vectors from a normal distribution with the latents'
# own mean and covariance: thirty in a row, none chosen.

# %%
def on_trial(case):
    """Vectors of all rungs, from the same noise, and as many latents: {name: (n, d)}."""
    real = {f"real latents, {split.replace('_', '-')}": z[case, split][:n] for split in ("train", "held_out")}
    return {name: rung(g) for name, rung in ladder.rungs(cloud[case]).items()} | real

vectors = {case: on_trial(case) for case in model}
decoded = {case: {name: judge.pictures(model[case], v) for name, v in vectors[case].items()}
           for case in model}
names = list(vectors["I"])[:-2]                                      # of the rungs

# %%
fig, ax = plt.subplots(figsize=(8.6, 2.75))
figures.image_grid(decoded["II"]["multivariate normal"][:30], 10, ax)
figures.show(fig, study, "F1-1", "faces-from-statistical-vectors", colors=256, n="30 vectors, none chosen",
             alt="Thirty images decoded from multivariate normal vectors with the mean and covariance of the "
             "latents of case II.")

# %% [markdown]
# ## The ladder
#
# Every rung turns the same random numbers into latents (equations in `lib/cloud/ladder.py`), so a column of
# **figure 07-1** is one draw on its way up: uniform vectors of seven half widths (method 2), of the half
# width that has the latents' mean square radius, and with exactly their radii; independent normals with each
# component's mean and width (method 3); normals along the principal axes, each pair kept inside its ellipse
# of 1, 2 or 3 sigma; the multivariate normal; a Gaussian mixture; a kernel density. The last row is the
# ceiling: reconstructions.

# %%
fig, axes = plt.subplots(len(names) + 1, 1, figsize=(7.4, 10.6))
for ax, name in zip(axes, names + ["real latents, held-out"]):
    figures.image_grid(decoded["II"][name][:12], 12, ax)
    label = name.replace(", ", ",\n") if name in names else "reconstructions (the ceiling)"
    ax.set_ylabel(label, rotation=0, ha="right", va="center", fontsize=8)
figures.show(fig, study, "07-1", "the-ladder-in-pictures", n="12 draws of case II, none chosen", colors=256,
             alt="Twelve images decoded from each rung of the ladder, from uniform vectors to a kernel "
             "density, and reconstructions.")

# %% [markdown]
# ### Scores
#
# * **Faces:** the share in which the detector finds one, with its 95 % interval.
# * **Way back:** encode the decoded image again. |E(D(z)) - z| is small where the decoder is at home; given
#   in units of the same number for held-out latents (median over median).
# * **Fréchet distance, precision and recall** against as many held-out images, in two feature spaces that
#   need no download: the 32 leading principal components of pixels (brought to 32 x 32), and those of the
#   *other* case's latents, so that no network judges itself. Each is divided by its spread along the first
#   axis. Precision is the share of made images that lie among real ones, recall the share of real ones
#   reached.
# * **Nearest training image:** distance (root mean square of the pixels) to the nearest training image, in
#   units of what held-out images have: far below 1 would be copying.
#
# How to read the table: reconstructions of held-out latents, the last row of each case, are the ceiling of
# all of them; those of training latents stand beside, and show what the nearest training image of a known
# picture is. Does the rate rise from uniform over independent to multivariate normal vectors? Does it rise
# further with mixture and kernel density, which know more than mean and covariance? The detector does not
# look at variety: where ellipses of one sigma have the most faces but less recall than the multivariate
# normal, they show much the same face again and again.

# %%
bench, rows = judge.Judge(model, z, x, n), []
for case in model:
    progress.log(f"case {case}: {len(names)} rungs of {n} vectors")
    rows += [{"case": case, "rung": name, **bench.scores(case, v, decoded[case][name])}
             for name, v in vectors[case].items()]
table = pd.DataFrame(rows)
figures.table(table, study, "ladder.csv", show=table.columns.drop(["n", "faces"]), precision=2)

# %% [markdown]
# **Figure 07-2.** The ladder in numbers; dotted lines mark the ceiling (reconstructions of held-out latents).

# %%
LABELS = {"rate": "faces (95 % interval)", "way back": "way back / real"}

def rungs_in_numbers(ax, column):
    """One score of all rungs in both cases; faces with their intervals."""
    for case, part in table.groupby("case"):
        ax.plot(part[column], range(len(part)), "o-", ms=4, lw=0.8, color=COLOURS[case], label=f"case {case}")
        ax.axvline(part[column].iloc[-1], color=COLOURS[case], lw=0.8, ls=":")
        if column == "rate":
            ax.hlines(range(len(part)), part.low, part.high, color=COLOURS[case], lw=1)
    ax.set(xlabel=LABELS.get(column, column.replace(", ", ",\n")))


# %%
spaces = [f"{what}, other encoder" for what in ("Fréchet", "precision", "recall")]
fig, axes = plt.subplots(1, 5, figsize=(11, 4.6), sharey=True)
for ax, column in zip(axes, ["rate", "way back", *spaces]):
    rungs_in_numbers(ax, column)
last = table[table.case == "II"]
axes[0].set(yticks=range(len(last)), yticklabels=last.rung, ylim=(len(last) - 0.5, -0.5), title="07-2")
axes[0].legend(fontsize=7)
axes[1].set_xscale("log")
figures.show(fig, study, "07-2", "the-ladder-in-numbers", n=f"{n} vectors per rung and case",
             alt="Five scores for each rung of the ladder; faces in case II: "
             + ", ".join(f"{row.rung} {row.rate:.0%}" for row in last.itertuples()) + ".")

# %% [markdown]
# ## How far may one go?
#
# **Figure 07-3.** Left: faces against the half width b of uniform vectors. Right: normal vectors of the right
# covariance, all brought to one Mahalanobis distance; latents, and normal vectors, lie near the square root
# of 256. Distance 0 is the mean. A curve that falls from its left end says that smaller is better, one with a
# hump that there is a best size.

# %%
WIDTHS = 0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2, 2.5, 3, 4, 5, 8, 12
DISTANCES = 2, 4, 8, 12, 16, 20, 24, 32, 48, 64
unit = half[:, :d] / np.linalg.norm(half[:, :d], axis=1, keepdims=True)
sized = [(case, "half width", b, ladder.uniform(cloud[case], half, b)) for case in model for b in WIDTHS]
sized += [(case, "Mahalanobis distance", distance, ladder.along_axes(cloud[case], distance * unit))
          for case in model for distance in DISTANCES]
curves = pd.DataFrame([{"case": case, "what": what, "value": b, **judge.rate(judge.pictures(model[case], v))}
                       for case, what, b, v in sized])
artifacts.write(study.data / "curves.csv", curves)


# %%
def faces_against(ax, what, ticks):
    """Faces against the size `what` in both cases, with 95 % intervals, and the band of false alarms."""
    for case, part in curves[curves.what == what].groupby("case"):
        ax.plot(part.value, part.rate, "o-", ms=3, color=COLOURS[case], label=f"case {case}")
        ax.fill_between(part.value, part.low, part.high, color=COLOURS[case], alpha=0.15, lw=0)
    ax.axhspan(alarms.min(), alarms.max(), color="0.85", zorder=0)
    ax.set(xscale="log", ylim=(-0.02, 1.02))
    ax.set_xticks(ticks, ticks)
    ax.minorticks_off()


# %%
fig, axes = plt.subplots(1, 2, figsize=(8.4, 3.2), sharey=True)
faces_against(axes[0], "half width", [0.25, 1, 4, 12])
faces_against(axes[1], "Mahalanobis distance", [2, 4, 8, 16, 32, 64])
axes[0].axvspan(1, 2, color="#f2e6c2", zorder=-1)
axes[1].axvline(16, color=figures.THEORY, lw=0.8, ls=":")
axes[0].set(xlabel="half width b of uniform vectors", ylabel="faces",
            title="07-3: yellow: the posts' 1 to 2; grey: false alarms")
axes[1].set(xlabel="Mahalanobis distance of normal vectors", title="dotted: sqrt(256)")
axes[1].legend(fontsize=7)
figures.show(fig, study, "07-3", "faces-against-size", n=f"{len(unit)} vectors per point",
             alt="Share of faces against the half width of uniform vectors and against the Mahalanobis "
             "distance of normal vectors.")

# %% [markdown]
# **"1 <= b <= 2 gives a chance".** The best b from 1 to 2, and the best of all. There is a chance as far as
# the interval lies above the false alarms (first table) and above b = 12 (the ladder). If the best of all is
# the smallest b tried, no size is right: the nearer to the origin the more faces, and the origin is not the
# mean of the latents.

# %%
widths = curves[curves.what == "half width"]
chance = widths[widths.value.between(1, 2)]
best = {"1 to 2": chance.groupby("case").rate.idxmax(), "all": widths.groupby("case").rate.idxmax()}
best_b = pd.concat({of: curves.loc[rows] for of, rows in best.items()}, names=["of b"]).reset_index(level=0)
best_b = best_b.rename(columns={"value": "best b"})
best_b[["of b", "case", "best b", "rate", "low", "high"]].style.hide(axis="index").format(precision=3)

# %% [markdown]
# **"Matching the radius is not enough".** Where do vectors lie relative to the latents? Real latents, the
# last rows, are the standard. Uniform vectors stand at right angles to the mean of the latents. Those with
# true radii overlap with the latents' radii as they should. If their Mahalanobis distance is nevertheless far
# above that of latents, they are elsewhere in space; if the ladder then gives them less than half of the
# faces of reconstructions (rule ours), the post is right. The last column is the logarithm of the probability
# that a uniform vector falls into the box of two half widths (at half maximum) around the mean, as in F2.

# %%
hwhm = {case: latent.components(z[case, "train"]).hwhm.to_numpy() for case in model}
b_of = {f"uniform, b = {b:g}": b for b in ladder.UNIFORM_RUNGS}

def box(case, name):
    """log10 of the probability of the box of two half widths around the mean, for vectors of one b."""
    b = b_of.get(name)
    return generators.log10_box_probability(b, cloud[case].mean, hwhm[case], 2) if b else np.nan


# %%
placed = [(case, name, vectors[case][name])
          for case in model for name in [*names[:10], "multivariate normal"]]
placed += [(case, "real latents, held-out", z[case, "held_out"]) for case in model]
landed = pd.DataFrame([{"case": case, "vectors": name, **ladder.landing(cloud[case], v),
                        "log10 P(box of 2 hw)": box(case, name)} for case, name, v in placed])
figures.table(landed, study, "uniform-landing.csv", precision=2, na_rep="-")

# %% [markdown]
# ## What share of the failure is due to what?
#
# Uniform vectors are wrong in four ways: radius, centre, marginal widths, correlations. Give normal vectors
# any subset of the four (`ladder.mixed`; without the radius they have the length of uniform ones of b = 5, as
# in P1) and count faces. The table goes from the fewest faces to the most (case I).

# %%
ablation = pd.DataFrame([{"case": case, "ingredients": subset, **judge.rate(judge.pictures(model[case], v))}
                         for case in model for subset, v in ladder.ablation(cloud[case], half).items()])
artifacts.write(study.data / "ablation.csv", ablation)
ablation.pivot(index="ingredients", columns="case", values="rate").sort_values("I").style.format("{:.0%}")

# %% [markdown]
# What an ingredient adds depends on which are there already, so its share is the mean over all 24 orders of
# adding them (Shapley). The four shares sum to the gain from no ingredient to all. The error is that of
# drawing all counts again: shares closer than two errors are not told apart.

# %%
share = {case: ladder.shares(part.rate, len(half), rng) for case, part in ablation.groupby("case")}
pd.concat(share, axis=1).style.format("{:+.2f}")

# %%
order = ablation[ablation.case == "I"].sort_values("rate").ingredients.tolist()
in_words = {case: ", ".join(f"{i} {value:+.2f}" for i, value in s.share.items()) for case, s in share.items()}

def rates_and_shares(left, right, k, case):
    """Rates of the 16 subsets with their intervals, and the four shares with two standard errors."""
    part = ablation[ablation.case == case].set_index("ingredients").loc[order]
    error = part.rate - part.low, part.high - part.rate
    left.errorbar(part.rate, np.arange(16) + 0.2 * k - 0.1, xerr=error, fmt="o", ms=3, color=COLOURS[case],
                  label=f"case {case}")
    right.bar(np.arange(4) + 0.36 * k - 0.18, share[case].share, 0.34, color=COLOURS[case],
              yerr=2 * share[case].error, error_kw={"lw": 1})


# %%
fig, axes = plt.subplots(1, 2, figsize=(9.2, 3.9), width_ratios=(1.1, 1), layout="constrained")
for k, case in enumerate(model):
    rates_and_shares(*axes, k, case)
axes[0].set(yticks=range(16), yticklabels=order, xlabel="faces (95 % interval)",
            title="07-4: any subset of four ingredients")
axes[0].legend(fontsize=7)
axes[0].tick_params(axis="y", labelsize=7)
axes[1].set(xticks=range(4), xticklabels=ladder.INGREDIENTS, ylabel="Shapley share of the faces",
            title="bars: two standard errors")
axes[1].axhline(0, color="black", lw=0.8)
axes[1].tick_params(axis="x", labelsize=8)
figures.show(fig, study, "07-4", "ingredients", n=f"{len(half)} vectors per subset and case",
             alt="Face rates for all 16 subsets of radius, centre, marginals and correlations, and their "
             "Shapley shares: " + "; ".join(f"case {case}: {in_words[case]}" for case in model) + ".")

# %% [markdown]
# ## Walks
#
# Between two faces the straight line runs through the inside of the shell; the *norm-keeping* way goes round
# the mean at the distances of the two ends (rotating the whitened vectors). **Figure 07-5** walks two pairs
# of held-out latents in both ways, and the curves score many.
#
# How to read the table: halfway (t = 0.5) the straight line is nearer to the mean than its ends, and nearer
# than latents are; the norm-keeping way stays at their distance. Faces break halfway if the interval there
# lies below the rate at both ends. If they do not, they become average towards the mean, not strange.

# %%
WAYS = {"straight": ladder.straight, "norm-keeping": ladder.norm_keeping}
STEPS, m = np.linspace(0, 1, 9), max(n // 6, 15)
ends = {case: ladder.whitened(cloud[case], z[case, "held_out"][:2 * m]) for case in model}
walks = {(case, way): path(pairs[:m], pairs[m:], STEPS)
         for case, pairs in ends.items() for way, path in WAYS.items()}

def walked(case, way):
    """The vectors on one way, step after step, and their pictures: (9 m, d), (9 m, 3, 96, 96)."""
    v = ladder.along_axes(cloud[case], walks[case, way].reshape(-1, d))
    return v, judge.pictures(model[case], v)


# %%
on_the_way, along = {key: walked(*key) for key in walks}, []
for (case, way), (v, made) in on_the_way.items():
    distances, back = np.linalg.norm(walks[case, way], axis=2), bench.way_back(case, v, made).reshape(-1, m)
    along += [{"case": case, "way": way, "t": t, "Mahalanobis distance": distances[k].mean(),
               "way back": np.median(back[k]), **judge.rate(made[k * m:(k + 1) * m])}
              for k, t in enumerate(STEPS)]
steps = pd.DataFrame(along)
artifacts.write(study.data / "walks.csv", steps)
steps[steps.t.isin([0, 0.5, 1])].style.hide(axis="index").format(precision=2)

# %%
fig = plt.figure(figsize=(9.4, 7.4), layout="constrained")
top, bottom = fig.subfigures(2, 1, height_ratios=(2, 1))
for ax, (way, pair) in zip(top.subplots(4, 1), [(way, pair) for way in WAYS for pair in (0, 1)]):
    figures.image_grid(on_the_way["II", way][1][pair::m], 9, ax)
    ax.set_ylabel(f"{way}\n{('first', 'second')[pair]} pair", rotation=0, ha="right", va="center", fontsize=8)
for ax, column in zip(bottom.subplots(1, 3), ("Mahalanobis distance", "rate", "way back")):
    for (case, way), part in steps.groupby(["case", "way"], sort=False):
        ax.plot(part.t, part[column], "-" if way == "straight" else "--", marker="o", ms=3,
                color=COLOURS[case], label=f"case {case}, {way}")
    ax.set(xlabel="share of the way", ylabel="faces" if column == "rate" else column, ylim=(0, None))
bottom.axes[0].legend(fontsize=6)
figures.show(fig, study, "07-5", "walks", n=f"{m} pairs per case; pictures of case II", colors=256,
             alt="Two walks between held-out faces, straight and norm-keeping, and their distance, face rate "
             "and way back.")

# %% [markdown]
# **Figure 07-6.** A coordinate plane through the centre (as F2's walks): PC1 to the right, PC2 upward, in
# steps of one and a half standard deviations, all other components at their mean. Beyond the marked three
# sigma no latents are left.

# %%
reach = np.arange(-6, 6.1, 1.5)
plane = np.zeros((len(reach)**2, d))
plane[:, 0], plane[:, 1] = np.tile(reach, len(reach)), np.repeat(reach[::-1], len(reach))
of_plane = judge.pictures(model["II"], ladder.along_axes(cloud["II"], plane))
inside = np.hypot(plane[:, 0], plane[:, 1]) <= 3

# %%
fig, ax = plt.subplots(figsize=(6.4, 6.4))
figures.image_grid(of_plane, len(reach), ax)
ax.add_patch(plt.Circle((98 * 4.5 - 1, 98 * 4.5 - 1), 98 * 2, fill=False, color="white", ls="--", lw=1.2))
ax.set(xlabel="PC1, from -6 to 6 sigma", ylabel="PC2, from -6 to 6 sigma", title="07-6: dashed: three sigma")
figures.show(fig, study, "07-6", "plane-through-the-centre", n="case II", colors=256,
             alt="Images decoded along the plane of the first two principal components through the mean.")

# %%
seen = {where: judge.rate(of_plane[chosen])["rate"] for where, chosen in (("in", inside), ("out", ~inside))}
Markdown(f"The detector sees a face in {seen['in']:.0%} of the images within three sigma, and in "
         f"{seen['out']:.0%} of those beyond.")

# %% [markdown]
# ## What BatchNorm and another loss change
#
# The posts do not say which loss they used. Three short trainings of case I on few images (ours; far from the
# quality above, comparable among themselves only): as everywhere here (mean squared error), with batch
# normalisation, with binary cross-entropy. In each row of the table the reconstructions are the ceiling. Is
# the order of the other three columns the same in all rows? Then what was found above hangs neither on the
# loss nor on the normalisation.

# %%
n_short = min(2_000, len(x.train) // 5)
VARIANTS = {"mean squared error": {}, "batch normalisation": {"batch_norm": True},
            "binary cross-entropy": {"loss": "bce"}}
short = {name: stages.short_network(study, name, n_short, seed, **other) for name, other in VARIANTS.items()}
known = {name: ladder.fitted(train.encode(network, x.train[:n_short])) for name, network in short.items()}


# %%
def four_sources(name):
    """Reconstructions of a short training, and its pictures of three rungs fitted to its own latents."""
    steps = ladder.uniform_true_radii, ladder.independent_normal, ladder.multivariate_normal
    rungs = [train.encode(short[name], x.held_out[:n // 2]), *(step(known[name], half) for step in steps)]
    labels = "reconstructions", "uniform, true radii", "independent normal", "multivariate normal"
    return {label: judge.pictures(short[name], v) for label, v in zip(labels, rungs)}


# %%
of_short = {name: four_sources(name) for name in short}
radius = {name: np.median(fitted.radii) for name, fitted in known.items()}
variants = pd.DataFrame([{"variant": name, "vectors": source, "median radius of latents": radius[name],
                          **judge.rate(made)} for name in short for source, made in of_short[name].items()])
artifacts.write(study.data / "variants.csv", variants)
variants.pivot(index="variant", columns="vectors", values="rate").loc[list(short)].style.format("{:.0%}")

# %%
fig, axes = plt.subplots(3, 1, figsize=(9.0, 2.1))
for ax, (name, made) in zip(axes, of_short.items()):
    figures.image_grid(np.concatenate([part[:5] for part in made.values()]), 20, ax)
    ax.set_ylabel(name.replace(" ", "\n", 1), rotation=0, ha="right", va="center", fontsize=7)
axes[0].set_title("07-7: " + " | ".join(of_short["mean squared error"]), fontsize=8)
figures.show(fig, study, "07-7", "variants", n=f"{n_short:,} images, 2 epochs", colors=256,
             alt="Five images from each of four sources for three short trainings.")


# %% [markdown]
# ## Try it
#
# Open this notebook (`make lab`) and move the sliders: the six leading principal components in standard
# deviations, and a factor on the distance from the mean. In the report a contact sheet stands in their place
# (**figure 07-8**): each row moves one component from -3 to 3.

# %%
def face(scores, factor=1.0):
    """The image of case II at these scores (in sigma) of the leading components: uint8 (96, 96, 3)."""
    u = np.zeros((1, d))
    u[0, :len(scores)] = scores
    return judge.pictures(model["II"], ladder.along_axes(cloud["II"], factor * u))[0].transpose(1, 2, 0)


# %%
def show_face(factor, **scores):
    """Draw `face`: what the sliders call."""
    ax = plt.figure(figsize=(2.6, 2.6)).add_axes((0, 0, 1, 1))
    ax.imshow(face(list(scores.values()), factor))
    ax.axis("off")
    plt.show()


# %%
def playground():
    """Sliders over six components and the radius; decodes live."""
    parts = [f"PC{k + 1}" for k in range(6)]
    sliders = {part: widgets.FloatSlider(0, min=-4, max=4, step=0.1, description=part) for part in parts}
    sliders["factor"] = widgets.FloatSlider(1, min=0, max=3, step=0.05, description="radius x")
    output = widgets.interactive_output(show_face, sliders)
    display(widgets.HBox([widgets.VBox(list(sliders.values())), output]))

if not progress.headless():
    playground()

# %%
sheet = [face(3 * t * np.eye(6)[k]) for k in range(6) for t in np.linspace(-1, 1, 11)]
fig, ax = plt.subplots(figsize=(8.2, 4.6))
figures.image_grid(np.stack(sheet).transpose(0, 3, 1, 2), 11, ax)
ax.set(yticks=98 * np.arange(6) + 48, yticklabels=[f"PC{k + 1}" for k in range(6)],
       title="07-8: each component from -3 to 3 sigma")
figures.show(fig, study, "07-8", "contact-sheet", n="case II, other components at their mean", colors=256,
             alt="Six rows of faces, each moving one of the leading principal components of case II.")

# %% [markdown]
# ## What this run says
#
# Which rung is nearest to real images by Fréchet distance (other encoder), and which ingredient has the
# largest share:

# %%
nearest = table[table.rung.isin(names)].sort_values("Fréchet, other encoder").groupby("case").rung.first()
most = {case: s.share.idxmax() for case, s in share.items()}
Markdown(f"* Nearest to real images: **{nearest['I']}** in case I, **{nearest['II']}** in case II.\n"
         + f"* What uniform vectors lack most: **{most['I']}** in case I, **{most['II']}** in case II.")

# %% [markdown]
# The claims of the posts. Ratios are of faces over faces among reconstructions.

# %%
rate = table.pivot(index="rung", columns="case", values="rate")
ceiling = rate.loc["real latents, held-out"]
record = claims.record(study, "07", {
    "F1-faces": float((rate.loc["multivariate normal"] / ceiling).min()),
    "F2-b12": float(rate.loc["uniform, b = 12"].max()),
    "F2-chance": float(chance.rate.max() - alarms.max()),
    "F2-radius": float((rate.loc["uniform, true radii"] / ceiling).max()),
    "F2-method3": float((rate.loc["independent normal"] / ceiling).min())})
record.style.hide(axis="index")
