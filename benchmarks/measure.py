"""What all benchmarks share: interleaved rounds, rows with ratios and targets, the machine, peak memory."""
import argparse
import contextlib
import datetime
import io
import os
import platform
import subprocess
import sys
import time
from importlib import metadata
from pathlib import Path

import numpy as np
import pandas as pd
from joblib import cpu_count

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results"
PEER_PYTHON = ROOT / "build" / "bench-venv" / "bin" / "python"        # made by `make bench-setup`
SHOWN = ["quantity", "unit", "ours", "floor", "peer", "to_floor", "to_peer", "target", "met", "note"]
FACTS = ["cpu", "cores", "load", "versions", "date"]
PACKAGES = ("numpy", "torch", "torchvision", "pillow", "openTSNE", "scikit-learn")


class Seconds(float):
    """What a measured callable returns when it knows its own time better than a clock around it."""


def rounds(callables, n, warm=1):
    """Seconds of each named callable in n rounds, a DataFrame (n, names); `warm` rounds before do not count.

    In a round each is called once, in an order that turns: a slow minute of the machine hits all of them.
    """
    names = list(callables)
    rows = []
    for i in range(-warm, n):
        row = {}
        for name in names[i % len(names):] + names[:i % len(names)]:
            start = time.perf_counter()
            with contextlib.redirect_stdout(io.StringIO()):          # progress lines of what is measured
                result = callables[name]()
            row[name] = float(result) if isinstance(result, Seconds) else time.perf_counter() - start
        rows.append(row)
    return pd.DataFrame(rows[warm:], columns=names)


def row(quantity, amount, unit, times, floor="", peer="", of_floor=None, of_peer=None, target="", **more):
    """One line of a table: rates of ours, floor and peer (amount / median seconds), ratios, the target met?

    `times` has a column "ours" and, where there are such, "floor" and "peer"; `floor` and `peer` say in words
    what those are. Ratios are medians of those of the rounds, in rate: 1 means as fast, 2 twice as fast.
    of_floor, of_peer: the least ratio that meets the target; `more` adds columns and may hold `met`.
    """
    line = {"quantity": quantity, "unit": unit, "rounds": len(times), "target": target}
    met = [more.pop("met")] if "met" in more else []
    for name in ("ours", "floor", "peer"):
        line[name] = amount / times[name].median() if name in times else np.nan
    for name, least in (("floor", of_floor), ("peer", of_peer)):
        line[f"to_{name}"] = (times[name] / times["ours"]).median() if name in times else np.nan
        if least is not None and name in times:
            met.append(bool(line[f"to_{name}"] >= least))
    line.update(floor_is=floor, peer_is=peer, met="" if not met else "yes" if all(met) else "no", **more)
    return line


def machine():
    """Columns that say where and when: processor, cores, load at the start, versions, date."""
    model = platform.processor() or platform.machine()
    if Path("/proc/cpuinfo").exists():
        found = [line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                 if line.startswith("model name")]
        model = found[0] if found else model
    versions = [f"python {platform.python_version()}",
                *(f"{name} {metadata.version(name)}" for name in PACKAGES)]
    return {"cpu": model, "cores": cpu_count(), "load": round(os.getloadavg()[0], 1),
            "versions": ", ".join(versions), "date": datetime.date.today().isoformat()}


def peak_memory(code, *printed):
    """Peak resident memory in GB of a fresh Python that runs `code`, imports included (Linux).

    With names of `printed`, numbers that the code prints after them come before it.
    """
    code += ("\nfor line in open('/proc/self/status'):\n"
             "    if line.startswith('VmHWM'): print('peak', line.split()[1])")
    finished = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    if finished.returncode:
        raise RuntimeError(f"the measured code failed: {finished.stderr[-2000:]}")
    found = dict(line.split() for line in finished.stdout.splitlines() if len(line.split()) == 2)
    memory = int(found["peak"]) * 1024 / 1e9
    return (*(float(found[name]) for name in printed), memory) if printed else memory


class Peer:
    """A package of its own environment, in a process of its own: called, it runs a round; its Seconds.

    script: a file of benchmarks/peers that prints a line when it is ready, then, for each line it reads, runs
    one round and prints its seconds. While it waits it takes no time from ours.
    """

    def __init__(self, script, *arguments):
        self.process = subprocess.Popen([PEER_PYTHON, ROOT / "benchmarks" / "peers" / script,
                                         *map(str, arguments)],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True)
        self.version = self._line()

    def __call__(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return Seconds(self._line())

    def _line(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{Path(self.process.args[1]).name} ended with code {self.process.wait()}: "
                               "run `make bench-setup` again")
        return line.strip()

    def close(self):
        """End the process."""
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()


def peer(script, *arguments):
    """The `Peer`, or None, said in words, when its environment is not there."""
    if not PEER_PYTHON.exists():
        print(f"  without the peer of {script}: `make bench-setup` installs it")
        return None
    return Peer(script, *arguments)


def shown(table):
    """The columns of SHOWN as words, numbers with three digits."""
    view = table.reindex(columns=SHOWN).astype(object)
    for column in ("ours", "floor", "peer", "to_floor", "to_peer"):
        view[column] = [f"{value:,.0f}" if value >= 1000 else f"{value:.3g}" if pd.notna(value) else ""
                        for value in view[column].astype(float)]
    names = table.reindex(columns=["peer_is"])["peer_is"].astype(object).fillna("")
    view["peer"] = [f"{rate} ({name})" if rate else name
                    for rate, name in zip(view["peer"], names, strict=True)]
    return view.fillna("").astype(str)


def text(table):
    """A table for the terminal: of promises, or of whatever else was measured."""
    if "target" in table:
        return shown(table).to_string(index=False)
    return plain(table).to_string(index=False)


def plain(table):
    """A table that is no table of promises, without the columns of the machine, numbers with three digits."""
    view = table.drop(columns=[name for name in FACTS if name in table])
    return view.map(lambda value: f"{value:.3g}" if isinstance(value, float) else str(value))


def main(name, run):
    """Command line of a benchmark: run(quick) -> rows, printed and written to results/NAME.csv."""
    parser = argparse.ArgumentParser(prog=f"python -m benchmarks.{name}")
    parser.add_argument("--quick", action="store_true",
                        help="tiny sizes: does it work? the numbers mean nothing")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder of the .csv")
    options = parser.parse_args()
    print(f"{name}:", flush=True)
    facts, start = machine(), time.perf_counter()
    table = pd.DataFrame(run(options.quick))
    for column, value in facts.items():
        table[column] = value
    options.results.mkdir(parents=True, exist_ok=True)
    table.to_csv(options.results / f"{name}.csv", index=False, float_format="%.5g")
    print(text(table), f"\n  ({time.perf_counter() - start:.0f} s)", flush=True)
