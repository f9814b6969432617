"""`make bench`: every promise about speed, measured now, beside its goal. ARGS="exposure sockets" picks some."""

import importlib
import os
import sys

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

MODULES = (
    "exposure",
    "engines",
    "parsing",
    "pipeline",
    "history",
    "ledger",
    "journal",
    "alerts",
    "pages",
    "browser",
    "sockets",
)


def main() -> int:
    from bench.environment import prepared
    from bench.report import print_table

    wanted = sys.argv[1:] or list(MODULES)
    if unknown := set(wanted) - set(MODULES):
        print(f"Unknown: {', '.join(sorted(unknown))}. Choose from {', '.join(MODULES)}.")
        return 2
    missed = 0
    with prepared():
        for name in wanted:
            rows = importlib.import_module(f"bench.{name}").rows()
            print_table(rows, title=name)
            missed += sum(row.ok is False for row in rows)
    print(f"{missed} goals missed." if missed else "All goals met.")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
