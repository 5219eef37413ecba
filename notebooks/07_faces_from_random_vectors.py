# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 07 Faces from random vectors
#
# **Question.** Can a decoder that only ever learned to undo its encoder make new faces from random vectors, and from
# which ones?
#
# Post F1 opens with a grid of faces that a plain autoencoder made of statistical vectors, and promises to explain how. The
# notebooks before this one say where the latents lie: on a shell far from the origin, wide in a few directions, narrow in
# most, with correlated components. Here three kinds of random vectors are decoded, each knowing more of the cloud than
# the one before: *method 2* (uniform, with the half width that gives the right mean square radius), *method 3*
# (independent Gaussians with each component's mean and width), and a multivariate normal with the full covariance.
#
# * **Posts:** F1 (figure F1-1). The comparison and its scores (figure 07-1) are ours.
# * **Reads:** `model-II.pt` of notebook 01 and the latents of notebook 02.
# * **Writes:** `data/RUN/face-rates.csv`.

# %% tags=["parameters"]
dataset = "synthetic"
scale = "laptop"
seed = 0

# %%
import sys; sys.path[:0] = [".", ".."]          # the notebook runs from the root or from notebooks/
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from IPython.display import Markdown
from lib import artifacts, detection, figures, generators, images, latent, study as studies, theory, train
study = studies.Study(dataset, scale, seed)
figures.use_style()

# %% [markdown]
# ## Four sources of vectors
#
# All are made for case II. Held-out images, encoded and decoded again, are the ceiling: better faces this decoder cannot
# make.

# %%
model = train.load(study, "II")
z_train, z_held_out = (artifacts.require(study.latents("II", split), "02_encode_celeba") for split in ("train", "held_out"))
rng, n = np.random.default_rng(seed), min(200, len(z_held_out))
mean, covariance = latent.mean_and_covariance(z_train)
b_match = theory.matching_half_width(latent.second_moment(z_train).value, z_train.shape[1])
z = {"held-out images": z_held_out[:n],
     f"method 2, b = {b_match:.2f}": generators.uniform(n, z_train.shape[1], b_match, rng),
     "method 3, independent": generators.gaussian(n, z_train.mean(0), z_train.std(0), rng),
     "multivariate normal": generators.multivariate_normal(n, mean, covariance, rng)}
x = {name: train.decode(model, points) for name, points in z.items()}

# %% [markdown]
# ## Faces from statistical vectors
#
# **Figure F1-1.** What the decoder makes of vectors drawn from a normal distribution with the latents' own mean and
# covariance: thirty in a row, none chosen.

# %%
fig, ax = plt.subplots(figsize=(8.6, 2.75))
figures.image_grid(x["multivariate normal"][:30], 10, ax)
figures.save(fig, study, "F1-1", "faces-from-statistical-vectors", "Thirty images decoded from multivariate normal vectors with "
             "the mean and covariance of the latents of case II.", n="30 vectors, none chosen", colors=256)
plt.show()

# %% [markdown]
# ## The same decoder, other vectors
#
# **Figure 07-1.** Ten images from each source. If the radius alone made the face, the second row would show faces: its
# vectors have the latents' mean square radius.

# %%
fig, axes = plt.subplots(len(x), 1, figsize=(8.6, 4.6))
for ax, (name, decoded) in zip(axes, x.items()):
    figures.image_grid(decoded[:10], 10, ax)
    ax.set_title(name)
figures.save(fig, study, "07-1", "sources-compared", "Ten decoded images for each of four sources of latent vectors: "
             + ", ".join(x) + ".", n="10 of each, none chosen", colors=256)
plt.show()

# %% [markdown]
# ## Counting faces
#
# The eye is a generous judge, so a face detector counts too. Its rate on the images themselves and on images shuffled in
# blocks of 8 tells what it can and cannot see.

# %%
original = np.asarray(images.load(study).held_out[:n])
shown = {"original images": original, "blocks of 8 shuffled": detection.block_shuffle(original, 8, rng=rng)}
shown |= {name: (255 * decoded + 0.5).astype(np.uint8) for name, decoded in x.items()}
hits = {name: int(detection.frontal_face_hits(part).sum()) for name, part in shown.items()}
rates = pd.DataFrame([(name, n, count, count / n, *detection.wilson_interval(count, n)) for name, count in hits.items()],
                     columns=["source", "n", "faces", "rate", "low", "high"])
artifacts.write(study.data / "face-rates.csv", rates)
rates.style.hide(axis="index").format(precision=3)

# %% [markdown]
# ## What this run says

# %%
rate = rates.set_index("source").rate
ceiling, uniform, independent, normal = (rate.iloc[k] for k in (2, 3, 4, 5))
best = rates.iloc[3:].loc[rates.iloc[3:].rate.idxmax(), "source"]
Markdown(f"The detector finds a face in {ceiling:.0%} of the reconstructions of held-out images (in {rate.iloc[0]:.0%} of the "
         f"images themselves), in **{uniform:.0%}** of the images from uniform vectors of the right radius, **{independent:.0%}** "
         f"from independent Gaussians and **{normal:.0%}** from the multivariate normal. Most faces come from: {best}. "
         f"{'Matching the radius is not enough.' if uniform < 0.5 * ceiling else 'Here the right radius alone goes far.'}")
