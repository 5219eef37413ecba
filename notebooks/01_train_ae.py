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
#   reconstructions (01-1 to 01-4) are ours: the posts show the networks at work, but no curve and no score.
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
hundred = np.asarray(x.train[:100]).reshape(10, 10, *x.train.shape[1:])
fig = figures.sheet(hundred, title="The first hundred training images, none chosen")
figures.show(fig, study, "01-1", "image-set", n=f"100 of {len(x.train):,} training images",
             alt=f"Contact sheet of 100 training images ({study.dataset}), ten by ten faces.")

# %% [markdown]
# ### What each factor does
#
# Drawn faces have something that no photograph has: the truth. **Figure 01-2** moves one factor at a time
# from its lowest to its highest value and keeps all others at their medians. The thirty that change the
# picture most come first, with the mean change of a pixel from low to high, in grey levels of 255; where the
# difference is white, nothing changes. The others are listed below. (Photographs have
# no such factors; then there is no figure.)

# %%
if x.factors is not None:
    middle = faces.sample_factors(2_000, study.seed).median()
    moved = [pd.DataFrame([middle] * 3).assign(**{f.name: np.linspace(f.low, f.high, 3)})
             for f in faces.FACTORS]
    drawn = faces.render(pd.concat(moved).astype(np.float32)).numpy().reshape(-1, 3, 3, 96, 96) / 255
    change = np.abs(drawn[:, 2] - drawn[:, 0])
    effect = pd.Series(255 * change.mean(axis=(1, 2, 3)), [f.name.replace("_", " ") for f in faces.FACTORS])

# %%
if x.factors is not None:
    order = np.argsort(-effect.to_numpy())
    four = np.concatenate([drawn, 1 - change[:, None]], axis=1)[order[:30]].reshape(10, 12, 3, 96, 96)
    names = [f"{effect.index[k]}: {effect.iloc[k]:.1f}" for k in order]
    fig = figures.sheet(four, heads=["low", "middle", "high", "difference"] * 3, columns=(4, 4, 4),
                        under=np.reshape(names[:30], (10, 3)), title=f"Of {len(effect)} factors, "
                        f"{effect.idxmax()} changes the picture most, by {effect.max():.0f} grey levels")
    figures.show(fig, study, "01-2", "factors", n="all other factors at their medians",
                 alt="Thirty factors of the drawn faces, each at its low, middle and high value, with the "
                 f"difference. The five strongest: {', '.join(names[:5])} grey levels.")

# %%
Markdown("No factors are known." if x.factors is None else f"Less than those: {', '.join(names[30:])}.")

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
# **Figures C2-1 and C2-2.** Four convolutions of stride 2 take the image from 96 to 6 pixels a side, and a
# dense layer makes the 256 latent components; the decoder goes the same way back. A block is as high as its
# map and as wide as it has channels, vectors are red; over the arrows stand the layers and their parameters.
# The posts used Keras, whose `same` padding is asymmetric at stride 2; the layers here agree with Keras
# weight for weight (a test builds both).

# %%
NAMES = {"Conv2d": "convolution", "TransposedConvolution": "transposed", "Linear": "dense", "Input": ""}

def weighty(part, case):
    layers = dict(zip(("encoder", "decoder"), models.layer_table(models.CASES[case])))[part]
    kept = layers[(layers.parameters > 0) | (layers.layer == "Input")].replace({"layer": NAMES})
    return kept.assign(**{name: kept[name].str.replace("x", "×") for name in ("output shape", "kernel")})


# %%
def draw_block(ax, x, shape):
    a_map = "×" in shape
    height, *_, channels = map(int, shape.split(" × ")) if a_map else (64, 8)
    wide = 0.04 + 0.46 * channels / 256
    ax.add_patch(plt.Rectangle((x - wide / 2, -height / 2), wide, height,
                               fc="0.75" if a_map else figures.LATENT))
    ax.text(x, -height / 2 - 4, shape, ha="center", va="top", fontsize=8)


# %%
def draw_layers(ax, layers):
    for x, row in enumerate(layers.itertuples(index=False)):
        draw_block(ax, x, row[1])
        if x:
            ax.annotate("", (x - 0.3, 0), (x - 0.7, 0), arrowprops={"arrowstyle": "->", "color": "0.5"})
            ax.text(x - 0.5, 52, f"{row.layer} {row.kernel}\n{row.parameters:,}", ha="center", va="bottom",
                    fontsize=8)
    ax.set(xlim=(-0.6, len(layers) - 0.4), ylim=(-64, 72))
    ax.axis("off")


# %%
def draw_both(part, figure_id):
    fig, axes = plt.subplots(2, 1, figsize=(9.6, 5))
    for ax, case in zip(axes, CASES):
        layers = weighty(part, case)
        draw_layers(ax, layers)
        dense = layers.parameters[layers.layer == "dense"].sum() / layers.parameters.sum()
        ax.set_title(f"Case {case}, {part}: {layers.parameters.sum():,} parameters, {dense:.0%} in the "
                     "dense layer")
    figures.show(fig, study, figure_id, f"layers-{part}", images=False,
                 alt=f"Layers of the {part} in both cases as blocks, with shapes and parameters.")

draw_both("encoder", "C2-1")

# %%
draw_both("decoder", "C2-2")


# %% [markdown]
# The same as tables. All convolutions have stride 2 and `same` padding; each is followed by the activation
# LeakyReLU, but for the last, which ends in a sigmoid.

# %%
def layer_rows(case):
    parts = pd.concat([weighty(part, case) for part in ("encoder", "decoder")])
    parts["layer"] = parts.layer.replace("", "input")
    return parts[["layer", "kernel", "output shape", "parameters"]].reset_index(drop=True)

pd.concat({f"case {case}": layer_rows(case) for case in CASES}, axis=1).style.hide(axis="index") \
    .format(thousands=",")

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
# mean image, which is the variance of the pixels. The training loss is the mean over an epoch, so it stands
# at the middle of that epoch; the held-out loss is taken at its end.

# %%
mean_image_loss = float(np.asarray(x.train[:3_000], np.float32).var(axis=0).mean() / 255 ** 2)
better = {case: mean_image_loss / history.held_out.iloc[-1] for case, history in histories.items()}
epochs = " and ".join(str(len(history)) for history in histories.values())

def draw_losses(ax, case, history):
    """Both losses of a case: filled for training, open for held-out images."""
    for split, at in (("train", history.epoch - 0.5), ("held_out", history.epoch)):
        ax.semilogy(at, history[split], ms=5, lw=1.2, color=figures.LATENT, **figures.CASE[case],
                    **figures.SPLIT[split], label=f"case {case}, {split.replace('_', ' ')}")


# %%
fig, ax = plt.subplots(figsize=(7.2, 3.9))
for case, history in histories.items():
    draw_losses(ax, case, history)
ax.axhline(mean_image_loss, color=figures.MUTED, lw=1)
ax.text(ax.get_xlim()[1], mean_image_loss * 0.97, "mean image", ha="right", va="top", color=figures.MUTED)
ax.set(xlabel="epoch", ylabel="mean squared error", ylim=(None, mean_image_loss * 1.25),
       title=f"Unseen images: {better['I']:.0f} (case I) and {better['II']:.0f} times (case II) better than "
       "the mean image")
ax.legend(ncols=2, loc="upper center", bbox_to_anchor=(0.55, 0.9))
figures.show(fig, study, "01-3", "loss-curves", n=f"{len(x.train):,} training images (posts: 170,000), "
             f"{epochs} epochs (24 and 30)",
             alt="Training and held-out loss of both cases against the epoch, on a logarithmic axis.")

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
# Reconstructions are the best images that a decoder makes: the ceiling for every random vector of the later
# notebooks. How close are they? The structural similarity (SSIM; Wang and others 2004) is 1 for equal images.
#
# **Figure 01-4.** Of the first hundred held-out images, ten from the best kept to the worst, by the mean SSIM
# of both cases; above each image its two SSIM.

# %%
def reconstruct(case, images):
    return train.decode(trained[case], train.encode(trained[case], images))

def similarity(a, b):
    return np.array([structural_similarity(p, q, channel_axis=0, data_range=1.0) for p, q in zip(a, b)])


# %%
unseen = np.asarray(x.held_out[:100]).astype(np.float32) / 255
kept = {case: reconstruct(case, np.asarray(x.held_out[:100])) for case in CASES}
ssim = {case: similarity(unseen, kept[case]) for case in CASES}
ranked = np.argsort(-(ssim["I"] + ssim["II"]))[np.linspace(0, len(unseen) - 1, 10).round().astype(int)]
shown = [unseen, *kept.values(), *(4 * np.abs(images - unseen) for images in kept.values())]

# %%
fig = figures.sheet(np.stack([images[ranked] for images in shown]), rows=(3, 2),
                    labels=["original", "case I", "case II", "error × 4, I", "error × 4, II"],
                    heads=[f"{ssim['I'][k]:.2f}, {ssim['II'][k]:.2f}" for k in ranked],
                    title=f"Half of unseen images keep an SSIM of {np.median(ssim['I']):.2f} (case I) and "
                    f"{np.median(ssim['II']):.2f} (case II); above each image: its two")
figures.show(fig, study, "01-4", "reconstructions", n=f"10 of {len(unseen)} held-out images; {epochs} epochs "
             "(posts: 24 and 30)",
             alt="Ten held-out images from the best kept to the worst, their reconstructions by cases I and "
             "II, and four times the error of each.")


# %% [markdown]
# Blurred faces are similar to any face, so a control is needed: *ssim_of_another* compares each image with
# the reconstruction of another one. The 256 numbers carry the individual where *ssim* is clearly larger than
# that. *ssim_error* is the standard error of the mean, and 5 % of the images have less than
# *ssim_5_percent*.

# %%
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
