# %% [markdown]
# # 07 Faces from random vectors
#
# **Question.** A plain autoencoder never learned to make faces from random vectors. Which random vectors does
# its decoder turn into faces all the same, and what must they know of the latents?
#
# Post F1 opens with faces from statistical vectors. F2 finds that uniform ones (*method 2*) never reach the
# region of the latents, hopes for half widths between 1 and 2, and sees that the right radius alone is not
# enough. C2 concludes, and later withdraws, that points in the voids between latents give no faces; nobody
# has tried. All of it was judged by eye. Here a ladder of vectors, each rung knowing a little more of the
# latents, is judged by numbers: a face detector, two feature spaces, the way back through the encoder. Only
# F1-1 is the posts' figure; all else is ours.
#
# The latents are taken in the coordinates that training left, one choice of many in which the network is the
# same (notebook 10): half widths, radii and the centre are statements in these; Mahalanobis distances, the
# multivariate normal and all scores of pictures are the same in all.
#
# * **Posts:** F1 (figure F1-1), F2 (methods 2 and 3, the half widths, its conclusions). Figures 07-1 to 07-13
#   are ours.
# * **Writes:** `face-rates.csv`, `ladder.csv`, `likelihood.csv`, `curves.csv`, `ablation.csv`,
#   `uniform-landing.csv`, `walks.csv`, `voids.csv`, `variants.csv`, `claims-07.csv`; all in `data/RUN/`.
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
from matplotlib.transforms import IdentityTransform

# %%
from lib import claims, figures, stages
from lib.cloud import generators, ladder, latent, likeness, probes
from lib.cloud.points import distinct
from lib.images import cache, detection, faces, judge
from lib.network import train
from lib.store import artifacts, progress
from lib.study import Study
from lib.trial import spots

study = Study(dataset, scale, seed)
figures.use_style()

# %% [markdown]
# All rungs and both cases get the same random numbers `g`. What they know of the latents is in `cloud`: mean,
# widths, principal axes, radii. The covariance is that of the latents; where there are fewer than ten of them
# per component, it is shrunk towards a multiple of the identity (Ledoit and Wolf), by the share given below.
# Method 1, a grid, is no rung: with ten points per axis it has 10^256 points.

# %%
x, rng = cache.load(study), np.random.default_rng(seed)
CASES = ("I", "II")
model = {case: stages.load_network(study, case) for case in CASES}
z = {(case, split): artifacts.require(study.latents(case, split), "02_encode_celeba").astype(float)
     for case in CASES for split in ("train", "held_out")}
cloud = {case: ladder.fitted(z[case, "train"]) for case in CASES}

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
home = {case: judge.pictures(model[case], z[case, "held_out"][:n]) for case in model}
tried = {"original images": original,
         **{f"reconstructions, case {case}": made for case, made in home.items()},
         "blocks of 8 shuffled": detection.block_shuffle(original, 8, rng=rng),
         "upside down": original[:, :, ::-1],
         "noise per pixel": rng.integers(0, 256, original.shape, dtype=np.uint8),
         "coarse noise": judge.to_bytes(blobs.clip(0, 1))}

# %%
found = {name: judge.faces(made) for name, made in tried.items()}
judged = pd.DataFrame([{"pictures": name, **judge.share(faces)} for name, faces in found.items()])
figures.table(judged, study, "face-rates.csv")

# %% [markdown]
# Is it fit to judge? With 95 % confidence it should find at least 80 % of the faces, and in none of the three
# controls more than 20 % (rules ours). Where it fails, the rates below are to be read with that doubt.

# %%
controls = {name: hit for name, hit in found.items() if "shuffled" in name or "noise" in name}
alarms = judged[judged.pictures.isin(controls)].rate
doubts = detection.doubts((found["original images"].sum(), n),
                          {name: (hit.sum(), n) for name, hit in controls.items()})
no_faces = judge.no_faces(*(judge.share(found[name]) for name in ("original images", "blocks of 8 shuffled")))
Markdown(f"**Not applicable:** {no_faces}: no rate of faces below says anything." if no_faces else
         "**Doubt:** " + "; ".join(doubts) + "." if doubts else "It is fit by both rules.")

# %% [markdown]
# ## Faces from statistical vectors
#
# Every rung makes its vectors from `g`, and the decoder its pictures of them. Latents of training and of
# held-out images go the same way, for comparison.
#
# **Figure F1-1.** The whole story in one plate, case II: uniform vectors with the latents' mean square
# radius, vectors from a normal distribution with the latents' own mean and covariance, and, as the yardstick,
# reconstructions of unseen images. None is chosen; at the right, the share in which the detector sees a face,
# with its 95 % interval.

# %%
HELD = "real latents, held-out"
fits = {case: (ladder.mixture(known), ladder.bandwidth(known)) for case, known in cloud.items()}

def on_trial(case):
    """Vectors of all rungs, from the same noise, and as many latents: {name: (n, d)}."""
    made = {name: rung(g) for name, rung in ladder.rungs(cloud[case], *fits[case]).items()}
    return made | {"real latents, train": z[case, "train"][:n], HELD: z[case, "held_out"][:n]}

vectors = {case: on_trial(case) for case in model}
names = list(vectors["I"])[:-2]                                      # of the rungs


# %%
def decoded_and_judged(case):
    """Pictures of all vectors of a case, and in which of them a face is seen; reconstructions are there."""
    made = {name: judge.pictures(model[case], v) for name, v in vectors[case].items() if name != HELD}
    seen = {name: judge.faces(pictures) for name, pictures in made.items()}
    return made | {HELD: home[case]}, seen | {HELD: found[f"reconstructions, case {case}"]}

both = {case: decoded_and_judged(case) for case in model}
decoded, hits = ({case: pair[k] for case, pair in both.items()} for k in (0, 1))

# %%
STORY = {"uniform, matching b": 1, "multivariate normal": min(n // 10, 3), HELD: 1}     # rows of ten
plate = np.concatenate([decoded["II"][name][:10 * count] for name, count in STORY.items()])
rate_of = {(case, name): judge.share(hits[case][name]) for case in model for name in vectors[case]}

def interval(row):
    return f"{row['rate']:.0%}\n({row['low']:.0%} to {row['high']:.0%})"


# %%
seen_in = [f"{rate_of['II', name]['rate']:.0%}" for name in STORY]
fig = figures.sheet(
    plate.reshape(-1, 10, *plate.shape[1:]), rows=list(STORY.values()),
    labels=["uniform vectors,\nthe latents' mean\nsquare radius",
            "normal vectors,\nthe latents' mean\nand covariance", "latents of\nunseen images"],
    beside={"faces seen": [interval(rate_of["II", name]) for name in STORY]},
    title=f"Case II. Uniform vectors give faces in {seen_in[0]}, normal vectors with the latents' mean and "
    f"covariance in {seen_in[1]}, reconstructions in {seen_in[2]}")
figures.show(fig, study, "F1-1", "faces-from-statistical-vectors", n=f"none chosen; shares of {n} vectors",
             alt="Ten images decoded from uniform vectors, more from multivariate normal vectors with the "
             "mean and covariance of the latents of case II, ten reconstructions. Faces are seen in "
             f"{seen_in[0]}, {seen_in[1]} and {seen_in[2]}.")

# %% [markdown]
# ## The ladder
#
# Every rung turns the same random numbers into latents (equations in `lib/cloud/ladder.py`), so a column of
# **figure 07-1** is one draw on its way up: uniform vectors of seven half widths (method 2), of the half
# width that has the latents' mean square radius, and with exactly their radii; independent normals with each
# component's mean and width (method 3); normals along the principal axes, each pair kept inside its ellipse
# of 1, 2 or 3 sigma; the multivariate normal; a Gaussian mixture; a kernel density. The last row is the
# yardstick: reconstructions. At the right: the share of faces with its 95 % interval, and the medians of the
# radius and of the Mahalanobis distance.

# %%
RUNGS, GROUPS = [*names, HELD], (9, 1, 3, 3, 1)
match = f"{np.sqrt(3 * np.mean(cloud['II'].radii ** 2) / d):.2f} (match)"
shown_as = {"uniform, matching b": f"uniform, b = {match}", HELD: "reconstructions"}
out = {(case, name): np.linalg.norm(ladder.whitened(cloud[case], v), axis=1)
       for case in model for name, v in vectors[case].items()}
beside = {"faces seen": [interval(rate_of["II", name]) for name in RUNGS],
          "radius": [f"{np.median(latent.radii(vectors['II'][name])):.1f}" for name in RUNGS],
          "Mahalanobis\ndistance": [f"{np.median(out['II', name]):,.1f}" for name in RUNGS]}

# %%
true_radii, normals = (rate_of["II", name]["rate"] for name in ("uniform, true radii", "multivariate normal"))
fig = figures.sheet(np.stack([decoded["II"][name][:10] for name in RUNGS]), rows=GROUPS, beside=beside,
                    labels=[shown_as.get(name, name).replace("sigma", "σ") for name in RUNGS],
                    title=f"Case II. The latents' radii alone: faces in {true_radii:.0%}; their mean and "
                    f"covariance: in {normals:.0%}")
figures.show(fig, study, "07-1", "the-ladder-in-pictures", n=f"10 draws, none chosen; numbers of {n} each",
             alt="Ten images decoded from each rung of the ladder, from uniform vectors to a kernel "
             "density, and reconstructions, with share of faces, radius and Mahalanobis distance.")

# %% [markdown]
# ### Scores
#
# * **Faces:** the share in which the detector finds one, with its 95 % interval. It does not look at variety.
# * **Way back:** encode the decoded image again. The distance between the vector and its way back is small
#   where the decoder is at home. It is measured as the decoder's first layer sees it, which is the same in
#   all coordinates, and given in units of the same number for held-out latents (median over median).
# * **Fréchet distance, density and coverage** against as many held-out images, in two feature spaces that
#   need no download: the 32 leading principal components of pixels (brought to 16 x 16), and those of the
#   *other* case's latents, so that no network judges itself; each component divided by its spread. The
#   Fréchet distance compares means and covariances, and its error is that of drawing all vectors again.
#   Density and coverage (Naeem and others, 2020) ask for neighbours in the 16 leading ones: how crowded made
#   images lie among real ones, which have 1 of it among themselves, and the share of real ones that have a
#   made one in their neighbourhood (of the same law: 97 %). Precision and recall, of which they are the
#   mended form, call vectors of b = 12 perfect in recall: far outliers have wide neighbourhoods.
# * **Nearest training image:** distance (root mean square of the pixels) to the nearest of all training
#   images, in units of what held-out images have: far below 1 would be copying.
#
# How to read the table: reconstructions of held-out latents, the last row of each case, are the yardstick;
# those of training latents stand beside, and show what the nearest training image of a known picture is. Of
# faces and of the way back they are the most one can hope for. Of the Fréchet distance they are no ceiling:
# where latents have heavier tails than a normal law (notebook 09), the covariance of a few hundred of them
# is noisier than that of as many normal vectors, and a rung fitted to all training latents may come out
# nearer. Coverage is to be read beside density: far above 1, made images crowd in the middle, much the same
# face again and again, and the middle is near to all.

# %%
bench, scored = judge.Judge(model, z, x, home), {}
for case in model:
    progress.log(f"case {case}: {len(names)} rungs of {n} vectors")
    scored |= {(case, name): bench.scores(case, v, decoded[case][name]) for name, v in vectors[case].items()}
table = pd.DataFrame([{"case": case, "rung": name, **judge.share(hits[case][name]), **row}
                      for (case, name), (row, _) in scored.items()])

# %%
OTHER = "other encoder"
described = {case: [scored[case, name][1][OTHER] for name in vectors[case]] for case in model}
again = {case: likeness.frechet_again(bench.real(case, OTHER), made, np.random.default_rng(seed))
         for case, made in described.items()}
table["Fréchet error"] = np.concatenate([again[case].std(axis=0) for case in model])
figures.table(table, study, "ladder.csv", show=table.columns.drop(["n", "faces"]), precision=2)

# %% [markdown]
# Which rungs are nearest to real images? Those within two errors of the least Fréchet distance are not told
# apart. The error is that of the difference, rung beside rung from the same noise.

# %%
frechet = table.pivot(index="case", columns="rung", values=f"Fréchet, {OTHER}")[names]
near = {case: likeness.as_near(frechet.loc[case].to_numpy(), again[case][:, :-2]) for case in model}
nearest = {case: "; ".join(np.array(names)[near[case]]) for case in model}
Markdown("\n".join(f"* Case {case}: **{those}**." for case, those in nearest.items()))

# %% [markdown]
# Do mixture and kernel density know more than mean and covariance? Likelihood tells: the mean log density of
# held-out latents, less that under the multivariate normal, with its standard error (in any coordinates;
# above zero the density knows more). The kernel's width h, in standard deviations, is the one that makes
# latents left out of the training set likeliest; vectors are drawn from that very density. In 256 dimensions
# all latents are far apart, and a kernel wide enough to reach from one to the next makes a wider cloud than
# theirs.

# %%
left_out = {case: ladder.log_densities(cloud[case], z[case, "held_out"][:n], *fits[case]) for case in model}
gained = [(case, rung, value - left_out[case]["multivariate normal"]) for case in model
          for rung, value in left_out[case].items()]
likelihood = pd.DataFrame([{"case": case, "rung": rung, "log density over the normal's": more.mean(),
                            "error": more.std() / np.sqrt(n)} for case, rung, more in gained])
likelihood["h"] = [fits[case][1] if rung == "kernel density" else np.nan for case, rung, _ in gained]
figures.table(likelihood, study, "likelihood.csv", precision=1, na_rep="-")

# %%
least, most_tried = ladder.BANDWIDTHS[0], ladder.BANDWIDTHS[-1]
at_end = [case for case in model if fits[case][1] in (least, most_tried)]
Markdown(f"Widths from {least:g} to {most_tried:g} were tried; "
         + ("**the best may lie beyond.**" if at_end else "the best lies inside."))

# %% [markdown]
# **Figure 07-2.** The ladder in numbers: uniform rungs in blue, normal ones in orange, latents in red; dotted
# lines mark reconstructions of held-out latents.

# %%
ERRORS = {"rate": lambda part: pd.concat([part.rate - part.low, part.high - part.rate], axis=1).T,
          "Fréchet, other encoder": lambda part: 2 * part["Fréchet error"]}

def source(name):
    """The colour of a rung's source."""
    return figures.UNIFORM if "uniform" in name else figures.LATENT if "real" in name else figures.NORMAL


# %%
def rungs_in_numbers(ax, column):
    """One score of all rungs in both cases; faces with their intervals, Fréchet with two errors."""
    for case, part in table.groupby("case"):
        error = ERRORS[column](part).to_numpy() if column in ERRORS else None
        ax.errorbar(part[column], range(len(part)), xerr=error, fmt=figures.CASE[case]["ls"], lw=0.7,
                    color="0.65", zorder=1)
        ax.scatter(part[column], range(len(part)), s=18, marker=figures.CASE[case]["marker"], zorder=3,
                   color=[source(name) for name in part.rung], label=f"case {case}")
        ax.axvline(part[column].iloc[-1], color=figures.LATENT, lw=0.8, ls=":")
    ax.set(xlabel=LABELS.get(column, column.replace(", ", ",\n")))


# %%
LABELS = {"rate": "faces (95 % interval)", "way back": "way back / real"}
spaces = [f"{what}, {OTHER}" for what in ("Fréchet", "density", "coverage")]
of_uniform = table[table.rung.str.startswith("uniform")].rate.max()
of_others = table[table.rung.isin(names) & ~table.rung.str.startswith("uniform")].rate.min()

# %%
fig, axes = plt.subplots(1, 5, figsize=(11, 5), sharey=True)
for ax, column in zip(axes, ["rate", "way back", *spaces]):
    rungs_in_numbers(ax, column)
last = table[table.case == "II"]
axes[0].set(yticks=range(len(last)), yticklabels=last.rung, ylim=(len(last) - 0.5, -0.5))
fig.suptitle(f"Faces: {of_uniform:.0%} at most on a uniform rung, {of_others:.0%} at least on any other",
             x=0.01, ha="left", fontsize=10.5)
axes[0].legend()
axes[1].set_xscale("log")
figures.show(fig, study, "07-2", "the-ladder-in-numbers", n=f"{n} vectors per rung and case",
             alt="Five scores for each rung of the ladder; faces in case II: "
             + ", ".join(f"{row.rung} {row.rate:.0%}" for row in last.itertuples()) + ".")

# %% [markdown]
# ## How far may one go?
#
# **Figure 07-3.** Left: faces against the half width b of uniform vectors, in the coordinates that training
# left. Right: normal vectors of the right covariance, all brought to one Mahalanobis distance; latents, and
# normal vectors, lie near the square root of 256. Distance 0 is the mean. A curve that falls from its left
# end says that smaller is better, one with a hump that there is a best size.
#
# Drawn heads hardly move (by 2 % of half the frame), so their mean is a sharp face, and anything near the
# mean is detected: the left ends say as much about the drawings as about the decoder. The mean of
# photographs is blurrier.

# %%
WIDTHS = 0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2, 2.5, 3, 4, 5, 8, 12
DISTANCES = 2, 4, 8, 12, 16, 20, 24, 32, 48, 64
unit = half[:, :d] / np.linalg.norm(half[:, :d], axis=1, keepdims=True)

def seen_at(case, b):
    """In which pictures of uniform vectors of half width b a face is seen; the ladder has judged some."""
    judged_before = hits[case].get(f"uniform, b = {b:g}")
    if judged_before is not None:
        return judged_before[:len(half)]
    return judge.faces(judge.pictures(model[case], ladder.uniform(cloud[case], half, b)))


# %%
sized = {(case, "half width", b): seen_at(case, b) for case in model for b in WIDTHS}
sized |= {(case, "Mahalanobis distance", distance):
          judge.faces(judge.pictures(model[case], ladder.along_axes(cloud[case], distance * unit)))
          for case in model for distance in DISTANCES}
curves = pd.DataFrame([{"case": case, "what": what, "value": b, **judge.share(hit)}
                       for (case, what, b), hit in sized.items()])
artifacts.write(study.data / "curves.csv", curves)


# %%
def faces_against(ax, what, ticks, color):
    """Faces against the size `what` in both cases, with 95 % intervals, and the band of false alarms."""
    for case, part in curves[curves.what == what].groupby("case"):
        ax.plot(part.value, part.rate, ms=4, color=color, **figures.CASE[case], label=f"case {case}")
        ax.fill_between(part.value, part.low, part.high, color=color, alpha=0.15, lw=0)
    ax.axhspan(alarms.min(), alarms.max(), color="0.85", zorder=0, label="false alarms")
    ax.set(xscale="log", ylim=(-0.02, 1.02))
    ax.set_xticks(ticks, ticks)
    ax.minorticks_off()


# %%
best_at = curves.loc[curves.groupby(["case", "what"]).rate.idxmax()].set_index(["case", "what"]).value
at_b, at_distance = (best_at.xs(what, level="what") for what in ("half width", "Mahalanobis distance"))

# %%
fig, axes = plt.subplots(1, 2, figsize=(8.8, 3.4), sharey=True)
faces_against(axes[0], "half width", [0.25, 1, 4, 12], figures.UNIFORM)
faces_against(axes[1], "Mahalanobis distance", [2, 4, 8, 16, 32, 64], figures.NORMAL)
axes[0].axvspan(1, 2, color="#f2e6c2", zorder=-1, label="the posts' 1 to 2")
axes[1].axvline(16, color=figures.THEORY, lw=0.8, ls=":", label="√256")
axes[0].set(xlabel="half width b of uniform vectors", ylabel="faces",
            title=f"uniform: most at b = {at_b['I']:g} (I), {at_b['II']:g} (II)")
axes[1].set(xlabel="Mahalanobis distance of normal vectors",
            title=f"normal: most at {at_distance['I']:g} (I), {at_distance['II']:g} (II)")
for ax in axes:
    ax.legend()
figures.show(fig, study, "07-3", "faces-against-size", n=f"{len(unit)} vectors per point", alt="Faces "
             "against the half width of uniform, and the Mahalanobis distance of normal vectors, two cases.")

# %% [markdown]
# **"1 <= b <= 2 gives a chance".** The share of faces at the five half widths from 1 to 2, less that at
# other half widths of the same noise, with its 95 % interval. There is a chance as far as it lies above b =
# 12, where the post expects none; and 1 to 2 is the right size only if it lies above the smaller ones, too.
# If the smaller ones have more faces, no size is right in these coordinates: the nearer to the origin the
# more faces, and the origin is not the mean of the latents. (In coordinates where it is, F2's 1 to 2 comes
# out right: notebook 10.)

# %%
AGAINST = {"b = 12": (12,), "b < 1": [b for b in WIDTHS if b < 1], "b > 2": [b for b in WIDTHS if b > 2]}

def gain(case, others):
    """Faces at half widths from 1 to 2 less those at others: mean over vectors, and its standard error."""
    inside, outside = (np.mean([sized[case, "half width", b] for b in widths], axis=0)
                       for widths in ([b for b in WIDTHS if 1 <= b <= 2], others))
    return (inside - outside).mean(), (inside - outside).std(ddof=1) / np.sqrt(len(half))

compared = [(case, name, *gain(case, others)) for case in model for name, others in AGAINST.items()]
chance = pd.DataFrame(compared, columns=["case", "1 <= b <= 2 over", "faces", "error"])
chance.style.hide(axis="index").format(precision=3)

# %% [markdown]
# **"Matching the radius is not enough".** Where do vectors lie relative to the latents? Real latents, the
# last rows, are the standard. Radius and angle are taken from the origin of the coordinates that training
# left: there uniform vectors stand at right angles to the mean of the latents, and those with true radii
# overlap with the latents' radii as they should. The Mahalanobis distance, and the distance from the mean
# latent as the decoder's first layer sees it (over that of held-out latents), are the same in all
# coordinates. If they are nevertheless far above those of latents, the vectors are elsewhere in space; if
# the ladder then gives them less than half of the faces of reconstructions (rule ours), the post is right.
# The last column is the logarithm of the probability that a uniform vector falls into the box of two half
# widths (at half maximum) around the mean, as in F2.

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
placed += [(case, HELD, z[case, "held_out"]) for case in model]
landed = pd.DataFrame([{"case": case, "vectors": name, **ladder.landing(cloud[case], v),
                        "distance the decoder sees": bench.away(case, v),
                        "log10 P(box of 2 hw)": box(case, name)} for case, name, v in placed])
figures.table(landed, study, "uniform-landing.csv", precision=2, na_rep="-")

# %% [markdown]
# **Figure 07-12.** The same in one picture: every vector of a rung by its radius and its Mahalanobis
# distance. Vectors of one radius lie above each other: where uniform ones have the radii of the latents, they
# lie far above them.

# %%
SEEN = {**{f"uniform, b = {b:g}": blue for b, blue in zip((1, 2, 5, 12), figures.blues(4))},
        "uniform, true radii": "black", "independent normal": figures.MUTED,
        "multivariate normal": figures.NORMAL, HELD: figures.LATENT}
farther = {case: np.median(out[case, "uniform, true radii"]) / np.median(out[case, HELD]) for case in model}


# %%
def by_both_lengths(ax, case):
    """Radius and Mahalanobis distance of the vectors of eight sources."""
    for name, color in SEEN.items():
        ax.scatter(latent.radii(vectors[case][name]), out[case, name], s=5, color=color, alpha=0.6, lw=0,
                   rasterized=True, label=name)
    ax.set(xscale="log", yscale="log", xlabel="radius",
           title=f"case {case}: uniform, true radii {farther[case]:.0f} × as far out")


# %%
fig, axes = plt.subplots(1, 2, figsize=(9.6, 3.9), sharex=True, sharey=True)
for ax, case in zip(axes, model):
    by_both_lengths(ax, case)
axes[0].set_ylabel("Mahalanobis distance")
axes[1].legend(loc="upper left", bbox_to_anchor=(1, 1), markerscale=3)
figures.show(fig, study, "07-12", "radius-against-mahalanobis-distance", n=f"{n} vectors of each source",
             alt="Clouds of vectors by radius and Mahalanobis distance. Uniform ones with the latents' radii "
             f"lie {farther['I']:.0f} (case I) and {farther['II']:.0f} times (case II) as far out.")

# %% [markdown]
# ## What share of the failure is due to what?
#
# In the coordinates that training left, uniform vectors are wrong in four ways: radius, centre, marginal
# widths, correlations. Give normal vectors any subset of the four (`ladder.mixed`) and count faces. Without
# the radius they have the length of uniform ones of b = 5, as in P1; the player with nothing is thus a
# random direction at that length, much like method 2 and not the same. And as a vector is brought to its
# length last of all, *centre* without *radius* gives it the direction of the mean, not its place. The table
# goes from the fewest faces to the most (case I).

# %%
ablation = pd.DataFrame([{"case": case, "ingredients": subset, **judge.rate(judge.pictures(model[case], v))}
                         for case in model for subset, v in ladder.ablation(cloud[case], half).items()])
artifacts.write(study.data / "ablation.csv", ablation)
ablation.pivot(index="ingredients", columns="case", values="rate").sort_values("I").style.format("{:.0%}")

# %% [markdown]
# What an ingredient adds depends on which are there already, so its share is the mean over all 24 orders of
# adding them (Shapley). The four shares sum to the gain from no ingredient to all. The error is that of
# drawing all counts again: shares closer than two errors are not told apart.
#
# Who wins is a statement about the basis. All four ingredients change with the coordinates: in those with the
# origin at the mean, which the same network has as well, there is no centre to lack, and the others share the
# failure. Notebook 10 plays the game in several.

# %%
share = {case: ladder.shares(part.rate, len(half), rng) for case, part in ablation.groupby("case")}
pd.concat(share, axis=1).style.format("{:+.2f}")

# %%
order = ablation[ablation.case == "I"].sort_values("rate").ingredients.tolist()
in_words = {case: ", ".join(f"{i} {value:+.2f}" for i, value in s.share.items()) for case, s in share.items()}


# %%
def rates_and_shares(left, right, k, case):
    """Rates of the 16 subsets with their intervals, and the four shares with two standard errors."""
    part, style = ablation[ablation.case == case].set_index("ingredients").loc[order], figures.CASE[case]
    error = part.rate - part.low, part.high - part.rate
    look = {"fmt": style["marker"], "ms": 4, "lw": 1, "color": figures.NORMAL, "label": f"case {case}",
            "fillstyle": "full" if case == "I" else "none"}
    left.errorbar(part.rate, np.arange(16) + 0.3 * k - 0.15, xerr=error, **look)
    right.errorbar(share[case].share, np.arange(4) + 0.16 * k - 0.08, xerr=2 * share[case].error, **look)


# %%
def subsets(ax):
    """A dot for each ingredient of each subset, in the order of the rates."""
    known = np.array([[i in subset for i in ladder.INGREDIENTS] for subset in order])
    for column in range(4):
        ax.scatter([column] * 16, range(16), s=22, color=np.where(known[:, column], "black", "0.88"))
    ax.set(xlim=(-0.6, 3.6), ylim=(-0.6, 15.6), yticks=[])
    ax.set_xticks(range(4), ladder.INGREDIENTS, rotation=50, ha="right")


# %%
strongest = {case: s.share.idxmax() for case, s in share.items()}
fig, axes = plt.subplots(1, 3, figsize=(9.6, 4.4), width_ratios=(0.45, 1.1, 1), layout="constrained")
subsets(axes[0])
for k, case in enumerate(model):
    rates_and_shares(*axes[1:], k, case)
axes[1].set(yticks=[], ylim=(-0.6, 15.6), xlabel="faces (95 % interval)", title="any of four ingredients")
axes[1].legend()
axes[2].set(xlabel="Shapley share of the faces (two errors)", ylim=(3.5, -0.5),
            title=f"largest: {strongest['I']} (I), {strongest['II']} (II)")
axes[2].set_yticks(range(4), ladder.INGREDIENTS)
axes[2].axvline(0, color="black", lw=0.8)
figures.show(fig, study, "07-4", "ingredients", n=f"{len(half)} vectors a subset; coordinates as trained",
             alt="Faces for all 16 subsets of radius, centre, marginals, correlations, and Shapley shares: "
             + "; ".join(f"case {case}: {in_words[case]}" for case in model) + ".")

# %% [markdown]
# Why should the centre matter so much? **Figure 07-13** walks from the origin to the mean of the latents, and
# decodes the points on the way. Under each stands the share of faces among normal vectors of the latents'
# covariance around that very point: only their centre changes.

# %%
WAY = np.linspace(0, 1, 9)
centred = {case: ladder.multivariate_normal(cloud[case], half) - cloud[case].mean for case in model}
of_way = {case: judge.pictures(model[case], WAY[:, None] * cloud[case].mean) for case in model}
around = {case: [judge.rate(judge.pictures(model[case], centred[case] + t * cloud[case].mean))["rate"]
                 for t in WAY] for case in model}
ends_of = [f"{around[case][k]:.0%}" for k in (0, -1) for case in model]

# %%
fig = figures.sheet(np.stack(list(of_way.values())), labels=[f"case {case}" for case in model], rows=(1, 1),
                    heads=["origin", *(f"{t:.2g}" for t in WAY[1:-1]), "mean"],
                    under=[[f"{rate:.0%}" for rate in rates] for rates in around.values()],
                    title=f"Normal vectors around the origin: faces in {ends_of[0]} (I), {ends_of[1]} (II); "
                    f"around the mean: {ends_of[2]} and {ends_of[3]}")
figures.show(fig, study, "07-13", "from-the-origin-to-the-mean", n=f"shares of {len(half)} vectors each",
             alt="Images decoded at nine points from the origin to the mean of the latents, in both cases; "
             "under each the share of faces around it.")

# %% [markdown]
# ## Walks
#
# Between two faces the straight line runs through the inside of the shell; the *norm-keeping* way goes round
# the mean at the distances of the two ends (rotating the whitened vectors). **Figure 07-5** walks two pairs
# of held-out latents in both ways, **figure 07-11** scores many.
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
pair = {(way, k): on_the_way["II", way][1][k::m].astype(float) / 255 for way in WAYS for k in (0, 1)}
apart = {k: (4 * np.abs(pair["straight", k] - pair["norm-keeping", k])).clip(0, 1) for k in (0, 1)}
both_pairs = np.stack([images for k in (0, 1) for images in (*(pair[way, k] for way in WAYS), apart[k])])
of_middle = steps[(steps.t == 0.5) & (steps.case == "II")].set_index("way")["Mahalanobis distance"]

# %%
fig = figures.sheet(both_pairs, labels=[*WAYS, "difference × 4"] * 2, rows=(3, 3), columns=(4, 1, 4),
                    heads=[f"{t:g}" for t in STEPS],
                    title=f"Case II. Halfway: Mahalanobis distance {of_middle['straight']:.1f} straight, "
                    f"{of_middle['norm-keeping']:.1f} on the norm-keeping way")
figures.show(fig, study, "07-5", "walks", n="the first two pairs of held-out latents",
             alt="Two pairs of held-out faces and seven images between them, on the straight and on the "
             "norm-keeping way, with four times the difference of the two.")

# %%
LOOKS = {"straight": (figures.MUTED, "none"), "norm-keeping": (figures.LATENT, "full")}
YARDS = {"rate": "faces (95 % interval)", "way back": "way back / that of real latents"}


# %%
def score_of_walks(ax, column):
    """A score against the share of the way: case by line and marker, way by colour and filling."""
    for (case, way), part in steps.groupby(["case", "way"], sort=False):
        color, fill = LOOKS[way]
        ax.plot(part.t, part[column], ms=4, color=color, fillstyle=fill, **figures.CASE[case],
                label=f"{way}, {case}")
        if column == "rate":
            ax.fill_between(part.t, part.low, part.high, color=color, alpha=0.1, lw=0)
    ax.set(xlabel="share of the way", ylabel=YARDS.get(column, column))


# %%
fig, axes = plt.subplots(1, 3, figsize=(10.4, 3.4))
for ax, column in zip(axes, ("Mahalanobis distance", "rate", "way back")):
    score_of_walks(ax, column)
axes[0].set(ylim=(0, None), title="Straight walks pass inside the shell")
axes[1].set_ylim(None, 1.01)
axes[2].legend(loc="upper left", bbox_to_anchor=(1, 1))
figures.show(fig, study, "07-11", "walks-in-numbers", n=f"{m} pairs of held-out latents per case",
             alt="Mahalanobis distance, share of faces and way back along straight and norm-keeping walks.")

# %% [markdown]
# **Figure 07-6.** A coordinate plane through the centre (as F2's walks): PC1 to the right, PC2 upward, in
# steps of one and a half standard deviations, all other components at their mean. Beyond the dashed circle of
# three sigma no latents are left. A dot marks the images in which the detector sees a face.

# %%
reach = np.arange(-6, 6.1, 1.5)
plane = np.zeros((len(reach)**2, d))
plane[:, 0], plane[:, 1] = np.tile(reach, len(reach)), np.repeat(reach[::-1], len(reach))
of_plane = judge.pictures(model["II"], ladder.along_axes(cloud["II"], plane))
inside = np.hypot(plane[:, 0], plane[:, 1]) <= 3

# %%
face_there = judge.faces(of_plane).reshape(len(reach), -1)

def ring_and_dots(fig, radius):
    """The circle of `radius` pixels, haloed, round the middle of a sheet, and a dot on each face found."""
    corners, pixel = np.array([(image.ox, image.oy) for image in fig.images]), IdentityTransform()
    for color, ls, lw in (("black", "-", 2.6), ("white", (0, (4, 3)), 1.4)):
        fig.add_artist(plt.Circle(corners.mean(axis=0) + 96, radius, fill=False, ec=color, ls=ls, lw=lw,
                                  transform=pixel))
    for corner in corners[face_there.ravel()]:
        fig.add_artist(plt.Circle(corner + 14, 7, fc="white", ec="black", lw=0.7, transform=pixel))


# %%
ticks = [f"{t:g} σ".replace("-", "−") for t in reach]
fig = figures.sheet(of_plane.reshape(9, 9, *of_plane.shape[1:]), heads=ticks, labels=ticks[::-1],
                    title="Case II. PC1 to the right, PC2 upward; dashed: three σ; dots: a face is seen, in "
                    f"{face_there.sum()} of {face_there.size}")
ring_and_dots(fig, 3 / 1.5 * (2 * 96 + figures.NARROW))
figures.show(fig, study, "07-6", "plane-through-the-centre", n="all other components at their mean",
             alt="Images decoded along the plane of the first two principal components through the mean; the "
             f"detector sees a face in {face_there.sum()} of {face_there.size}.")

# %%
seen = {where: judge.rate(of_plane[chosen])["rate"] for where, chosen in (("in", inside), ("out", ~inside))}
Markdown(f"The detector sees a face in {seen['in']:.0%} of the images within three sigma, and in "
         f"{seen['out']:.0%} of those beyond.")

# %% [markdown]
# ## Do voids give no faces?
#
# C2 sees latents on lines around voids in four planes, and explains by them why random vectors give no faces:
# they fall into voids. (Withdrawn in 03/2023; whether the lines are there, notebook 08 asks.) So decode the
# emptiest and the most crowded spots, in pairs at *equal Mahalanobis distance*: then nothing but their
# neighbours tells them apart.
#
# * **In a plane**, empty are the centres of the widest empty circles, crowded the points with the nearest
#   neighbours at the same distance from the centre. Such a spot fixes two of 256 numbers. A held-out latent
#   gives the others, the same for both; it is stretched so that its distance stays. (With the others at the
#   mean, every spot is next to the mean face, and a face.)
# * **In all 256 dimensions**, crowded is the middle between a latent and its nearest neighbour, at their
#   distance; empty, of 20 random directions at that distance, the one whose nearest latent is farthest.
# * **Control:** the same empty spots at three times the distance. If the detector does not see fewer faces
#   there, it can see no difference above either.

# %%
m_spots, PLANES = max(n // 3, 15), {"PC1, PC2": (0, 1), "PC1, PC18": (0, 17), "PC8, PC35": (7, 34)}

def plane_axes(case):
    """Orthonormal axes (d, 2), in whitened coordinates, of the four planes of C2: {name: axes}."""
    off_centre = np.argsort(-np.abs(cloud[case].mean))[:2]           # as in notebook 06: rule ours
    components = np.linalg.qr((cloud[case].axes[off_centre] * cloud[case].widths).T)[0]
    return {name: np.eye(d)[:, pair] for name, pair in PLANES.items()} | {"off-centre axes": components}


# %%
SPACE, FAR = "all 256", "all 256, 3 × as far"
u_train = {case: ladder.whitened(known, known.z[distinct(known.z)]) for case, known in cloud.items()}

def pairs_of_spots(case):
    """Empty and crowded spots (m, d), whitened, in planes and in space: {where: (empty, crowded)}."""
    fill = ladder.whitened(cloud[case], z[case, "held_out"][-m_spots:])
    pairs = {where: [spots.into_plane(fill, axes, t) for t in spots.of_plane(u_train[case] @ axes, m_spots)]
             for where, axes in plane_axes(case).items()}
    chosen = np.random.default_rng(seed).choice(len(u_train[case]), 2 * m_spots, replace=False)
    empty, crowded = spots.of_space(u_train[case], chosen, np.random.default_rng(seed))
    return pairs | {SPACE: (empty, crowded), FAR: (3 * empty, crowded)}


# %%
spotted = {(case, where): pair for case in model for where, pair in pairs_of_spots(case).items()}
of_spots = {(case, where, k): judge.pictures(model[case], ladder.along_axes(cloud[case], pair[k]))
            for (case, where), pair in spotted.items() for k in (0, 1) if (where, k) != (FAR, 1)}
rated = {key: judge.rate(made) for key, made in of_spots.items()}
rated |= {(case, FAR, 1): rated[case, SPACE, 1] for case in model}
of_space = {case: judge.ratio(rated[case, SPACE, 0], rated[case, SPACE, 1]) for case in model}


# %%
def compared_spots(case, where):
    """Faces of empty and crowded spots, their difference with its interval, and where the spots lie."""
    two, (empty, crowded) = [rated[case, where, k] for k in (0, 1)], spotted[case, where]
    apart = [np.median(likeness.nearest(u, u_train[case])[1]) for u in (empty, crowded)]
    return {"case": case, "spots": where, "n": len(empty), "empty": two[0]["rate"], "crowded": two[1]["rate"],
            **dict(zip(("difference", "low", "high"), judge.difference(*two))),
            "Mahalanobis distance": np.median(np.linalg.norm(empty, axis=1)),
            "nearest latent, empty": apart[0], "nearest latent, crowded": apart[1]}

voids = pd.DataFrame([compared_spots(*key) for key in spotted])
figures.table(voids, study, "voids.csv", precision=2)

# %% [markdown]
# If voids gave no faces, the column *empty* would be near the false alarms, and the difference near minus
# the whole rate of crowded spots. An interval around zero says that the detector sees no difference, one
# above zero that voids give even more faces. **Figure 07-9** shows what the decoder makes of empty and of
# crowded spots, **figure 07-10** where the spots lie and how often they give faces.

# %%
KINDS = [("PC1, PC2", 0), ("PC1, PC2", 1), (SPACE, 0), (SPACE, 1), (FAR, 0)]
strips = [of_spots["II", *key][::len(of_spots["II", *key]) // 10][:10] for key in KINDS]
fig = figures.sheet(np.stack(strips), rows=(2, 2, 1),
                    labels=[f"{('empty', 'crowded')[k]},\n{where}" for where, k in KINDS],
                    beside={"faces seen": [interval(rated["II", *key]) for key in KINDS]},
                    title="The detector sees no faces in these images" if no_faces else
                    f"In all 256 dimensions voids give {of_space['I'][0]:.2f} (case I) and "
                    f"{of_space['II'][0]:.2f} times (case II) the faces of crowds")
figures.show(fig, study, "07-9", "voids-and-crowds", n="case II, ten of all spots, none chosen",
             alt="Images decoded from empty and from crowded spots of a plane and of all 256 dimensions, and "
             "from spots three times as far out, with the share of faces in each.")


# %%
def rates_of_spots(ax, case, shift):
    """Faces of empty (open) and crowded spots (filled) with their intervals, for all places in one case."""
    for y, where in enumerate(voids.spots.unique()):
        for k, fill in ((0, "none"), (1, "full")):
            row, place = rated[case, where, k], y + shift + 0.14 * k
            ax.plot([row["low"], row["high"]], [place] * 2, color="black", lw=1)
            ax.plot(row["rate"], place, figures.CASE[case]["marker"], ms=5, color="black", fillstyle=fill)


# %%
def spots_of_plane(ax, axes):
    """The middle of the plane of PC1 and PC2: latents, empty spots (open), crowded ones (filled)."""
    figures.scatter(u_train["II"] @ axes, ax, figures.LATENT, size=1.5, limits=2.2)
    for u, fill in zip(spotted["II", "PC1, PC2"], ("none", "full")):
        ax.plot(*(u @ axes).T, "o", ms=4.5, color="black", fillstyle=fill)
    ax.set(xlabel="PC1, σ", ylabel="PC2, σ", title="latents; empty (open), crowded (filled)")


# %%
fig, axes = plt.subplots(1, 2, figsize=(9.8, 4.2), width_ratios=(1, 1.4), layout="constrained")
spots_of_plane(axes[0], np.eye(d)[:, :2])
for case, shift in (("I", -0.25), ("II", 0.1)):
    rates_of_spots(axes[1], case, shift)
    axes[1].plot([], [], figures.CASE[case]["marker"], color="black", fillstyle="none", label=f"case {case}")
axes[1].set(yticks=range(6), yticklabels=voids.spots.unique(), ylim=(5.6, -0.6), xlim=(-0.02, 1.02),
            xlabel="faces; open: empty, filled: crowded",
            title=f"voids over crowds, all 256: {of_space['I'][0]:.2f} (I), {of_space['II'][0]:.2f} (II)")
axes[1].legend(loc="lower left")
figures.show(fig, study, "07-10", "faces-of-spots", n=f"{m_spots} pairs per plane, {2 * m_spots} in space",
             alt="Empty and crowded spots of a plane among the latents, and their shares of faces in planes, "
             "in all dimensions, and three times as far out.")

# %% [markdown]
# ## What BatchNorm and another loss change
#
# The posts do not say which loss they used. Three short trainings of case I on few images (ours; far from the
# quality above, comparable among themselves only): as everywhere here (mean squared error), with batch
# normalisation, with binary cross-entropy. In each row of the table the reconstructions are the yardstick. Is
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
by_short = variants.set_index(["variant", "vectors"]).rate
short_uniform = by_short.xs("uniform, true radii", level="vectors").max()
short_normal = by_short.xs("multivariate normal", level="vectors").min()
heads = list(of_short["mean squared error"])
threes = [np.concatenate([part[:3] for part in made.values()]) for made in of_short.values()]
fig = figures.sheet(np.stack(threes),
                    labels=[name.replace(" ", "\n", 1) for name in of_short], columns=(3,) * 4, heads=heads,
                    under=[[f"{by_short[name, head]:.0%}" for head in heads] for name in of_short],
                    title=f"Short trainings of case I: uniform vectors give faces in {short_uniform:.0%} "
                    f"at most, multivariate normal ones in {short_normal:.0%} at least")
figures.show(fig, study, "07-7", "variants", n=f"{n_short:,} images, 2 epochs; shares of {len(half)} vectors",
             alt="Three images from each of four sources for three short trainings, with the share of faces.")


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
    ax = plt.figure(figsize=(1.3, 1.3)).add_axes((0, 0, 1, 1))
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
parts, followed = [f"PC{k + 1}" for k in range(6)], "one at a time"
if x.factors is not None:                                            # then say what each component is
    on_axes = ladder.whitened(cloud["II"], stages.latents(study, "II"))[:, :6]
    r2 = probes.squared_correlations(on_axes, x.factors.to_numpy()[:len(x.train)],
                                     ["turns" in factor.meaning for factor in faces.FACTORS])
    told = [f"{faces.NAMES[k].replace('_', ' ')}\nR² {of[k]:.2f}" if of[k] > 0.2 else "no one factor"
            for of, k in zip(r2.T, r2.argmax(axis=0))]
    parts = [f"{part}\n{what}" for part, what in zip(parts, told)]
    followed = f"{(r2.max(axis=0) > 0.5).sum()} follow one factor of the drawing (R² above 0.5)"

# %%
steps_of = np.linspace(-3, 3, 11)
sheet = np.stack([face(t * np.eye(6)[k]) for k in range(6) for t in steps_of]).transpose(0, 3, 1, 2)
fig = figures.sheet(sheet.reshape(6, 11, 3, 96, 96), labels=parts,
                    heads=[f"{t:+.1f} σ".replace("-", "−") for t in steps_of],
                    title=f"Case II. The six leading components: {followed}")
figures.show(fig, study, "07-8", "contact-sheet", n="all other components at their mean; R², where given, of "
             "the factor that goes most with the component",
             alt="Six rows of faces, each moving one of the leading principal components of case II: "
             f"{', '.join(' '.join(part.split()) for part in parts)}.")

# %% [markdown]
# ## What this run says
#
# Which rungs are nearest to real images by Fréchet distance (other encoder, within two errors); which
# ingredient has the largest share in the coordinates that training left; how many faces the emptiest spots of
# all 256 dimensions give, over those of the most crowded ones:

# %%
most = {case: s.share.idxmax() for case, s in share.items()}
said = {"Nearest to real images": nearest, "Largest share": most,
        "Faces of voids over those of crowds": {case: f"{of_space[case][0]:.2f}" for case in model}}
if no_faces:                                                         # only the first does not rest on faces
    said = {"Nearest to real images": nearest}
Markdown("\n".join(f"* {what}: **{of['I']}** in case I; **{of['II']}** in case II."
                   for what, of in said.items()))

# %% [markdown]
# The rates are those of a detector on drawn faces, whose mean is itself a sharp face. So a face is
# *detected* is all that is claimed of independent normal vectors: by Fréchet distance, coverage and the way
# back they are far from real images (figure 07-1: noise with an average face). Where the claims below are of
# half widths, radii or widths of components they are so in the coordinates that training left.
#
# The claims of the posts. Ratios are of faces over faces among reconstructions, and of the case that is worse
# for the claim.

# %%
ROWS = table.set_index(["rung", "case"])

def over_home(rung, worst, what=judge.ratio):
    """`judge.ratio` of a rung to reconstructions, in the case where it is `worst` (min or max)."""
    return claims.Measured(*worst(what(ROWS.loc[(rung, case)], ROWS.loc[(HELD, case)]) for case in model),
                           f"binomial, {n} vectors each")


# %%
worst_alarm = judge.share(controls[judged.set_index("pictures").loc[list(controls)].rate.idxmax()])
b12 = max(judge.difference(judge.share(hits[case]["uniform, b = 12"]), worst_alarm) for case in model)
at = chance.set_index(["case", "1 <= b <= 2 over"])
first = at.loc[at.xs("b = 12", level=1).faces.idxmax(), "b = 12"]
best = max((at.loc[[(case, "b < 1"), (case, "b > 2")]].sort_values("faces").iloc[0] for case in model),
           key=lambda row: row.faces)

# %%
PAIRED = f"{len(half)} vectors, the same at all half widths"
claims.record(study, "07", claims.of_faces({
    "F1-faces": over_home("multivariate normal", min),
    "F2-b12": claims.Measured(*b12, f"binomial, {n} vectors each"),
    "F2-chance": claims.with_error(*first, PAIRED), "F2-best": claims.with_error(*best, PAIRED),
    "F2-radius": over_home("uniform, true radii", max), "F2-method3": over_home("independent normal", min),
    "C2-voids": claims.Measured(*min(of_space.values()), f"binomial, {2 * m_spots} pairs of spots")
}, no_faces)).style.hide(axis="index")
