# %% [markdown]
# # 02 Every image becomes a point
#
# **Question.** What does the cloud look like that the encoders make of all images, in its plainest numbers?
#
# From here on the study looks at *z-points*: each image, sent through the encoder, is a vector **z** of 256
# components. The posts encode all training images (more than 170,000) after training and keep the vectors.
# The same is done here for both cases, and also for held-out images, which the posts do not use: what is
# true only of images the network was trained on says little about faces.
#
# * **Posts:** the data behind F2 and C2; figure 02-1 is ours.
# * **Writes:** `data/RUN/z_train-I.npy`, `z_held_out-I.npy` and the same for case II, shape (n, 256),
#   float32; `latents.csv`.
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

# %%
from lib import figures, stages
from lib.cloud import latent, likeness, normality
from lib.study import Study

study = Study(dataset, scale, seed)
figures.use_style()
stages.use_all_cores()

# %% [markdown]
# ## Encoding
#
# One pass of each encoder in float32. A latents file is tied by hash to the weights and images it was made
# from, so it can never belong to another network.

# %%
CASES, SPLITS = ("I", "II"), ("train", "held_out")
z = stages.all_latents(study)

# %% [markdown]
# ## The plainest numbers
#
# One row for each case and each set of images. *mean sigma* is the standard deviation of a component,
# averaged over all 256. The radius is the length of a latent vector; the columns named *error* hold the
# standard error of the mean before them. If the encoder treats unseen faces like those it knows, the two
# rows of a case agree within their errors. (The largest value grows with the number of images, so the
# held-out one is mostly the smaller.)

# %%
rows = []
for (case, split), points in z.items():
    r, root_n = latent.radii(points), len(points) ** 0.5
    rows.append({"case": case, "split": split, "n": len(points), "largest |z|": np.abs(points).max(),
                 "mean sigma": points.std(0).mean(),
                 "mean radius": r.mean(), "radius error": r.std() / root_n,
                 "mean squared radius": (r ** 2).mean(), "squared radius error": (r ** 2).std() / root_n})
figures.table(pd.DataFrame(rows), study, "latents.csv")

# %% [markdown]
# What would make everything that follows doubtful? Components that never vary, images that are in the set
# twice, and fewer latents than components. Each is looked for, and told where it is found.

# %%
doubts = [f"Case {case}: {doubt}." for case in CASES for doubt in latent.doubts(z[case, "train"])]
Markdown("\n".join("* **Mind this:** " + doubt for doubt in doubts) or
         "Nothing speaks against these latents: every component varies, no latent repeats another, and there "
         "are more of them than components.")


# %% [markdown]
# **Figure 02-1.** Do the 256 means and standard deviations of held-out latents differ from those of training
# latents by more than chance? Drawn is the difference in units of its standard error, which for a standard
# deviation follows from the fourth moment. If both samples come from one cloud, about 95 % of the points lie
# in the band from -2 to 2. (Components of one cloud are correlated, so the share itself varies.)

# %%
def mean_with_error(points):
    return points.mean(axis=0), points.std(axis=0) / len(points) ** 0.5

def spread_with_error(points):
    s, fourth = points.std(axis=0), ((points - points.mean(axis=0)) ** 4).mean(axis=0)
    return s, np.sqrt((fourth - s ** 4) / len(points)) / (2 * s)

def shifts(case, moment):
    """A moment of each component of the training latents, and that of held-out ones less it, in errors."""
    (a, error_a), (b, error_b) = (moment(z[case, split].astype(float)) for split in SPLITS)
    return a, (b - a) / np.hypot(error_a, error_b)


# %%
MOMENTS = {"mean": mean_with_error, "standard deviation": spread_with_error}
shift = {(name, case): shifts(case, moment) for name, moment in MOMENTS.items() for case in CASES}
inside = {key: np.mean(np.abs(errors) <= 2) for key, (_, errors) in shift.items()}
said = ", ".join(f"{share:.0%} ({name}, case {case})" for (name, case), share in inside.items())

# %%
fig, axes = plt.subplots(1, 2, figsize=(9.2, 3.8), sharey=True)
for ax, name in zip(axes, MOMENTS):
    ax.axhspan(-2, 2, color="0.93")
    for case, fill in zip(CASES, ("full", "none")):
        ax.plot(*shift[name, case], figures.CASE[case]["marker"], ms=4, mew=0.7, fillstyle=fill,
                color=figures.LATENT, label=f"case {case}")
    ax.set(xlabel=f"{name} of a component, training latents",
           title=f"{name}: {inside[name, 'I']:.0%} (I) and {inside[name, 'II']:.0%} (II) in ±2")
axes[0].set_ylabel("held-out less training, standard errors")
axes[0].legend()
figures.show(fig, study, "02-1", "train-against-held-out", n=" and ".join(
    f"{len(z['I', split]):,} {split.replace('_', '-')} latents" for split in SPLITS), alt="Held-out less "
    f"training latents, means and standard deviations of 256 components. In two errors: {said}.")

# %% [markdown]
# ## Are training and held-out latents one cloud?
#
# Means and widths of single components say little about a cloud of 256 dimensions. So a classifier is asked
# (Lopez-Paz and Oquab, 2017): it learns from one half of the held-out latents and as many training latents
# which is which, and is then shown the other halves. If both come from one cloud it is right half of the
# time, whatever the cloud looks like; *p* is exact. It sees means and widths in all directions.
#
# Would it find anything? *A random split* cuts the training latents in two, and there is nothing to find.
# *Shifted* moves each component of the held-out latents by a tenth of its standard deviation: where that is
# not found either, there are too few latents for an answer.

# %%
rng = np.random.default_rng(seed)

def comparisons(case):
    """What the classifier tells apart: one row for each pair of clouds."""
    a, b = (z[case, split] for split in SPLITS)
    pairs = {"training, held out": (a, b), "a random split": np.split(rng.permutation(a), [len(b)]),
             "training, held out and shifted": (a, b + a.std(axis=0) / 10)}
    return pd.DataFrame({name: likeness.told_apart(*pair, rng)._asdict() for name, pair in pairs.items()}).T


# %%
told = pd.concat({case: comparisons(case) for case in CASES}, names=["case", "clouds"])
told.style.format(precision=3)


# %% [markdown]
# What a network has learned by heart would show in one number besides: new faces would lie farther out. The
# squared Mahalanobis distance of a held-out latent, by mean and covariance of the training latents, has a
# law of its own if the cloud is Gaussian: not chi², because these moments are estimates, but a multiple of
# F. Its mean hardly depends on the Gaussian, so the mean of the measured distances is set against it. An
# honest 1 is 1 within a few of its errors.

# %%
def farther_out(case):
    """Mean squared Mahalanobis distance of held-out latents over that of the F law, and its error."""
    a, b = (z[case, split] for split in SPLITS)
    squares = latent.mahalanobis(b, *latent.mean_and_covariance(a)) ** 2
    over = squares / normality.held_out_law(*a.shape).mean()
    return {"D², held out over law": over.mean(), "error": over.std() / len(over) ** 0.5}

pd.DataFrame({case: farther_out(case) for case in CASES}).T.rename_axis("case").style.format(precision=3)

# %% [markdown]
# ## What this run says
#
# Two sets of latents look like one cloud where the classifier's *p* is above 5 %, and where it does find the
# shift. (A limit of 5 % in two cases is passed by chance alone in one run of ten.)

# %%
p = told.p.unstack()
sighted = p["training, held out and shifted"] <= 0.05
alike = [case for case in CASES if sighted[case] and p["training, held out"][case] > 0.05]
Markdown(f"Training and held-out latents look like one cloud in **{len(alike)} of {sighted.sum()}** cases "
         "in which the classifier finds a shift of a tenth of a standard deviation.")
