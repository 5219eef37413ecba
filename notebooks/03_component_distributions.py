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
from lib.cloud import generators, latent, statements, theory
from lib.store import artifacts
from lib.study import Study

study, posts = Study(dataset, scale, seed), Study(scale="paper")        # the posts' counts
figures.use_style()

# %%
CASES = ("I", "II")
z = {case: artifacts.require(study.latents(case, "train"), "02_encode_celeba") for case in CASES}
n, d = z["I"].shape
counted = {case: f"{n:,} latents (posts: {posts.counts.train:,}), {study.epochs(case)} epochs "
                 f"({posts.epochs(case)})" for case in CASES}
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
# **Figure F2-1**: all 256 components, one thin curve each, the dominant ones dark. **Figure F2-2**: the
# dominant ones alone, sorted by mu, each on a line of its own and all to one scale; the point is mu, the bar
# reaches one HWHM to both sides. Expected from the posts: a tall bundle of narrow bells at zero, and a few
# low, wide or shifted curves. (Where more than 32 are dominant, figure F2-2 has the 32 of largest energy mu^2
# + sigma^2.)

# %%
middle, per = (edges[:-1] + edges[1:]) / 2, f"latents per {edges[1] - edges[0]:.2f}"
highest = max(found.max() for found in counts.values())               # one scale for both cases
reached = max(largest.values())


# %%
def draw_all(case, figure_id):
    special = tables[case].dominant.to_numpy()
    fig, ax = plt.subplots()
    figures.curves(edges, counts[case][:, ~special], ax)
    ax.plot(middle, counts[case][:, special], color=figures.LATENT, lw=1)
    for end in (-largest[case], largest[case]):
        ax.annotate(f"{largest[case]:.1f}", (end, 0), xytext=(0, 28), textcoords="offset points", ha="center",
                    arrowprops={"arrowstyle": "->"})
    ax.set(title=f"Case {case}: {special.sum()} of {d} components (dark) lie off zero or are wide",
           xlabel="value of the component (arrows: the farthest of all)", ylabel=per,
           ylim=(0, 1.05 * highest))
    figures.show(fig, study, figure_id, f"all-components-case-{case}", n=counted[case],
                 alt=f"{d} curves of counts against value, all values within {largest[case]:.1f} of 0, the "
                     f"highest count {counts[case].max():,}.")


# %%
draw_all("I", "F2-1")


# %%
def dominant_rows(case):
    found = tables[case].query("dominant").nlargest(32, "energy").sort_values("mu")[["mu", "hwhm"]]
    return found.rename(columns={"mu": "μ", "hwhm": "HWHM"})

def draw_rows(ax, case, table):
    figures.listed(table, ax)
    figures.ridges(middle, counts[case][:, table.index], ax)
    ax.set(title=f"Case {case}: {len(table)} dominant components, the widest of {table.HWHM.max():.1f}",
           xlabel="value of the component", xlim=(-reached, reached))


# %%
rows_I = dominant_rows("I")
fig, ax = plt.subplots(figsize=(6.4, 1.2 + 0.19 * len(rows_I)))
draw_rows(ax, "I", rows_I)
figures.show(fig, study, "F2-2", "dominant-components-case-I", n=counted["I"],
             alt=f"{len(rows_I)} curves of counts against value, one above the other, with means from "
                 f"{rows_I.μ.min():+.2f} to {rows_I.μ.max():+.2f} and half widths up to "
                 f"{rows_I.HWHM.max():.2f}.")

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
# **Figures F2-3 and F2-4**, the same two for the second network. F2 prints a table for this case: its twenty
# components stand beside ours in figure F2-4 as hollow marks, in F2's unit. Index by index they cannot be
# compared (below), but as two sets they can: how far off zero, how wide?

# %%
draw_all("II", "F2-3")

# %%
F2_rows = pd.DataFrame(statements.F2_TABLE, index=["μ", "hw"]).T.sort_values("μ").rename_axis("component")
rows_II = dominant_rows("II")
most = max(len(rows_II), len(F2_rows))

# %%
fig, axes = plt.subplots(1, 2, figsize=(9.6, 1.2 + 0.19 * most), width_ratios=(3, 2))
draw_rows(axes[0], "II", rows_II)
figures.listed(F2_rows, axes[1], figures.THEORY, hollow=True)
axes[1].set(title=f"F2's {len(F2_rows)} as printed, the widest of {F2_rows.hw.max():.1f}",
            xlabel="value, in F2's unit", xlim=(-reached, reached))
for ax, table in zip(axes, (rows_II, F2_rows)):
    ax.set(ylim=(len(table) - most - 1, len(table) + 2.5))        # from the top
figures.show(fig, study, "F2-4", "dominant-components-case-II", n=counted["II"],
             alt=f"Left {len(rows_II)} curves of counts against value, one above the other, means from "
                 f"{rows_II.μ.min():+.2f} to {rows_II.μ.max():+.2f}; right the means and half widths of "
                 "the 20 components that F2 prints.")

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
# ### All components on one map
#
# **Figure 03-2** (ours) has each component once: its mean and its half width. F2's thresholds are the lines,
# the grey field is where our rule calls a component dominant. The hollow marks are the 20 components that F2
# prints and the 12 of C2 (C2's widths halved; both explained below). The scale of a latent space is
# arbitrary, so all clouds are drawn in one unit, with the root mean square component that of F2's.

# %%
F2_unit = np.sqrt(np.mean(np.square(statements.law("F2")).sum(0)))       # root mean square component of F2
C2_scale = F2_unit / np.sqrt(np.mean(np.square(statements.law("C2")).sum(0)))
hollow = {"F2's 20": ("o", np.array(list(statements.F2_TABLE.values())).T),
          "C2's 12": ("D", C2_scale * np.array(list(statements.C2_TABLE.values())).T / [[1], [2]])}


# %%
def draw_lines(ax, typical):
    ax.axhspan(1.5 * typical, 9, color="0.93", lw=0, zorder=0)
    for side in (-9, 9):
        ax.axvspan(np.sign(side) * 0.5 * typical, side, color="0.93", lw=0, zorder=0)
    for value in (0.25, 1):
        ax.vlines([-value, value], 0.5, 9, color=figures.MUTED, lw=0.8, ls=":")
    ax.hlines((1, 1.5, 3), -9, 9, color=figures.MUTED, lw=0.8, ls=":")


# %%
def draw_map(ax, case):
    mu, hw = (tables[case][name] / statements.units(z[case])["F2"] for name in ("mu", "hwhm"))
    draw_lines(ax, hw.median())
    ax.scatter(mu, hw, s=10, color=figures.LATENT, alpha=0.7, lw=0)
    for name, (marker, (centre, width)) in hollow.items():
        ax.scatter(centre, width, s=26, marker=marker, fc="none", ec=figures.THEORY, lw=0.9, label=name)


# %%
fig, axes = plt.subplots(1, 2, figsize=(9.6, 4.8), sharey=True)
for ax, case in zip(axes, CASES):
    draw_map(ax, case)
    ax.set_xscale("asinh", linear_width=0.5)
    ax.set(title=f"Case {case}: {tables[case].dominant.sum()} of {d} in the grey field", yscale="log",
           xlabel="mean μ, in F2's unit", xlim=(-4, 8), ylim=(0.4, 7))
    ax.set_xticks([-2, -1, -0.25, 0.25, 1, 2, 5], ["−2", "−1", "−¼", "¼", "1", "2", "5"])
    ax.set_yticks([0.5, 1, 1.5, 3, 6], ["0.5", "1", "1.5", "3", "6"])
    ax.minorticks_off()
axes[0].set_ylabel("half width at half maximum, in F2's unit")
axes[1].legend(loc="lower right")
figures.show(fig, study, "03-2", "map-of-components", n=f"{n:,} latents; dotted: F2's thresholds",
             alt=f"Half width against mean for {d} components of each case, most of them in one heap at mean "
                 "zero; the components that F2 and C2 print as hollow marks, most of them outside the heap.")

# %% [markdown]
# ## Corrected here: what is a half width? (error 4)
#
# F2 defines its hw as the difference between the two values at which the curve has half its maximum. That
# is a *full* width. Can its own table be meant so? The table lists 20 components; of the other 236 we know
# that they lie near zero and are narrower. Call their half width *w*. Then both readings of hw give the
# root mean square length R of F2's latents, and with it b = sqrt(3 E[R^2] / N), the half side of the cube
# whose uniform vectors have that length.

# %%
mu_F2, hw_F2 = np.array(list(statements.F2_TABLE.values())).T         # (20,) each, as in F2
centre_C2, width_C2 = np.array(list(statements.C2_TABLE.values())).T     # (12,) each, as in C2
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
    hits = {f"({b:g}, {k:g})": generators.expected_hits(statements.ALL, b, *box_F2(w), k)
            for b, k in ((12, 12), (2, 2), (1.5, 1.5), (1.5, 2), (1, 1.5))}
    return {"w": w, **{f"R, {name}": length for name, length in R.items()}, **b_match, **hits}

readings = pd.DataFrame([reading(w) for w in (0.90, 0.94, 0.96, 0.98, 1.00)])
readings.style.hide(axis="index").format(precision=2).format("{:,.0f}", list(readings.columns[5:]))

# %% [markdown]
# **Figure 03-3** draws the table between its rows. Left, three of the counts; each curve carries a hollow
# mark where it takes the number that the post tells (a triangle: fewer than that). Three pairs (b, k),
# three marks: they have to stand above each other. Right, b in both readings.

# %%
scan = pd.DataFrame([reading(w) for w in np.linspace(0.93, 0.99, 61)])
told = {"(12, 12)": (20, "o"), "(2, 2)": (10, "o"), "(1.5, 1.5)": (10, "v")}                     # as in F2
meets = {name: np.interp(np.log(hits), np.log(scan[name]), scan.w) for name, (hits, mark) in told.items()}
spread = max(meets.values()) - min(meets.values())


# %%
def draw_readings(ax):
    ax.axhspan(1, 2, color="0.93", lw=0)
    ax.text(0.931, 1.9, "useful, says F2", va="center")
    for name, style in (("hw half", "-"), ("hw full", "--")):
        ax.plot(scan.w, scan[f"b, {name}"], style, color=figures.UNIFORM)
        ax.text(0.96, scan[f"b, {name}"].median() + 0.05, f"hw as {name[3:]} width", ha="center")
    ax.axvline(np.mean(list(meets.values())), color=figures.MUTED, lw=0.8, ls=":")
    ax.set(title="With it, only half widths give a useful b", xlabel="w", xlim=(0.93, 0.99), ylim=(0.6, 2.2),
           ylabel="b of the same mean squared length")


# %%
def draw_counts(ax):
    for (name, (hits, mark)), height in zip(told.items(), (0.36, 0.18, 0.27)):
        ax.semilogy(scan.w, scan[name], color=figures.UNIFORM)
        ax.annotate(f"(b, k) = {name}, w = {meets[name]:.3f}", (meets[name], hits), xytext=(0.52, height),
                    textcoords="axes fraction", va="center",
                    arrowprops={"arrowstyle": "-", "color": "0.6", "relpos": (0, 0.5)})
        ax.plot(meets[name], hits, mark, mfc="white", color=figures.THEORY, ms=7)


# %%
fig, axes = plt.subplots(1, 2, figsize=(9.6, 3.8))
draw_counts(axes[0])
draw_readings(axes[1])
axes[0].set(title=f"Three counts give one w, within {spread:.3f}", xlim=(0.945, 0.98), ylim=(0.1, 1e3),
            xlabel="w: half width of the components not listed", ylabel="hits expected of 170,000")
figures.show(fig, study, "03-3", "readings-of-hw", n="exact, from F2's table", images=False, alt="Left, "
             "hits expected against w; the counts of the post are met at "
             f"{', '.join(f'{w:.3f}' for w in meets.values())}. Right, b against w: hw read as a half width "
             "lies between 1 and 2, read as a full width below 1.")

# %% [markdown]
# One value, w = 0.96, gives all the counts of the post at once, to a factor of two. With it, hw read as the
# **half** width at half maximum gives a b within the post's range. Read as the full width, it gives a b
# below 1, about half of what the post plots, and that stays so within all limits that F2 states: the first
# row of the last table of this section is the largest length which they allow.
#
# The table of F2 holds a second proof. Its means and widths were read off curves with a value every 0.25. The
# difference of two such values is a multiple of 0.25; only half of one can be an odd multiple of 0.125.

# %%
steps = {"F2, mu": mu_F2 / 0.25, "F2, hw": hw_F2 / 0.125, "C2, width": width_C2 / 0.25}
pd.DataFrame([(name, len(part), (part == part.round()).sum(), (part % 2 == 1).sum())
              for name, part in steps.items()],
             columns=["read off", "values", "whole steps", "odd ones"]).style.hide(axis="index")

# %% [markdown]
# All widths of F2 are multiples of 0.125, and a third of them odd ones. So **hw is the half width at half
# maximum**, whatever the definition in the text.
#
# One statement of F2 speaks against it: all values lie within [-12, 12]. Were the widest component, 151, a
# bell of that half width, some values of 170,000 would lie beyond, and read as a full width none:

# %%
sigma_151 = pd.Series({"half width": 4.125 / (FULL / 2), "full width": 4.125 / FULL}, name="sigma of 151")
beyond = stats.norm.sf((12 - 1.5) / sigma_151) + stats.norm.cdf((-12 - 1.5) / sigma_151)
largest_151 = 1.5 + sigma_151 * stats.norm.isf(1 / statements.ALL)
sigma_151.to_frame().assign(beyond=statements.ALL * beyond, largest=largest_151).style.format(precision=1)

# %% [markdown]
# A curve that ends sooner than a bell, as one that is read off a plot may, agrees with both. The counts and
# the steps of the table have no such way out.
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
# found over sqrt(256).

# %%
rms = {case: float(np.sqrt(table.energy.mean())) for case, table in tables.items()}
scales = {case: statements.units(z[case])["F2"] for case in CASES}
pd.DataFrame({"root mean square component": rms, "in units of F2's": scales}).rename_axis("case") \
    .style.format(precision=2)

# %% [markdown]
# So each statement is measured with thresholds *in proportion* to that scale, and beside it with the post's
# own numbers (*absolute*). But not the scale alone is arbitrary. The bottleneck of these networks is linear
# on both sides: the encoder ends with a dense layer and the decoder begins with one. Turn the latents in
# any way, turn the decoder's first layer back, and every image stays the same (notebook 10). Along turned
# axes, what remains of F2's statements?
#
# *Turned* answers: mean and standard deviation over ten rotations at random. They keep the spectrum of the
# cloud and the length of its mean, and forget the axes. A statement whose number is that of turned clouds,
# within two standard deviations, is about spectrum and mean. One whose number is far off says that training
# singled these axes out.

# %%
IDS = "F2-mean0", "F2-mu025", "F2-mu1", "F2-hw1", "F2-hw15", "F2-hw3", "F2-gauss"

def along(cloud, unit=None):
    dominant = latent.components(cloud).dominant.sum()
    return pd.Series({**statements.along_axes(cloud, unit), "dominant": dominant})[[*IDS, "dominant"]]

turn = np.random.default_rng([seed, 3])
turned = {case: pd.DataFrame([along(statements.rotated(z[case], turn)) for _ in range(10)]) for case in CASES}

# %%
columns = {"the post": pd.Series({name: claims.BY_ID[name].expected for name in IDS} | {"dominant": "20"})}
for case in CASES:
    columns[f"{case}, absolute"] = along(z[case], unit=1)
    columns[f"{case}, in proportion"] = along(z[case])
    columns[f"{case}, turned"], columns[f"{case}, their sd"] = turned[case].mean(), turned[case].std()
compared = pd.DataFrame(columns).rename_axis("statement")
figures.table(compared, study, "statements-F2.csv", precision=2)

# %% [markdown]
# What each row counts: *mean0* the share of |mu| < 0.25; *mu025* and *mu1* the components with |mu| of 0.25
# or 1 and more; *hw1*, *hw15*, *hw3* those with half widths of 1, 1.5, 3 and more; *gauss* the share of bells
# (below); *dominant* those that the rule above picks.
#
# Two rows matter most. If the dominant components are many more than in turned clouds, there is something
# about these axes; notebook 10 asks what, and puts the optimiser to the test. And bells: if turned clouds
# have as many, a bell is no property of a component, but of projections.

# %%
apart = {case: (along(z[case]) - turned[case].mean()) / turned[case].std() for case in CASES}
Markdown(f"The dominant components are **{apart['I'].dominant:+.1f}** (case I) and "
         f"**{apart['II'].dominant:+.1f}** (case II) standard deviations away from those of turned clouds.")

# %% [markdown]
# ### Do different networks have different dominant components?
#
# F2 finds that they do. Nothing ties index 17 of one network to index 17 of another (the units of a layer
# can be permuted without changing what the network does). So the expectation is the overlap of two random
# sets of these sizes, and what is within two standard deviations of that is chance. *Agreement* counts from
# there: 0 is chance, 1 a smaller set that lies in the larger one. Chance is what F2 says in other words,
# and it could hardly be otherwise. Whether the two *clouds* differ is another question, which component
# numbers cannot answer (notebook 10).

# %%
chosen_by = [tables[case].dominant.to_numpy() for case in CASES]
agreement, agreement_error = statements.agreement(*chosen_by)
by_chance = stats.hypergeom(d, *map(sum, chosen_by))
pd.DataFrame([{"shared": sum(chosen_by[0] & chosen_by[1]), "by chance": by_chance.mean(),
               "its sd": by_chance.std(), "agreement": agreement, "its error": agreement_error}]) \
    .style.hide(axis="index").format(precision=2, subset=["by chance", "its sd", "agreement", "its error"])

# %% [markdown]
# ### Are the curves Gaussian?
#
# The posts judge by eye. With 170,000 values any test rejects any real-world curve, so a size is needed,
# not a test: the Kolmogorov distance between the distribution of a component and the normal distribution
# with its mean and sigma. A uniform variable has a distance of 0.057, a two-sided exponential one 0.062; up
# to 0.04 (our rule) the eye sees a bell. *from sampling alone* is about what a normal variable shows with
# so many latents; a distance no larger than that says nothing. *bells, turned* is the share along axes
# turned at random: nearly every projection of a cloud in many dimensions is close to a bell, or to a
# mixture of bells of one centre, under weak conditions (Diaconis and Freedman, "Asymptotics of graphical
# projection pursuit", 1984).

# %%
shape = {case: latent.gaussianity(z[case]) for case in CASES}
bells = {case: float(table.gaussian.mean()) for case, table in shape.items()}
farthest = {case: table.loc[table.distance.idxmax()] for case, table in shape.items()}

# %%
bell_table = pd.DataFrame({
    "bells": bells, "bells, turned": {case: turned[case]["F2-gauss"].mean() for case in CASES},
    "median distance": {case: table.distance.median() for case, table in shape.items()},
    "from sampling alone": 0.7 / np.sqrt(n),
    "largest distance": {case: row.distance for case, row in farthest.items()},
    "of component": {case: row.name for case, row in farthest.items()},
    "its skewness": {case: row.skewness for case, row in farthest.items()}})
bell_table.rename_axis("case").style.format(precision=3).format("{:.0%}", ["bells", "bells, turned"])

# %% [markdown]
# **Figure 03-4** (ours): what do these distances look like? For each case the best, the median and the worst
# curve, in its own standard deviations, with the normal curve in black. Look at the last column: what is
# wrong with the worst, is it skew, flat or pointed?

# %%
bins = np.linspace(-4.5, 4.5, 46)

def draw_marginal(ax, case, place):
    j = shape[case].distance.sort_values().index[place]
    u = (z[case][:, j] - tables[case].mu[j]) / tables[case].sigma[j]
    ax.hist(u, bins, density=True, color=figures.LATENT, alpha=0.6)
    ax.plot(bins, stats.norm.pdf(bins), color=figures.THEORY, lw=1)
    ax.set_title(f"Case {case}, component {j}: {shape[case].distance[j]:.3f}")


# %%
fig, axes = plt.subplots(2, 3, figsize=(9.6, 4.8), sharex=True, sharey=True)
for case, row in zip(CASES, axes):
    for ax, place in zip(row, (0, d // 2, d - 1)):
        draw_marginal(ax, case, place)
for ax, what in zip(axes[1], ("the best", "the median", "the worst")):
    ax.set(xlabel=f"{what}: value in its own σ", xlim=(-4.5, 4.5))
for ax in axes[:, 0]:
    ax.set_ylabel("density")
figures.show(fig, study, "03-4", "best-median-worst", n=f"{n:,} latents; number: Kolmogorov distance",
             alt="Histograms of the best, the median and the worst component of both cases with the normal "
                 f"curve; the worst distances are {farthest['I'].distance:.3f} and "
                 f"{farthest['II'].distance:.3f}.")

# %% [markdown]
# Bells or not, that says nothing yet about the cloud: a cloud with Gaussian marginals need not be Gaussian.
# The last section tests that.
#
# ## The axes of C2
#
# C2 looks at the same curves as densities, in intervals of 0.25, for the network of case I. **Figure C2-3**
# shows all axes; **figure C2-4** the special ones, which we choose by rule: the six farthest from zero by
# their mean (a peak read off a histogram scatters by a quarter of sigma) and the six widest. They are sorted
# by their mean, the point; the bar is the full width at half maximum. C2's own twelve stand beside them as
# hollow marks. The expectation from C2: most peak at 0 with a half width around 2, about five lie clearly
# off.

# %%
limit = 0.25 * np.ceil(edges[-1] / 0.25)
quarter = np.linspace(-limit, limit, round(2 * limit / 0.25) + 1)
density = latent.component_histograms(z["I"], quarter) / (n * 0.25)
axes_I = tables["I"]
off, wide = axes_I.mu.abs().nlargest(6).index, axes_I.fwhm.nlargest(6).index
at_zero = (axes_I["mode"].abs() < 0.25).sum()

# %%
fig, ax = plt.subplots()
figures.curves(quarter, density, ax)
ax.plot((quarter[:-1] + quarter[1:]) / 2, density[:, off.union(wide)], color=figures.LATENT, lw=1)
ax.set(title=f"Case I: {at_zero} of {d} axes peak within 0.25 of zero; dark, the special ones",
       xlabel="coordinate value", ylabel="density, from intervals of 0.25", xlim=(-limit, limit))
figures.show(fig, study, "C2-3", "density-along-axes", n=counted["I"],
             alt=f"Density against coordinate value along {d} axes; {at_zero} of them peak within 0.25 of "
                 "zero.")

# %%
ours = axes_I.loc[off.union(wide), ["mu", "fwhm"]].set_axis(["mean", "width"], axis=1).rename_axis("axis")
ours = ours.sort_values("mean")
C2_rows = pd.DataFrame(statements.C2_TABLE, index=["centre", "width"]).T.sort_values("centre")
C2_rows = C2_rows.rename_axis("axis")

# %%
fig, axes = plt.subplots(1, 2, figsize=(9.6, 4.4), width_ratios=(3, 2))
figures.listed(ours, axes[0], part=0.5)
figures.ridges((quarter[:-1] + quarter[1:]) / 2, density[:, ours.index], axes[0])
figures.listed(C2_rows, axes[1], figures.THEORY, part=0.5, hollow=True)
axes[0].set(title=f"Case I: {len(ours)} special axes, the widest of {ours.width.max():.1f}")
axes[1].set(title=f"C2's {len(C2_rows)} as printed, the widest of {C2_rows.width.max():g}")
for ax in axes:
    ax.set(xlabel="coordinate value", xlim=(-reached, reached), xticks=(-5, 0, 5), ylim=(-1, 14.5))
figures.show(fig, study, "C2-4", "special-axes", n=counted["I"],
             alt="Density along the six axes with means farthest from zero and the six widest, one above the "
                 f"other, means from {ours['mean'].min():+.1f} to {ours['mean'].max():+.1f}; beside them "
                 "centres and widths as C2 prints them.")

# %% [markdown]
# The table in the form of C2: index, centre (the value where the curve peaks), width (full width at half
# maximum).

# %%
special = axes_I.loc[off.union(wide), ["mode", "fwhm", "mu", "sigma"]]
special = special.rename(columns={"mode": "centre", "fwhm": "width"})
figures.table(special, study, "special-axes.csv", precision=2)

# %% [markdown]
# How many axes are off, against what C2 says? C2 names the axes 52, 130, 171, 200 and 221, which are wide
# *and* off; it leaves out 61, 119 and 188, which are as far off as 171, but narrow. A mean of at least 0.4
# and a full width of at least 4.5 (rules ours) choose those five of its table and one more, 83. Thresholds
# are in proportion to the scale again; the mean stands for the peak, which scatters by a quarter of sigma.

# %%
of_C2 = statements.along_axes(z["I"])
off_axes = {"axes with a mean within 0.25 of zero": (f"{of_C2['C2-peak0']:.0%}", "most"),
            "axes off and wide": (f"{of_C2['C2-off']:.0f}", "about 5"),
            "median full width": (f"{axes_I.fwhm.median():.2f}", "around 2")}
pd.DataFrame(off_axes, index=["this run", "C2"]).T

# %% [markdown]
# ### Corrected here: the centres of axes 52 and 221 (error 6)
#
# C2's table gives the axes 52, 130 and 221 the centres 5, -2 and -1. Its text later names the axes 52 and
# 221 as those with the centres -2 and 5. The table and the curves fit each other; the sentence does not.
# Component numbers mean something for one trained network only. So here, and in notebook 06, the pair is
# found by one rule: the two axes whose means are farthest from zero.

# %%
Markdown(f"The two most off-centre axes of this run are **{off[0]}** and **{off[1]}**; their means and "
         "widths stand in the table above.")

# %% [markdown]
# ## The number of latents per radius
#
# The radius R = |z| needs all components at once. **Figure C2-5** counts in steps of 0.5, from the origin
# on. A dashed line marks the root of E[R^2]. The hollow triangles mark what C2 reads off its own cloud, in
# its own unit: the peak at 16.5, and 32, above which it has no latent.

# %%
r = latent.radii(z["I"])
farthest_R = max(r.max() + 1, statements.LARGEST_R + 1.5)
coarse = np.arange(0, farthest_R, 0.5)
fine = np.linspace(coarse[0], coarse[-1], 10 * (len(coarse) - 1) + 1)
per_half, per_twentieth = np.histogram(r, coarse)[0], latent.smoothed_counts(r, fine)
peak_R = (fine[:-1] + 0.025)[per_twentieth.smooth.argmax()]
root = np.sqrt(latent.second_moment(z["I"]).value)


# %%
def draw_radius(ax, found, bins, lw):
    ax.stairs(found / (bins[1] - bins[0]), bins, color=figures.LATENT, lw=lw)
    ax.axvline(root, color=figures.THEORY, ls="--", lw=1)
    ax.text(root + 0.3, 0.97, r"$\sqrt{\langle R^2\rangle}$ = " + f"{root:.1f}", va="top",
            transform=ax.get_xaxis_transform())
    ax.plot([statements.PEAK_R, statements.LARGEST_R], [0, 0], "^", mfc="white", color=figures.THEORY, ms=8,
            clip_on=False, zorder=3)
    ax.set(xlabel="radius R (triangles: C2's peak 16.5, and 32)", ylabel="latents per unit of radius",
           xlim=(0, farthest_R), ylim=(0, 1.25 * per_twentieth.counts.max() / 0.05))
    ax.yaxis.set_major_formatter("{x:,.0f}")


# %%
def radius_alt(step):
    return (f"Latents per unit of radius in steps of {step}, from 0 to {farthest_R:.0f}: all from "
            f"{r.min():.1f} to {r.max():.1f}.")


# %%
fig, ax = plt.subplots()
draw_radius(ax, per_half, coarse, 1.6)
ax.set_title(f"Case I: all radii lie from {r.min():.1f} to {r.max():.1f}, their peak at {peak_R:.1f}")
figures.show(fig, study, "C2-5", "radius-steps-0.5", n=counted["I"], alt=radius_alt(0.5))

# %% [markdown]
# **Figure C2-6** counts in steps of 0.05, on the same axes, where C2 finds the curve less smooth. Is that
# structure? If each radius is drawn from a smooth density, the count of an interval scatters by the root of
# its expectation. The grey band shows two such errors around a smoothed curve (a normal kernel of Scott's
# width, ours).

# %%
low, high = per_twentieth.band
inside = (low <= per_twentieth.counts) & (per_twentieth.counts <= high)
within = inside[per_twentieth.smooth >= 0.5].mean()                  # ours: where anything can be expected

# %%
fig, ax = plt.subplots()
draw_radius(ax, per_twentieth.counts, fine, 0.7)
ax.fill_between(fine[:-1] + 0.025, *per_twentieth.band / 0.05, color="0.85", lw=0, zorder=0.5)
ax.set_title(f"Case I: {within:.0%} of the fine counts lie in the band that chance allows")
figures.show(fig, study, "C2-6", "radius-steps-0.05", n=counted["I"],
             alt=radius_alt(0.05) + " A grey band shows what chance allows around a smooth curve.")

# %% [markdown]
# The table compares with C2. The radius itself is in the unit of a run; what can be compared is the largest
# over the peak, in C2 32 over 16.5 or less. That hardly anybody is near 0 cannot be otherwise in 256
# dimensions. *roughness* is the mean squared deviation of the fine counts from the smooth
# curve, in units of what counting alone gives: 1, within a few of its standard errors, is counting noise.
# Clearly more is structure finer than the kernel.

# %%
radius = {"peak of the smooth curve": (peak_R, "16.5"),
          "peak in steps of 0.5": ((coarse[:-1] + 0.25)[per_half.argmax()], ""),
          "smallest": (r.min(), ""), "largest": (r.max(), "none above 32"),
          "largest over peak": (r.max() / peak_R, "1.94"),
          "share of latents below a quarter of the peak": ((r < peak_R / 4).mean(), "hardly any near 0"),
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
# **Figure 03-5** (ours). Left, the sum drawn up component by component, the largest first: the higher a
# curve rises at the left, the more a few components carry; the straight line would be equal shares. Black
# are the posts' own clouds, light is this run turned at random, which has the same E[R^2] and the same
# spectrum. Right, the three accounts of C2's radius: what the listed axes and all others add to E[R^2].

# %%
def cumulated(energy):
    return np.append(0, np.sort(energy)[::-1].cumsum() / energy.sum())

turned_z = {case: statements.rotated(z[case], np.random.default_rng([seed, 5])) for case in CASES}
share = {case: cumulated(tables[case].energy.to_numpy()) for case in CASES}
share_turned = {case: cumulated((part.astype(float) ** 2).mean(0)) for case, part in turned_z.items()}
share_posts = {post: cumulated(np.square(statements.law(post)).sum(0)) for post in ("F2", "C2")}

# %%
listed_part = sums["part of the listed axes"]["full width"]
accounts = {"C2's text: σ = 1 on all": (0, d), "C2's table, σ = 1 elsewhere": (listed_part, others),
            "C2's table, narrower elsewhere": (listed_part, 16.5 ** 2 - listed_part)}


# %%
def draw_energy(ax):
    for case in CASES:
        ax.plot(share_turned[case], color=figures.NULL, ls=figures.CASE[case]["ls"])
        ax.plot(share[case], color=figures.LATENT, ls=figures.CASE[case]["ls"], label=f"case {case}")
    for post, dots in (("F2", ":"), ("C2", "-.")):
        ax.plot(share_posts[post], dots, color=figures.THEORY, lw=1, label=f"{post}'s own cloud")
    ax.plot([], color=figures.NULL, label="turned at random")
    ax.plot([0, d], [0, 1], color="0.8", lw=0.8)
    ax.legend(loc="lower right")


# %%
def draw_accounts(ax):
    for row, (name, (special, rest)) in enumerate(accounts.items()):
        ax.barh(row, special, 0.5, color="0.45")
        ax.barh(row, rest, 0.5, left=special, color="0.8")
        ax.text(0, row + 0.32, f"{name}: R = {(special + rest) ** 0.5:.1f}", va="bottom")
    ax.set(title="C2: the listed axes (dark) cannot be left out", xlabel="E[R²]", yticks=[], ylim=(-0.4, 2.8))


# %%
fig, axes = plt.subplots(1, 2, figsize=(9.6, 4))
draw_energy(axes[0])
draw_accounts(axes[1])
axes[0].set(title=f"Case I: 26 of {d} components carry {share['I'][26]:.0%} of E[R²]", xlim=(0, d),
            ylim=(0, 1), xlabel="components, the largest first", ylabel="share of E[R²]")
figures.show(fig, study, "03-5", "energy", n=f"{n:,} latents; right: exact, from C2's table",
             alt=f"Left, share of the mean squared length against number of components: in case I 26 of {d} "
                 f"carry {share['I'][26]:.0%}. Right, three bars: what the listed axes of C2 and all others "
                 "add to E[R²].")

# %% [markdown]
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
# not much larger than 256. For a Gaussian cloud that effect is known exactly (a beta distribution): the black
# curve of **figure 03-1** (ours). With many latents it is the chi curve. (Where there are few images, only as
# many leading directions are used as a quarter of them, since few images cannot fix 256 directions.)

# %%
q = min(d, n // 4)                                                   # ours

def whitened(cloud):
    leading = np.linalg.eigh(latent.mean_and_covariance(cloud)[1])[1][:, -q:]
    return latent.mahalanobis(cloud @ leading)                       # (n,)

distances = {case: whitened(z[case]) for case in CASES}
distance = distances["I"]
in_sample = stats.beta(q / 2, (n - q - 1) / 2, scale=(n - 1) ** 2 / n)      # law of the squared distance
grid = np.linspace(0, 1.05 * max(part.max() for part in distances.values()), 1_000)

# %%
fig, ax = plt.subplots()
for case, filled in (("I", {"alpha": 0.35, "lw": 0}), ("II", {"fill": False, "lw": 1.4})):
    ax.hist(distances[case], 60, density=True, histtype="stepfilled", color=figures.LATENT,
            ec=figures.LATENT, label=f"latents, case {case}", **filled)
ax.plot(grid, 2 * grid * in_sample.pdf(grid ** 2), color=figures.THEORY,
        label=f"Gaussian cloud of {n:,} points")
ax.set(title=f"Case I: {distance.mean():.1f} ± {distance.std():.1f} from the mean, where 0 is the centre",
       xlabel="Mahalanobis distance from the mean", ylabel="density", xlim=(0, grid[-1]))
ax.legend(loc="upper left")
figures.show(fig, study, "03-1", "mahalanobis", n=f"{n:,} latents",
             alt=f"Mahalanobis distances of the latents of case I from {distance.min():.1f} to "
                 f"{distance.max():.1f}, with the law of a Gaussian cloud around {q ** 0.5:.1f}.")

# %% [markdown]
# The table compares the latents with a Gaussian cloud of so many points. The closest distance and how many
# lie *within 4* standard deviations of the centre tell whether anybody is near it; the spread tells whether
# the cloud is Gaussian. Where it is clearly larger than that of the Gaussian cloud (by a fifth, rule ours),
# the cloud is another one although its curves are bells. That is no contradiction and no surprise: by the
# theorem of Diaconis and Freedman nearly all projections of such clouds are near bells, too. This distance
# is the one number of this notebook that no choice of coordinates changes.

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
ratio = centre.spread["latents"] / centre.spread["Gaussian cloud"]
Markdown(f"* The distances from the centre scatter **{ratio:.2f} times** as much as those of a Gaussian "
         f"cloud; of the curves {min(bells.values()):.0%} are bells in the case that has fewer.")

# %% [markdown]
# The claims of F2 and C2 that concern this notebook, those of C2 for case I. The interval of each number
# comes from resampled latents. A claim counts as *not decidable* where clouds with the post's own table,
# drawn as often as this run has images, fail it. A verdict holds for the images, the training and the
# coordinates of this run: on drawn faces *not reproduced* does not refute what a post says of photographs.

# %%
rng = np.random.default_rng([seed, 30])
of_cases = {case: claims.of_cloud(z[case], statements.along_axes, rng) for case in CASES}
judged = {name: found if name.startswith("C2") else claims.less_favourable(name, *of_cases.values())
          for name, found in of_cases["I"].items()}
measured = claims.with_controls(judged, statements.along_axes, n)
measured["F2-differ"] = claims.with_error(agreement, agreement_error, "sets at random of these sizes")
claims.record(study, "03", measured).style.hide(axis="index")
