"""Speed and memory of funclab, and on request of the real Keras for comparison.

    python -m bench                                   funclab alone
    PEERS=1 python -m bench                           and the Keras this Python can import
    PEERS=1 python -m bench --peer-python PATH        and the Keras of another Python
    python -m bench --blas Haswell                    with BLAS restricted to that processor
    python -m bench --only keras --peer-python PATH   Keras alone

Each library runs each workload in a process of its own. Both processes are warmed up, and their
rounds alternate (A B A B), so that other load on the machine disturbs both alike.

The variable OPENBLAS_CORETYPE restricts NumPy's matrix products, but not those of other libraries,
to an older type of processor; with PYTHONDONTWRITEBYTECODE, every module is compiled at each start.
Users rarely set them, so they are removed from the environment here.
"""

import argparse
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from bench import watched
from bench.workloads import WORKLOADS

UNUSUAL = ("OPENBLAS_CORETYPE", "PYTHONDONTWRITEBYTECODE")
"""Variables that few users set but that change much: the processor type that BLAS uses, and whether
Python compiles every module at each start."""
ROOT = Path(__file__).resolve().parents[1]
MEASURES = {
    "fit": "us per step in fit",
    "train_on_batch": "us per train_on_batch",
    "predict": "us to predict one sample",
}


class Side:
    """A library, and how to start a Python that has it; `blas`: the value of OPENBLAS_CORETYPE."""

    def __init__(self, module: str, python: str, blas: str | None = None) -> None:
        self.module = module
        self.python = python
        self.environment = {"KERAS_BACKEND": "jax", **os.environ}
        for name in UNUSUAL:
            self.environment.pop(name, None)
        self.environment |= {"OPENBLAS_CORETYPE": blas} if blas else {}

    def spawn(self, *arguments: str, **environment: str) -> subprocess.Popen:
        return subprocess.Popen(
            [self.python, "-m", "bench.worker", *arguments],
            cwd=ROOT,
            env={**self.environment, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )


class Worker:
    """A process of one side, with one workload built and warm."""

    def __init__(self, side: Side, workload: str) -> None:
        self.process = side.spawn(side.module, workload)
        self.rounds: dict[str, list[float]] = {measure: [] for measure in MEASURES}
        read(self.process)

    def ask(self, command: str) -> float:
        print(command, file=self.process.stdin, flush=True)
        return read(self.process)

    def close(self) -> float:
        """End the process; its peak memory in megabytes."""
        peak = self.ask("memory")
        self.process.communicate()
        return peak


def read(process: subprocess.Popen) -> Any:
    line = process.stdout.readline()
    if not line:
        sys.exit(f"{process.args} ended early, with code {process.wait()}; its error is above")
    return json.loads(line)


def kind_of_blas(side: Side) -> str:
    """The processor type for which NumPy computes matrix products in these processes."""
    code = (
        "import numpy, threadpoolctl\n"
        "print(*{i.get('architecture') for i in threadpoolctl.threadpool_info()})"
    )
    command = [sys.executable, "-c", code]
    return subprocess.run(
        command, env=side.environment, capture_output=True, text=True, check=True
    ).stdout.strip()


def measure(sides: list[Side], workload: str, rounds: int) -> dict[str, dict[str, Any]]:
    """All rounds of one workload, alternating between the sides."""
    workers = {side.module: Worker(side, workload) for side in sides}
    for _ in range(rounds):
        for name in MEASURES:
            for worker in workers.values():
                worker.rounds[name].append(worker.ask(name))
    return {
        module: {**worker.rounds, "memory": worker.close()} for module, worker in workers.items()
    }


def start_up(side: Side, **environment: str) -> dict[str, float]:
    """Seconds of one fresh process; `all` is from its start to the end of the first fit."""
    start = time.perf_counter()
    process = side.spawn("--start", side.module, **environment)
    seconds = read(process)
    seconds["all"] = time.perf_counter() - start
    process.communicate()
    return seconds


def start_ups(side: Side, rounds: int) -> dict[str, list[dict[str, float]]]:
    """Fresh processes, first with an empty kernel cache, then with the cache thus filled."""
    if side.module != "funclab":
        return {"": [start_up(side) for _ in range(rounds)]}
    with tempfile.TemporaryDirectory() as cache:
        cold = [start_up(side, NUMBA_CACHE_DIR=cache)]
        warm = [start_up(side, NUMBA_CACHE_DIR=cache) for _ in range(rounds)]
    return {"kernel cache cold": cold, "kernel cache warm": warm}


def print_workload(workload: str, results: dict[str, dict[str, Any]]) -> None:
    print(f"\n{WORKLOADS[workload].title}")
    for name, title in MEASURES.items():
        cells = [cell(module, seen[name]) for module, seen in results.items()]
        print(f"  {title:25}", *cells, ratio([seen[name] for seen in results.values()]))
    peaks = [f"{module} {seen['memory']:9.0f}{'':10}" for module, seen in results.items()]
    print(f"  {'MB of memory at the peak':25}", *peaks, flush=True)


def cell(module: str, times: list[float]) -> str:
    return f"{module} {min(times):9.1f} {f'({statistics.median(times):.1f})':>10}"


def ratio(sides: list[list[float]]) -> str:
    """How many times as fast funclab is: ratio of the minima, and median ratio of the rounds."""
    if len(sides) < 2:
        return ""
    ours, theirs = sides
    by_round = statistics.median(b / a for a, b in zip(ours, theirs))
    return f" {min(theirs) / min(ours):5.2f} times as fast ({by_round:.2f})"


def print_start_ups(side: Side, rounds: int) -> None:
    for cache, seen in start_ups(side, rounds).items():
        best = min(seen, key=lambda seconds: seconds["all"])
        parts = ", ".join(f"{name} {value:.2f}" for name, value in best.items())
        print(f"  {side.module} {cache}: {parts}", flush=True)


def chosen_sides(options: argparse.Namespace) -> Iterable[Side]:
    wanted = {"funclab"} if not os.environ.get("PEERS") else {"funclab", "keras"}
    if options.only:
        wanted = {options.only}
    if "funclab" in wanted:
        yield Side("funclab", sys.executable, options.blas)
    if "keras" in wanted:
        python = options.peer_python or sys.executable
        if python == sys.executable and importlib.util.find_spec("keras") is None:
            sys.exit("PEERS=1 needs a Keras: install keras and jax, or name a Python that has them")
        yield Side("keras", python, options.blas)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("workloads", nargs="*", default=list(WORKLOADS), help=", ".join(WORKLOADS))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", choices=["funclab", "keras"])
    parser.add_argument("--peer-python", default=os.environ.get("PEER_PYTHON"))
    parser.add_argument("--blas", metavar="KIND", help="what to set OPENBLAS_CORETYPE to")
    parser.add_argument("--json", type=Path, help="also write every round to this file")
    return parser.parse_args()


def main() -> None:
    options = parse()
    sides = list(chosen_sides(options))
    print(f"Least of {options.rounds} rounds (their median). Smaller is better.")
    print(f"NumPy's matrix products use OpenBLAS for {kind_of_blas(sides[0])}.")
    if left := [name for name in UNUSUAL if name in os.environ]:
        print(f"{' and '.join(left)} was set; it is left out here.")
    everything = {}
    for workload in options.workloads:
        everything[workload] = measure(sides, workload, options.rounds)
        print_workload(workload, everything[workload])
    print("\nseconds to import, build the guide's MLP and fit it for 20 steps, in a fresh process")
    for side in sides:
        print_start_ups(side, options.rounds)
    if any(side.module == "funclab" for side in sides):
        print()
        watched.main(options.rounds)
        print(flush=True)
        subprocess.run([sys.executable, "-m", "bench.eager"], cwd=ROOT, check=True)
    if options.json:
        options.json.write_text(json.dumps(everything, indent=1))


if __name__ == "__main__":
    main()
