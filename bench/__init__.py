"""Benchmarks: CPU time of one thread, as ratios to a reference timed in the same run."""

import os

# Before numpy is imported anywhere: its matrix products would otherwise use every core.
for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")
