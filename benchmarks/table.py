"""All results in one table: in the terminal, and written into the README of the benchmarks."""
import sys

import pandas as pd

from lib import study
from lib.network import models

from . import measure, training

BEGIN, END = "<!-- results: written by `make bench` -->", "<!-- end of results -->"


def markdown(view):
    """A table of words for the README."""
    rows = [view.columns, ["---"] * view.shape[1], *view.to_numpy()]
    return "\n".join("| " + " | ".join(str(cell).replace("_", " ").replace("|", "\\|") for cell in row) + " |"
                     for row in rows)


def collected():
    """{name: table} of all results there are."""
    return {path.stem: pd.read_csv(path) for path in sorted(measure.RESULTS.glob("*.csv"))}


def promises(tables):
    """The tables with a target in one."""
    return pd.concat([table for table in tables.values() if "target" in table], ignore_index=True)


def work_table():
    """Operations and bytes of training, counted, per image and for scale paper."""
    rows, paper = [], study.SCALES["paper"]
    for case, epochs in zip(models.CASES, (paper.epochs_I, paper.epochs_II), strict=True):
        operations, moved = training.work(models.CASES[case])
        seen = float(paper.train * epochs)
        rows.append({"case": case, "operations per image": float(operations), "bytes per image": float(moved),
                     "images seen at scale paper": seen, "operations": operations * seen,
                     "bytes": moved * seen})
    return pd.DataFrame(rows)


def block(tables):
    """The part of the README that is written here: the table of promises, other tables, machine, dates."""
    first, every = promises(tables), pd.concat(tables.values())
    parts = [markdown(measure.shown(first))]
    for name, table in tables.items():
        if "target" not in table:
            parts += [f"### {name.replace('_', ' ')}", markdown(measure.plain(table))]
    parts += ["### work counted", markdown(measure.plain(work_table()))]
    facts = first.iloc[-1]
    parts.append(f"{facts.cpu}, {facts.cores} cores; load before each script {every.load.min()} to "
                 f"{every.load.max()}; "
                 f"{facts.versions}; {every.date.min()} to {every.date.max()}.")
    return "\n\n".join(parts)


def main():
    """Print the one table and write it into benchmarks/README.md; exit code 1 when there are no results."""
    tables = collected()
    if not tables:
        sys.exit("no results: run `make bench`")
    print(measure.text(promises(tables)))
    readme = measure.ROOT / "benchmarks" / "README.md"
    before, rest = readme.read_text().split(BEGIN)
    readme.write_text(f"{before}{BEGIN}\n{block(tables)}\n{END}{rest.split(END)[1]}")


if __name__ == "__main__":
    main()
