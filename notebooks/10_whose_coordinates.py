# %% [markdown]
# # 10 Whose coordinates?
#
# **Question.** The posts say that few components dominate, that most means lie near zero, that radii peak at
# 16, that half widths between 1 and 2 are of use. Would the very same network say so if its latents were
# written in other coordinates?
#
# The question has teeth because the bottleneck of a plain autoencoder is linear on both sides. With features
# h of an image, the encoder ends with z = W_e h + b_e, and all that the decoder sees of z is y = W_d z + b_d.
# Take any invertible matrix A and any vector t. The weights A W_e, A b_e + t, W_d A^-1 and b_d - W_d A^-1 t
# give latents A z + t, and the same y, and so the same image for every image. Nothing in the loss prefers one
# of these networks: there are 65,792 free numbers that no picture can tell. Whatever is said of means,
# widths, radii, boxes, half widths or principal components is said of one choice among them, and the choice
# was made by the first random weights and by the optimizer.
#
# This notebook trains nothing (what `make controls` trained is in `data/controls/`). It shows the identity,
# counts which verdicts survive it, draws again the uniform vectors of F2 in coordinates where they make
# faces, and looks for what can be said of the cloud without any coordinates.
#
# * **Posts:** F2 (dominant components, half widths, method 2), C2 (special axes, radii, principal
#   components). Figures 10-1 to 10-10 are ours.
# * **Writes:** `identity.csv`, `verdicts-by-coordinates.csv`, `rates-by-coordinates.csv`,
#   `widths-by-coordinates.csv`, `shares-by-coordinates.csv`, `spectrum.csv`, `rotations.csv`,
#   `posts-axes.csv`, `affine-maps.csv`, `optimizers.csv`, `optimizers-case-I.csv`,
#   `claims-10.csv`; all in `data/RUN/`.
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

from lib import claims, figures, stages
from lib.cloud import axes as axis_trial
from lib.cloud import frames, ladder, latent, statements
from lib.images import cache, detection, judge

# %%
from lib.network import coordinates, train
from lib.store import artifacts
from lib.study import Study

study, MARKER = Study(dataset, scale, seed), {"I": "o", "II": "s"}
figures.use_style()
x = cache.load(study)
model = {case: stages.load_network(study, case) for case in MARKER}
z = {(case, split): artifacts.require(study.latents(case, split), "02_encode_celeba").astype(float)
     for case in MARKER for split in ("train", "held_out")}
cloud = {case: ladder.fitted(z[case, "train"]) for case in MARKER}

# %% [markdown]
# How many pictures are made: the two sets of vectors that are tested for being equal get many, all others a
# hundred or fewer. Where latents are fewer than ten per component, covariances are shrunk (Ledoit and Wolf),
# as in notebook 07, by the share in the table.

# %%
smoke = scale == "smoke"
MANY, SOME, FEW = (50, 50, 25) if smoke else (1_000, 100, 60)         # ours
d = z["I", "train"].shape[1]
g = ladder.noise(MANY, d, np.random.default_rng([seed, 10]))
pd.DataFrame([(case, len(known.z), MANY, known.shrinkage) for case, known in cloud.items()],
             columns=["case", "training latents", "vectors of the test", "shrunk by"]
             ).style.hide(axis="index").format({"training latents": "{:,}", "shrunk by": "{:.1%}"})

# %% [markdown]
# ## One function, two networks
#
# `coordinates.moved` rewrites the four weights. Here A is drawn at random, with a condition number of 100,
# and t too. Then both networks encode the same held-out images and decode their own latents. The size of the
# change is the root mean square of all components, against that of the latents as they were.

# %%
drawn = {case: frames.drawn(d, 100, np.random.default_rng([seed, 20, k])) for k, case in enumerate(MARKER)}
twin = {case: coordinates.moved(model[case], *drawn[case]) for case in MARKER}

def both_ways(case):
    """Latents and images of the same held-out images: by the network, and by its twin."""
    latents = [train.encode(network[case], x.held_out[:SOME]) for network in (model, twin)]
    return *latents, *(train.decode(network[case], v) for network, v in zip((model, twin), latents))

seen = {case: both_ways(case) for case in MARKER}

# %%
identity = pd.DataFrame([
    {"case": case, "images": SOME, "latents change by": np.linalg.norm(other - own) / np.linalg.norm(own),
     "pixels change by, at most": np.abs(there - here).max()}
    for case, (own, other, here, there) in seen.items()])
figures.table(identity, study, "identity.csv").format({"latents change by": "{:.0%}",
                                                       "pixels change by, at most": "{:.1e}"})

# %% [markdown]
# A grey level of a picture is 1/255, or 0.004. Pixels that change by less than 10^-4 (rule ours) are the
# rounding of 32-bit weights. If they changed by more, the rest of this notebook would be void.

# %%
same = identity["pixels change by, at most"].max() < 1e-4
Markdown("**The identity holds.**" if same else "**The identity fails:** do not read on, find out why.")

# %% [markdown]
# **Figure 10-1.** The same held-out images by both networks of case II. **Figure 10-11.** The latent of the
# first of them: the first sixty components as trained, and as rewritten.

# %%
own, other, here, there = seen["II"]
largest = 255 * identity["pixels change by, at most"].max()
fig = figures.sheet(np.stack([here[:10], there[:10]]), labels=["as trained", "rewritten"],
                    title="The same images from other latents: no pixel changes by more than "
                    f"{largest:.4f} of 255 grey levels")
figures.show(fig, study, "10-1", "one-function-two-networks", n="case II, the first ten held-out images",
             alt="Ten images decoded by the network as trained and by the rewritten one, alike to the eye.")

# %%
fig, ax = plt.subplots(figsize=(8.6, 2.6))
for values, color, label in ((other, figures.MUTED, "rewritten"), (own, figures.LATENT, "as trained")):
    ax.plot(values[0, :60], color=color, lw=1, marker=".", ms=4, label=label)
ax.set(xlabel="component", ylabel="value", title="One image, two latents")
ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
figures.show(fig, study, "10-11", "one-image-two-latents", n="case II, the first held-out image",
             alt="Sixty components of the latent of one image in the network as trained and in the rewritten "
             "one; the two curves have nothing in common.")

# %% [markdown]
# ## Which verdicts survive?
#
# Eight coordinate systems of one and the same function, case I: as trained; in half and in twice the unit;
# turned at random; with the mean moved into the bias; along the principal axes; whitened, at the same mean
# square radius; and with steps as long as those of the decoder's input (`lib/cloud/frames.py`). In each, all
# claims of F2 and C2 that look at the latents alone are measured by the code of notebooks 03, 04 and 06, and
# judged by the limits of the table of claims. The number itself is judged, without an interval.
#
# The posts give thresholds in absolute numbers. Notebooks 03 to 06 multiply them by the scale of the run,
# which makes a claim indifferent to the unit; here both readings are counted.

# %%
systems = frames.systems(cloud["I"], coordinates.metric(model["I"]), np.random.default_rng([seed, 30]))
cloud_in = {name: frames.carried(z["I", "train"], A, t) for name, (A, t) in systems.items()}
READINGS = {"as printed": 1, "in proportion": None}
measured = pd.DataFrame([
    {"thresholds": reading, "coordinates": name, "id": claim, "value": value,
     "verdict": claims.verdict(claims.BY_ID[claim], claims.exactly(value))}
    for reading, unit in READINGS.items() for name, points in cloud_in.items()
    for claim, value in statements.measure(points, unit).items() if claim in claims.BY_ID])
artifacts.write(study.data / "verdicts-by-coordinates.csv", measured)

# %% [markdown]
# **Figure 10-2.** Rows are claims, columns coordinate systems. A filled green dot is reproduced, an open red
# one is not; the number is the measured one. A plain row is a claim that these eight systems agree on. A
# shaded row is a verdict on the coordinates.

# %%
tables = {reading: part.pivot(index="id", columns="coordinates", values="value")[list(systems)].round(5)
          for reading, part in measured.groupby("thresholds")}
holds = {reading: part.assign(holds=part.verdict == "reproduced")
         .pivot(index="id", columns="coordinates", values="holds")[list(systems)]
         for reading, part in measured.groupby("thresholds")}
flips = {reading: part[part.nunique(axis=1) > 1].index for reading, part in holds.items()}
rows_shown = holds["as printed"].sum(axis=1).sort_values(kind="stable").index
rows_named = [f"{name}:  {claims.limits(claims.BY_ID[name]._replace(ours=''))}" for name in rows_shown]
YES, NO = claims.COLOURS["reproduced"], claims.COLOURS["not reproduced"]


# %%
def draw_verdicts(ax, reading):
    """A dot per claim and system that says the verdict, the number beside it; shaded: they differ."""
    for row, claim in enumerate(rows_shown):
        if claim in flips[reading]:
            ax.axhspan(row - 0.5, row + 0.5, color="#f3ead3", lw=0)
        for column, name in enumerate(systems):
            yes = bool(holds[reading].loc[claim, name])
            ax.plot(column - 0.3, row, "o", ms=7, color=YES if yes else NO, mfc=YES if yes else "white")
            ax.text(column - 0.17, row, f"{tables[reading].loc[claim, name]:.4g}", va="center", fontsize=9)


# %%
fig, axes = plt.subplots(2, 1, figsize=(9.4, 0.5 * len(rows_shown) + 1.4))
for ax, reading in zip(axes, READINGS):
    draw_verdicts(ax, reading)
    ax.set(ylim=(len(rows_shown) - 0.5, -0.5), xlim=(-0.6, len(systems) - 0.3))
    ax.set_xticks(range(len(systems)), [name.replace(" ", "\n") for name in systems])
    ax.set_yticks(range(len(rows_shown)), rows_named)
    ax.grid(False)
    ax.set_title(f"Thresholds {reading}: {len(flips[reading])} of {len(rows_shown)} verdicts hang on the "
                 "coordinates")
figures.show(fig, study, "10-2", "verdicts-by-coordinates", n="one network, case I; shaded: not alike in all",
             alt="Verdicts on the claims about latents in eight coordinate systems of one network. With the "
             f"thresholds as printed these differ: {', '.join(flips['as printed'])}; in proportion: "
             f"{', '.join(flips['in proportion'])}.")


# %% [markdown]
# So each claim whose row has two colours is answered by the question "whose coordinates?" and by nothing
# else. What no row can tell is which system is the right one. The network does not know either.
#
# ## Uniform vectors that make faces
#
# F2 and notebook 07 find that uniform vectors miss the cloud. In which coordinates? Each row of **figure
# 10-3** is made of the same random numbers:
#
# * *uniform, as trained*: method 2 with the b that has the latents' mean square radius;
# * *uniform about the mean*: the same vectors, moved by the mean of the latents, which is what one would draw
#   had the bias of the encoder been another;
# * *uniform, whitened*: uniform in whitened coordinates, with b the root of 3, so that each component has the
#   variance 1, and the cloud has the latents' own mean and covariance;
# * *plus or minus one, whitened*: only the sign of each component is drawn there, the corners of a cube;
# * *multivariate normal*: the same mean and covariance, normal (later posts, notebook 07).
#
# What do we expect? The decoder's first layer sums 256 independent terms. By the central limit theorem such
# sums are nearly normal whatever the terms, so it should hardly tell the last three apart.

# %%
def vector_sets(case):
    """The five sets of vectors from the same noise, the two that are compared in full length."""
    known, unit = cloud[case], ladder.uniform(cloud[case], g, 1)
    b_match = np.sqrt(3 * np.mean(known.radii**2) / d)
    return {"uniform, as trained": b_match * unit[:SOME],
            "uniform about the mean": known.mean + b_match * unit[:SOME],
            "uniform, whitened": ladder.along_axes(known, np.sqrt(3) * unit),
            "plus or minus one, whitened": ladder.along_axes(known, np.sign(unit[:SOME])),
            "multivariate normal": ladder.multivariate_normal(known, g)}


# %%
vectors = {case: vector_sets(case) for case in MARKER}
made = {(case, name): judge.pictures(model[case], v)
        for case in MARKER for name, v in vectors[case].items()}
made |= {(case, "reconstructions"): judge.pictures(model[case], z[case, "held_out"][:SOME])
         for case in MARKER}
sets = list(vectors["I"])


# %%
def placed(case, name):
    """Face rate of a set of vectors, and how far out they lie: in the radius as trained, and whitened."""
    v = z[case, "held_out"] if name == "reconstructions" else vectors[case][name]
    distances = np.linalg.norm(ladder.whitened(cloud[case], v), axis=1)
    return {"case": case, "vectors": name, **judge.rate(made[case, name]),
            "radius": np.median(latent.radii(v)), "Mahalanobis distance": np.median(distances),
            "its spread": distances.std()}

rates = pd.DataFrame([placed(*key) for key in made])
figures.table(rates, study, "rates-by-coordinates.csv", precision=2)

# %%
in_words = {name: " and ".join(f"{rate:.0%}" for rate in part.rate)
            for name, part in rates.groupby("vectors")}
fig = figures.sheet(np.stack([made["II", name][:10] for name in sets]), rows=(1,) * len(sets),
                    labels=[name.replace(", ", ",\n") for name in sets],
                    beside={"faces seen,\nI and II": [in_words[name] for name in sets]},
                    title=f"Faces of uniform vectors, cases I and II: as trained {in_words[sets[0]]}, about "
                    f"the mean {in_words[sets[1]]}, whitened {in_words[sets[2]]}")
figures.show(fig, study, "10-3", "the-same-draws-in-other-coordinates", n="case II, none chosen",
             alt="Ten images from each of five sets of vectors; faces in cases I and II: "
             + "; ".join(f"{name}: {in_words[name]}" for name in sets) + ".")

# %% [markdown]
# Two things to look for. From the first row to the second nothing changes but the bias of the encoder. And
# the vectors of the third are uniform, as those of the first; their radius is that of the latents, as theirs
# is. What differs is the basis.
#
# ### Equal, or only not shown to be different?
#
# That two rates do not differ *significantly* says little. The test for being equal turns it round: the
# whole 95 % interval of the difference (Newcombe, 1998) must lie within five points (margin ours), which is
# two one-sided tests at 2.5 % each. As the pairs share their noise, the interval is rather too wide.

# %%
MARGIN = 0.05                                                        # ours
by_name = {(row.case, row.vectors): row._asdict() for row in rates.itertuples()}
normal_ones = {case: by_name[case, "multivariate normal"] for case in MARKER}
compared = pd.DataFrame([(case, name, *judge.difference(by_name[case, name], normal_ones[case]))
                         for case in MARKER for name in sets[:-1]],
                        columns=["case", "vectors", "difference", "low", "high"])
low, high = compared.low, compared.high
compared["equal within 5 points"] = np.select(
    [(low > -MARGIN) & (high < MARGIN), (low > MARGIN) | (high < -MARGIN)], ["yes", "no"], "undecided")

# %%
whitened = compared.vectors == "uniform, whitened"
compared.style.hide(axis="index").format(precision=3)


# %% [markdown]
# **Figure 10-4.** Left: the share of faces with its 95 % interval. Right: its difference to the multivariate
# normal; the grey band is the margin.

# %%
def draw_rates(ax, frame, column):
    """A column of rates with its intervals, a row for each set; filled for case I, open for case II."""
    for row in frame[frame.vectors.isin(sets)].to_dict("records"):
        place = sets.index(row["vectors"]) + (0.14 if row["case"] == "II" else -0.14)
        color = figures.NORMAL if row["vectors"] == sets[-1] else figures.UNIFORM
        ax.hlines(place, row["low"], row["high"], color=color, lw=1.2)
        ax.plot(row[column], place, MARKER[row["case"]], ms=6, color=color,
                mfc="white" if row["case"] == "II" else color)


# %%
fig, axes = plt.subplots(1, 2, figsize=(9.6, 3.2), sharey=True)
axes[1].axvspan(-MARGIN, MARGIN, color="0.88", zorder=0)
draw_rates(axes[0], rates, "rate")
draw_rates(axes[1], compared, "difference")
axes[0].set(yticks=range(len(sets)), yticklabels=sets, ylim=(4.5, -0.5), xlim=(-0.02, 1.02),
            xlabel="share of faces", title=f"Uniform: {in_words['uniform, as trained']} faces as trained,\n"
            f"{in_words['uniform, whitened']} where latents are white")
axes[1].set(xlabel="share of faces, less that of normal vectors", title="Whitened uniform: "
            f"{100 * compared.difference[whitened].abs().max():.1f} points\nfrom normal at most; grey: five")
axes[0].legend([plt.Line2D([], [], color="0.4", ls="", marker=MARKER[case], mfc=fill) for case, fill in
                (("I", "0.4"), ("II", "white"))], ["case I", "case II"])
figures.show(fig, study, "10-4", "faces-by-coordinates", n=f"{MANY:,} of the pair, others {SOME}",
             alt="Share of faces for five sets of vectors and its difference to the multivariate normal: "
             + "; ".join(f"{name}: {in_words[name]}" for name in sets) + ".")

# %%
pair = compared[whitened]
equal = (pair["equal within 5 points"] == "yes").all()
outside = (pair["equal within 5 points"] == "no").any()
Markdown("Whitened uniform vectors and multivariate normal ones: **"
         + ("equal within five points in both cases" if equal else "not equal within five points: the "
            "prediction fails" if outside else "undecided at this number of vectors") + "**.")

# %% [markdown]
# ## "1 <= b <= 2", in which coordinates?
#
# F2 hopes for half widths between 1 and 2. **Figure 10-5** sweeps b twice, with the same random numbers: in
# the coordinates that training left, and in whitened ones, where 1 is the standard deviation of each
# component. There the argument of F2 needs no luck. A uniform variable has the variance b²/3, so b near the
# root of 3, or 1.7, is the one with the latents' variance; a smaller one gives faces nearer to the mean face.

# %%
HALF_WIDTHS = 1, 1.5, 2, 3, 5, 12                                    # of the posts
SWEPT = {"as trained": lambda known, b: ladder.uniform(known, g[:FEW], b),
         "whitened": lambda known, b: ladder.along_axes(known, ladder.uniform(known, g[:FEW], b))}
widths = pd.DataFrame([{"case": case, "coordinates": where, "b": b,
                        **judge.rate(judge.pictures(model[case], sweep(cloud[case], b)))}
                       for case in MARKER for where, sweep in SWEPT.items() for b in HALF_WIDTHS])
artifacts.write(study.data / "widths-by-coordinates.csv", widths)
told = {where: part[part.b.between(1, 2)].rate.agg(["min", "max"]) for where, part in
        widths.groupby("coordinates")}

# %%
fig, axes = plt.subplots(1, 2, figsize=(9, 3.3), sharey=True)
for ax, (where, of) in zip(axes, widths.groupby("coordinates", sort=False)):
    for case, part in of.groupby("case"):
        ax.plot(part.b, part.rate, color=figures.UNIFORM, ms=4, label=f"case {case}", **figures.CASE[case])
        ax.fill_between(part.b, part.low, part.high, color=figures.UNIFORM, alpha=0.12, lw=0)
    ax.axvspan(1, 2, color="0.9", zorder=-1, label="F2's 1 to 2")
    ax.set(xscale="log", xticks=HALF_WIDTHS, xticklabels=HALF_WIDTHS, ylim=(-0.02, 1.02),
           xlabel="half width b of uniform vectors", title=f"{where.capitalize()}, b from 1 to 2: "
           f"{told[where]['min']:.0%} to {told[where]['max']:.0%} faces")
    ax.minorticks_off()
axes[0].set_ylabel("share of faces (95 % interval)")
axes[0].legend()
figures.show(fig, study, "10-5", "half-widths-by-coordinates", n=f"{FEW} vectors per point",
             alt="Share of faces against the half width of uniform vectors, as trained and whitened.")

# %% [markdown]
# ## What do uniform vectors lack? That depends
#
# Notebook 07 shares the failure of uninformed vectors out among four ingredients: radius, centre, marginal
# widths, correlations. The same game, with the same function (case I) and the same noise, in four systems.
# Where an ingredient is moot it needs no pictures: there is no centre to know once the mean is zero, and no
# correlation along principal axes.

# %%
MOOT = {"as trained": (), "centred": ("centre",), "principal axes": ("centre", "correlations"),
        "whitened": ("centre", "correlations")}

def face_rates(name):
    """Face rates of all subsets of the ingredients in one system; a subset with moot ones is one without."""
    network, known = coordinates.moved(model["I"], *systems[name]), ladder.fitted(cloud_in[name])
    told = [subset.difference(MOOT[name]) for subset in ladder.SUBSETS]
    found = {known_of: judge.rate(judge.pictures(network, ladder.mixed(known, g[:FEW], known_of)))["rate"]
             for known_of in dict.fromkeys(told)}
    return [found[known_of] for known_of in told]


# %%
shares = pd.concat({name: ladder.shares(face_rates(name), FEW, np.random.default_rng([seed, 40]))
                    for name in MOOT}, names=["coordinates", "ingredient"]).reset_index()
artifacts.write(study.data / "shares-by-coordinates.csv", shares)
shares.pivot(index="coordinates", columns="ingredient", values="share") \
    .loc[list(MOOT), list(ladder.INGREDIENTS)].style.format("{:+.2f}")

# %%
most = {name: part.loc[part.share.idxmax(), "ingredient"] for name, part in shares.groupby("coordinates")}
fig, axes = plt.subplots(1, 4, figsize=(9.6, 2.7), sharey=True)
for ax, (name, part) in zip(axes, shares.groupby("coordinates", sort=False)):
    color = ["0.25" if of == most[name] else "0.7" for of in part.ingredient]
    ax.barh(part.ingredient, part.share, 0.6, xerr=2 * part.error, error_kw={"lw": 1}, color=color)
    ax.axvline(0, color="black", lw=0.8)
    ax.set(title=f"{name.capitalize()},\nmost missing: {most[name]}", xlim=(-0.15, 1))
axes[0].invert_yaxis()
fig.supxlabel("Shapley share of the faces", fontsize=9.5)
figures.show(fig, study, "10-6", "shares-by-coordinates", n=f"case I, {FEW} vectors per subset; whiskers: "
             "two standard errors", alt="Shapley shares of four ingredients in four coordinate systems; "
             "largest: " + ", ".join(f"{name}: {most[name]}" for name in MOOT) + ".")


# %% [markdown]
# The sum of the shares is the gain from knowing nothing to knowing all, and each system divides it in its own
# way. What vectors "lack most" is thus no fact about the cloud. The whiskers take all counts as independent,
# and are too long where an ingredient is moot. (As in notebook 07, where the radius is not known, all vectors
# get the length of uniform ones of b = 5, so that *centre* there means the direction of the mean.)
#
# ## What is left when coordinates are taken away
#
# The covariance S of the latents becomes A S A^T, and W_d^T W_d becomes A^-T W_d^T W_d A^-1. Their product S
# W_d^T W_d therefore keeps its eigenvalues: they are the variances of the decoder's input y. This spectrum
# belongs to the function, and so do the share that its first value has, the number of values for 90 %, and
# the participation ratio (sum of the values, squared, over the sum of their squares: the number of equal
# variances that would be as spread). The table gives each for the latents as trained and as rewritten above,
# and for the decoder's input, from both networks.
#
# One freedom is left even so, and it is not in z. Behind y stands another linear layer, the first transposed
# convolution; the channels of y could be mixed and its kernels unmixed. What the *first activation* is given
# keeps no freedom but a scale per channel. Its spectrum is given, too: what is read off should not hang on
# the choice between these two.

# %%
def told_by(values):
    """What is read off variances (d,), largest first."""
    wide = latent.dominant(np.zeros(d), axis_trial.HALF_WIDTH * np.sqrt(values))
    return {"first over second": values[0] / values[1],
            "(11th - 100th) / first": (values[10] - values[99]) / values[0],
            "above their mean": int((values > values.mean()).sum()), "wide by F2's rule": int(wide.sum()),
            "number for 90 %": frames.count_for(values, 0.9), "participation": frames.participation(values)}


# %%
def variances(case):
    """Variances along principal axes of the latents and of what the decoder sees, in both networks."""
    both = {"as trained": (model[case], z[case, "train"]),
            "rewritten": (twin[case], frames.carried(z[case, "train"], *drawn[case]))}
    return {f"{what}, {name}": found for name, (network, v) in both.items() for what, found in (
        ("latents", np.linalg.eigvalsh(np.cov(v, rowvar=False))[::-1]),
        ("decoder's input", coordinates.spectrum(network, v)),
        ("first activation's input", coordinates.spectrum(network, v, layers=3)))}


# %%
spectra = {case: variances(case) for case in MARKER}
spectrum = pd.DataFrame([{"case": case, "variances of": name, **told_by(values)}
                         for case, part in spectra.items() for name, values in sorted(part.items())])
figures.table(spectrum, study, "spectrum.csv", precision=2)

# %% [markdown]
# The rows of both inputs must agree in pairs, those of the latents need not. Coordinates in which the
# covariance has the eigenvalues of the decoder's input are (W_d^T W_d)^(1/2) (z - mu), the *decoder's metric*
# of figure 10-2. They are fixed but for a rotation, and along their principal axes but for signs. Along
# these, "wide by F2's rule" is a count of dominant components that needs no choice; and the radius there is
# the same for all rewritings. **Figure 10-7** shows both: left, the spectra, right, the radius in units of
# its root mean square, beside that of normal vectors of the same spectrum.

# %%
in_metric = {case: frames.canonical(coordinates.metric(model[case]), z[case, "train"]) for case in MARKER}
length = {case: latent.radii(frames.carried(z[case, "train"], *in_metric[case])) for case in MARKER}
squares = np.random.default_rng([seed, 50]).standard_normal((20_000, d)) ** 2
normal = {case: np.sqrt(squares @ part["decoder's input, as trained"]) for case, part in spectra.items()}
thickness = {case: (length[case].std() / length[case].mean(), normal[case].std() / normal[case].mean())
             for case in MARKER}

# %%
SPECTRA = {"latents, as trained": figures.LATENT, "latents, rewritten": figures.MUTED,
           "decoder's input, as trained": figures.THEORY}

def draw_invariants(axes, case, dash):
    """Spectra in three ways; radii in the decoder's metric, beside those of normal vectors."""
    for name, color in SPECTRA.items():
        values = spectra[case][name]
        axes[0].plot(np.arange(1, d + 1), values / values.sum(), dash, color=color, label=f"{name}, {case}")
    for values, color, of in ((normal, figures.NULL, "normal cloud"), (length, figures.LATENT, "latents")):
        axes[1].hist(values[case] / np.sqrt((values[case] ** 2).mean()), bins=64, range=(0.4, 2), ls=dash,
                     density=True, histtype="step", color=color, lw=1.6, label=f"{of}, case {case}")


# %%
fig, axes = plt.subplots(1, 2, figsize=(9.8, 3.6))
for case in MARKER:
    draw_invariants(axes, case, figures.CASE[case]["ls"])
axes[0].set(xscale="log", yscale="log", xlabel="number of the eigenvalue", ylabel="share of the variance",
            title="Black belongs to the function, red and grey do not")
axes[1].set(xlabel="radius in the decoder's metric / its root mean square", ylabel="density",
            title=f"Scatter {thickness['I'][0] / thickness['I'][1]:.1f} times that of normal ones (I)")
for ax in axes:
    ax.legend()
wider = ", ".join(f"case {case}: {own:.2f} against {law:.2f}" for case, (own, law) in thickness.items())
figures.show(fig, study, "10-7", "without-coordinates", n=f"{len(z['I', 'train']):,} latents of each case",
             alt="Spectra of the latents, which depend on coordinates, and of the decoder's input, which do "
             f"not; radii of latents and of a normal cloud, spread over mean: {wider}.")

# %% [markdown]
# ## Dominant components: more than chance?
#
# A few components are far off zero or wide. Against what is that to be held? If the axes of the latent space
# meant nothing at all, they would be like axes drawn at random: each mean a random coordinate of the centre,
# each variance a random mixture of the spectrum. So the cloud is turned at random, many times, and looked at
# again (Haar rotations; `lib/cloud/axes.py`). *z* is the distance from their mean in their standard
# deviations. Within 2 the axes are like any others; far beyond, training has marked them.

# %%
turns = axis_trial.rotations(d, 30 if smoke else 100, np.random.default_rng([seed, 60]))
null = pd.concat({case: axis_trial.against_rotations(known.mean, np.cov(known.z, rowvar=False), turns)
                  for case, known in cloud.items()}, names=["case"]).reset_index()
figures.table(null, study, "rotations.csv", precision=2)


# %% [markdown]
# The same question can be put to the posts without any data. The tables of F2 and C2 print the means of their
# dominant components. In a random frame each component of a centre of length L is L/16 times a variable that
# is nearly normal, so the largest should be about three times the typical one. Of the components that are not
# printed we only know that they are near zero: they are taken as 0, and as 0.1 to see what hangs on it.

# %%
def printed(table, unlisted):
    """The 256 means of a printed table {index: (mean, width)}, largest first, the others as given."""
    mu = np.full(d, float(unlisted))
    mu[list(table)] = [abs(centre) for centre, _ in table.values()]
    return np.sort(mu)[::-1]

directions = np.random.default_rng([seed, 70]).standard_normal((2_000, d))
directions /= np.linalg.norm(directions, axis=1, keepdims=True)
POSTS = {"F2": statements.F2_TABLE, "C2": statements.C2_TABLE}
centres = {(post, rest): printed(table, rest) for post, table in POSTS.items() for rest in (0, 0.1)}


# %%
def of_centre(mu):
    """Counts and the largest share of the squared length, of means (..., 256)."""
    return {"beyond 0.25": (np.abs(mu) >= 0.25).sum(-1), "beyond 1": (np.abs(mu) >= 1).sum(-1),
            "largest share of the squared length": (mu**2).max(-1) / (mu**2).sum(-1)}


# %%
found = {key: (of_centre(mu), of_centre(np.linalg.norm(mu) * directions)) for key, mu in centres.items()}
posts_axes = pd.DataFrame([
    {"post": post, "others are": rest, "means": name, "printed": value, "random axes": turned[name].mean(),
     "sd": turned[name].std(), "turned clouds as far": (np.abs(turned[name] - turned[name].mean())
                                                        >= abs(value - turned[name].mean())).mean()}
    for (post, rest), (own, turned) in found.items() for name, value in own.items()])
figures.table(posts_axes, study, "posts-axes.csv", precision=3)


# %% [markdown]
# **Figure 10-8.** Left: four statistics of the axes of this run, in standard deviations from random axes.
# Middle and right: the means that F2 and C2 print, by size, those not printed as 0, and what random axes
# would have (95 % band). A few that are far above the band, and the rest below it, is what "dominant" means.

# %%
def draw_deviations(ax):
    """How far each statistic of the axes is from that of random axes, by case."""
    for case, part in null.groupby("case"):
        ax.plot(part.z, part.statistic, MARKER[case], color=figures.LATENT, label=f"case {case}",
                mfc="none" if case == "II" else None)
    ax.axvspan(-2, 2, color="0.88", zorder=0, label="random axes, ±2")
    ax.invert_yaxis()
    ax.set(xlabel="z, against random axes", title=f"Axes of this run: {(null.z.abs() > 2).sum()} "
           f"of {len(null)} beyond chance")


# %%
def draw_printed(ax, post):
    """The means that a post prints, largest first, and the 95 % band of those along random axes."""
    mu, k = centres[post, 0], np.arange(1, 31)
    turned = np.sort(np.abs(np.linalg.norm(mu) * directions))[:, ::-1][:, :len(k)]
    ax.fill_between(k, *np.quantile(turned, (0.025, 0.975), axis=0), color="0.8", label="random axes, 95 %")
    ax.plot(k, mu[:len(k)], "o", ms=5, color=figures.THEORY, mfc="white", label=f"printed by {post}")
    above = int((mu[:len(k)] > np.quantile(turned, 0.975, axis=0)).sum())
    ax.set(xlabel="component, largest mean first", ylim=(0, 5.4), title=f"{post}: {above} means above chance")


# %%
fig, axes = plt.subplots(1, 3, figsize=(10.4, 3.3), width_ratios=(1.2, 1, 1))
draw_deviations(axes[0])
for ax, post in zip(axes[1:], POSTS):
    draw_printed(ax, post)
axes[1].set_ylabel("|mean|")
for ax, place in zip(axes, ("center right", "best", "best")):
    ax.legend(loc=place)
beyond = ", ".join(f"{row.statistic} {row.z:+.1f}" for row in null[null.case == "I"].itertuples())
figures.show(fig, study, "10-8", "against-random-axes", n=f"{len(turns)} rotations of the latents",
             alt=f"Statistics of the axes against random rotations, case I: {beyond}. Means that F2 and C2 "
             "print, by size, against those along random axes.")

# %% [markdown]
# If the points lie outside the band, the axes of that network are privileged: the axes, not only the cloud,
# carry something. Compare the four: the count of dominant components, which the posts use, need not be the
# one that shows it best, since random axes have some, too.
#
# For the posts' tables no more can be said. That they are about photographs makes the fact, not its cause,
# one of photographs too. What marked the axes is asked at the end.
#
# ## Two networks, one cloud?
#
# F2 finds that networks differ in which components dominate. They must, if components are a matter of
# coordinates. The question without coordinates is: what is the best affine map from the latents of one
# network to those of the other? It is fitted to training images and judged on held-out ones. *R²* is the
# share of the variance that it gets right, in the coordinates of the other network as trained, and in its
# decoder's metric. The control is the same fit with the images of the one side shuffled. Its R² must be 0,
# or a little below: a map fitted to nothing adds the noise of 256 predictors to the mean.
#
# The strictest test is *stitching*: the decoder of one network is fed with the mapped latents of the
# other's encoder. The loss of that is held against the decoder's own, and against the loss of showing
# everyone the mean image.

# %%
PAIRS = ("I", "II", "paired"), ("II", "I", "paired"), ("I", "II", "shuffled"), ("II", "I", "shuffled")
shown = np.asarray(x.held_out[:2 * SOME], dtype=np.float32) / 255
shuffle = np.random.default_rng([seed, 80]).permutation(len(z["I", "train"]))

def mapped(source, target, pairing):
    """Held-out latents of `source`, carried by the best affine map to those of `target`."""
    a = z[source, "train"] if pairing == "paired" else z[source, "train"][shuffle]
    return frames.carried(z[source, "held_out"], *frames.affine_map(a, z[target, "train"]))


# %%
carried = {pair: mapped(*pair) for pair in PAIRS}
carried |= {(case, case, "its own"): z[case, "held_out"] for case in MARKER}
stitched = {pair: train.decode(model[pair[1]], v[:2 * SOME]) for pair, v in carried.items()}
mean_image = np.asarray(x.train[:5_000]).mean(axis=0) / 255

def loss(images):
    """Mean squared error of images against the held-out ones."""
    return float(np.square(images - shown).mean())


# %%
def met(source, target, pairing):
    """How well latents of one encoder serve the other decoder."""
    b, v, A = z[target, "held_out"], carried[source, target, pairing], in_metric[target][0]
    return {"encoder": source, "decoder": target, "latents": pairing, "R²": frames.explained(b, v)[0],
            **dict(zip(("R², decoder's metric", "its error"), frames.explained(b @ A.T, v @ A.T))),
            "loss": loss(stitched[source, target, pairing]), "mean image": loss(mean_image)}

maps = pd.DataFrame([met(*pair) for pair in carried])
own_loss = maps[maps.latents == "its own"].set_index("decoder").loss
maps["loss / own"] = maps.loss / maps.decoder.map(own_loss)
figures.table(maps, study, "affine-maps.csv").format("{:.5f}", ["loss", "mean image"])

# %% [markdown]
# **Figure 10-9.** Held-out images; what network II makes of its own latents; what its decoder makes of the
# latents of encoder I, mapped; and of the map fitted to shuffled pairs, which knows nothing but the mean.

# %%
LINES = {"original": shown, "network II": stitched["II", "II", "its own"],
         "encoder I,\ndecoder II": stitched["I", "II", "paired"], "shuffled": stitched["I", "II", "shuffled"]}
explains = maps.set_index(["encoder", "decoder", "latents"])["R², decoder's metric"]["I", "II", "paired"]
fig = figures.sheet(np.stack([images[:10] for images in LINES.values()]), labels=list(LINES), rows=(1, 2, 1),
                    title="Latents of encoder I, brought to decoder II by an affine map, explain "
                    f"{explains:.0%} of the variance that it sees")
figures.show(fig, study, "10-9", "stitched", n="the first ten held-out images",
             alt="Ten held-out images, their reconstructions by network II, those by decoder II from mapped "
             "latents of encoder I, and those from a map fitted to shuffled pairs.")

# %%
paired = maps[maps.latents == "paired"]
Markdown(f"The poorer of the two maps explains **{paired['R², decoder' + chr(39) + 's metric'].min():.1%}** "
         f"of the variance that the other decoder sees; the dearer stitch costs a loss of "
         f"{paired['loss / own'].max():.2f} times its own.")

# %% [markdown]
# A word against our own argument. Two networks that are equal up to an affine map are equal in all that such
# a map leaves, and no more. Kornblith et al. (2019) show that to ignore all invertible linear maps is to
# throw away what training put into the geometry; in spaces with more dimensions than images, everything
# becomes equal to everything. Here there are more images than dimensions, and the stitched pictures are the
# witness.

# %% [markdown]
# ## Why these axes
#
# The axes of this run are not like any others, although the loss cannot tell them from others: turn latents
# and weights by any rotation, and every image stays as it is. So is it the faces that chose them, or is it
# training?
#
# Weights start alike in all directions, and a gradient step keeps it so: of turned weights it makes the
# turned step. Adam's step does not. It divides each coordinate of the gradient by the root of that
# coordinate's own mean square, and coordinates are what a rotation mixes. So we take this away, and nothing
# else. **Scalar Adam** (`lib/network/controls.py`) keeps one mean square for all of W_e, one for b_e and one
# for W_d; it commutes with rotations, and so does plain **SGD**. If faces chose the axes, all three would
# find them; if Adam did, only Adam.
#
# `make controls` trains small autoencoders with each (48x48 drawn faces, 10,000 of them, 128 latents, 8
# epochs; the same images for all, and for one seed the same start and order), and case I once more with
# scalar Adam. That takes half an hour, so the tables are committed in `data/controls/` and do not depend on
# the run. Each network is compared with 200 random rotations of its own held-out latents: *z* as above.

# %%
trainings, full = (artifacts.require(study.home / "data" / "controls" / name, "10 after `make controls`")
                   for name in ("small.csv", "case-I.csv"))
spreads = trainings[trainings["statistic"] == "spread of widths"]
ends = spreads[spreads["epoch"] == spreads["epoch"].max()]
reached = ", ".join(f"{name} {far:+.1f}" for name, far in ends.groupby("optimizer")["z"].mean().items())
INK = {"Adam": figures.LATENT, "scalar Adam": "0.25", "SGD": "0.65"}
PLOTTED = {"z": ("spread of widths, z", "Marked axes: z in the end\n" + reached),
           "drift": ("drift of Q", "How far the charge of\ngradient flow moved"),
           "held_out": ("held-out loss", "What was learned")}

# %% [markdown]
# **Figure 10-10.** A line per network. Left: the standard deviation of the widths of its components over
# their mean, as *z*; the band is 2 to both sides of random rotations. Middle: how far Q = W_e W_e^T + b_e
# b_e^T - W_d^T W_d has moved, as a share of W_d^T W_d. Gradient flow conserves Q (Du, Hu, Lee 2018; the term
# of the bias is ours), which ties the scales of W_e and W_d to each other; steps of another metric or with
# momentum need not conserve it (Marcotte, Gribonval, Peyré 2024). Right: what was learned.

# %%
fig, axes = plt.subplots(1, 3, figsize=(10.4, 3.5))
for ax, (column, (label, title)) in zip(axes, PLOTTED.items()):
    for (name, rate, number), one in spreads.groupby(["optimizer", "rate", "seed"]):
        ax.plot(one["epoch"], one[column], "--" if rate == 3 else "-", color=INK[name], lw=1,
                label="" if number else f"{name}, rate {rate:g}")
    ax.set(xlabel="epoch", ylabel=label, title=title)
axes[0].axhspan(-2, 2, color="0.88", zorder=0)
axes[1].legend()
axes[2].set(yscale="log")
figures.show(fig, study, "10-10", "whose-axes", n=f"{len(ends)} small autoencoders, 48x48 drawn faces",
             alt=f"Spread of widths against random rotations over epochs; mean z at the end: {reached}. "
             "Beside it the drift of the charge that gradient flow conserves, and the held-out loss.")

# %% [markdown]
# At the end, means over the seeds: what was learned, the drift, and *z* of four statistics of the axes. The
# count of dominant components is that of notebook 03, with the half widths of normal components.

# %%
last = trainings[trainings["epoch"] == trainings["epoch"].max()].groupby(["optimizer", "rate"])
learned = last.agg(networks=("seed", "nunique"), held_out=("held_out", "mean"), drift=("drift", "mean"))
marks = pd.DataFrame({name: part.groupby("statistic")["z"].mean() for name, part in last}).T
marks.index.names = learned.index.names
figures.table(learned.join(marks).reset_index(), study, "optimizers.csv").format(
    {"held_out": "{:.5f}", "rate": "{:g}"} | {statistic: "{:+.1f}" for statistic in marks})

# %% [markdown]
# And case I as in this study (96x96, 256 latents, the counts of scale laptop, seed 0): the network of the
# reference run, by Adam, and the same training by scalar Adam. *rotated* is the mean over random rotations.

# %%
twice = full[full["epoch"] == full["epoch"].max()]
columns = ["optimizer", "held_out", "drift", "statistic", "value", "rotated", "z"]
figures.table(twice[columns], study, "optimizers-case-I.csv").format({"held_out": "{:.5f}", "z": "{:+.1f}"})

# %%
by_adam, far = ends["optimizer"] == "Adam", ends["z"].abs() > 3
count = twice[twice["statistic"] == "dominant components"].set_index("optimizer")
settled = far[by_adam].all() and not far[~by_adam].any()
Markdown(f"* Widths spread by 3 standard deviations more than along random axes in **{far[by_adam].sum()} "
         f"of {by_adam.sum()}** small networks by Adam, and in **{far[~by_adam].sum()}** of the others.\n"
         + "\n".join(f"* Case I by {name}: **{row.value:.0f}** dominant components, {row.rotated:.0f} along "
                     "random axes." for name, row in count.iterrows())
         + ("\n* **The axes are the optimizer's mark.**" if settled else "\n* **Not settled.**"))

# %% [markdown]
# The comparison that counts is Adam with scalar Adam. Both learn nearly the same, and both drift equally far
# from the charge of gradient flow, so it is not the drift that marks axes. The one thing that differs is
# whether a step knows coordinates; without that the axes stay as random as they began. So that a few
# components dominate is the mark of the optimizer, not of the faces. What the faces give is the cloud up to a
# rotation: its spectrum, and how far its centre is from zero.
#
# Limits. Of the small networks the widths show it in every seed. The means (fourth moment) show it only in
# some, and one network by SGD is beyond 3 there too: of random axes about one in a hundred is, as that
# statistic is skewed. The number of dominant components is beyond chance in none of them. In case I all four
# show it, but that is one training with each optimizer. The small networks by SGD end where Adam is after one
# to three epochs, when Adam's own mark has only begun, so that they agree is weak evidence. The cause is
# shown on drawn faces. For photographs we have the posts' printed means, which show the fact and not its
# cause, and the author does not state the optimizer there.
#
# That Adam's steps per coordinate give a network privileged axes is known from transformers (Elhage, Lasenby,
# Olah 2023), and that it depends on rotations of its weights from Maes et al. (2024). We found no earlier
# statement of it for the latents of autoencoders.

# %% [markdown]
# ## What this run says

# %%
changed = {reading: len(claims_of) for reading, claims_of in flips.items()}
Markdown(f"* Of {len(rows_shown)} claims about latents **{changed['as printed']}** change their verdict with "
         f"the coordinates, and **{changed['in proportion']}** if thresholds are in proportion.\n"
         + f"* What vectors lack most, as trained: **{most['as trained']}**; centred: "
         f"**{most['centred']}**; whitened: **{most['whitened']}**.")

# %% [markdown]
# Three predictions were put at risk here, and are reported whichever way they went.

# %%
explained_by_chance = maps.loc[maps.latents == "shuffled", "R², decoder's metric"].max()
risks = pd.DataFrame([
    ("pixels of a rewritten network move by less than 0.0001",
     identity["pixels change by, at most"].max(), "yes" if same else "no"),
    ("faces: whitened uniform less normal vectors, within 0.05 (the farther case)",
     pair.difference.abs().max(), "yes" if equal else "no" if outside else "undecided"),
    ("a map fitted to shuffled pairs explains less than 0.05", explained_by_chance,
     "yes" if explained_by_chance < 0.05 else "no")], columns=["prediction", "measured", "held"])

# %%
risks.style.hide(axis="index").format("{:.2g}", "measured")

# %% [markdown]
# ### Who said it before
#
# * That a linear autoencoder finds a subspace and no basis: Baldi, Hornik (1989); what regularisation then
#   fixes: Kunin, Bloom, Goeva, Seed (2019); Bao, Lucas, Sachdeva, Grosse (2020). That linear layers in the
#   bottleneck favour few directions: Jing, Zbontar, LeCun (2020).
# * Symmetries of representations in general: Godfrey et al. (2022). Representations fixed up to linear maps:
#   Roeder, Metz, Kingma (2021); up to small errors, autoencoders included: Nelson, Fumero, Karaletsos,
#   Locatello (2026). To identify the metric and not the coordinates: Syrota et al. (2025).
# * Linear maps between latent spaces of face models: Asperti, Tonelli (2022); stitching: Maiorca et al.
#   (2023).
# * Normal and mixture densities fitted after training: Ghosh et al. (2020). Whitened latents taken for a
#   normal space: Zhu et al. (2020) and Wulff, Torralba (2020), for StyleGAN. That shrinking a latent space
#   costs nothing unless the decoder is held to a Lipschitz bound: Chen, Fuge (2024). That most projections of
#   a cloud look normal: Diaconis, Freedman (1984).
#
# We found no earlier statement of what follows for uniform vectors and for "dominant components" of a
# convolutional autoencoder.
#
# ### Claims
#
# The posts' statements once more, put so that no choice of coordinates can change the answer.

# %%
in_y = frames.carried(z["I", "train"], *in_metric["I"])
error = statements.bootstrap(in_y, np.random.default_rng([seed, 90]), of=statements.of_spectrum)
of_spectrum = {f"{claim}-any": claims.with_error(value, error[claim], "bootstrap of the latents")
               for claim, value in statements.of_spectrum(in_y).items()}
poorest = widths[(widths.coordinates == "whitened") & widths.b.between(1, 2)].sort_values("rate").iloc[0]
farthest, poorer = pair.sort_values("low").iloc[0], paired.sort_values("R², decoder's metric").iloc[0]

# %%
originals = np.asarray(x.held_out[:SOME])
shuffled = detection.block_shuffle(originals, rng=np.random.default_rng([seed, 91]))
of_faces = claims.of_faces({
    "F2-b-any": claims.share(poorest.faces, poorest.n, "binomial"),
    "F2-miss-any": claims.Measured(farthest.difference, farthest.low, farthest.high, "binomial")},
    judge.no_faces(judge.rate(originals), judge.rate(shuffled)))

# %%
record = claims.record(study, "10", of_spectrum | of_faces | {
    "F2-differ-any": claims.with_error(poorer["R², decoder's metric"], poorer["its error"],
                                       "held-out images")})
record.style.hide(axis="index")
