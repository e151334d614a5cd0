"""Many Jupyter kernels on one machine, each fitting the guide's MLP, with one cache of loops.

    python -m bench.kernels               20 kernels
    python -m bench.kernels 5             another number

Memory is read while all of them live. USS is what a kernel has for itself; PSS (on Linux only) adds
its part of what it shares with the others, so that it can be summed.
"""

import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
from jupyter_client.manager import KernelManager

ROOT = Path(__file__).resolve().parents[1]
KINDS = ("RSS", "PSS", "USS")
STEPS = {
    "numpy": "import numpy as np",
    "build": """
from bench.workloads import WORKLOADS
import funclab
workload = WORKLOADS["mlp"]
model = workload.build(funclab)""",
    "first fit": "model.fit(*workload.data(20), batch_size=32, verbose=0);",
}


class Kernel:
    """A kernel in its own process; `seconds` and `megabytes` record what each step took."""

    def __init__(self, environment: dict[str, str]) -> None:
        start = time.perf_counter()
        self.manager = KernelManager()
        settings = {**os.environ, **environment}
        self.manager.start_kernel(cwd=ROOT, env=settings, stderr=subprocess.DEVNULL)
        self.client = self.manager.blocking_client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=120)
        self.seconds = {"start": time.perf_counter() - start}
        self.megabytes = {"start": self.memory()}

    def run(self, steps: dict[str, str]) -> None:
        for step, code in steps.items():
            start = time.perf_counter()
            content = self.client.execute_interactive(code, timeout=120)["content"]
            if content["status"] != "ok":
                sys.exit(f"{step} failed in a kernel: {content['evalue']}")
            self.seconds[step] = time.perf_counter() - start
            self.megabytes[step] = self.memory()

    def memory(self) -> dict[str, float]:
        sizes = psutil.Process(self.manager.provisioner.process.pid).memory_full_info()
        return {kind: getattr(sizes, kind.lower(), math.nan) / 2**20 for kind in KINDS}

    def close(self) -> None:
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


def measure(count: int, cache: str) -> list[Kernel]:
    """Kernels that came one after another; their last memory is read while all of them live."""
    kernels: list[Kernel] = []
    try:
        for _ in range(count):
            kernels.append(Kernel({"NUMBA_CACHE_DIR": cache}))
            kernels[-1].run(STEPS)
        for kernel in kernels:
            kernel.megabytes["together"] = kernel.memory()
    finally:
        for kernel in kernels:
            kernel.close()
    return kernels


def main(count: int = 20) -> None:
    with tempfile.TemporaryDirectory() as cache:
        measure(1, cache)  # compiles the loops
        kernels = measure(count, cache)
    print("median of        ", *(f"{step:>10}" for step in kernels[0].megabytes))
    seconds = [[kernel.seconds[step] for kernel in kernels] for step in kernels[0].seconds]
    print("seconds          ", *(f"{statistics.median(times):10.2f}" for times in seconds))
    print("  the slowest    ", *(f"{max(times):10.2f}" for times in seconds))
    for kind in KINDS:
        sizes = [[k.megabytes[step][kind] for k in kernels] for step in kernels[0].megabytes]
        print(f"MB of {kind}        ", *(f"{statistics.median(step):10.1f}" for step in sizes))
    total = sum(kernel.megabytes["together"]["PSS"] for kernel in kernels)
    print(f"{count} kernels together hold {total:.0f} MB (the sum of PSS)")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
