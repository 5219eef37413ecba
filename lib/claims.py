"""The table of claims: what the posts state, what a run measured, as numbers, and verdicts from the two.

A claim is reproduced if the whole interval of its measured number lies within its limits, not reproduced if
no part of it does, and undecided otherwise. Text is made from the numbers, for pages only.
"""
import html
import math
from pathlib import Path
from typing import NamedTuple

import jinja2
import numpy as np
import pandas as pd
from scipy import stats

from lib.cloud import statements
from lib.cloud.statements import LARGEST_R, PEAK_R
from lib.store import artifacts

GROUPS = SUM, ANY, HERE = "arithmetic", "any coordinates", "these coordinates"
NOT_DECIDABLE, NOT_APPLICABLE = "not decidable", "not applicable"
VERDICTS = "reproduced", "not reproduced", "undecided", NOT_DECIDABLE, NOT_APPLICABLE
COLOURS = {"reproduced": "#1f6b33", "not reproduced": "#a12622", "undecided": "#7a5600"}    # others: grey
NUMBERS = ["id", "group", "verdict", "value", "low", "high", "control", "source"]
PASSES = 0.9                  # ours: share of clouds with the posts' own parameters that must be reproduced
MEANING = {SUM: "Laws of uniform random numbers; no network takes part.",
           ANY: "What no invertible affine change of the latent coordinates alters.",
           HERE: "Measured in the coordinates that training left; others of the same network, with the "
                 "same images, may give other verdicts (notebook 10). Thresholds are in proportion to the "
                 "scale of the latents. A claim on both networks takes the case that speaks less for it.",
           NOT_DECIDABLE: "Even clouds with the posts' own parameters fail at this number of latents."}
PLOT = Path(__file__).with_name("claims.svg")                        # the template


class Claim(NamedTuple):
    """`low` to `high` reproduces the claim; `expected`: as the post has it; `ours`: what of that is ours.

    group: one of GROUPS; unit: appended when the number is shown.
    """
    id: str
    notebook: str
    post: str
    statement: str
    expected: str
    low: float
    high: float
    group: str
    unit: str = ""
    ours: str = ""


class Measured(NamedTuple):
    """A measured number, its 95 % interval and where that comes from, in words; low = high = value if exact.

    control: share of clouds with the posts' own parameters that the same code finds reproduced; None where
    that has no sense.
    """
    value: float
    low: float
    high: float
    source: str
    control: float | None = None


def exactly(value):
    """A number without error."""
    return Measured(float(value), float(value), float(value), "exact")


def with_error(value, se, source):
    """A number with its normal 95 % interval, value +- 1.96 se; source: where the error `se` comes from."""
    return Measured(float(value), float(value - 1.96 * se), float(value + 1.96 * se), source)


def share(k, n, source):
    """The share k / n with its 95 % interval (E. B. Wilson, "Probable inference", 1927).

    >>> [round(x, 3) for x in share(3, 10, "binomial")[:3]]
    [0.3, 0.108, 0.603]
    """
    interval = stats.binomtest(int(k), int(n)).proportion_ci(0.95, "wilson")
    return Measured(k / n, float(interval.low), float(interval.high), source)


def of_cloud(z, of, rng):
    """{claim id: Measured} of a cloud z (n, d) of latents; of: a function of `statements`, as `in_boxes`.

    All these numbers are positive, and shares at most 1: so are the ends of their intervals.
    """
    errors, source, found = statements.bootstrap(z, rng, of=of), f"bootstrap of {len(z):,} latents", {}
    for name, value in of(z).items():
        low, high = with_error(value, errors[name], source)[1:3]
        top = 1 if BY_ID[name].unit.startswith("of ") else np.inf
        found[name] = Measured(value, max(low, 0.0), min(high, top), source)
    return found


def less_favourable(name, *cases):
    """Of several {claim id: Measured}, the number of claim `name` that speaks less for it."""
    low, high = BY_ID[name].low, BY_ID[name].high
    return max((case[name] for case in cases), key=lambda found: max(low - found.value, found.value - high))


def with_controls(found, of, n):
    """`found` {claim id: Measured}, each with the share of the posts' own clouds of n latents that pass."""
    limits_of = {name: (BY_ID[name].low, BY_ID[name].high) for name in found}
    passed = statements.control(limits_of, n, seed=0, of=of)
    return {name: measured._replace(control=passed.get(name)) for name, measured in found.items()}


def of_faces(found, no_faces):
    """`found` {claim id: Measured} of rates of faces; in place of a number why its claim does not apply.

    That is for all of them the sentence `no_faces`, if there is one, and else for those that are no number,
    being over the faces among pictures that hold none.
    """
    return {name: no_faces or (measured if np.isfinite(measured.value) else "no face to compare with")
            for name, measured in found.items()}


def at_most(x):
    """Limits of a claim "at most x"."""
    return -np.inf, x


def at_least(x):
    """Limits of a claim "at least x"."""
    return x, np.inf


def about(x, relative):
    """Limits of a claim "about x"; `relative`: the deviation allowed (ours: the posts give none)."""
    return x - abs(x) * relative, x + abs(x) * relative


def _box(b, k, post, said, low, high, ours):
    return Claim(f"F2-box-{b:g}-{k:g}", "04", "F2", f"{post} of 170,000 uniform vectors of b = {b:g} lie in "
                 f"the box mu +- {k:g} hw (case II, hw at half maximum): what to stretch hw by for {said}",
                 post, low, high, HERE, "", ours)


CLAIMS = (
    Claim("F2-gauss", "03", "F2", "most marginals look Gaussian (Kolmogorov distance of 0.04 or less)",
          "most", *at_least(0.5), HERE, "of components", "0.04, and one half"),
    Claim("F2-mean0", "03", "F2", "the mean is about 0 (|mu| < 0.25) for 90 % of the components or more",
          ">= 0.90", *at_least(0.9), HERE, "of components"),
    Claim("F2-range", "03", "F2", "component values cover a region of [-12, 12]: share of the values inside",
          "all", *at_least(0.9999), HERE, "of values", "one in 10,000 may lie outside"),
    Claim("F2-mu025", "03", "F2", "components with |mu| >= 0.25", "<= 25", *at_most(25), HERE),
    Claim("F2-mu1", "03", "F2", "components with |mu| >= 1", "<= 10", *at_most(10), HERE),
    *(Claim(f"F2-hw{i}", "03", "F2", f"components with half width at half maximum >= {width}", f"<= {most}",
            *at_most(most), HERE) for i, width, most in (("1", 1, 40), ("15", 1.5, 20), ("3", 3, 5))),
    Claim("F2-differ", "03", "F2", "networks differ in which components dominate: agreement of the dominant "
          "sets of cases I and II (0: that of sets at random, 1: the smaller lies in the larger)",
          "they differ", *at_most(0.5), HERE, ours="one half"),
    Claim("F2-pcs", "06", "F2", "dominant principal components number about 0.1 N (those above the mean "
          "eigenvalue)", "about 26", *about(25.6, 0.5), HERE, ours="the mean eigenvalue, and 50 %"),
    _box(12, 3, "0", "one", *at_least(0.95), "5 %; no cloud can fail it"),
    _box(12, 12, "about 20", "20", *about(1, 0.05), "5 %"),
    _box(3, 2, "< 10", "10", *at_least(0.95), "5 %; no cloud can fail it"),
    _box(2, 2, "about 10", "10", *about(1, 0.05), "5 %"),
    _box(1.5, 2, "all", "95 %", *at_most(1.1), "10 %: one narrow component decides"),
    _box(1.5, 1.5, "< 10", "10", *at_least(0.95), "5 %"),
    _box(1, 1.5, "all", "95 %", *at_most(1.1), "10 %: one narrow component decides"),
    Claim("F2-b", "04", "F2", "useful b lie between 1 and 2: the b whose vectors are as long as the latents, "
          "a unit (latents twice as long have twice the b)", "1 to 2", 1, 2, HERE),
    Claim("F2-std", "05", "F2", "std(R) is about b sqrt(N/15): printed formula over exact value, N = 256 (a "
          "misprint: the post's next sentence has it right)", "1", *about(1, 0.05), SUM, ours="5 %"),
    Claim("P1-refine", "05", "P1", "<R> with the factor 1/(1 + 1/(4N)) under the root is closer to the exact "
          "value than b sqrt(N/3): share of N from 2 to 2048", "all", 1, 1, SUM, "of dimensions"),
    Claim("P1-grid", "05", "P1", "a grid of 10 points per axis needs 10^256 points: log10 of the count",
          "256", 256, 256, SUM),
    Claim("P1-mean", "05", "P1", "<R> for N = 256, b = 5", "46.188", *about(46.188, 0.001), SUM,
          ours="0.1 %"),
    Claim("P1-ratio", "05", "P1", "std(R)/<R> for N = 256", "0.02795", *about(0.02795, 0.01), SUM,
          ours="1 %"),
    Claim("P1-r2", "05", "P1", "<R^2> = N (b^3 - a^3) / (3 (b - a)): simulated over formula", "1",
          *about(1, 0.001), SUM, ours="0.1 %"),
    Claim("P1-var", "05", "P1", "Var(R^2) = 4/45 N b^4: simulated over formula", "1", *about(1, 0.02), SUM,
          ours="2 %"),
    Claim("P1-strip", "05", "P1", "chance of the strip x1 in [0, 1], x2 in [9, 10] of the cube [0, 10]^3",
          "0.01", *about(0.01, 0.03), SUM, ours="3 %"),
    Claim("P1-corner", "05", "P1", "chance of the corner [0, 1]^3 of that cube", "0.001", *about(0.001, 0.1),
          SUM, ours="10 %"),
    Claim("P1-improved", "05", "P1", "the ratio divided by 1 + 1/(4N) is an improvement: share of N from 3 "
          "to 2048 at which it is closer to the exact value than the plain ratio", "all", 1, 1, SUM,
          "of dimensions"),
    Claim("P1-depleted", "05", "P1", "stripes along the edges of the cube are depleted: density of points in "
          "an edge strip over that in an equal strip at the centre", "clearly < 1", *at_most(0.95), SUM,
          ours="5 % below"),
    Claim("C2-peak0", "03", "C2", "most axes peak at 0 (|mean| < 0.25)", "most", *at_least(0.5), HERE,
          "of components", "0.25, and one half"),
    Claim("C2-off", "03", "C2", "axes off-centre and wide (|mean| >= 0.4, full width >= 4.5)", "about 5",
          *about(5, 0.4), HERE, ours="0.4 and 4.5, which choose 6 of C2's own table, and 40 %"),
    Claim("C2-ratio", "03", "C2", "no radius above 32 where most are 16.5: the largest over the peak",
          "<= 1.94", *at_most(LARGEST_R / PEAK_R), HERE),
    Claim("C2-onepc", "06", "C2", "one dominant principal component: first eigenvalue over second",
          "one dominates", *at_least(2), HERE, ours="2"),
    Claim("C2-flat", "06", "C2", "importance is flat after about 10: its fall from component 11 to 100, in "
          "units of the first", "flat", *at_most(0.1), HERE, ours="a tenth of the plot's height"),
    Claim("C2-lines", "06", "C2", "points of a plane lie on lines around voids (withdrawn in 03/2023): "
          "Clark-Evans index of the central square, in standard deviations of its matched Gaussian null",
          "lines, voids", *at_most(-2), HERE, "sd", "2 sd"),
    Claim("F1-faces", "07", "F1", "a plain autoencoder makes faces from statistical vectors: faces among "
          "multivariate normal ones over faces among reconstructions, the lower of both cases", "faces",
          *at_least(0.5), ANY, ours="one half"),
    Claim("F2-b12", "07", "F2", "uniform vectors of b = 12 give no faces: share in which a detector finds "
          "one, above its highest rate of false alarms, the higher of both cases", "none", *at_most(0.1),
          HERE, ours="0.1, as for F2-chance"),
    Claim("F2-chance", "07", "F2", "1 <= b <= 2 gives a chance: share of faces of uniform vectors there, "
          "above that at b = 12, the higher of both cases", "a chance", *at_least(0.1), HERE, ours="0.1"),
    Claim("F2-best", "07", "F2", "1 <= b <= 2 is the size to choose: share of faces there, above that at "
          "smaller and at larger b (the lesser of the two), the higher of both cases", "most faces",
          *at_least(0), HERE),
    Claim("F2-radius", "07", "F2", "matching the radius is not enough: faces of uniform vectors with the "
          "very radii that latents have in the coordinates training left, over faces among reconstructions, "
          "the higher of both cases", "few", *at_most(0.5), HERE, ours="one half"),
    Claim("F2-method3", "07", "F2", "in vectors of independent Gaussians with each component's mean and "
          "width (method 3) a face is detected: over faces among reconstructions, the lower of both cases",
          "better than uniform", *at_least(0.5), HERE, ours="one half; detected, however blurred"),
    Claim("C2-voids", "07", "C2", "points in voids give no faces (withdrawn in 03/2023): faces of the "
          "emptiest spots over those of the most crowded ones at equal Mahalanobis distance, in all "
          "dimensions, the lower of both cases", "few", *at_most(0.5), ANY, ours="one half"),
    Claim("C2-filaments", "08", "C2", "latents lie on one-dimensional filaments (withdrawn in 03/2023): the "
          "lowest dimension read, by TwoNN and MLE, of 1,000 latents and of all (control: webs of 10 to "
          "1,000 threads)", "about 1", *at_most(2), HERE, ours="2"),
    Claim("C2-everyplane", "08", "C2", "lines around voids show in every plane: planes with any statistic "
          "beyond its smooth null after correction for all tests (control: webs of 10 threads)",
          "every plane", *at_least(0.5), HERE, "of planes", "one half"),
    Claim("C2-texture", "08", "C2", "t-SNE maps show filaments of the latents: Clark-Evans index of the map "
          "less that of a Gaussian cloud's (settings of C2-8), in standard errors within a map", "filaments",
          *at_most(-3), HERE, "se", "3 se"),
    Claim("later-mvn", "09", "later posts", "the cloud is, roughly, a multivariate normal one: scatter of "
          "a width common to all directions from latent to latent, 0 in a normal cloud (held out, case I; of "
          "core and leading directions: notebook 09)", "0", *at_most(0.1), ANY, ours="a tenth"),
    Claim("later-axes", "09", "later posts", "the cloud is, roughly, a multivariate normal one, so Gaussian "
          "along every direction: excess kurtosis, without sign, along the least Gaussian one that "
          "independent component analysis finds, in latents that did not choose it (either case)", "0",
          *at_most(1), ANY, ours="1"),
    Claim("F2-seeds", "09", "F2", "runs differ in which components dominate: agreement of the dominant sets "
          "of two short runs that differ by seed alone (0: that of sets at random, 1: the smaller lies in "
          "the larger)", "they differ", *at_most(0.5), HERE, ours="one half"),
    Claim("F2-pcs-any", "10", "F2", "dominant principal components number about 0.1 N: variances of the "
          "decoder's input above their mean (case I)", "about 26", *about(25.6, 0.5), ANY,
          ours="the mean eigenvalue, and 50 %"),
    Claim("C2-onepc-any", "10", "C2", "one dominant principal component: first variance of the decoder's "
          "input over second (case I)", "one dominates", *at_least(2), ANY, ours="2"),
    Claim("C2-flat-any", "10", "C2", "importance is flat after about 10: fall of the variances of the "
          "decoder's input from the 11th to the 100th, in units of the first (case I)", "flat",
          *at_most(0.1), ANY, ours="a tenth of the plot's height"),
    Claim("F2-b-any", "10", "F2", "1 <= b <= 2 gives a chance: fewest faces of uniform vectors there, in "
          "whitened coordinates, either case", "a chance", *at_least(0.5), ANY, "of vectors", "one half"),
    Claim("F2-miss-any", "10", "F2", "uniform vectors miss the latents whatever b: their faces, in whitened "
          "coordinates and with b the root of 3, less those of multivariate normal vectors, either case",
          "fewer", *at_most(-0.05), ANY, "of vectors", "5 points"),
    Claim("F2-differ-any", "10", "F2", "networks differ: R^2 of the best affine map from held-out latents of "
          "the one to those of the other, in the decoder's metric, either direction", "they differ",
          *at_most(0.5), ANY, ours="one half"),
)
BY_ID = {claim.id: claim for claim in CLAIMS}


# -------------------------------------------------------------------------------------- a number, its verdict

def verdict(claim, measured):
    """The verdict on `claim` of a `Measured`, or of a sentence why the claim does not apply.

    "reproduced": low..high lies in the claim's limits; "not reproduced": outside; "undecided": it straddles
    one. "not decidable: ..." whatever the number, if fewer than nine in ten clouds with the posts' own
    parameters are found reproduced. Raises ValueError unless low <= value <= high are finite.
    """
    if isinstance(measured, str):
        return f"{NOT_APPLICABLE}: {measured}"
    value, low, high, _, control = measured
    if not (np.isfinite([value, low, high]).all() and low <= value <= high):
        raise ValueError(f"claim {claim.id}: measured is {value}, from {low} to {high}; it must be finite "
                         "and inside its interval, or a reason in words")
    if control is not None and control < PASSES:
        return f"{NOT_DECIDABLE}: of clouds with the posts' own parameters {control:.0%} pass"
    if claim.low <= low and high <= claim.high:
        return "reproduced"
    return "not reproduced" if high < claim.low or low > claim.high else "undecided"


def judge(notebook, measured):
    """Table NUMBERS of the claims of `notebook` from {claim id: Measured, or why it does not apply}.

    KeyError if a claim of the notebook has no entry or an entry is no claim; ValueError as `verdict`.
    """
    claims = [claim for claim in CLAIMS if claim.notebook == notebook]
    odd = {claim.id for claim in claims} ^ set(measured)
    if odd:
        raise KeyError(f"notebook {notebook} and the table of claims disagree about {', '.join(sorted(odd))}")
    return pd.DataFrame([_row(claim, measured[claim.id]) for claim in claims], columns=NUMBERS)


def _row(claim, measured):
    said = verdict(claim, measured)
    numbers = (np.nan, np.nan, np.nan, "", None) if isinstance(measured, str) else measured
    value, low, high, source, control = numbers
    group = NOT_DECIDABLE if said.startswith(NOT_DECIDABLE) else claim.group
    return claim.id, group, said, value, low, high, np.nan if control is None else control, source


def measured_in(row):
    """The `Measured`, or the reason why it does not apply, that a row of a table NUMBERS was made from."""
    if np.isnan(row.value):
        return row.verdict.partition(": ")[2]
    return Measured(row.value, row.low, row.high, row.source, None if np.isnan(row.control) else row.control)


def why_wrong(row):
    """Why a row of a table NUMBERS does not follow from its own numbers: one line, or None."""
    if row.id not in BY_ID:
        return "is no claim of this study"
    said, now = (row.group, row.verdict), _row(BY_ID[row.id], measured_in(row))[1:3]
    return None if said == now else f"is {row.value:g} ({row.low:g} to {row.high:g}) and yet {row.verdict!r}"


# ----------------------------------------------------------------------------------- kept, gathered and shown

def record(study, notebook, measured):
    """Judge the claims of `notebook`, save the numbers as data/RUN/claims-NN.csv, return them to be read.

    <, > and & are escaped, for the HTML that a notebook shows.
    """
    table = judge(notebook, measured)
    artifacts.write(study.data / f"claims-{notebook}.csv", table)
    return readable(study, table).map(html.escape)


def readable(study, table):
    """A table NUMBERS in words, group by group: what the post says, the limits, what was measured, verdict.

    ValueError if it holds what is no claim of this study.
    """
    order = list(MEANING)
    if unknown := sorted({*table.id} - {*BY_ID} | {*table.group} - {*order}):
        raise ValueError(f"the table of claims holds {', '.join(unknown)}, unknown here: run make claims")
    rows = [(row.group, claim.id, claim.post, claim.statement, claim.expected, limits(claim),
             shown(measured_in(row), claim.unit), row.verdict)
            for row in sorted(table.itertuples(), key=lambda row: order.index(row.group))
            for claim in [BY_ID[row.id]]]
    verdict_on = ("verdict" if {*table.group} == {SUM} else                     # of numbers, not of images
                  "on drawn faces" if study.dataset == "synthetic" else "on these images")
    return pd.DataFrame(rows, columns=["group", "id", "post", "statement", "the post", "reproduced if",
                                       "measured", verdict_on])


def limits(claim):
    """The limits of a claim in words.

    >>> limits(Claim("x", "03", "F2", "s", "about 5", *about(5, 0.4), "arithmetic", ours="40 %"))
    '3 to 7 (ours: 40 %)'
    """
    low, high = (f"{x:,.5g}" for x in (claim.low, claim.high))
    text = (low if low == high else f"at most {high}" if claim.low == -np.inf
            else f"at least {low}" if claim.high == np.inf else f"{low} to {high}")
    return f"{text} (ours: {claim.ours})" if claim.ours else text


def shown(measured, unit=""):
    """A measured number in words: with the digits that its interval leaves it.

    >>> shown(Measured(46.17294, 46.1704, 46.1755, "simulated"), "m"), shown(exactly(170_000)), shown("no")
    ('46.1729 [46.1704, 46.1755] m', '170,000', '-')
    """
    if isinstance(measured, str):
        return "-"
    value, low, high = measured[:3]
    if low == high:
        text = f"{value:,.0f}" if value.is_integer() or abs(value) >= 1_000 else f"{value:.4g}"
    else:
        digits = max(0, 1 - int(np.floor(np.log10((high - low) / 2))))
        text = f"{value:z,.{digits}f} [{low:z,.{digits}f}, {high:z,.{digits}f}]"         # z: no -0.00
    return f"{text} {unit}".strip()


def collect(study):
    """Gather what the notebooks recorded into data/RUN/claims.csv, its copy in figures/RUN, page and plot.

    Returns the table. FileNotFoundError names the notebook whose claims are missing.
    """
    table, path = gathered(study), study.data / "claims.csv"
    pages = {study.figures / "claims.csv": table, **texts(study, table)}
    for page, content in pages.items():
        artifacts.write(page, content)
    artifacts.save(path, table, recipe(study), files=artifacts.snapshot(pages, study.home))
    return table


def recipe(study):
    """What claims.csv, page and plot depend on: tables of the notebooks, code of this module, template."""
    recorded = [path for path in _recorded(study) if path.exists()]
    made_from = artifacts.recipe("claims", {"run": study.run, "plot": artifacts.file_hash(PLOT)}, recorded)
    return {**made_from, "code": artifacts.code_hashes(["claims"], plumbing=True)}


def why_stale(study):
    """Why table and pages of the claims are not those of what the notebooks recorded: one line, or None."""
    path = study.data / "claims.csv"
    why = artifacts.why_stale(path, recipe(study))
    return why or artifacts.why_changed(artifacts.facts(path).get("files", {}), study.home)


def gathered(study):
    """The tables of claims of all notebooks as one; FileNotFoundError names the notebook that lacks its."""
    for path in _recorded(study):
        if not path.exists():
            raise FileNotFoundError(f"{path.name} is missing: run notebook {path.stem[-2:]} first")
    return pd.concat([numbers(path) for path in _recorded(study)], ignore_index=True)


def numbers(path):
    """A table NUMBERS as it was written, to the last digit."""
    exact = dict.fromkeys(("value", "low", "high", "control"), lambda text: float(text or "nan"))
    return artifacts.read(path, converters=exact).fillna({"source": ""})


def _recorded(study):
    return [study.data / f"claims-{number}.csv" for number in sorted({claim.notebook for claim in CLAIMS})]


def texts(study, table):
    """{path: text} of what figures/RUN shows of the claims: the page and the dot plot on it."""
    return {study.figures / "claims.md": markdown(study, table),
            study.figures / PLOT.name: plot(study, table)}


def markdown(study, table):
    """The page of the claims: counts per group, never one sum, the dot plot, and a table for each group."""
    counts = counted(table)
    parts = [f"# Claims of the posts, measured: {study.label}",
             "A verdict follows from the measured number and its 95 % interval: reproduced if all of the "
             "interval lies within the limits, not reproduced if none of it does, undecided otherwise. "
             "Limits marked ours are not the posts'. A verdict holds for the images of this run alone.",
             bars(counts.reset_index()), f'<img src="{PLOT.name}" width="960" alt="{told(table)}">']
    for group in counts.index:
        part = readable(study, table[table.group == group])
        parts += [f"## {group.capitalize()}", MEANING[group], bars(part.drop(columns="group"))]
    return "\n\n".join(parts) + "\n"


def counted(table):
    """How many verdicts of each kind a table NUMBERS has: a row per group, a column per verdict."""
    counts = pd.crosstab(table.group, table.verdict.str.split(":").str[0])
    groups = [group for group in MEANING if group in counts.index]
    return counts.reindex(groups, columns=VERDICTS, fill_value=0)


def in_words(counts):
    """One row of `counted` in words.

    >>> in_words(pd.Series({"reproduced": 8, "not reproduced": 3, "undecided": 0}))
    '8 reproduced, 3 not reproduced'
    """
    return ", ".join(f"{count} {verdict}" for verdict, count in counts.items() if count)


def told(table):
    """What the dot plot shows, for who cannot see it."""
    counts = counted(table)
    return ("Dot plot: the measured interval of each claim against its limits. " + "; ".join(
        f"{group}: {in_words(counts.loc[group])}" for group in counts.index) + ".")


def plot(study, table):
    """The dot plot of all claims that have a number, as SVG; the same table gives the same bytes."""
    counts = counted(table)
    rows = [(group, in_words(counts.loc[group]), part) for group, part in dots(table)]
    template = jinja2.Template(PLOT.read_text(encoding="utf-8"), trim_blocks=True, lstrip_blocks=True,
                               autoescape=True, undefined=jinja2.StrictUndefined)
    return template.render(rows=rows, colours=COLOURS, label=study.label, told=told(table))


def dots(table):
    """Rows of the dot plot: [(group, [(id, limits, number, verdict, left, point, right)])], by post.

    Places lie from -1 to 1: that of a number x is s / (1 + |s|), s the distance from x to the nearest limit
    in units of the limits (their half distance, or the one limit itself), positive within them.
    """
    def place(claim, x):
        half, end = (claim.high - claim.low) / 2, claim.low if math.isfinite(claim.low) else claim.high
        unit = half if 0 < half < math.inf else abs(end) or 1
        s = min(x - claim.low, claim.high - x) / unit
        return s / (1 + abs(s))

    def row(claim, row):
        middle = min(max((claim.low + claim.high) / 2, row.low), row.high)       # the best place of all
        places = [place(claim, x) for x in (row.low, middle, row.high)]
        return (row.id, limits(claim._replace(ours="")), shown(measured_in(row)), row.verdict.split(":")[0],
                min(places), place(claim, row.value), max(places))
    measured = dict(list(table[table.value.notna()].groupby("group")))
    return [(group, sorted((row(BY_ID[each.id], each) for each in measured[group].itertuples()),
                           key=lambda row: BY_ID[row[0]].post)) for group in MEANING if group in measured]


def bars(frame):
    """A table in Markdown; what Markdown or HTML would read as a mark of theirs is escaped."""
    rows = [[str(name).replace("|", "\\|").replace("<", "&lt;").replace(">", "&gt;") for name in row]
            for row in (frame.columns, *frame.itertuples(index=False))]
    rows.insert(1, ["---"] * len(frame.columns))
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
