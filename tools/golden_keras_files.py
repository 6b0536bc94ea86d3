"""Goldens of model files: what Keras 3 and Keras 2 (the package tf_keras) write, and what they predict with it.

Each model gets a folder of its own, tests/golden/keras_files/MODEL/; index.json lists models and files. Every file is read back by
the package that wrote it before it is listed.
"""

from __future__ import annotations

import json
import os
import pathlib
import shutil
from collections.abc import Iterator

import keras
import numpy as np
import tf_keras

from golden_common import (
    BASE,
    FLOAT64,
    GOLDEN,
    ORDERS,
    Results,
    Variant,
    answer_in_all_variants,
    difference,
    moves,
    tolerances,
    write_json,
)
from golden_keras_models import MODELS, built, custom_cnn_chain, given_pictures, packages_of, predictions
from golden_keras_old import Form, as_1, as_2_1, as_2_2_4, as_2_4, read_h5, weights_of_1, write_h5
from golden_keras_trained import TRAININGS, broken_off, data, optimizers_of, went_on

FOLDER = GOLDEN / "keras_files"
WRITERS = {"keras_3": f"keras {keras.__version__}", "keras_2": f"tf_keras {tf_keras.__version__}"}
WRITERS["keras_2_legacy"] = WRITERS["keras_2"]

# Files are many and HDF5 is roomy: these formats not every model has.
WEIGHTS_OF = ["chain", "frozen_transfer", "custom_cnn", "trained_adam"]
RARE_OF = ["chain", "trained_adam"]  # Keras 2's .keras and .weights.h5
NO_H5_OF_KERAS_3 = ["transfer", "activations", "moves", "open_sizes", "trained_sgd", "trained_rmsprop", "trained_amsgrad_cosine"]


# Answering.


def outputs_of(model, pictures: np.ndarray) -> dict[str, np.ndarray]:
    return {f"probabilities_{i}" if i else "probabilities": output for i, output in enumerate(predictions(model, pictures))}


def answer(variant: Variant) -> Results:
    """Cases are MODEL/PACKAGE."""
    tf_keras.backend.set_floatx(variant.floatx)
    results: Results = {}
    for name in MODELS:
        for package, k in packages_of(name, variant.floatx).items():
            model = built(k, name, variant)
            results[f"{name}/{package}"] = outputs_of(model, variant.move(given_pictures(model, name)))
    for name in TRAININGS:
        for package, (k, optimizers) in optimizers_of(name).items():
            model = broken_off(name, k, optimizers, variant)
            results[f"{name}/{package}"] = outputs_of(model, data(variant)[0]) | went_on(model, variant)
    return results


# Writing.


def formats_of(name: str, package: str) -> list[str]:
    """Endings of the files."""
    h5 = [] if package == "keras_3" and name in NO_H5_OF_KERAS_3 else ["h5"]
    weights = ["weights.h5" if package == "keras_3" else "weights_only.h5"] if name in WEIGHTS_OF else []
    if name == "custom_cnn":
        return [*weights, "weights.h5"] if package == "keras_2" else weights
    if package == "keras_3":
        return ["keras", *h5, *weights, "json"]
    return h5 + weights + (["keras", "weights.h5"] if name in RARE_OF else []) + ["json"]


def first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [""])[0]


def write_file(model, file: pathlib.Path, ending: str) -> bool:
    """Whether Keras can."""
    if ending == "json":
        file.write_text(model.to_json() + "\n", encoding="utf-8")
        return True
    try:
        (model.save_weights if ending.startswith("weights") else model.save)(str(file))
        return True
    except Exception as error:
        print(f"{file}: cannot be written ({type(error).__name__}: {first_line(error)})")
        file.unlink(missing_ok=True)
        return False


def loaded(k, file: pathlib.Path, ending: str, model):
    """The model read back, none where Keras fails; weights alone come into a new model of the same architecture."""
    k.backend.clear_session()
    again = None if ending in ("keras", "h5") else model()
    try:
        if again is None:
            return k.models.load_model(str(file))
        again.load_weights(str(file))
        return again
    except Exception as error:
        print(f"{file}: {k.__name__} cannot read what it wrote ({type(error).__name__}: {first_line(error)})")
        return None


class Writer:
    """Writes files of one model, and lists them."""

    def __init__(self, name: str, answers: dict[str, Results]):
        self.name = name
        cases = {case.split("/")[1]: case for case in answers[BASE.name] if case.split("/")[0] == name}
        self.golden = {package: answers[BASE.name][case] for package, case in cases.items()}
        self.tolerance = {package: tolerances(answers, case) for package, case in cases.items()}
        self.folder = FOLDER / name
        self.folder.mkdir(parents=True)
        self.files: list[dict] = []

    def list_file(self, file: pathlib.Path, ending: str, package: str, **more) -> None:
        entry = {"model": self.name, "file": f"{self.name}/{file.name}", "format": ending}
        if ending.startswith("weights"):
            entry["architecture"] = f"{self.name}/{package}.json"
        self.files.append(entry | {"written_by": WRITERS[package], "answers": package} | more)

    def differing(self, arrays: dict[str, np.ndarray], package: str) -> dict[str, float]:
        """How far arrays are from the goldens, where they are further than the tolerance."""
        apart = {key: difference(array, self.golden[package][key]) for key, array in arrays.items()}
        return {key: value for key, value in apart.items() if not value <= self.tolerance[package][key]}

    def check(self, model, file: pathlib.Path, package: str, pictures: np.ndarray) -> None:
        if differing := self.differing(outputs_of(model, pictures), package):
            raise SystemExit(f"{file}: what Keras reads back predicts otherwise ({differing})")


def write_model(writer: Writer) -> np.ndarray:
    name, pictures = writer.name, None
    for package, k in packages_of(name).items():
        model = built(k, name, BASE)
        pictures = given_pictures(model, name)
        for ending in formats_of(name, package):
            file = writer.folder / f"{package}.{ending}"
            if not write_file(model, file, ending):
                continue
            again = loaded(k, file, ending, lambda k=k: built(k, name, BASE)) if ending != "json" else None
            if again is not None:
                writer.check(again, file, package, pictures)
            writer.list_file(file, ending, package, **({"keras_reads": again is not None} if ending != "json" else {}))
        if name == "custom_cnn":
            k.backend.clear_session()
            write_file(custom_cnn_chain(k), writer.folder / f"{package}.json", "json")
    return pictures


def write_training(writer: Writer) -> np.ndarray:
    for package, (k, optimizers) in optimizers_of(writer.name).items():
        for ending in ["h5"] if package == "keras_2_legacy" else formats_of(writer.name, package):
            # Each file has a model of its own: writing .h5, Keras 3 loses the optimizer that a later .keras should have.
            model = broken_off(writer.name, k, optimizers, BASE)
            file = writer.folder / f"{package}.{ending}"
            write_file(model, file, ending)
            resumes = {"keras_resumes": resumes_in_keras(writer, k, file, package)} if ending in ("keras", "h5") else {}
            writer.list_file(file, ending, package, **resumes)
    return data(BASE)[0]


def resumes_in_keras(writer: Writer, k, file: pathlib.Path, package: str) -> bool:
    model = k.models.load_model(str(file))
    writer.check(model, file, package, data(BASE)[0])
    try:
        differing = writer.differing(went_on(model, BASE), package)
    except ValueError as error:
        differing = first_line(error)
    if differing:
        print(f"{file}: does not go on in Keras as it would have ({differing})")
    return not differing


# Older versions.

V_2_4, V_2_2_4, V_2_1 = Form("2.4.0", fixed=False), Form("2.2.4"), Form("2.1.6")
V_1 = Form("1.2.2", version_of_weights=False)


def old_files() -> Iterator[tuple]:
    """Model, name of the file, the form, what becomes of the configuration and of the weights."""
    for name in ("frozen_transfer", "teachable_machine"):
        yield name, "keras_2.4.0", V_2_4, as_2_4, None
    for name in ("chain", "branches", "frozen_transfer"):
        yield name, "keras_2.2.4", V_2_2_4, as_2_2_4, None
    yield "chain", "keras_2.1.6", V_2_1, as_2_1, None
    for name in ("chain", "branches"):
        yield name, "keras_1.2.2", V_1, as_1, weights_of_1
    yield "chain", "chunked", Form("2.2.4", parts=2), as_2_2_4, None
    yield "chain", "newest", Form("2.2.4", fixed=False, newest=True), as_2_2_4, None
    yield "chain", "compressed", Form("2.2.4", compressed=True), as_2_2_4, None
    yield "chain", "vgg16_like", Form(), None, lambda weights: weights_of_1(weights, "_1")


def write_old(writer: Writer, pictures: np.ndarray) -> None:
    for name, stem, form, change_config, change_weights in old_files():
        if name != writer.name:
            continue
        config, weights = read_h5(writer.folder / "keras_2.h5")
        config = change_config(config) if change_config else None
        weights = change_weights(weights) if change_weights else weights
        ending = "h5" if config else "weights_only.h5"
        file = writer.folder / f"{stem}.{ending}"
        write_h5(file, weights, form, config)
        if config and stem != "keras_1.2.2":
            model = tf_keras.models.load_model(str(file))
        else:
            model = loaded(tf_keras, file, "weights_only.h5", lambda name=name: built(tf_keras, name, BASE))
        writer.check(model, file, "keras_2", pictures)
        writer.list_file(file, ending, "keras_2", form_of=form.version or "1")
        if stem in ("keras_2.2.4", "keras_1.2.2"):
            architecture = file.with_suffix(".json")
            architecture.write_text(json.dumps(config | {"keras_version": form.version}) + "\n", encoding="utf-8")
            writer.list_file(architecture, "json", "keras_2", form_of=form.version)


def write() -> None:
    os.environ["TF_ENABLE_ONEDNN_OPTS"] = "1"
    answers = answer_in_all_variants("keras_files", [BASE, FLOAT64, *moves(3), *ORDERS])
    shutil.rmtree(FOLDER, ignore_errors=True)
    models, files = {}, []
    for name in [*MODELS, *TRAININGS]:
        writer = Writer(name, answers)
        pictures = write_training(writer) if name in TRAININGS else write_model(writer)
        write_old(writer, pictures)
        arrays = {"x": pictures} | ({"y": data(BASE)[1]} if name in TRAININGS else {})
        arrays |= {f"{package}/{key}": array for package, golden in writer.golden.items() for key, array in golden.items()}
        np.savez(writer.folder / "answers.npz", **arrays)
        models[name] = {"arrays": f"{name}/answers.npz", "tolerance": writer.tolerance}
        files += writer.files
    write_json(FOLDER / "index.json", {"models": models, "files": files})
