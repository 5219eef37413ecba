# %% [markdown]
# # 03 The cloud, one component at a time
#
# **Question.** How are the values of each of the 256 latent components distributed, and what can 256
# one-dimensional curves say about a cloud in 256 dimensions?
#
# Nobody can look at a cloud in 256 dimensions. The posts therefore look at it one axis at a time: how many
# images have a value between 1.0 and 1.25 in component 17? They find that nearly all curves look like a
# bell around zero, while a few *dominant* components lie off zero or are wide. They conclude that the cloud
# is one confined region whose centre is a little off the origin. Their second view is the length R of the
# latent vectors, one number that needs all components at once.
#
# * **Posts:** F2 (figures F2-1 and F2-2 for case I, F2-3 and F2-4 for case II, eight statements in numbers)
#   and C2 (C2-3 and C2-4 along the axes, C2-5 and C2-6 along the radius). The network of C2 has the layers
#   of case I.
# * **Corrected here:** what the posts' half widths are (error 4), the axes named in C2 (6), the explanation
#   of the radius (9), and the mass at the centre (10).
# * **Writes:** `components-I.csv`, `components-II.csv`, `statements-F2.csv`, `special-axes.csv`,
#   `claims-03.csv` in `data/RUN/`.
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
from scipy import stats

# %%
from lib import claims, figures
from lib.cloud import generators, latent, theory
from lib.store import artifacts
from lib.study import Study

study = Study(dataset, scale, seed)
figures.use_style()

# %%
CASES = ("I", "II")
z = {case: artifacts.require(study.latents(case, "train"), "02_encode_celeba") for case in CASES}
n, d = z["I"].shape
Markdown(f"This run: **{study.label}**, {n:,} training images (the posts: about 170,000).")

# %% [markdown]
# ## The number of images per value
#
# F2 counts within [-12, 12], in about 100 intervals. The same intervals are used here. Where a run has
# values beyond 12, the window grows by as many intervals of that width as it needs, the same for both
# cases, so that no value is cut off.
#
# The table tells how far the networks are trained (the posts: 24 epochs for case I, 30 for case II), the
# largest value of any component, and how many of all values lie beyond 12 (F2: none).

# %%
largest = {case: float(np.abs(z[case]).max()) for case in CASES}
outside = {case: int(latent.clipped(z[case], (-12, 12)).sum()) for case in CASES}
edges = latent.window(max(largest.values()))
counts = {case: latent.component_histograms(z[case], edges) for case in CASES}
reach = pd.DataFrame({"epochs": {case: study.epochs(case) for case in CASES}, "largest |value|": largest,
                      "values": {case: z[case].size for case in CASES}, "beyond 12": outside})
reach.rename_axis("case").style.format(precision=1, thousands=",")

# %% [markdown]
# Which components dominate? The posts choose them by eye. The rule here is ours: with *w* the median half
# width at half maximum of all components, a component is dominant if |mu| is at least 0.5 w or if its half
# width is at least 1.5 w. It selects exactly the 20 components which F2 lists, it does not depend on the
# unit of the latent space, and it knows no index.

# %%
tables = {case: latent.components(z[case]) for case in CASES}
for case, table in tables.items():
    artifacts.write(study.data / f"components-{case}.csv", table)

# %% [markdown]
# ### Case I
#
# **Figure F2-1**: all 256 components, one thin curve each. **Figure F2-2**: the dominant ones, those of
# largest energy mu^2 + sigma^2 in colour. Expected from the posts: a tall bundle of narrow bells at zero,
# and a few low, wide or shifted curves.

# %%
PER_VALUE = {"xlabel": "value of the component", "ylabel": f"latents per {edges[1] - edges[0]:.2f}"}

def draw_all(case, figure_id):
    fig, ax = plt.subplots()
    figures.curves(edges, counts[case], ax)
    ax.set(title=f"case {case}: all {d} components", **PER_VALUE)
    mu, highest = tables[case].mu, counts[case].max()
    figures.show(fig, study, figure_id, f"all-components-case-{case}", n=f"{n:,} latents", colors=128,
                 alt=f"{d} curves of counts against value for case {case}. Means from {mu.min():.1f} to "
                     f"{mu.max():.1f}, highest count {highest:,}.")

draw_all("I", "F2-1")


# %%
def draw_dominant(case, figure_id):
    table, middle = tables[case], (edges[:-1] + edges[1:]) / 2
    fig, ax = plt.subplots()
    figures.curves(edges, counts[case][:, table.dominant], ax)
    ax.plot(middle, counts[case][:, ~table.dominant].mean(1), "k--", label="mean of the others")
    for k, j in enumerate(table[table.dominant].nlargest(10, "energy").index):
        ax.plot(middle, counts[case][:, j], color=f"C{k}", label=f"component {j}")
    ax.autoscale(axis="y")                                       # the mean of the others may be the highest
    ax.legend(fontsize=7)
    ax.set(title=f"case {case}: {table.dominant.sum()} dominant components, those of largest energy named",
           **PER_VALUE, ylim=(0, None))
    figures.show(fig, study, figure_id, f"dominant-components-case-{case}", n=f"{n:,} latents", colors=128,
                 alt=f"Counts against value for the {table.dominant.sum()} dominant components of "
                     f"case {case}.")


# %%
draw_dominant("I", "F2-2")

# %% [markdown]
# The table gives the twenty dominant components of largest energy (all 256 are in `components-I.csv`).
# *sigma* is the standard deviation; *FWHM* the full width of the curve at half its maximum, *HWHM* half of
# that. For a bell curve FWHM = 2.3548 sigma and HWHM = 1.1774 sigma. Three widths, because the posts' one
# word for them changes its meaning, as we shall see. *share* is the component's part in the mean squared
# length of the latents.

# %%
COLUMNS = ["mu", "sigma", "fwhm", "hwhm", "share"]
tables["I"].query("dominant").nlargest(20, "energy").sort_index()[COLUMNS].style.format(precision=3)

# %% [markdown]
# ### Case II
#
# **Figures F2-3 and F2-4**, the same two for the second network. F2 prints the table for this case.

# %%
draw_all("II", "F2-3")

# %%
draw_dominant("II", "F2-4")

# %%
tables["II"].query("dominant").nlargest(20, "energy").sort_index()[COLUMNS].style.format(precision=3)


# %% [markdown]
# Both cases in one table. F2 has 20 dominant components, that is 8 %. *their share* is what they carry of
# the mean squared length: the larger it is, the less the other components matter for where a latent lies.

# %%
def dominance(table):
    return {"dominant": table.dominant.sum(), "of all": table.dominant.mean(),
            "their share": table.share[table.dominant].sum(), "median HWHM": table.hwhm.median(),
            "largest HWHM": table.hwhm.max(), "mu farthest from 0": table.mu[table.mu.abs().idxmax()]}

dominances = pd.DataFrame([dominance(table) for table in tables.values()], index=pd.Index(CASES, name="case"))
dominances.style.format(precision=2).format("{:.0%}", ["of all", "their share"])

# %% [markdown]
# ## Corrected here: what is a half width? (error 4)
#
# F2 defines its hw as the difference between the two values at which the curve has half its maximum. That
# is a *full* width. Can its own table be meant so? The table lists 20 components; of the other 236 we know
# that they lie near zero and are narrower. Call their half width *w*. Then both readings of hw give the
# root mean square length R of F2's latents, and with it b = sqrt(3 E[R^2] / N), the half side of the cube
# whose uniform vectors have that length.

# %%
mu_F2, hw_F2 = np.array(list(claims.F2_TABLE.values())).T            # (20,) each, as in F2
FULL = 2 * np.sqrt(2 * np.log(2))                                    # FWHM of a normal curve with sigma 1

def box_F2(w):
    return np.append(mu_F2, np.zeros(d - len(mu_F2))), np.append(hw_F2, np.full(d - len(hw_F2), w))

def length_F2(w, width_of_sigma):
    mu, hw = box_F2(w)
    return np.sqrt((mu ** 2).sum() + (hw ** 2).sum() / width_of_sigma ** 2)


# %% [markdown]
# The post also tells how many of 170,000 uniform vectors of [-b, b] fell into the box mu +- k hw: about 20
# for (b, k) = (12, 12), about 10 for (2, 2), fewer than 10 for (1.5, 1.5), and all for (1.5, 2) and (1,
# 1.5). Where k = b, a component with hw >= 1 + |mu|/b covers the whole interval and all others the share
# hw: three independent tests of *w*.
#
# Each row of the table is one guess of *w*. Look for the row whose counts are those of the post, all at
# once; then compare its two values of b with the 1 <= b <= 2 that the post finds useful.

# %%
def reading(w):
    R = {"hw full": length_F2(w, FULL), "hw half": length_F2(w, FULL / 2)}
    b_match = {f"b, {name}": theory.matching_half_width(length ** 2, d) for name, length in R.items()}
    hits = {f"({b:g}, {k:g})": generators.expected_hits(claims.ALL, b, *box_F2(w), k)
            for b, k in ((12, 12), (2, 2), (1.5, 1.5), (1.5, 2), (1, 1.5))}
    return {"w": w, **{f"R, {name}": length for name, length in R.items()}, **b_match, **hits}

readings = pd.DataFrame([reading(w) for w in (0.90, 0.94, 0.96, 0.98, 1.00)])
readings.style.hide(axis="index").format(precision=2).format("{:,.0f}", list(readings.columns[5:]))

# %% [markdown]
# One value, w = 0.96, gives all the counts of the post at once, to a factor of two. With it, hw read as the
# **half** width at half maximum gives a b within the post's range. Read as the full width, it gives a b
# below 1, about half of what the post plots, and that stays so within all limits that F2 states: the first
# row of the next table is the largest length which they allow. So **hw is the half width at half maximum**,
# whatever the definition in the text.
#
# The same test on this run, where the truth is known: mu and HWHM of case II give a length in either
# reading. The right one should be close to the length of the latents themselves (not equal, as not all
# curves are bells).

# %%
limits = length_F2(1, FULL) ** 2 + 236 * 0.25 ** 2 + 20 * (1.5 ** 2 - 1) / FULL ** 2         # F2's own limits
mu_II, hw_II = tables["II"].mu, tables["II"].hwhm
lengths = {"F2, hw as full width: at most": np.sqrt(limits),
           "here, HWHM as full width": np.sqrt((mu_II ** 2 + hw_II ** 2 / FULL ** 2).sum()),
           "here, HWHM as half width": np.sqrt((mu_II ** 2 + hw_II ** 2 / (FULL / 2) ** 2).sum()),
           "here, the latents themselves": np.sqrt(latent.second_moment(z["II"]).value)}
pd.Series(lengths, name="length").to_frame().style.format(precision=2)

# %% [markdown]
# In the rest of the study, sigma, FWHM and HWHM are kept apart, and each box says which one it uses.
#
# ## The statements of F2 in numbers
#
# F2 counts how many components lie off zero or are wide. Its thresholds are absolute numbers, but the scale
# of a latent space is arbitrary: another activation or initialisation, and all values double. The table
# gives that scale: the root mean square component, here and in units of F2's, which is the length just
# found over sqrt(256). It also gives the share of components whose mean lies within 0.25 of zero (the post:
# 90 % or more).

# %%
rms = {case: float(np.sqrt(table.energy.mean())) for case, table in tables.items()}
scales = {case: rms[case] / (length_F2(0.96, FULL / 2) / 16) for case in CASES}
near_zero = {case: float((table.mu.abs() < 0.25).mean()) for case, table in tables.items()}
sizes = {"root mean square component": rms, "in units of F2's": scales, "mean within 0.25 of 0": near_zero}
pd.DataFrame(sizes).rename_axis("case").style.format(precision=2).format("{:.0%}", "mean within 0.25 of 0")

# %% [markdown]
# So each count is made twice: with the post's thresholds, and with thresholds *in proportion* to the scale
# of the run. A statement holds if the count is at most that of the post in both cases. If all five hold in
# proportion, the scale explains whatever differs; if they do not, the cloud itself is another one.

# %%
SYMBOL = {"mu": "|mu|", "hwhm": "HWHM"}
F2_COUNTS = ("mu", 0.25, 25), ("mu", 1, 10), ("hwhm", 1, 40), ("hwhm", 1.5, 20), ("hwhm", 3, 5)     # as in F2

def count(case, unit):
    return [(tables[case][name].abs() >= least * unit).sum() for name, least, most in F2_COUNTS]

statements = pd.DataFrame({
    "components with": [f"{SYMBOL[name]} >= {least:g}" for name, least, most in F2_COUNTS],
    "the post: at most": [most for name, least, most in F2_COUNTS],
    **{f"case {case}": count(case, 1) for case in CASES},
    **{f"case {case}, in proportion": count(case, scales[case]) for case in CASES}})
figures.table(statements, study, "statements-F2.csv")

# %% [markdown]
# ### Do different networks have different dominant components?
#
# F2 finds that they do. The measure is the Jaccard overlap of the two sets, shared over all; the claims at
# the end give it. Nothing ties index 17 of one network to index 17 of another (the units of a layer can be
# permuted without changing what the network does). So the expectation is the overlap of two random sets of
# these sizes, and what is within two standard deviations of that is chance.

# %%
sets = {case: set(table.index[table.dominant]) for case, table in tables.items()}
shared = len(sets["I"] & sets["II"])
jaccard = shared / max(len(sets["I"] | sets["II"]), 1)
by_chance = stats.hypergeom(d, len(sets["I"]), len(sets["II"]))
Markdown(f"The two sets share **{shared}** components; random sets of these sizes share "
         f"{by_chance.mean():.1f} +- {by_chance.std():.1f}.")

# %% [markdown]
# ### Are the curves Gaussian?
#
# The posts judge by eye. With 170,000 values any test rejects any real-world curve, so a size is needed,
# not a test: the Kolmogorov distance between the distribution of a component and the normal distribution
# with its mean and sigma. A uniform variable has a distance of 0.057, a two-sided exponential one 0.062; up
# to 0.04 (our rule) the eye sees a bell. *from sampling alone* is about what a normal variable shows with
# so many latents; a distance no larger than that says nothing.

# %%
shape = {case: latent.gaussianity(z[case]) for case in CASES}
bells = {case: float(table.gaussian.mean()) for case, table in shape.items()}
farthest = {case: table.loc[table.distance.idxmax()] for case, table in shape.items()}
bell_table = pd.DataFrame({
    "bells": bells, "median distance": {case: table.distance.median() for case, table in shape.items()},
    "from sampling alone": 0.7 / np.sqrt(n),
    "largest distance": {case: row.distance for case, row in farthest.items()},
    "of component": {case: row.name for case, row in farthest.items()},
    "its skewness": {case: row.skewness for case, row in farthest.items()}})
bell_table.rename_axis("case").style.format(precision=3).format("{:.0%}", "bells")

# %% [markdown]
# Bells or not, that says nothing yet about the cloud: a cloud with Gaussian marginals need not be Gaussian.
# The last section tests that.
#
# ## The axes of C2
#
# C2 looks at the same curves as densities, in intervals of 0.25, for the network of case I. **Figure C2-3**
# shows all axes; **figure C2-4** the special ones, which we choose by rule: the six farthest from zero by
# their peak (full lines) and the six widest (dashed). The expectation from C2: most peak at 0 with a half
# width around 2, about five lie clearly off.

# %%
limit = 0.25 * np.ceil(largest["I"] / 0.25)
quarter = np.linspace(-limit, limit, round(2 * limit / 0.25) + 1)
density = latent.component_histograms(z["I"], quarter)
PER_AXIS = {"xlabel": "coordinate value", "ylabel": "density, from intervals of 0.25"}
fig, ax = plt.subplots()
figures.curves(quarter, density, ax, density=True)
ax.set(title=f"case I: density along all {d} axes", **PER_AXIS)
figures.show(fig, study, "C2-3", "density-along-axes", n=f"{n:,} latents", colors=128,
             alt=f"Density against coordinate value along {d} axes; "
                 f"{(tables['I']['mode'].abs() < 0.25).sum()} of them peak within 0.25 of zero.")

# %%
axes_I = tables["I"]
off, wide = axes_I["mode"].abs().nlargest(6).index, axes_I.fwhm.nlargest(6).index
peaks = ", ".join(f"{value:+.1f}" for value in axes_I["mode"][off])
fig, ax = plt.subplots()
for chosen, dash in ((off, "-"), (wide.difference(off), "--")):
    for j in chosen:
        ax.plot((quarter[:-1] + quarter[1:]) / 2, density[:, j] / (n * 0.25), dash, lw=1.2, label=f"axis {j}",
                color=f"C{len(ax.lines) % 6}")
ax.legend(fontsize=7)
ax.set(title="case I: the special axes", **PER_AXIS, ylim=(0, None))
figures.show(fig, study, "C2-4", "special-axes", n=f"{n:,} latents",
             alt=f"Density along the six axes that peak farthest from zero (at {peaks}) and the six widest "
                 "axes.")

# %% [markdown]
# The table in the form of C2: index, centre (the value where the curve peaks), width (full width at half
# maximum).

# %%
special = axes_I.loc[off.union(wide), ["mode", "fwhm", "mu", "sigma"]]
special = special.rename(columns={"mode": "centre", "fwhm": "width"})
figures.table(special, study, "special-axes.csv", precision=2)

# %% [markdown]
# How many axes are off, against what C2 says? The smallest centre which C2 calls off is 0.7. *In
# proportion* this bound is multiplied by the scale of case I in units of F2's, as above.

# %%
peak = axes_I["mode"].abs()
peak0, off_centre = float((peak < 0.25).mean()), int((peak >= 0.7).sum())
off_axes = {"axes that peak within 0.25 of zero": (f"{peak0:.0%}", "most"),
            "axes that peak 0.7 or farther from it": (off_centre, "about 5"),
            "axes that peak farther than that, in proportion": ((peak >= 0.7 * scales["I"]).sum(), "about 5"),
            "median full width": (f"{axes_I.fwhm.median():.2f}", "around 2")}
pd.DataFrame(off_axes, index=["this run", "C2"]).T

# %% [markdown]
# ### Corrected here: the centres of axes 52 and 221 (error 6)
#
# C2's table gives the axes 52, 130 and 221 the centres 5, -2 and -1. Its text later names the axes 52 and
# 221 as those with the centres -2 and 5. The table and the curves fit each other; the sentence does not.
# Component numbers mean something for one trained network only. So here, and in notebook 06, the pair is
# found by rule: the two axes that peak farthest from zero.

# %%
Markdown(f"The two most off-centre axes of this run are **{off[0]}** and **{off[1]}**; their centres and "
         "widths stand in the table above.")

# %% [markdown]
# ## The number of latents per radius
#
# The radius R = |z| needs all components at once. **Figure C2-5** counts in steps of 0.5. Two lines mark
# the peak and the root of E[R^2].

# %%
PER_RADIUS = "latents per unit of radius"
r = latent.radii(z["I"])
coarse = np.arange(0.5 * np.floor(r.min() / 0.5) - 0.5, r.max() + 1, 0.5)
fine = np.linspace(coarse[0], coarse[-1], 10 * (len(coarse) - 1) + 1)
per_half, per_twentieth = np.histogram(r, coarse)[0], latent.smoothed_counts(r, fine)
peak_R = (fine[:-1] + 0.025)[per_twentieth.smooth.argmax()]
root = np.sqrt(latent.second_moment(z["I"]).value)


# %%
def draw_radius(found, bins, lw, figure_id, band=None):
    step = bins[1] - bins[0]
    fig, ax = plt.subplots()
    ax.stairs(found / step, bins, color=figures.LATENT, lw=lw, label=f"latents per {step:.2g}")
    if band is not None:
        ax.fill_between(bins[:-1] + step / 2, *band / step, color=figures.MUTED, alpha=0.4, lw=0,
                        label="smooth curve +- 2 counting errors")
    ax.axvline(peak_R, color=figures.LATENT, ls=":", label=f"peak of the smooth curve {peak_R:.2f}")
    ax.axvline(root, color=figures.THEORY, ls="--", lw=1, label=f"root of E[R^2] = {root:.2f}")
    ax.set(title="case I: number density against radius", xlabel="radius R", ylabel=PER_RADIUS)
    ax.legend(loc="upper left", bbox_to_anchor=(0.6, 1))
    figures.show(fig, study, figure_id, f"radius-steps-{step:.2g}", n=f"{n:,} latents",
                 alt=f"{PER_RADIUS.capitalize()}, peak {peak_R:.2f}, all from {r.min():.1f} to "
                     f"{r.max():.1f}.")


# %%
draw_radius(per_half, coarse, 1.4, "C2-5")

# %% [markdown]
# **Figure C2-6** counts in steps of 0.05, where C2 finds the curve less smooth. Is that structure? If each
# radius is drawn from a smooth density, the count of an interval scatters by the root of its expectation.
# The band shows two such errors around a smoothed curve (a normal kernel of Scott's width, ours).

# %%
draw_radius(per_twentieth.counts, fine, 0.6, "C2-6", per_twentieth.band)

# %% [markdown]
# The table compares with C2. *roughness* is the mean squared deviation of the fine counts from the smooth
# curve, in units of what counting alone gives: 1, within a few of its standard errors, is counting noise.
# Clearly more is structure finer than the kernel.

# %%
near0 = float((r < peak_R / 4).mean())
radius = {"peak of the smooth curve": (peak_R, "16.5"),
          "peak in steps of 0.5": ((coarse[:-1] + 0.25)[per_half.argmax()], ""),
          "smallest": (r.min(), ""), "largest": (r.max(), "none above 32"),
          "share of latents below a quarter of the peak": (near0, "hardly any near 0"),
          "roughness in steps of 0.05": (per_twentieth.roughness, "less smooth"),
          "its standard error": (per_twentieth.standard_error, "")}
pd.DataFrame(radius, index=["this run", "C2"]).T.style.format(precision=2)

# %% [markdown]
# ### Corrected here: why is the radius 16? (error 9)
#
# C2 explains 16.5 by sigma = 1 along each of the 256 axes, hence R = 16. The law behind it is exact and
# needs no Gaussian, no independence and no zero mean: E[R^2] is the sum over all components of mu^2 +
# sigma^2. But C2's own table cannot be left out of that sum.
#
# The table does the sum in both readings of C2's *width*. First what the listed axes add to E[R^2] alone;
# it must stay below 16.5^2 = 272. Then the R that follows if all other axes have sigma = 1. Then the sigma,
# and the full width, which the others must have for R = 16.5.

# %%
centre_C2, width_C2 = np.array(list(claims.C2_TABLE.values())).T     # (12,) each, as in C2
others = d - len(centre_C2)
sums = pd.DataFrame(index=pd.Index(["full width", "half width"], name="C2's width is a"))
sums["part of the listed axes"] = [(centre_C2 ** 2 + (width_C2 / one) ** 2).sum() for one in (FULL, FULL / 2)]
sums["R with sigma = 1 elsewhere"] = np.sqrt(sums["part of the listed axes"] + others)
left = (16.5 ** 2 - sums["part of the listed axes"]) / others
sums["sigma elsewhere for R = 16.5"] = np.sqrt(left.where(left > 0))
sums["its full width"] = FULL * sums["sigma elsewhere for R = 16.5"]
sums.style.format(precision=2, na_rep="impossible")

# %% [markdown]
# As half widths the listed axes alone would exceed 16.5^2, so C2's widths **are** full widths. Then the
# others are narrower than sigma = 1: their full width is the "around 2" of C2. So 16 came from two neglects
# that cancel: the special axes were left out, and the others were taken too wide.
#
# The law holds in this run up to rounding, whatever the shape of the cloud; and the means alone already
# make a part of E[R^2] which no cloud around zero has.

# %%
total, of_means = (axes_I.mu ** 2 + axes_I.sigma ** 2).sum(), (axes_I.mu ** 2).sum()
Markdown(f"E[R^2] = {root ** 2:.2f} and the sum over components differ by {abs(root ** 2 - total):.0e}; the "
         f"means alone make {of_means / total:.0%} of it.")

# %% [markdown]
# ### Corrected here: is there mass at the centre? (error 10)
#
# The posts say that the points concentrate at the centre of the region. The *density* is largest there, as
# each curve shows. But in 256 dimensions there is next to no room near the centre, and room wins.
#
# The Mahalanobis distance counts the distance from the mean in standard deviations along every principal
# direction. If the cloud were Gaussian it would follow the chi distribution with 256 degrees of freedom: 16
# +- 0.7. Mean and covariance are estimated from the same latents, which pulls the distances in where n is
# not much larger than 256. For a Gaussian cloud that effect is known exactly (a beta distribution), and is
# drawn too. **Figure 03-1** is ours. (Where there are few images, only as many leading directions are used
# as a quarter of them, since few images cannot fix 256 directions.)

# %%
q = min(d, n // 4)                                                   # ours
directions = np.linalg.eigh(latent.mean_and_covariance(z["I"])[1])[1][:, -q:]
distance = latent.mahalanobis(z["I"] @ directions)                   # (n,)
in_sample = stats.beta(q / 2, (n - q - 1) / 2, scale=(n - 1) ** 2 / n)      # law of the squared distance
grid = np.linspace(0.1, 1.05 * distance.max(), 1_000)

# %%
fig, ax = plt.subplots()
ax.hist(distance, 60, density=True, histtype="stepfilled", color=figures.LATENT, alpha=0.7,
        label="latents, case I")
ax.plot(grid, stats.chi(q).pdf(grid), color=figures.THEORY, label=f"chi, {q} degrees of freedom")
ax.plot(grid, 2 * grid * in_sample.pdf(grid ** 2), "--", color=figures.NORMAL,
        label=f"Gaussian cloud of {n:,} points")
ax.set(title="case I: distance from the centre", xlabel="Mahalanobis distance", ylabel="density",
       xlim=(0, grid[-1]))
ax.legend()
figures.show(fig, study, "03-1", "mahalanobis", n=f"{n:,} latents",
             alt=f"Mahalanobis distances of the latents from {distance.min():.1f} to {distance.max():.1f}, "
                 f"mean {distance.mean():.1f}, with the chi law of a Gaussian cloud around {q ** 0.5:.1f}.")

# %% [markdown]
# The table compares the latents with a Gaussian cloud of so many points. The closest distance and how many
# lie *within 4* standard deviations of the centre tell whether anybody is near it; the spread tells whether
# the cloud is Gaussian. Where it is clearly larger than that of the Gaussian cloud (by a fifth, rule ours),
# Gaussian marginals did not make a Gaussian cloud.

# %%
found = {"latents": {"closest": distance.min(), "mean": distance.mean(), "spread": distance.std(),
                     "within 4": (distance < 4).sum()},
         "Gaussian cloud": {"closest": np.sqrt(in_sample.ppf(1 - 0.5 ** (1 / n))),      # its median
                            "mean": np.sqrt(in_sample.mean()),
                            "spread": in_sample.std() / (2 * np.sqrt(in_sample.mean())),
                            "within 4": n * in_sample.cdf(16)}}
centre = pd.DataFrame(found).T
centre.style.format(precision=2).format("{:.0f}", "within 4")

# %% [markdown]
# ## What this run says
#
# The posts' width is a half width at half maximum in F2 and a full width in C2. The mean squared length of
# the latents is the sum of mu^2 + sigma^2 over all axes, the special ones included. The density is largest
# at the centre, but density is not number: the table above tells how near to the centre anybody lies.

# %%
limits_F2, worst = statements["the post: at most"], statements[["case I", "case II"]].max(axis=1)
worst_scaled = statements[["case I, in proportion", "case II, in proportion"]].max(axis=1)
held, held_scaled = ((counted <= limits_F2).sum() for counted in (worst, worst_scaled))
ratio = centre.spread["latents"] / centre.spread["Gaussian cloud"]
Markdown("\n".join([
    f"* Of F2's five counts **{held}** hold in both cases, **{held_scaled}** in proportion to the scale.",
    f"* The distances from the centre scatter **{ratio:.2f} times** as much as those of a Gaussian cloud; "
    f"of the curves {min(bells.values()):.0%} are bells in the case that has fewer."]))

# %% [markdown]
# The claims of F2 and C2 that concern this notebook. Where a claim is about both networks, the less
# favourable case counts.

# %%
one_network = "component numbers belong to one trained network; here the components are found by rule"
verdicts = claims.record(study, "03", {
    "F2-gauss": min(bells.values()), "F2-mean0": min(near_zero.values()), "F2-range": max(largest.values()),
    **dict(zip(("F2-mu025", "F2-mu1", "F2-hw1", "F2-hw15", "F2-hw3"), worst)), "F2-differ": jaccard,
    "F2-index": one_network, "C2-peak0": peak0, "C2-off": off_centre, "C2-index": one_network,
    "C2-peakR": peak_R, "C2-maxR": float(r.max()), "C2-near0": near0})
verdicts.style.hide(axis="index")
