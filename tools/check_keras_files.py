"""Reads model files that fovea wrote with real Keras, and compares what Keras predicts with what fovea did.

Run by hand, in a virtual environment with tools/requirements.txt:

    python tools/check_keras_files.py FOLDER…

A folder holds any of model.keras, model.h5, model.weights.h5 (with model.json) and model.json, and answers.npz with the inputs `x` and
fovea's `probabilities` of them. Where it has `y` and `after/LAYER/WEIGHT` too, the training that the file is in the midst of goes on for two
epochs of batches of 4, and must end there. Keras 3 reads all files, Keras 2 (the package tf_keras) model.h5 too, unless --keras-3-only. A line a file
and package; the exit code is 1 if one cannot be read or is further than 1e-5 from fovea's probabilities.
"""

from __future__ import annotations

import argparse
import os
import pathlib
from collections.abc import Callable, Iterator

import numpy as np

CLOSE = 1e-5
FILES = ["model.keras", "model.h5", "model.weights.h5", "model.json"]


def with_weights(keras, folder: pathlib.Path):
    model = keras.models.model_from_json((folder / "model.json").read_text(encoding="utf-8"))
    model.load_weights(folder / "model.weights.h5")
    return model


def readers(folder: pathlib.Path, keras_3_only: bool) -> Iterator[tuple[str, Callable]]:
    """What is read by which package, and how."""
    import keras

    three = f"keras {keras.__version__}"
    for name in ("model.keras", "model.h5"):
        if (folder / name).exists():
            yield f"{name}: {three}", lambda name=name: keras.models.load_model(folder / name)
    if (folder / "model.weights.h5").exists():
        yield f"model.weights.h5: {three}", lambda: with_weights(keras, folder)
    elif (folder / "model.json").exists():
        yield f"model.json: {three}", lambda: keras.models.model_from_json((folder / "model.json").read_text(encoding="utf-8"))
    if (folder / "model.h5").exists() and not keras_3_only:
        import tf_keras

        yield f"model.h5: tf_keras {tf_keras.__version__}", lambda: tf_keras.models.load_model(folder / "model.h5")


def apart(model, pictures: np.ndarray, expected: np.ndarray) -> float:
    outputs = model(pictures, training=False)
    got = np.asarray(outputs[0] if isinstance(outputs, (list, tuple)) else outputs)
    if got.shape != expected.shape:
        raise ValueError(f"other shape of probabilities (got {got.shape}, expected {expected.shape})")
    return float(np.max(np.abs(got.astype(np.float64) - expected), initial=0))


def end_apart(model, arrays) -> float:
    """How far from `after/…` a training ends that goes on."""
    model.fit(arrays["x"], arrays["y"], 4, 2, shuffle=False, verbose=0)
    differences = []
    for layer in model.layers:
        for weight in layer.weights:
            name = getattr(weight, "path", weight.name).split("/")[-1].split(":")[0]
            differences.append(float(np.max(np.abs(np.asarray(weight) - arrays[f"after/{layer.name}/{name}"]))))
    return max(differences)


def check_folder(folder: pathlib.Path, keras_3_only: bool) -> bool:
    with np.load(folder / "answers.npz") as file:
        arrays = dict(file)
    pictures, expected = arrays["x"], arrays["probabilities"]
    found = False
    good = True
    for what, read in readers(folder, keras_3_only):
        found = True
        try:
            model = read()
            if what.startswith("model.json"):  # an architecture without weights
                print(f"{folder}/{what}: read, {model.count_params()} parameters")
                continue
            difference = apart(model, pictures, expected)
            close = difference <= CLOSE
            print(f"{folder}/{what}: {difference:.1e} {'ok' if close else f'(expected at most {CLOSE:.0e})'}")
            good &= close
            # Keras 3 does not go on from .h5, its own neither.
            if "y" in arrays and (what.startswith("model.keras") or "tf_keras" in what):
                difference = end_apart(model, arrays)
                close = difference <= CLOSE
                print(f"{folder}/{what}: goes on: {difference:.1e} {'ok' if close else f'(expected at most {CLOSE:.0e})'}")
                good &= close
        except Exception as error:
            message = (str(error).strip().splitlines() or [""])[0]
            print(f"{folder}/{what}: {type(error).__name__}: {message}")
            good = False
    if not found:
        print(f"{folder}: no model file (expected {', '.join(FILES)})")
    return good and found


def main() -> None:
    parser = argparse.ArgumentParser(description="Reads model files that fovea wrote with real Keras.")
    parser.add_argument("folders", nargs="+", metavar="FOLDER", type=pathlib.Path)
    parser.add_argument("--keras-3-only", action="store_true", help="leave out reading model.h5 with tf_keras")
    arguments = parser.parse_args()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    results = [check_folder(folder, arguments.keras_3_only) for folder in arguments.folders]
    raise SystemExit(0 if all(results) else 1)


if __name__ == "__main__":
    main()
