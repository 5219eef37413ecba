# %% [markdown]
# # 02 Every image becomes a point
#
# **Question.** What does the cloud look like that the encoders make of all images, in its plainest numbers?
#
# From here on the study looks at *z-points*: each image, sent through the encoder, is a vector **z** of 256 components.
# The posts encode all training images (more than 170,000) after training and keep the vectors. The same is done here for
# both cases, and also for held-out images, which the posts do not use: what is true only of images the network was trained
# on says little about faces.
#
# * **Posts:** the data behind F2 and C2; figure 02-1 is ours.
# * **Reads:** `model-I.pt`, `model-II.pt` of notebook 01 and the image cache.
# * **Writes:** `data/RUN/z_train-I.npy`, `z_held_out-I.npy` and the same for case II, shape (n, 256), float32;
#   `latents.csv`.

# %% tags=["parameters"]
dataset = "synthetic"
scale = "laptop"
seed = 0

# %%

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from IPython.display import Markdown
from lib import stages
from lib import figures, study as studies
from lib.cloud import latent
from lib.network import train
from lib.store import artifacts
study = studies.Study(dataset, scale, seed)
figures.use_style()

# %% [markdown]
# ## Encoding
#
# One pass of each encoder in float32. A latents file is tied by hash to the weights and images it was made from, so it can
# never belong to another network.

# %%
z = {(case, split): stages.latents(study, case, split) for case in ("I", "II") for split in ("train", "held_out")}

# %% [markdown]
# ## The plainest numbers
#
# Expected, if the encoder treats unseen faces like those it knows: the two columns of each case agree within their
# standard errors.

# %%
rows = []
for (case, split), points in z.items():
    r = latent.radii(points)
    rows.append((case, split, len(points), np.abs(points).max(), points.std(0).mean(), r.mean(), r.std() / len(r) ** 0.5,
                 (r ** 2).mean(), (r ** 2).std() / len(r) ** 0.5))
table = pd.DataFrame(rows, columns=["case", "split", "n", "largest |z|", "mean sigma", "mean radius", "its error",
                                    "mean squared radius", "its error "])
artifacts.write(study.data / "latents.csv", table)
table.style.hide(axis="index").format(precision=3)

# %%
doubts = [f"Case {case}: {doubt}." for case in ("I", "II") for doubt in latent.doubts(z[case, "train"])]
Markdown("\n".join(f"* **Mind this:** {doubt}" for doubt in doubts) or
         "Nothing speaks against these latents: every component varies, no latent repeats another, and there are more of them than components.")

# %% [markdown]
# **Figure 02-1.** Mean and spread of each of the 256 components, training against held-out images. If both samples come
# from one cloud, the points lie on the diagonal.

# %%
fig, axes = plt.subplots(2, 2, figsize=(7.4, 7.0))
for row, case in zip(axes, ("I", "II")):
    for ax, name, moment in zip(row, ("mean", "standard deviation"), (np.mean, np.std)):
        a, b = moment(z[case, "train"], axis=0), moment(z[case, "held_out"], axis=0)
        ax.plot(a, b, ".", color=figures.LATENT, ms=4)
        ax.axline((a.mean(), a.mean()), slope=1, color=figures.THEORY, lw=0.8)
        ax.set(title=f"case {case}: {name} of 256 components", xlabel="training images", ylabel="held-out images")
figures.save(fig, study, "02-1", "train-against-held-out", "Means and standard deviations of the 256 components of held-out "
             "latents against those of training latents, for both cases.",
             n=f"{len(z['I', 'train']):,} training, {len(z['I', 'held_out']):,} held-out latents")
plt.show()


# %% [markdown]
# ## Are training and held-out latents one cloud?
#
# Each component gives a difference of means in units of its standard error. For two samples of one cloud these have a
# standard deviation of about 1 (components are correlated, so it scatters more than for independent ones).

# %%
def standardised_difference(a, b):
    return (a.mean(0) - b.mean(0)) / np.sqrt(a.var(0) / len(a) + b.var(0) / len(b))

spread = {case: standardised_difference(z[case, "train"], z[case, "held_out"]).std() for case in ("I", "II")}
ratio = {case: latent.second_moment(z[case, "held_out"])[0] / latent.second_moment(z[case, "train"])[0] for case in ("I", "II")}

# %% [markdown]
# ## What this run says

# %%
first = table.set_index(["case", "split"])
Markdown("\n".join(
    f"* Case {case}: {first.n[case, 'train']:,} training latents with a mean radius of "
    f"**{first['mean radius'][case, 'train']:.2f}** +- {first['its error'][case, 'train']:.2f}; held-out images have "
    f"{ratio[case]:.3f} times the mean squared radius, and the standardised differences of their component means have a "
    f"spread of {spread[case]:.2f}: training and held-out latents "
    f"{'look like one cloud' if spread[case] < 1.5 else 'differ more than two samples of one cloud'}."
    for case in ("I", "II")))
