"""All results in one table: in the terminal, and written into the README of the benchmarks."""
import sys

import pandas as pd

from . import measure

BEGIN, END = "<!-- results: written by `make bench` -->", "<!-- end of results -->"
SHOWN = ["quantity", "unit", "ours", "floor", "peer", "to_floor", "to_peer", "target", "met", "note"]


def shown(table):
    """The columns of SHOWN as words, numbers with three digits."""
    view = table.reindex(columns=SHOWN)
    for column in ("ours", "floor", "peer", "to_floor", "to_peer"):
        view[column] = [f"{value:,.0f}" if value >= 1000 else f"{value:.3g}" if pd.notna(value) else ""
                        for value in view[column].astype(float)]
    names = pd.Series(table.get("peer_is", "")).fillna("")
    view["peer"] = [f"{rate} ({name})" if rate else name for rate, name in zip(view["peer"], names)]
    return view.fillna("").astype(str)


def text(table):
    """A table for the terminal."""
    return shown(table).to_string(index=False)


def markdown(table):
    """A table for the README."""
    view = shown(table)
    rows = [SHOWN, ["---"] * len(SHOWN), *view.to_numpy().tolist()]
    return "\n".join("| " + " | ".join(str(cell).replace("_", " ").replace("|", "\\|") for cell in cells) + " |" for cells in rows)


def collected():
    """{name: table} of all results there are."""
    return {path.stem: pd.read_csv(path, keep_default_na=True) for path in sorted(measure.RESULTS.glob("*.csv"))}


def block(tables):
    """The part of the README that is written here: one table of promises, then the others, machine and date."""
    promises = pd.concat([t for t in tables.values() if "target" in t], ignore_index=True)
    parts = [markdown(promises)]
    for name, table in tables.items():
        if "target" not in table:
            columns = [c for c in table if c not in measure.machine()]
            cells = [[f"{v:.3g}" if isinstance(v, float) else str(v) for v in line] for line in table[columns].to_numpy()]
            rows = [columns, ["---"] * len(columns), *cells]
            parts += [f"### {name}", "\n".join("| " + " | ".join(line) + " |" for line in rows)]
    facts = promises.iloc[-1]
    parts.append(f"{facts.cpu}, {facts.cores} cores, load {promises.load.min()} to {promises.load.max()} before each "
                 f"script; {facts.versions}; {promises.date.min()} to {promises.date.max()}.")
    return "\n\n".join(parts)


def main():
    """Print the one table and write it into benchmarks/README.md; exit code 1 when there are no results."""
    tables = collected()
    if not tables:
        sys.exit("no results: run `make bench`")
    print(text(pd.concat([t for t in tables.values() if "target" in t], ignore_index=True)))
    readme = measure.ROOT / "benchmarks" / "README.md"
    before, rest = readme.read_text().split(BEGIN)
    readme.write_text(f"{before}{BEGIN}\n{block(tables)}\n{END}{rest.split(END)[1]}")


if __name__ == "__main__":
    main()
