"""Several finished runs side by side: their claims, and for runs that differ by seed alone one verdict."""
import re
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

from lib import claims
from lib import study as studies
from lib.store import artifacts


def compare(names, home=studies.ROOT):
    """Write figures/compare/NAME.csv and .md of the runs `names`; the path of the page.

    The page has a column for each run. If all have the same image set and scale, it has mean and standard
    deviation over the seeds too, and from three runs on the verdict from their 95 % interval (Student's t).
    ValueError for fewer than two runs, a name that is none, a run twice, or tables of other claims;
    FileNotFoundError names the table that is missing.
    """
    runs = [named(name, home) for name in names]
    if len(runs) < 2 or len({*names}) < len(names):
        raise ValueError('give two runs or more, each once: make compare RUNS="synthetic-laptop-s0 '
                         'synthetic-laptop-s1"')
    tables = {run.run: _numbers(run) for run in runs}
    first = tables[names[0]]
    for name, table in tables.items():
        if odd := sorted({*table.index} ^ {*first.index}):
            raise ValueError(f"{names[0]} and {name} hold other claims ({', '.join(odd)}): make both again")
        tables[name] = table.loc[first.index]
    alike = len({(run.dataset, run.scale) for run in runs}) == 1
    path = home / "figures" / "compare" / ("-".join([names[0], *(f"s{run.seed}" for run in runs[1:])])
                                           if alike else "+".join(names))
    values = pd.DataFrame({name: table.value for name, table in tables.items()})
    over = over_seeds(tables) if alike else None
    artifacts.write(Path(f"{path}.csv"), (values.join(over) if alike else values).rename_axis("id"))
    artifacts.write(Path(f"{path}.md"), markdown(tables, over))
    return Path(f"{path}.md")


def on_other_images(study):
    """Names of the finished runs that differ from `study` by their images alone, `study` first.

    Those with tables of other claims, as of before a claim was added, are left out.
    """
    others = (f"{name}-{study.scale}-s{study.seed}" for name in studies.DATASETS if name != study.dataset)
    return [study.run, *(name for name in others if _finished(study.figures.parent / name))]


def on_other_seeds(study):
    """Names of the finished runs that differ from `study` by their seed alone, itself among them, by seed."""
    folders = study.figures.parent.glob(f"{study.dataset}-{study.scale}-s[0-9]*")
    seeds = {folder.name: folder.name.rpartition("-s")[2] for folder in folders if _finished(folder)}
    return sorted((name for name, seed in seeds.items() if seed.isdigit()), key=lambda name: int(seeds[name]))


def _finished(folder):
    """Whether a folder of figures holds a table of the claims of today."""
    return (folder / "claims.csv").exists() and {*claims.numbers(folder / "claims.csv").id} == {*claims.BY_ID}


def apart(names, home):
    """Claims whose verdicts differ between the runs `names`, and how many do not: (rows of text, count).

    A row is id, statement, and number and verdict in each run. Claims of arithmetic, which are of no images,
    are not counted.
    """
    tables = {name: _numbers(named(name, home)) for name in names}
    rows, alike = [], 0
    for claim in claims.CLAIMS:
        each = [table.loc[claim.id] for table in tables.values()]
        if claim.group == claims.SUM:
            continue
        if len({row.verdict.split(":")[0] for row in each}) == 1:
            alike += 1
        else:
            rows.append((claim.id, claim.statement, *(_cell(row, claim.unit) for row in each)))
    return pd.DataFrame(rows, columns=["id", "statement", *names]), alike


def named(name, home):
    """The Study of a run named as its folders are; ValueError for what is no such name.

    >>> named("synthetic-laptop-s3", studies.ROOT).seed
    3
    """
    parts = re.fullmatch(r"([a-z]+)-([a-z]+)-s(\d+)", name)
    if not parts:
        raise ValueError(f"{name!r} is no run: a run is named as synthetic-laptop-s0, DATASET-SCALE-sSEED")
    return studies.Study(parts[1], parts[2], int(parts[3]), home)


def _numbers(run):
    path = run.figures / "claims.csv"
    if not path.exists():
        raise FileNotFoundError(f"figures/{run.run}/claims.csv is missing: make claims DATASET={run.dataset} "
                                f"SCALE={run.scale} SEED={run.seed} first")
    return claims.numbers(path).set_index("id")


def over_seeds(tables):
    """Mean, standard deviation, ends of the 95 % t-interval and verdict of each claim, one row per id.

    tables: {run: table claims.NUMBERS with the ids as index}. Without a number in every run all are empty; of
    two runs there is no interval and no verdict. The control is the lowest of the runs.
    """
    values = np.array([table.value for table in tables.values()])              # (runs, claims)
    control = np.min([table.control for table in tables.values()], axis=0)     # nan where there is none
    mean, sd = values.mean(axis=0), values.std(axis=0, ddof=1)
    found = pd.DataFrame({"mean": mean, "sd": sd}, index=next(iter(tables.values())).index)
    if len(values) >= 3:
        half = stats.t.ppf(0.975, len(values) - 1) * sd / np.sqrt(len(values))
        found["low"], found["high"] = mean - half, mean + half
        found["verdict"] = [
            claims.verdict(claims.BY_ID[row.Index], claims.Measured(
                row.mean, row.low, row.high, f"{len(values)} runs", None if np.isnan(passed) else passed)
                if np.isfinite(row.mean) else "no number in some of the runs")
            for row, passed in zip(found.itertuples(), control, strict=True)]
    return found


def markdown(tables, over):
    """The page: a table for each group of claims, a row for each claim, a column for each run."""
    said = ("These runs differ by seed alone. *Over seeds* is the mean, and from three runs on its 95 % "
            "interval (Student's t) and the verdict that follows." if over is not None else
            "These runs differ by images or scale: each has verdicts of its own, and no mean is taken.")
    rows = []
    for claim in claims.CLAIMS:
        each = [table.loc[claim.id] for table in tables.values()]
        cells = [_cell(row, claim.unit) for row in each]
        rows.append((claim.group, claim.id, claim.statement, claims.limits(claim), *cells,
                     *([] if over is None else [_over_seeds(over.loc[claim.id], claim.unit)])))
    text = pd.DataFrame(rows, columns=["group", "id", "statement", "reproduced if",
                                       *tables, *([] if over is None else ["over seeds"])])
    parts = [f"# Claims of {len(tables)} runs side by side", said]
    for group, part in text.groupby("group", sort=False):
        parts += [f"## {group.capitalize()}", claims.bars(part.drop(columns="group"))]
    return "\n\n".join(parts) + "\n"


def _cell(row, unit):
    return f"{claims.shown(claims.measured_in(row), unit)}: {row.verdict}"


def _over_seeds(row, unit):
    mean, sd, *ends = row[:4] if "verdict" in row else row
    if np.isnan(mean):
        return "-"
    if not ends:
        return f"{mean:.4g} (sd {sd:.2g}) {unit}".strip()
    return f"{claims.shown(claims.Measured(mean, *ends, ''), unit)}: {row.verdict}"
