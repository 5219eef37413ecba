# %% [markdown]
# # 07 Faces from random vectors
#
# **Question.** A plain autoencoder never learned to make faces from random vectors. Which random vectors does its decoder
# turn into faces all the same, and what must they know of the latents?
#
# Post F1 opens with faces from statistical vectors; F2 finds that uniform ones (*method 2*) never reach the region of
# the latents, hopes for half widths between 1 and 2, and sees that the right radius alone is not enough. All of it was
# judged by eye. Here a ladder of vectors, each rung knowing a little more of the latents, is judged by numbers: a face
# detector, two feature spaces, the way back through the encoder. Only F1-1 is the posts' figure; all else is ours.
#
# * **Posts:** F1 (figure F1-1), F2 (methods 2 and 3, the half widths, its conclusions). Figures 07-1 to 07-8 are ours.
# * **Reads:** models and latents of notebooks 01 and 02.
# * **Writes:** `face-rates.csv`, `ladder.csv`, `curves.csv`, `ablation.csv`, `uniform-landing.csv`, `walks.csv`,
#   `variants.csv`, `claims-07.csv`; all in `data/RUN/`.

# %% tags=["parameters"]
dataset = "synthetic"
scale = "laptop"
seed = 0

# %%

import time, dataclasses, itertools
import matplotlib.pyplot as plt, numpy as np, pandas as pd
from IPython.display import Markdown, display
from joblib import Parallel, delayed
from scipy.special import ndtr; from sklearn.decomposition import PCA; from sklearn.neighbors import NearestNeighbors
from lib import stages
from lib import claims, figures
from lib.cloud import embed, generators, ladder, latent
from lib.images import cache, detection
from lib.network import models
from lib.store import artifacts
from lib import study as studies
from lib.network import train
from lib.store import progress
study = studies.Study(dataset, scale, seed); figures.use_style()

# %%
CASES = "I", "II"
model = {case: stages.load_network(study, case) for case in CASES}
z = {(case, split): artifacts.require(study.latents(case, split), "02_encode_celeba").astype(float)
     for case in CASES for split in ("train", "held_out")}
cloud = {case: ladder.fitted(z[case, "train"]) for case in CASES}
rungs = {case: ladder.rungs(cloud[case]) for case in CASES}
x, rng = cache.load(study), np.random.default_rng(seed)
n, d = min(50 if scale == "smoke" else 300, len(x.held_out) // 3), z["I", "train"].shape[1]     # ours
g = ladder.noise(n, d, np.random.default_rng([seed, 7]))                # the same noise for every rung and case
Markdown(f"This run: **{study.label}**; {len(z['I', 'train']):,} training latents per case; {n} vectors per rung, from the same "
         f"noise. Covariances are {'those of the latents' if cloud['I'].shrinkage == 0 else 'shrunk (Ledoit and Wolf: ' + format(cloud['I'].shrinkage, '.1%') + '), there being few latents'}. "
         f"Method 1, a grid, is not on the ladder: with 10 points per axis it has 10^{len(str(generators.grid_points(10, d))) - 1} points.")


# %%
def to_bytes(decoded):
    return (255 * decoded + 0.5).astype(np.uint8)

def found(pictures):
    """Whether the detector sees a face in each uint8 picture, on two cores."""
    return np.concatenate(Parallel(n_jobs=2, prefer="threads")(delayed(detection.frontal_face_hits)(part)
                                                               for part in np.array_split(pictures, 2)))

def rate_row(name, hits):
    """A rate with its 95 % interval, for tables."""
    return (*name, len(hits), int(hits.sum()), hits.mean(), *detection.wilson_interval(int(hits.sum()), len(hits)))

RATE = ["n", "faces", "rate", "low", "high"]

# %% [markdown]
# ## The judge, tried first
#
# scikit-image's detector (a cascade that this project did not train, settings fixed in `lib/detection.py`) says whether a
# picture holds a face. Before it judges, it is tried on pictures where the answer is known.

# %%
original, n_more = np.asarray(x.held_out[:n]), min(1_000, len(x.held_out))
blobs = rng.normal(0.5, 0.2, (n, 3, 6, 6)).repeat(16, axis=2).repeat(16, axis=3)
tried = {"original images": original,
         "reconstructions, case I": to_bytes(train.decode(model["I"], z["I", "held_out"][:n])),
         "reconstructions, case II": to_bytes(train.decode(model["II"], z["II", "held_out"][:n])),
         "blocks of 8 shuffled": detection.block_shuffle(original, 8, rng=rng),
         "upside down": original[:, :, ::-1], "noise per pixel": rng.integers(0, 256, original.shape, dtype=np.uint8),
         "coarse noise": to_bytes(blobs.clip(0, 1))}
judged = pd.DataFrame([rate_row((name,), found(np.ascontiguousarray(p))) for name, p in tried.items()], columns=["pictures"] + RATE)
artifacts.write(study.data / "face-rates.csv", judged)
judged.style.hide(axis="index").format(precision=3)

# %%
seen = judged.set_index("pictures").rate
alarms = judged[judged.pictures.str.contains("shuffled|noise")]
counts = judged.set_index("pictures")[["faces", "n"]].astype(int)
doubts = detection.doubts(tuple(counts.loc["original images"]), {name: tuple(counts.loc[name]) for name in alarms.pictures})
Markdown(f"It finds {seen['original images']:.1%} of the faces and {seen['reconstructions, case I']:.1%} of the reconstructions of case I; its "
         f"false alarms lie between {alarms.rate.min():.1%} and {alarms.rate.max():.1%} ({alarms.pictures[alarms.rate.idxmax()]}). It does not mind orientation much: {seen['upside down']:.0%} of the faces upside down. "
         + ("**Read the rates below with a doubt:** " + "; ".join(doubts) + "." if doubts else
            "Rates below are meant against these two ends."))

# %% [markdown]
# ## Faces from statistical vectors
#
# **Figure F1-1.** What the decoder of case II makes of vectors from a normal distribution with the latents' own mean and
# covariance: thirty in a row, none chosen.

# %%
decoded = {(case, name): to_bytes(train.decode(model[case], step(g))) for case in CASES for name, step in rungs[case].items()}
names = list(rungs["I"])
fig, ax = plt.subplots(figsize=(8.6, 2.75))
figures.image_grid(decoded["II", "multivariate normal"][:30], 10, ax)
figures.save(fig, study, "F1-1", "faces-from-statistical-vectors", "Thirty images decoded from multivariate normal vectors with "
             "the mean and covariance of the latents of case II.", n="30 vectors, none chosen", colors=256)
plt.show()

# %% [markdown]
# ## The ladder
#
# Every rung turns the same random numbers into latents (equations in `lib/ladder.py`), so a column of **figure 07-1** is
# one draw on its way up: uniform vectors of seven half widths (method 2), of the half width that has the latents' mean
# square radius, and with exactly their radii; independent normals with each component's mean and width (method 3); normals
# along the principal axes, each pair kept inside its ellipse of 1, 2 or 3 sigma; the multivariate normal; a Gaussian
# mixture; a kernel density.

# %%
fig, axes = plt.subplots(len(names) + 1, 1, figsize=(7.4, 10.6))
for ax, name in zip(axes, names + ["reconstructions (the ceiling)"]):
    figures.image_grid(decoded["II", name][:12] if name in names else tried["reconstructions, case II"][:12], 12, ax)
    ax.set_ylabel(name.replace(", ", ",\n"), rotation=0, ha="right", va="center", fontsize=8)
figures.save(fig, study, "07-1", "the-ladder-in-pictures", "Twelve images decoded from each rung of the ladder, from uniform vectors to a "
             "kernel density, and reconstructions.", n="12 draws of case II, none chosen", colors=256)
plt.show()

# %% [markdown]
# ### Scores
#
# * **Faces:** the share in which the detector finds one.
# * **Way back:** encode the decoded image again. |E(D(z)) - z| is small where the decoder is at home; given in units of the
#   same number for held-out latents (median over median).
# * **Fréchet distance, precision and recall** against as many held-out images, in two feature spaces that need no
#   download: the 32 leading principal components of pixels (brought to 32 x 32), and those of the *other* case's latents, so
#   that no network judges itself. Each is divided by its spread along the first axis. Precision is the share of made images
#   that lie among real ones, recall the share of real ones reached.
# * **Nearest training image:** distance (root mean square of the pixels) to the nearest training image, in units of what
#   held-out images have: far below 1 would be copying.
#
# Reconstructions of held-out latents are the ceiling of all of them, those of training latents stand beside.

# %%
OTHER = {"I": "II", "II": "I"}
def small(pictures):
    return np.asarray(pictures, dtype=np.float32).reshape(-1, 3, 32, 3, 32, 3).mean((3, 5)).reshape(len(pictures), -1) / 255

K = min(32, n // 3)
train_pixels = small(x.train[:5_000])
pixel_pca = PCA(K, svd_solver="randomized", random_state=0).fit(train_pixels)      # of 3,072 axes only the first are needed
latent_pca = {case: embed.pca(z[case, "train"], K) for case in CASES}
def features(case, pictures):
    """Two descriptions (n, K) of pictures, for judging decoder `case`."""
    of_other = latent_pca[OTHER[case]].transform(train.encode(model[OTHER[case]], pictures).astype(float))
    return {"pixels": pixel_pca.transform(small(pictures)) / np.sqrt(pixel_pca.explained_variance_[0]),
            "other encoder": of_other / np.sqrt(latent_pca[OTHER[case]].eigenvalues[0])}


# %%
nearest = NearestNeighbors(n_neighbors=1).fit(train_pixels)
def to_training(pictures):
    return np.median(nearest.kneighbors(small(pictures))[0]) / np.sqrt(train_pixels.shape[1])


# %%
real = {case: features(case, np.asarray(x.held_out[-n:])) for case in CASES}      # others than those reconstructed
floor_distance = to_training(original)
def way_back(case, vectors, pictures):
    return np.linalg.norm(train.encode(model[case], pictures) - vectors, axis=1)

def scores(case, name, vectors, pictures):
    """One row of the ladder: all scores of decoded vectors."""
    own = features(case, pictures)
    row = rate_row((case, name), found(pictures))
    back = np.median(way_back(case, vectors, pictures)) / home[case]
    return (*row, back, to_training(pictures) / floor_distance,
            *(value for space in own for value in (detection.frechet_distance(real[case][space], own[space]),
                                                   *detection.precision_recall(real[case][space], own[space]))))

home = {case: np.median(way_back(case, z[case, "held_out"][:n], to_bytes(train.decode(model[case], z[case, "held_out"][:n])))) for case in CASES}

# %%
rows = []
for case in CASES:
    progress.log(f"case {case}: {len(names)} rungs of {n} vectors")
    for name in names:
        rows.append(scores(case, name, rungs[case][name](g), decoded[case, name]))
    for split in ("train", "held_out"):
        vectors = z[case, split][:n]
        rows.append(scores(case, f"real latents, {split.replace('_', '-')}", vectors, to_bytes(train.decode(model[case], vectors))))
columns = ["case", "rung", *RATE, "way back", "nearest training image"]
columns += [f"{what}, {space}" for space in ("pixels", "other encoder") for what in ("Fréchet", "precision", "recall")]
table = pd.DataFrame(rows, columns=columns)
artifacts.write(study.data / "ladder.csv", table)
table.drop(columns=["n", "faces"]).style.hide(axis="index").format(precision=2)

# %% [markdown]
# **Figure 07-2.** The ladder in numbers; lines mark the ceiling (reconstructions of held-out latents).

# %%
shown = ["rate", "way back", "Fréchet, other encoder", "precision, other encoder", "recall, other encoder"]
fig, axes = plt.subplots(1, len(shown), figsize=(11, 4.6), sharey=True)
for ax, column in zip(axes, shown):
    for case, colour in zip(CASES, (figures.LATENT, figures.UNIFORM)):
        part = table[table.case == case].reset_index()
        ax.plot(part[column], part.index, "o-", ms=4, lw=0.8, color=colour, label=f"case {case}")
        ax.axvline(part[column].iloc[-1], color=colour, lw=0.8, ls=":")
        if column == "rate":
            ax.hlines(part.index, part.low, part.high, color=colour, lw=1)
    ax.set(xlabel={"rate": "faces (95 % interval)", "way back": "way back / real"}.get(column, column.replace(", other", ",\nother")),
           xscale="log" if column == "way back" else "linear")
axes[0].set(yticks=range(len(part)), yticklabels=part.rung, ylim=(len(part) - 0.5, -0.5), title="07-2"); axes[0].legend(fontsize=7)
figures.save(fig, study, "07-2", "the-ladder-in-numbers", "Five scores for each rung of the ladder; faces in case II: "
             + ", ".join(f"{r.rung} {r.rate:.0%}" for r in part.itertuples()) + ".", n=f"{n} vectors per rung and case")
plt.show()

# %%
rate = table.pivot(index="rung", columns="case", values="rate")
ceiling = rate.loc["real latents, held-out"]
by_name = table.set_index(["case", "rung"])
best = table[table.rung.isin(names)].sort_values("Fréchet, other encoder").groupby("case").first()
Markdown(f"Uniform vectors of b = 12 give {rate.loc['uniform, b = 12', 'I']:.0%} and {rate.loc['uniform, b = 12', 'II']:.0%} faces (cases I and II), "
         f"with the latents' own radii {rate.loc['uniform, true radii', 'I']:.0%} and {rate.loc['uniform, true radii', 'II']:.0%}. Method 3 gives "
         f"**{rate.loc['independent normal', 'I']:.0%}** and **{rate.loc['independent normal', 'II']:.0%}**, the multivariate normal **{rate.loc['multivariate normal', 'I']:.0%}** and "
         f"**{rate.loc['multivariate normal', 'II']:.0%}**, reconstructions {ceiling['I']:.0%} and {ceiling['II']:.0%}. The detector does not look at variety: the ellipses of one "
         f"sigma give {rate.loc['ellipses, 1 sigma', 'I']:.0%} and {rate.loc['ellipses, 1 sigma', 'II']:.0%} faces, but reach only {by_name.loc[('I', 'ellipses, 1 sigma'), 'recall, other encoder']:.0%} of the "
         f"real images in case I (multivariate normal: {by_name.loc[('I', 'multivariate normal'), 'recall, other encoder']:.0%}). By Fréchet distance the best rungs are: {best.rung['I']} (I), {best.rung['II']} (II). "
         f"None copies: the nearest training image is {table[table.rung.isin(names[-6:])]['nearest training image'].min():.2f} times as far as for held-out images, or farther (reconstructions of training images: {by_name.loc[('I', 'real latents, train'), 'nearest training image']:.2f}).")

# %% [markdown]
# ## How far may one go?
#
# **Figure 07-3.** Left: faces against the half width b of uniform vectors. Right: normal vectors of the right covariance, all
# brought to one Mahalanobis distance; latents, and normal vectors, lie near the square root of 256. Distance 0 is the mean.

# %%
WIDTHS, DISTANCES = (0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2, 2.5, 3, 4, 5, 8, 12), (2, 4, 8, 12, 16, 20, 24, 32, 48, 64)
unit = g[:n // 2, :d] / np.linalg.norm(g[:n // 2, :d], axis=1, keepdims=True)
flat = rungs["I"]["uniform, b = 1"](g[:n // 2])
points = [(case, "half width", b, flat * b) for case in CASES for b in WIDTHS]
points += [(case, "Mahalanobis distance", distance, ladder.along_axes(cloud[case], distance * unit)) for case in CASES for distance in DISTANCES]
curves = pd.DataFrame([rate_row((case, what, value), found(to_bytes(train.decode(model[case], vectors)))) for case, what, value, vectors in points],
                      columns=["case", "what", "value"] + RATE)
artifacts.write(study.data / "curves.csv", curves)

# %%
fig, axes = plt.subplots(1, 2, figsize=(8.4, 3.2), sharey=True)
for ax, what in zip(axes, ("half width", "Mahalanobis distance")):
    for case, colour in zip(CASES, (figures.LATENT, figures.UNIFORM)):
        part = curves[(curves.case == case) & (curves.what == what)]
        ax.plot(part.value, part.rate, "o-", ms=3, color=colour, label=f"case {case}")
        ax.fill_between(part.value, part.low, part.high, color=colour, alpha=0.15, lw=0)
    ax.axhspan(alarms.rate.min(), alarms.rate.max(), color="0.85", zorder=0)
    ax.set(xlabel=what + (" b of uniform vectors" if "half" in what else " of normal vectors"), xscale="log", ylim=(-0.02, 1.02))
    ax.set_xticks([0.25, 1, 4, 12] if "half" in what else [2, 4, 8, 16, 32, 64], minor=False); ax.minorticks_off()
    ax.xaxis.set_major_formatter("{x:g}")
axes[0].axvspan(1, 2, color="#f2e6c2", zorder=-1); axes[1].axvline(16, color=figures.THEORY, lw=0.8, ls=":")
axes[0].set(ylabel="faces", title="07-3: yellow: the posts' 1 to 2; grey: false alarms"); axes[1].legend(fontsize=7); axes[1].set_title("dotted: sqrt(256)")
figures.save(fig, study, "07-3", "faces-against-size", "Share of faces against the half width of uniform vectors and against the Mahalanobis "
             "distance of normal vectors.", n=f"{len(unit)} vectors per point")
plt.show()


# %%
def landing(case, name, vectors):
    """Where vectors lie relative to the cloud of latents."""
    centre = cloud[case].mean / np.linalg.norm(cloud[case].mean)
    radii = np.linalg.norm(vectors, axis=1)
    edges = np.linspace(0, max(radii.max(), cloud[case].radii[-1]), 60)
    share = [np.histogram(r, edges)[0] / len(r) for r in (radii, cloud[case].radii)]
    white = (vectors - cloud[case].mean) @ cloud[case].axes / cloud[case].widths
    return (case, name, np.median(np.linalg.norm(white, axis=1)), np.degrees(np.arccos(np.median(vectors @ centre / radii))),
            np.minimum(*share).sum())


# %%
landed = pd.DataFrame([landing(case, name, rungs[case][name](g)) for case in CASES for name in names[:10] + ["multivariate normal"]]
                      + [landing(case, "real latents, held-out", z[case, "held_out"]) for case in CASES],
                      columns=["case", "vectors", "median Mahalanobis distance", "median angle to the centre, degrees", "overlap of radii"])
hwhm = {case: latent.components(z[case, "train"]).hwhm.to_numpy() for case in CASES}
b_of = {f"uniform, b = {b:g}": b for b in ladder.UNIFORM_RUNGS}
landed["log10 P(box of 2 hw)"] = [generators.log10_box_probability(b_of[r.vectors], cloud[r.case].mean, hwhm[r.case], 2) if r.vectors in b_of else np.nan
                                  for r in landed.itertuples()]
artifacts.write(study.data / "uniform-landing.csv", landed)
landed.style.hide(axis="index").format(precision=2, na_rep="-")

# %%
chance = curves[(curves.what == "half width") & curves.value.between(1, 2)]
top = chance.loc[chance.rate.idxmax()]
widest = curves.loc[curves[curves.what == "half width"].rate.idxmax()]
true_radii = landed[landed.vectors == "uniform, true radii"].set_index("case")
Markdown(f"**\"1 <= b <= 2 gives a chance\".** The best b between 1 and 2 is {top.value:g} (case {top.case}) with {top.rate:.0%} faces (95 %: {top.low:.0%} to {top.high:.0%}); "
         f"b = 12 has {rate.loc['uniform, b = 12', top.case]:.0%}, and false alarms reach {alarms.rate.max():.0%}. No b has more than b = {widest.value:g} with {widest.rate:.0%}: "
         f"{'the nearer to the origin the more faces, and the origin is not the mean of the latents' if widest.value == min(WIDTHS) else 'there is a best size'}. "
         f"**\"Matching the radius is not enough\".** With radii that overlap those of latents to {true_radii['overlap of radii'].min():.0%}, uniform vectors still stand at a "
         f"Mahalanobis distance of {true_radii['median Mahalanobis distance']['I']:.0f} (I) and {true_radii['median Mahalanobis distance']['II']:.0f} (II), latents at "
         f"{landed[landed.vectors.str.startswith('real')]['median Mahalanobis distance'].min():.0f}, and give {rate.loc['uniform, true radii', 'I']:.0%} and {rate.loc['uniform, true radii', 'II']:.0%} faces: "
         f"{'true' if rate.loc['uniform, true radii'].max() < 0.5 * ceiling.min() else 'not so here'}.")

# %% [markdown]
# ## What share of the failure is due to what?
#
# Uniform vectors are wrong in four ways: radius, centre, marginal widths, correlations. Give normal vectors any subset of the
# four (`ladder.mixed`; without the radius they have the length of uniform ones of b = 5, as in P1) and count faces. What an
# ingredient adds depends on which are there already, so its share is the mean over all 24 orders of adding them (Shapley).

# %%
subsets = [frozenset(s) for k in range(5) for s in itertools.combinations(ladder.INGREDIENTS, k)]
half = g[:n // 2]
counted = {(case, s): int(found(to_bytes(train.decode(model[case], ladder.mixed(cloud[case], half, s)))).sum()) for case in CASES for s in subsets}
ablation = pd.DataFrame([(case, " + ".join(i for i in ladder.INGREDIENTS if i in s) or "none", len(half), k, k / len(half), *detection.wilson_interval(k, len(half)))
                         for (case, s), k in counted.items()], columns=["case", "ingredients"] + RATE)
artifacts.write(study.data / "ablation.csv", ablation)
share = {case: ladder.shapley({s: counted[case, s] / len(half) for s in subsets}) for case in CASES}
resampled = {case: pd.DataFrame([ladder.shapley({s: rng.binomial(len(half), counted[case, s] / len(half)) / len(half) for s in subsets})
                                 for _ in range(200)]).std() for case in CASES}
ablation.pivot(index="ingredients", columns="case", values="rate").sort_values("I").style.format("{:.0%}")

# %%
fig, (left, right) = plt.subplots(1, 2, figsize=(9.2, 3.9), width_ratios=(1.1, 1), layout="constrained")
order = ablation[ablation.case == "I"].sort_values("rate").ingredients.tolist()
for k, (case, colour) in enumerate(zip(CASES, (figures.LATENT, figures.UNIFORM))):
    part = ablation[ablation.case == case].set_index("ingredients").loc[order]
    left.errorbar(part.rate, np.arange(16) + 0.2 * k - 0.1, xerr=[part.rate - part.low, part.high - part.rate], fmt="o", ms=3, color=colour, label=f"case {case}")
    right.bar(np.arange(4) + 0.36 * k - 0.18, [share[case][i] for i in ladder.INGREDIENTS], 0.34, color=colour,
              yerr=[2 * resampled[case][i] for i in ladder.INGREDIENTS], error_kw={"lw": 1})
left.set(yticks=range(16), yticklabels=order, xlabel="faces (95 % interval)", title="07-4: any subset of four ingredients"); left.legend(fontsize=7)
left.tick_params(axis="y", labelsize=7)
right.set(xticks=range(4), xticklabels=ladder.INGREDIENTS, ylabel="Shapley share of the faces", title="bars: two standard errors"); right.axhline(0, color="black", lw=0.8); right.tick_params(axis="x", labelsize=8)
figures.save(fig, study, "07-4", "ingredients", "Face rates for all 16 subsets of radius, centre, marginals and correlations, and their Shapley shares: "
             + "; ".join(f"case {c}: " + ", ".join(f"{i} {v:+.2f}" for i, v in share[c].items()) for c in CASES) + ".", n=f"{len(half)} vectors per subset and case")
plt.show()

# %%
largest = {case: max(share[case], key=share[case].get) for case in CASES}
Markdown("Shares of the gain from no ingredient to all four: " + "; ".join(f"case {c}: " + ", ".join(f"{i} {share[c][i]:+.2f} ± {resampled[c][i]:.2f}" for i in ladder.INGREDIENTS) for c in CASES)
         + f". The largest is **{largest['I']}** in case I and **{largest['II']}** in case II.")

# %% [markdown]
# ## Walks
#
# Between two faces the straight line runs through the inside of the shell; the *norm-keeping* way goes round the mean at the
# distances of the two ends (rotating the whitened vectors). **Figure 07-5** walks two pairs of held-out latents in both ways,
# and the curves score many.

# %%
STEPS = np.linspace(0, 1, 9)
def whitened(case, vectors):
    return (vectors - cloud[case].mean) @ cloud[case].axes / cloud[case].widths

def straight(u, v):
    return (1 - STEPS)[:, None, None] * u + STEPS[:, None, None] * v

def norm_keeping(u, v):
    """Directions along the great circle, lengths linear between the two: (steps, n, d)."""
    a, b = (np.linalg.norm(w, axis=1, keepdims=True) for w in (u, v))
    angle = np.arccos(np.clip((u / a * v / b).sum(axis=1, keepdims=True), -1, 1))
    t = STEPS[:, None, None]
    return (np.sin((1 - t) * angle) * u / a + np.sin(t * angle) * v / b) / np.sin(angle) * ((1 - t) * a + t * b)


# %%
m = max(n // 6, 15)
walked, strips = [], {}
for case in CASES:
    ends = whitened(case, z[case, "held_out"][:2 * m])
    for way, path in (("straight", straight), ("norm-keeping", norm_keeping)):
        u = path(ends[:m], ends[m:])                                    # (steps, m, d)
        vectors = ladder.along_axes(cloud[case], u.reshape(-1, d))
        pictures = to_bytes(train.decode(model[case], vectors))
        hits, back = found(pictures).reshape(len(STEPS), m), way_back(case, vectors, pictures).reshape(len(STEPS), m)
        strips[case, way] = pictures.reshape(len(STEPS), m, 3, 96, 96)[:, :2]
        walked += [(case, way, t, np.linalg.norm(u[k], axis=1).mean(), np.median(back[k]) / home[case], *rate_row((), hits[k])) for k, t in enumerate(STEPS)]
walked = pd.DataFrame(walked, columns=["case", "way", "t", "Mahalanobis distance", "way back"] + RATE)
artifacts.write(study.data / "walks.csv", walked)

# %%
fig = plt.figure(figsize=(9.4, 7.4), layout="constrained")
top_part, bottom = fig.subfigures(2, 1, height_ratios=(2, 1))
for ax, (way, pair) in zip(top_part.subplots(4, 1), itertools.product(("straight", "norm-keeping"), (0, 1))):
    figures.image_grid(strips["II", way][:, pair], 9, ax)
    ax.set_ylabel(f"{way}\n{('first', 'second')[pair]} pair", rotation=0, ha="right", va="center", fontsize=8)
for ax, column in zip(bottom.subplots(1, 3), ("Mahalanobis distance", "rate", "way back")):
    for (case, way), part in walked.groupby(["case", "way"], sort=False):
        ax.plot(part.t, part[column], "-" if way == "straight" else "--", marker="o", ms=3, color=figures.LATENT if case == "I" else figures.UNIFORM, label=f"case {case}, {way}")
    ax.set(xlabel="share of the way", ylabel="faces" if column == "rate" else column)
    ax.set_ylim(0, None)
bottom.axes[0].legend(fontsize=6)
figures.save(fig, study, "07-5", "walks", "Two walks between held-out faces, straight and norm-keeping, and their distance, face rate and way back.", n=f"{m} pairs per case; pictures of case II", colors=256)
plt.show()

# %%
middle = walked[walked.t == 0.5].set_index(["case", "way"])
broken = middle[middle.high < walked[walked.t.isin([0, 1])].rate.min()]
Markdown(f"Halfway the straight line is at a Mahalanobis distance of {middle['Mahalanobis distance']['I', 'straight']:.1f} (ends {walked['Mahalanobis distance'].iloc[0]:.1f}), where nobody lives, and gives "
         f"{middle.rate['I', 'straight']:.0%} (I) and {middle.rate['II', 'straight']:.0%} (II) faces; the norm-keeping way {middle.rate['I', 'norm-keeping']:.0%} and {middle.rate['II', 'norm-keeping']:.0%}. "
         + (f"Faces break halfway on: {', '.join(f'case {c}, {w}' for c, w in broken.index)}." if len(broken) else
            "Faces do not break on either: towards the mean they become average, not strange."))

# %% [markdown]
# **Figure 07-6.** A coordinate plane through the centre (as F2's walks): PC1 to the right, PC2 upward, in steps of one and a half
# standard deviations, all other components at their mean. Beyond the marked three sigma no latents are left.

# %%
reach = np.arange(-6, 6.1, 1.5)
plane = np.zeros((len(reach)**2, d))
plane[:, 0], plane[:, 1] = np.tile(reach, len(reach)), np.repeat(reach[::-1], len(reach))
sheet = to_bytes(train.decode(model["II"], ladder.along_axes(cloud["II"], plane)))
inside = np.hypot(plane[:, 0], plane[:, 1])
on_plane = found(sheet)
fig, ax = plt.subplots(figsize=(6.4, 6.4))
figures.image_grid(sheet, len(reach), ax)
ax.add_patch(plt.Circle((98 * 4.5 - 1, 98 * 4.5 - 1), 98 * 2, fill=False, color="white", ls="--", lw=1.2))
ax.set(xlabel="PC1, from -6 to 6 sigma", ylabel="PC2, from -6 to 6 sigma", title="07-6: dashed: three sigma")
figures.save(fig, study, "07-6", "plane-through-the-centre", "Images decoded along the plane of the first two principal components through the mean.", n="case II", colors=256)
plt.show()

# %%
Markdown(f"Within three sigma the detector sees a face in {on_plane[inside <= 3].mean():.0%} of these images, beyond in {on_plane[inside > 3].mean():.0%}.")

# %% [markdown]
# ## What BatchNorm and another loss change
#
# The posts do not say which loss they used. Three short trainings of case I on few images (ours; far from the quality above,
# comparable among themselves only): as everywhere here (mean squared error), with batch normalisation, with binary
# cross-entropy.

# %%
n_short = min(2_000, len(x.train) // 5)
VARIANTS = {"mean squared error": (False, "mse"), "batch normalisation": (True, "mse"), "binary cross-entropy": (False, "bce")}

def variant(name):
    """A short training of case I with BatchNorm or another loss: weights, kept like any stage."""
    batch_norm, loss = VARIANTS[name]
    made = models.Autoencoder(dataclasses.replace(models.CASE_I, batch_norm=batch_norm), seed)
    def compute():
        train.fit(made, x.train[:n_short], x.held_out, 2, 32, seed, loss=loss, learning_rate=1e-3, desc=name)
        return {"model": made.state_dict()}
    state = artifacts.cached(study.data / f"short-{name.replace(' ', '-')}.pt", compute, "variant", {"n": n_short, "seed": seed, "epochs": 2},
                             cache.paths(study), stages.NETWORK)
    made.load_state_dict(state["model"], strict=True)
    return made.eval()


# %%
rows, pictures = [], {}
for name in VARIANTS:
    short = variant(name)
    latents = train.encode(short, x.train[:n_short]).astype(float)
    its_cloud, half = ladder.fitted(latents), g[:n // 2]
    sources = {"reconstructions": train.encode(short, x.held_out[:n // 2]), "uniform, true radii": ladder.with_radii(2 * ndtr(half[:, :d]) - 1, its_cloud.radii),
               "independent normal": its_cloud.mean + its_cloud.sigma * half[:, :d], "multivariate normal": ladder.along_axes(its_cloud, half[:, :d])}
    made = {what: to_bytes(train.decode(short, vectors)) for what, vectors in sources.items()}
    rows += [rate_row((name, what, np.median(its_cloud.radii)), found(p)) for what, p in made.items()]
    pictures[name] = np.concatenate([p[:5] for p in made.values()])
variants = pd.DataFrame(rows, columns=["variant", "vectors", "median radius of latents"] + RATE)
artifacts.write(study.data / "variants.csv", variants)
variants.pivot(index="variant", columns="vectors", values="rate").loc[list(VARIANTS)].style.format("{:.0%}")

# %%
fig, axes = plt.subplots(3, 1, figsize=(9.0, 2.1))
for ax, (name, part) in zip(axes, pictures.items()):
    figures.image_grid(part, 20, ax)
    ax.set_ylabel(name.replace(" ", "\n", 1), rotation=0, ha="right", va="center", fontsize=7)
axes[0].set_title("07-7: reconstructions | uniform, true radii | independent normal | multivariate normal", fontsize=8)
figures.save(fig, study, "07-7", "variants", "Five images from each of four sources for three short trainings.", n=f"{n_short:,} images, 2 epochs", colors=256)
plt.show()


# %% [markdown]
# ## Try it
#
# Open this notebook (`make lab`) and move the sliders: the six leading principal components in standard deviations, and a factor
# on the distance from the mean. In the report a contact sheet stands in their place (**figure 07-8**): each row moves one
# component from -3 to 3.

# %%
def face(scores, factor=1.0):
    """The image that case II decodes at these scores (in sigma) of the leading components: uint8 (96, 96, 3)."""
    u = np.zeros((1, d)); u[0, :len(scores)] = scores
    return to_bytes(train.decode(model["II"], ladder.along_axes(cloud["II"], factor * u)))[0].transpose(1, 2, 0)


# %%
def playground():
    """Sliders over six components and the radius; decodes live."""
    import ipywidgets as widgets
    sliders = {f"PC{k + 1}": widgets.FloatSlider(0, min=-4, max=4, step=0.1, description=f"PC{k + 1}") for k in range(6)}
    factor = widgets.FloatSlider(1, min=0, max=3, step=0.05, description="radius x")
    def show(factor, **scores):
        plt.figure(figsize=(2.6, 2.6)); plt.imshow(face(list(scores.values()), factor)); plt.axis("off"); plt.show()
    output = widgets.interactive_output(show, {**sliders, "factor": factor})
    display(widgets.HBox([widgets.VBox([*sliders.values(), factor]), output]))

if not progress.headless():
    playground()

# %%
begun = time.perf_counter()
for _ in range(20):
    face([1, -1])
milliseconds = (time.perf_counter() - begun) / 20 * 1_000
sheet = [face(3 * t * np.eye(6)[k]) for k in range(6) for t in np.linspace(-1, 1, 11)]
fig, ax = plt.subplots(figsize=(8.2, 4.6))
figures.image_grid(np.stack(sheet).transpose(0, 3, 1, 2), 11, ax)
ax.set(yticks=98 * np.arange(6) + 48, yticklabels=[f"PC{k + 1}" for k in range(6)], title="07-8: each component from -3 to 3 sigma")
figures.save(fig, study, "07-8", "contact-sheet", "Six rows of faces, each moving one of the leading principal components of case II.", n="case II, other components at their mean", colors=256)
plt.show()

# %%
Markdown(f"One face takes {milliseconds:.0f} ms to decode here (asked: 50 on a CPU).")

# %% [markdown]
# ## What this run says

# %%
worst = rate.loc["uniform, true radii"] / ceiling
Markdown(f"""* Vectors with the mean and covariance of the latents give **{rate.loc['multivariate normal'].min():.0%} to {rate.loc['multivariate normal'].max():.0%}** faces where reconstructions give {ceiling.min():.0%} to {ceiling.max():.0%}:
  a plain autoencoder does make faces from statistical vectors.
* Uniform vectors do not: at most {rate.filter(like='uniform', axis=0).max().max():.0%}, whatever their half width; with the latents' very radii {worst.max():.0%} of the ceiling.
* What they lack most is: {largest['I']} (I), {largest['II']} (II).
* Mixture and kernel density, which know more than mean and covariance, give {rate.loc[['Gaussian mixture', 'kernel density']].min().min():.0%} to {rate.loc[['Gaussian mixture', 'kernel density']].max().max():.0%}.
* Close to the mean there are more faces and less variety: one-sigma ellipses give {rate.loc['ellipses, 1 sigma'].min():.0%} faces or more, but reach only {by_name['recall, other encoder'][:, 'ellipses, 1 sigma'].min():.0%} to {by_name['recall, other encoder'][:, 'ellipses, 1 sigma'].max():.0%} of the real images.""")

# %%
chance_rate = max(chance.rate)
record = claims.record(study, "07", {
    "F1-faces": float((rate.loc["multivariate normal"] / ceiling).min()),
    "F2-b12": float(rate.loc["uniform, b = 12"].max()),
    "F2-chance": float(chance_rate - alarms.rate.max()),
    "F2-radius": float(worst.max()),
    "F2-method3": float((rate.loc["independent normal"] / ceiling).min())})
record.style.hide(axis="index")
