# %% [markdown]
# # 01 Two autoencoders learn faces
#
# **Question.** Do two plain convolutional autoencoders squeeze a face of 27,648 numbers into a vector of
# 256 and bring the same face back?
#
# Everything in this study rests on the cloud of points which a trained encoder makes of its images. The
# posts train two networks on CelebA: *case I* with filters 32, 64, 128, 256 and *case II* with 64, 64, 128,
# 128, both with a latent space of 256 dimensions. Here they are rebuilt layer by layer, trained, and judged
# on images they have never seen.
#
# * **Posts:** C2 (layer tables C2-1 and C2-2) and F2 (the two cases). The image set, the losses and the
#   reconstructions (01-1 to 01-5) are ours: the posts show the networks at work, but no curve and no score.
# * **Writes:** `data/RUN/model-I.pt`, `model-II.pt`, `history-*.csv`, `reconstruction.csv`,
#   `image-set.csv`.
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
from scipy.stats import binomtest
from skimage.metrics import structural_similarity

# %%
from lib import figures, stages
from lib.images import cache, detection, faces, pixels
from lib.network import models, train
from lib.store import artifacts
from lib.study import Study

study = Study(dataset, scale, seed)
figures.use_style()
CASES, SPLITS = ("I", "II"), ("train", "held_out")
stages.use_all_cores()

# %% [markdown]
# ## The images
#
# CelebA may not be passed on, so the default image set is drawn: each face is computed from named
# continuous factors, from pose and face shape to light, clutter and blur. With `DATASET=celeba` the same
# notebook takes the photographs. Every image has 96x96 pixels in three colours. The posts train on about
# 170,000 images of CelebA; a smaller scale takes fewer. Some images are held out: no network is ever
# trained on them.

# %%
cache.prepare(study)
x = cache.load(study)
Markdown(f"This run: **{study.label}**; {len(x.train):,} training and {len(x.held_out):,} held-out images.")

# %% [markdown]
# **Figure 01-1.** The first hundred training images.

# %%
fig, ax = plt.subplots(figsize=(8.8, 8.8))
figures.image_grid(x.train[:100], 10, ax)
figures.show(fig, study, "01-1", "image-set", n="100 training images", colors=256,
             alt=f"Contact sheet of 100 training images ({study.dataset}), ten by ten faces.")

# %% [markdown]
# ### What each factor does
#
# Drawn faces have something that no photograph has: the truth. **Figure 01-2** moves one factor at a time
# from its lowest to its highest value and keeps all others at the middle of their range. (Photographs have
# no such factors; then there is no figure.)

# %%
if x.factors is not None:
    middle = faces.sample_factors(2_000, study.seed).median()
    moved = [pd.DataFrame([middle] * 5).assign(**{f.name: np.linspace(f.low, f.high, 5)})
             for f in faces.FACTORS]
    sheet = faces.render(pd.concat(moved).astype(np.float32)).numpy().reshape(-1, 5, 3, 96, 96)
    fig, axes = plt.subplots(1, 3, figsize=(10.6, 12.2))
    for ax, part in zip(axes, np.array_split(np.arange(len(sheet)), 3)):
        figures.image_grid(sheet[part].reshape(-1, 3, 96, 96), 5, ax)
        names = [faces.FACTORS[k].name.replace("_", " ") for k in part]
        ax.set_yticks(np.arange(len(part)) * 98 + 48, names, fontsize=7)
    figures.show(fig, study, "01-2", "factors", colors=256, alt=f"One row of five faces for each of the "
                 f"{len(sheet)} factors, the factor rising from left to right.")

# %% [markdown]
# ### Are they like photographs?
#
# An autoencoder answers to the statistics of its images. Cartoons with sharp edges and flat areas would
# make another latent space than photographs do. The table compares the measures that matter here with those
# of 3,000 aligned face photographs:
#
# * how many principal components hold 80, 90 and 95 % of the variance of the pixels, and which share the
#   first one holds;
# * how fast the power spectrum falls;
# * brightness and contrast of each colour, and how far the colours lie apart;
# * the dimension that nearest neighbours see.
#
# The last column tells whether a statistic is within 25 % of the photographs' value (the slope of the
# spectrum: within 0.3).

# %%
figures.table(pixels.compare(x.train[:3_000]), study, "image-set.csv")

# %% [markdown]
# And does a face detector that was written by others, for photographs, take them for faces? As a control it
# also sees the same pixels shuffled in blocks of 8. The detector is of use where the rate is high on faces
# and near zero on the control. *low* and *high* bound the rate with 95 % confidence (Wilson 1927).

# %%
some = np.asarray(x.train[:1_000])
shuffled = detection.block_shuffle(some, 8, rng=np.random.default_rng(seed))
rows = []
for name, images in (("faces", some), ("blocks of 8 shuffled", shuffled)):
    k, n = int(detection.frontal_face_hits(images).sum()), len(images)
    low, high = binomtest(k, n).proportion_ci(0.95, "wilson")
    rows.append({"images": name, "n": n, "face found": k / n, "low": low, "high": high})
pd.DataFrame(rows).style.hide(axis="index").format("{:.1%}", ["face found", "low", "high"])


# %% [markdown]
# ## The two networks
#
# **Figures C2-1 and C2-2.** Four convolutions of stride 2 take the image from 96 to 6 pixels a side. A
# linear layer makes the 256 latent components. The decoder goes the same way back. The posts used Keras,
# whose `same` padding is asymmetric at stride 2; the layers here agree with Keras weight for weight (a test
# builds both).

# %%
def draw_layers(part, figure_id):
    fig, axes = plt.subplots(2, 1, figsize=(7.4, 6.4))
    for ax, case in zip(axes, CASES):
        layers = dict(zip(("encoder", "decoder"), models.layer_table(models.CASES[case])))[part]
        ax.axis("off")
        ax.set_title(f"case {case}, {part}: {layers.parameters.sum():,} parameters")
        drawn = ax.table(layers.astype(str).values, colLabels=layers.columns, bbox=[0, 0, 1, 0.97],
                         cellLoc="left", edges="horizontal")
        drawn.auto_set_font_size(False)
        drawn.set_fontsize(8)
    figures.show(fig, study, figure_id, f"layers-{part}",
                 alt=f"Layers of the {part} in both cases, with shapes and parameters.")

draw_layers("encoder", "C2-1")

# %%
draw_layers("decoder", "C2-2")

# %% [markdown]
# Are these the posts' networks? If the layers are the same, so are the counts of their parameters.

# %%
fresh = {case: models.Autoencoder(models.CASES[case]) for case in CASES}
counted = {case: sum(p.numel() for p in network.parameters()) for case, network in fresh.items()}
compared = pd.DataFrame({"parameters": counted, "in the posts": {"I": 5_504_643, "II": 3_021_571}})
compared.rename_axis("case").style.format(thousands=",")

# %% [markdown]
# ## Training
#
# What the posts do not say is ours: mean squared error on [0, 1], a sigmoid at the end, Adam with a rate
# that falls to zero over the last third (batch and rate are in the table of scales in `lib/study.py`), no
# batch normalisation. On a CPU both networks are trained at the same time. A checkpoint after each epoch
# lets an interrupted run go on where it was. If the networks are there and nothing they depend on changed,
# nothing is trained.

# %%
networks = stages.networks(study)
trained = {case: model for case, (model, _) in networks.items()}
histories = {case: pd.DataFrame(history) for case, (_, history) in networks.items()}
for case, history in histories.items():
    artifacts.write(study.data / f"history-{case}.csv", history)

# %% [markdown]
# **Figure 01-3.** Loss against epoch. As a floor for the eye: the loss of answering every image with the
# mean image, which is the variance of the pixels.

# %%
mean_image_loss = float(np.asarray(x.train[:3_000], np.float32).var(axis=0).mean() / 255 ** 2)
fig, axes = plt.subplots(1, 2, figsize=(8, 3.4), sharey=True)
for ax, (case, history) in zip(axes, histories.items()):
    ax.semilogy(history.epoch, history.train, "o-", ms=3, color=figures.LATENT, label="train")
    ax.semilogy(history.epoch, history.held_out, "s--", ms=3, color=figures.UNIFORM, label="held out")
    ax.axhline(mean_image_loss, color=figures.MUTED, lw=1, label="mean image")
    ax.set(title=f"case {case}", xlabel="epoch", ylabel="mean squared error" if case == "I" else None)
axes[0].legend()
figures.show(fig, study, "01-3", "loss-curves",
             n=f"{len(x.train):,} training, {len(x.held_out):,} held-out images",
             alt="Training and held-out loss of both cases falling over the epochs.")

# %% [markdown]
# The table takes the last epoch. *Held out over train* tells how much the network knows its training images
# by heart: 1 is not at all. (It can be below 1 while the network still learns fast, because the training
# loss is the mean over the epoch and the held-out loss is taken at its end.) *Mean image over held out*
# tells how many times better than the mean image the network is on images that it has not seen.

# %%
last = pd.DataFrame({case: history.iloc[-1] for case, history in histories.items()}).T.rename_axis("case")
last["held out over train"] = last.held_out / last.train
last["mean image over held out"] = mean_image_loss / last.held_out
last.style.format(precision=5).format("{:.0f}", "epoch").format("{:.2f}", list(last.columns[3:]))


# %% [markdown]
# ## Reconstructions
#
# **Figures 01-4 and 01-5.** Originals above, reconstructions below, for training and for held-out images.
# These are the best images that this decoder makes: the ceiling for every random vector of the later
# notebooks.

# %%
def reconstruct(case, images):
    return train.decode(trained[case], train.encode(trained[case], images))

for case, figure_id in (("I", "01-4"), ("II", "01-5")):
    fig, axes = plt.subplots(2, 1, figsize=(8.6, 7.4))
    for ax, split in zip(axes, SPLITS):
        first, second = np.asarray(getattr(x, split)[:18]).reshape(2, 9, *x.train.shape[1:])
        four = [first / 255, reconstruct(case, first), second / 255, reconstruct(case, second)]
        figures.image_grid(np.concatenate(four), 9, ax)
        ax.set_title(f"case {case}, {split.replace('_', ' ')}: originals above, reconstructions below")
    figures.show(fig, study, figure_id, f"reconstructions-case-{case}", colors=256,
                 alt="Eighteen training and eighteen held-out images with their reconstructions by "
                     f"case {case} below them.")


# %% [markdown]
# How close are they? The structural similarity (SSIM; Wang and others 2004) is 1 for equal images. Blurred
# faces are similar to any face, so a control is needed: *ssim_of_another* compares each image with the
# reconstruction of another one. The 256 numbers carry the individual where *ssim* is clearly larger than
# that. *ssim_error* is the standard error of the mean, and 5 % of the images have less than
# *ssim_5_percent*.

# %%
def similarity(a, b):
    return np.array([structural_similarity(p, q, channel_axis=0, data_range=1.0) for p, q in zip(a, b)])

def scores(case, split):
    images = np.asarray(getattr(x, split)[:1_000])
    original, again = images.astype(np.float32) / 255, reconstruct(case, images)
    own, other = similarity(original, again), similarity(original, np.roll(again, 1, axis=0))
    return {"case": case, "split": split, "n": len(own), "ssim": own.mean(),
            "ssim_error": own.std() / len(own) ** 0.5, "ssim_5_percent": np.quantile(own, 0.05),
            "ssim_of_another": other.mean(), "mse": ((original - again) ** 2).mean()}


# %%
table = pd.DataFrame([scores(case, split) for case in CASES for split in SPLITS])
figures.table(table, study, "reconstruction.csv", precision=4)

# %% [markdown]
# ## What this run says
#
# The rule is ours: the individual is carried if a held-out face is more similar to its own reconstruction
# than to another's by 0.1 or more, in both cases. Notebook 02 now encodes every image.

# %%
held_out = table[table.split == "held_out"].set_index("case")
ahead = held_out.ssim - held_out.ssim_of_another
Markdown("A held-out face is more similar to its own reconstruction than to another's by "
         f"**{ahead['I']:.3f}** (case I) and **{ahead['II']:.3f}** (case II): the 256 numbers "
         f"{'carry' if (ahead > 0.1).all() else 'do not carry'} the individual.")
