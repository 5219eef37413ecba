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
from lib.cloud import latent
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
z = {(case, split): stages.latents(study, case, split) for case in CASES for split in SPLITS}

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
# **Figure 02-1.** Mean and spread of each of the 256 components, training against held-out images. If both
# samples come from one cloud, the points lie on the diagonal.

# %%
fig, axes = plt.subplots(2, 2, figsize=(7.4, 7.0))
for row, case in zip(axes, CASES):
    for ax, name, moment in zip(row, ("mean", "standard deviation"), (np.mean, np.std)):
        a, b = (moment(z[case, split], axis=0) for split in SPLITS)
        ax.plot(a, b, ".", color=figures.LATENT, ms=4)
        ax.axline((a.mean(), a.mean()), slope=1, color=figures.THEORY, lw=0.8)
        ax.set(title=f"case {case}: {name} of 256 components",
               xlabel="training images", ylabel="held-out images")
figures.show(fig, study, "02-1", "train-against-held-out",
             n=f"{len(z['I', 'train']):,} training, {len(z['I', 'held_out']):,} held-out latents",
             alt="Means and standard deviations of the 256 components of held-out latents against those of "
                 "training latents, for both cases.")


# %% [markdown]
# ## Are training and held-out latents one cloud?
#
# Each component gives a difference of the two means in units of its standard error. For two samples of one
# cloud these 256 differences have a spread (standard deviation) of about 1. It is not exactly 1, because
# components are correlated: then the spread scatters more than for independent ones. As a control, *of a
# random split* is the spread if the training latents themselves are cut in two at random, one part as large
# as the held-out set. A spread far above that, or a ratio of the mean squared radii far from 1, tells that
# the network treats faces it has learned in another way than new ones.

# %%
def spread(a, b):
    return ((a.mean(0) - b.mean(0)) / np.sqrt(a.var(0) / len(a) + b.var(0) / len(b))).std()

def agreement(case):
    a, b = (z[case, split] for split in SPLITS)
    mixed = np.random.default_rng(seed).permutation(a)
    squared_radii = [latent.second_moment(part).value for part in (a, b)]
    return {"spread": spread(a, b), "of a random split": spread(mixed[len(b):], mixed[:len(b)]),
            "squared radius, held out over train": squared_radii[1] / squared_radii[0]}


# %%
agreements = pd.DataFrame({case: agreement(case) for case in CASES}).T.rename_axis("case")
agreements.style.format(precision=3)

# %% [markdown]
# ## What this run says
#
# The rule is ours: two sets of latents look like one cloud if that spread is below 1.5.

# %%
alike = [case for case in CASES if agreements.spread[case] < 1.5]
Markdown(f"Training and held-out latents look like one cloud in **{len(alike)} of 2** cases"
         + (f" ({' and '.join(alike)})." if alike else "."))
