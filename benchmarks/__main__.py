"""Run all benchmarks and write `book/reference/speed.json`, which the page "How fast is it?" shows.

    python -m benchmarks

Every part runs in a process of its own, because threads and the kernel of OpenBLAS are chosen when NumPy is loaded.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "book" / "reference" / "speed.json"
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
KERNELS = {"avx512f": "SkylakeX", "avx2": "Haswell"}  # what a processor can do, and a kernel of OpenBLAS that uses it


def run(part: str, threads: int = 1, kernel: str = "", peers: tuple[str, ...] = ()) -> dict:
    """One part, measured in a new process."""
    environment = {**os.environ, **dict.fromkeys(THREADS, str(threads)), "PYTHONHASHSEED": "0"}
    if threads == 1:
        environment["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"
    if kernel:
        environment["OPENBLAS_CORETYPE"] = kernel
    command = [sys.executable, "-m", "benchmarks.training", part, "--threads", str(threads)]
    command += ["--peers", *peers] if peers else []
    print(f"{part}, {threads} thread(s) {kernel}", file=sys.stderr, flush=True)
    return json.loads(subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE).stdout)


def other_kernel(chosen: str) -> str:
    """Another kernel that this processor can run than the one that OpenBLAS has chosen; Linux alone tells."""
    try:
        flags = Path("/proc/cpuinfo").read_text().split()
    except OSError:
        return ""
    return next((kernel for flag, kernel in KERNELS.items() if flag in flags and kernel != chosen), "")


def main() -> None:
    found = {"one thread": run("shares")}
    found["gains"], found["fused"], found["memory"] = run("gains"), run("fused"), run("memory")
    kernel = other_kernel(found["one thread"]["machine"]["kernel"])
    if kernel:
        found["other kernel"] = run("shares", kernel=kernel, peers=("JAX step", "JAX epoch"))
    found["two threads"] = run("shares", threads=2)
    RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(f"written to {RESULTS.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
