"""Writes tests/golden/ from real Keras.

Run by hand, in a virtual environment with tools/requirements.txt:

    python tools/golden.py                 every kind
    python tools/golden.py layers report   these kinds

Never needed to build, run or test: the goldens are committed. Their formats are described in tests/golden/README.md.
"""

from __future__ import annotations

import argparse
import importlib
import os
import pathlib

KINDS = ["layers", "losses", "metrics", "optimizers", "trainings", "fits", "nets", "zoo"]
KINDS += ["explain", "report", "summary", "architectures", "callbacks", "schedules", "augment", "keras_files", "tune"]


def answer(kind: str, variant_name: str, file: pathlib.Path) -> None:
    """Answers all cases of a kind in one variant: the part that runs in a process of its own."""
    import keras
    from golden_common import ORDERS, VARIANTS, save_results

    variant = next(v for v in [*VARIANTS, *ORDERS] if v.name == variant_name)
    keras.config.set_floatx(variant.floatx)
    save_results(file, importlib.import_module(f"golden_{kind}").answer(variant))


def main() -> None:
    parser = argparse.ArgumentParser(description="Writes tests/golden/ from real Keras.")
    parser.add_argument("kinds", nargs="*", metavar="KIND", help=f"any of {', '.join(KINDS)} (default: all)")
    parser.add_argument("--answer", nargs=3, metavar=("KIND", "VARIANT", "FILE"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if arguments.answer:
        kind, variant, file = arguments.answer
        return answer(kind, variant, pathlib.Path(file))
    if unknown := set(arguments.kinds) - set(KINDS):
        parser.error(f"unknown kind {', '.join(sorted(unknown))} (expected {', '.join(KINDS)})")
    for kind in arguments.kinds or KINDS:
        print(kind, flush=True)
        importlib.import_module(f"golden_{kind}").write()


if __name__ == "__main__":
    main()
