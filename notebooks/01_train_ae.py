# %% [markdown]
# # 01 Two autoencoders learn faces
#
# **Question.** Do two plain convolutional autoencoders squeeze a face of 27,648 numbers into a vector of 256 and bring the
# same face back?
#
# Everything that follows in this study rests on the cloud of points which a trained encoder makes of its images. The
# posts train two networks on CelebA: *case I* with filters 32, 64, 128, 256 and *case II* with 64, 64, 128, 128, both
# with a latent space of 256 dimensions. Here they are rebuilt layer by layer, trained, and judged on images they have
# never seen.
#
# * **Posts:** C2 (layer tables C2-1 and C2-2) and F2 (the two cases). The image set, the losses and the reconstructions
#   (01-1 to 01-5) are ours: the posts show the networks at work, but no curve and no score.
# * **Reads:** the image cache in `data/images/` (made here if it is missing).
# * **Writes:** `data/RUN/model-I.pt`, `model-II.pt`, `history-*.csv`, `reconstruction.csv`, `image-set.csv`.

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
from lib.images import cache, detection, faces, pixels
from lib.network import models, train
from lib.store import artifacts
study = studies.Study(dataset, scale, seed)
figures.use_style()

# %% [markdown]
# ## The images
#
# CelebA may not be passed on, so the default image set is drawn: each face is computed from named continuous factors, from
# pose and face shape to light, clutter and blur. With `DATASET=celeba` the same notebook takes the photographs.

# %%
cache.prepare(study)
x = cache.load(study)
Markdown(f"This run: **{study.label}**. {len(x.train):,} images to train on and {len(x.held_out):,} held out, {x.train.shape[2]}x"
         f"{x.train.shape[3]} pixels, {x.train.shape[1]} channels. (The posts train on about 170,000 CelebA images.)")

# %% [markdown]
# **Figure 01-1.** The first hundred training images.

# %%
fig, ax = plt.subplots(figsize=(8.8, 8.8))
figures.image_grid(x.train[:100], 10, ax)
figures.save(fig, study, "01-1", "image-set", f"Contact sheet of 100 training images ({study.dataset}), ten by ten faces.",
             n="100 training images", colors=256)
plt.show()

# %% [markdown]
# ### What each factor does
#
# Drawn faces have something that no photograph has: the truth. **Figure 01-2** moves one factor at a time from its lowest
# to its highest value and keeps all others at the middle of their range. (Photographs have no such factors; then there is
# no figure.)

# %%
if x.factors is not None:
    middle = faces.sample_factors(2_000, study.seed).median()
    rows = pd.concat([pd.DataFrame([middle] * 5).assign(**{f.name: np.linspace(f.low, f.high, 5)}) for f in faces.FACTORS])
    sheet = faces.render(rows.astype(np.float32)).numpy().reshape(-1, 5, 3, 96, 96)
    fig, axes = plt.subplots(1, 3, figsize=(10.6, 12.2))
    for ax, part in zip(axes, np.array_split(np.arange(len(sheet)), 3)):
        figures.image_grid(sheet[part].reshape(-1, 3, 96, 96), 5, ax)
        ax.set_yticks(np.arange(len(part)) * 98 + 48, [faces.FACTORS[k].name.replace("_", " ") for k in part], fontsize=7)
    figures.save(fig, study, "01-2", "factors", f"One row of five faces for each of the {len(sheet)} factors, the factor rising "
                 "from left to right.", colors=256)
    plt.show()

# %% [markdown]
# ### Are they like photographs?
#
# An autoencoder answers to the statistics of its images. Cartoons with sharp edges and flat areas would make another latent
# space than photographs do. The table compares the measures that matter here with those of 3,000 aligned face photographs:
# how many principal components the pixels need, how fast the power spectrum falls, brightness, contrast and colour, and the
# dimension that nearest neighbours see.

# %%
statistics = pixels.compare(x.train[:3_000])
artifacts.write(study.data / "image-set.csv", statistics)
statistics.style.hide(axis="index").format(precision=3)

# %% [markdown]
# And does a face detector that was written by others, for photographs, take them for faces? As a control it also sees the
# same pixels shuffled in blocks of 8.

# %%
some = np.asarray(x.train[:1_000])
hits = {"faces": detection.frontal_face_hits(some),
        "blocks of 8 shuffled": detection.frontal_face_hits(detection.block_shuffle(some, 8, rng=np.random.default_rng(seed)))}
bounds = {name: detection.wilson_interval(found.sum(), len(found)) for name, found in hits.items()}
Markdown("\n".join(f"* {name}: a face is found in **{found.mean():.1%}** of {len(found):,} images "
                   f"(95 % interval {bounds[name][0]:.1%} to {bounds[name][1]:.1%})" for name, found in hits.items())
         + f"\n\n{statistics.within.sum()} of {len(statistics)} statistics lie within their tolerance of the photographs'.")


# %% [markdown]
# ## The two networks
#
# **Figures C2-1 and C2-2.** Four convolutions of stride 2 take the image from 96 to 6 pixels a side; a linear layer makes
# the 256 latent components; the decoder goes the same way back. The posts used Keras, whose `same` padding is asymmetric at
# stride 2; the layers here agree with Keras weight for weight (a test builds both).

# %%
def draw_tables(part, figure_id):
    fig, axes = plt.subplots(2, 1, figsize=(7.4, 6.4))
    for ax, case in zip(axes, ("I", "II")):
        table = models.layer_table(models.CASES[case])[0 if part == "encoder" else 1]
        ax.axis("off")
        ax.set_title(f"case {case}, {part}: {table.parameters.sum():,} parameters")
        drawn = ax.table(table.astype(str).values, colLabels=table.columns, bbox=[0, 0, 1, 0.97], cellLoc="left",
                         edges="horizontal")
        drawn.auto_set_font_size(False); drawn.set_fontsize(8)
    figures.save(fig, study, figure_id, f"layers-{part}", f"Layers of the {part} in both cases, with shapes and parameters.")
    plt.show()

draw_tables("encoder", "C2-1")

# %%
draw_tables("decoder", "C2-2")

# %%
counted = {case: sum(p.numel() for p in models.Autoencoder(models.CASES[case]).parameters()) for case in ("I", "II")}
Markdown(f"Case I has {counted['I']:,} parameters and case II {counted['II']:,}; the networks of the posts have 5,504,643 and "
         f"3,021,571, so the layers are {'the same' if counted == dict(I=5504643, II=3021571) else 'NOT the same'}.")

# %% [markdown]
# ## Training
#
# What the posts do not say is ours: mean squared error on [0, 1], a sigmoid at the end, Adam with a rate that falls to zero
# over the last third (batch and rate are in the table of scales in `lib/study.py`), no batch normalisation. A checkpoint after each epoch lets an interrupted run go on where it
# was. If the networks are there and nothing they depend on changed, nothing is trained.

# %%
trained = {case: stages.network(study, case) for case in ("I", "II")}
histories = {case: pd.DataFrame(history) for case, (model, history) in trained.items()}
for case, history in histories.items():
    artifacts.write(study.data / f"history-{case}.csv", history)

# %% [markdown]
# **Figure 01-3.** Loss against epoch. As a floor for the eye: the loss of answering every image with the mean image, which
# is the variance of the pixels.

# %%
mean_image_loss = float(np.asarray(x.train[:3_000], np.float32).var(axis=0).mean() / 255 ** 2)
fig, axes = plt.subplots(1, 2, figsize=(8, 3.4), sharey=True)
for ax, (case, history) in zip(axes, histories.items()):
    ax.semilogy(history.epoch, history.train, "o-", ms=3, color=figures.LATENT, label="train")
    ax.semilogy(history.epoch, history.held_out, "s--", ms=3, color=figures.UNIFORM, label="held out")
    ax.axhline(mean_image_loss, color=figures.MUTED, lw=1, label="mean image")
    ax.set(title=f"case {case}", xlabel="epoch", ylabel="mean squared error" if case == "I" else None)
axes[0].legend()
figures.save(fig, study, "01-3", "loss-curves", "Training and held-out loss of both cases falling over the epochs.",
             n=f"{len(x.train):,} training, {len(x.held_out):,} held-out images")
plt.show()

# %%
last = {case: history.iloc[-1] for case, history in histories.items()}
Markdown("\n".join(f"* Case {case}: after {row.epoch:.0f} epochs the training loss is {row.train:.5f}, the held-out loss "
                   f"{row.held_out:.5f}, {mean_image_loss / row.held_out:.0f} times less than the mean image's "
                   f"{mean_image_loss:.4f}." for case, row in last.items()))


# %% [markdown]
# ## Reconstructions
#
# **Figures 01-4 and 01-5.** Originals above, reconstructions below, for training and for held-out images: these are the
# best images that this decoder makes, the ceiling for every random vector of the later notebooks.

# %%
def reconstruct(case, part):
    return train.decode(trained[case][0], train.encode(trained[case][0], part))

for case, figure_id in (("I", "01-4"), ("II", "01-5")):
    fig, axes = plt.subplots(2, 1, figsize=(8.6, 7.4))
    for ax, split in zip(axes, ("train", "held_out")):
        part = np.asarray(getattr(x, split)[:18])
        pairs = np.stack([part[:9] / 255, reconstruct(case, part[:9]), part[9:] / 255, reconstruct(case, part[9:])])
        figures.image_grid(pairs.reshape(-1, *part.shape[1:]), 9, ax)
        ax.set_title(f"case {case}, {split.replace('_', ' ')}: originals above, reconstructions below")
    figures.save(fig, study, figure_id, f"reconstructions-case-{case}", f"Eighteen training and eighteen held-out images with "
                 f"their reconstructions by case {case} below them.", colors=256)
    plt.show()


# %% [markdown]
# How close are they? The structural similarity (SSIM) is 1 for equal images; the control compares each image with the
# reconstruction of another one.

# %%
def similarity(a, b):
    return np.array([structural_similarity(p, q, channel_axis=0, data_range=1.0) for p, q in zip(a, b)])

from skimage.metrics import structural_similarity
rows = []
for case in ("I", "II"):
    for split in ("train", "held_out"):
        original = np.asarray(getattr(x, split)[:1_000], np.float32) / 255
        again = reconstruct(case, np.asarray(getattr(x, split)[:1_000]))
        scores, others = similarity(original, again), similarity(original, np.roll(again, 1, axis=0))
        rows.append((case, split, len(scores), scores.mean(), scores.std() / len(scores) ** 0.5, np.quantile(scores, 0.05),
                     others.mean(), ((original - again) ** 2).mean()))
scores = pd.DataFrame(rows, columns=["case", "split", "n", "ssim", "ssim_error", "ssim_5_percent", "ssim_of_another", "mse"])
artifacts.write(study.data / "reconstruction.csv", scores)
scores.style.hide(axis="index").format(precision=4)

# %% [markdown]
# ## What this run says

# %%
held = scores[scores.split == "held_out"].set_index("case")
gap = {case: history.iloc[-1].held_out / history.iloc[-1].train for case, history in histories.items()}
Markdown(f"Held-out images come back with a mean SSIM of **{held.ssim['I']:.3f}** (case I) and **{held.ssim['II']:.3f}** "
         f"(case II), against {held.ssim_of_another['I']:.3f} and {held.ssim_of_another['II']:.3f} for the reconstruction of "
         f"another face: the 256 numbers {'do' if (held.ssim > held.ssim_of_another + 0.1).all() else 'do not'} carry the "
         f"individual. The held-out loss is {gap['I']:.2f} and {gap['II']:.2f} times the training loss. Notebook 02 now encodes "
         "every image.")
