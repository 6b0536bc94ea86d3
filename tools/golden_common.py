"""What all goldens share: the variants Keras is compared in, the tolerance rule, and how numbers are written.

A *golden* is what real Keras answers in float32. How far Keras is from itself says how close another implementation can be
asked to come: the same case is answered again by the variants below, each in a process of its own, because TensorFlow reads
its environment and Keras its float type once.
"""

from __future__ import annotations

import dataclasses
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

GOLDEN = pathlib.Path(__file__).resolve().parent.parent / "tests" / "golden"
SAFETY = 6.0  # a tolerance is so many times Keras's own largest difference
FLOOR = 1e-6  # and at least this
MOVE = 1e-7  # relative size of the moves
AT_ONCE = 2  # processes


@dataclasses.dataclass(frozen=True)
class Variant:
    """One way to ask Keras the same question."""

    name: str
    floatx: str = "float32"
    moved: int = 0  # seed of the move of the inputs, 0 leaves them alone
    xla: bool = False
    environment: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def move(self, values: np.ndarray, salt: int = 0) -> np.ndarray:
        """Values in this variant's type, each moved by a relative -MOVE, 0 or MOVE if the variant moves."""
        values = np.asarray(values)
        if self.moved:
            sign = np.random.default_rng([self.moved, salt]).integers(-1, 2, values.shape)
            values = (values.astype(np.float64) * (1 + MOVE * sign)).astype(values.dtype)
        return values.astype(self.floatx)


def moves(count: int) -> list[Variant]:
    return [Variant(f"moved_{k}", moved=k) for k in range(1, count + 1)]


BASE = Variant("base")
FLOAT64 = Variant("float64", floatx="float64")
NO_ONEDNN = Variant("no_onednn", environment={"TF_ENABLE_ONEDNN_OPTS": "0"})
VARIANTS = [BASE, FLOAT64, *moves(3), NO_ONEDNN]
# Other orders of the same float32 sums.
ORDERS = [
    Variant("xla", xla=True),
    NO_ONEDNN,
    Variant("avx2", environment={"ONEDNN_MAX_CPU_ISA": "AVX2"}),
    Variant("one_thread", environment={"TF_NUM_INTRAOP_THREADS": "1"}),
]


# Results are {case: {quantity: array}}.
Results = dict[str, dict[str, np.ndarray]]


def seed_of(name: str) -> int:
    """A seed that belongs to a name, the same in every process."""
    return zlib.crc32(name.encode())


def answer_in_all_variants(kind: str, variants: Sequence[Variant] = VARIANTS) -> dict[str, Results]:
    """Runs `golden.py --answer KIND VARIANT FILE` for every variant, and gathers what they wrote."""
    with tempfile.TemporaryDirectory() as folder:

        def results_of(variant: Variant) -> Results:
            file = pathlib.Path(folder) / f"{variant.name}.npz"
            defaults = {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "1"}
            command = [sys.executable, str(pathlib.Path(__file__).with_name("golden.py"))]
            environment = {**os.environ, **defaults, **variant.environment}
            subprocess.run([*command, "--answer", kind, variant.name, str(file)], env=environment, check=True)
            return load_results(file)

        with ThreadPoolExecutor(AT_ONCE) as pool:
            return dict(zip((v.name for v in variants), pool.map(results_of, variants), strict=True))


def answers_by_variant(kind: str, variants: Sequence[Variant]) -> dict[str, Results]:
    """The same where the base's process answers moves too, as cases NET@VARIANT: nets' results, by variant."""
    answers: dict[str, Results] = {}
    for results in answer_in_all_variants(kind, variants).values():
        for case, arrays in results.items():
            net, name = case.split("@")
            answers.setdefault(name, {})[net] = arrays
    return answers


def save_results(file: pathlib.Path, results: Results) -> None:
    np.savez(file, **{f"{case}|{key}": value for case, values in results.items() for key, value in values.items()})


def load_results(file: pathlib.Path) -> Results:
    results: Results = {}
    with np.load(file) as arrays:
        for name in arrays.files:
            case, key = name.split("|")
            results.setdefault(case, {})[key] = arrays[name]
    return results


def difference(other: np.ndarray, golden: np.ndarray) -> float:
    """max |other - golden| / max(1, max |golden|): absolute for small values, relative to the largest for others."""
    if golden.size == 0:
        return 0.0
    golden = golden.astype(np.float64)
    apart = np.max(np.abs(other.astype(np.float64) - golden))
    return float(apart / max(1.0, np.max(np.abs(golden))))


def spread(answers: dict[str, Results], case: str, key: str, measure=difference) -> float:
    """The largest difference of a variant from the base."""
    golden = answers[BASE.name][case][key]
    return max(measure(results[case][key], golden) for results in answers.values() if case in results)


def tolerance(largest_difference: float) -> float:
    """The rule of the goldens, rounded up to two digits."""
    value = max(FLOOR, SAFETY * largest_difference)
    unit = 10.0 ** (np.floor(np.log10(value)) - 1)
    return float(f"{np.ceil(value / unit - 1e-9) * unit:.1e}")


def tolerances(answers: dict[str, Results], case: str) -> dict[str, float]:
    return {key: tolerance(spread(answers, case, key)) for key in answers[BASE.name][case]}


def numbers(array: np.ndarray) -> list:
    """Nested lists for JSON: float32 in the fewest digits that read back to the same bits, float64 in ten."""
    array = np.asarray(array)
    if array.ndim > 0:
        return [numbers(row) for row in array]
    if array.dtype == np.float32:
        return float(str(array))
    if array.dtype == np.float64:
        return float(f"{array:.10g}")
    return array.item()


def write_json(file: pathlib.Path, value: object) -> None:
    """JSON a person can read: a field a line, but lists without objects in them on one line."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(_encode(value, "") + "\n", encoding="utf-8")


def _encode(value: object, indent: str) -> str:
    deeper = indent + "  "
    if isinstance(value, dict) and value:
        fields = (f"{deeper}{json.dumps(key)}: {_encode(item, deeper)}" for key, item in value.items())
        return "{\n" + ",\n".join(fields) + f"\n{indent}}}"
    if isinstance(value, (list, tuple)) and _holds_objects(value):
        return "[\n" + ",\n".join(deeper + _encode(item, deeper) for item in value) + f"\n{indent}]"
    return json.dumps(value, ensure_ascii=False)


def _holds_objects(value: object) -> bool:
    if isinstance(value, (list, tuple)):
        return any(isinstance(item, dict) or _holds_objects(item) for item in value)
    return False
