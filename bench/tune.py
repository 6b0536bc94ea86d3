"""The tutorial's Hyperband search on some CIFAR-10 pictures, by Keras Tuner and by fovea: the same space, brackets and pictures.

Both train on the first training pictures and judge trials by `val_accuracy` on the first test pictures; one worker, seed by seed,
one program after the other.

    python bench/tune.py build/release/app/fovea CIFAR10_FOLDER [--pictures 3000] [--max-epochs 20] [--factor 3] [--seeds 0 1 2]

Needs bench/peers/requirements.txt, keras-tuner 1.4.7 and tensorboard for Keras.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
import time

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).parent / "peers"))
from cifar10 import cifar10

VALIDATION = 1000


def build(hp):
    import keras

    layers = keras.layers
    model = keras.Sequential([
        keras.Input((32, 32, 3)),
        layers.Conv2D(hp.Int("conv_1_filter", 32, 128, step=32), hp.Choice("conv_1_kernel", [3, 5]), activation="relu"),
        layers.MaxPooling2D(),
        layers.Conv2D(hp.Int("conv_2_filter", 64, 256, step=64), hp.Choice("conv_2_kernel", [3, 5]), activation="relu"),
        layers.MaxPooling2D(),
        layers.Flatten(),
        layers.Dense(hp.Int("dense_units", 128, 512, step=128), activation="relu"),
        layers.Dropout(hp.Float("dropout_rate", 0.2, 0.5, step=0.1)),
        layers.Dense(10, activation="softmax"),
    ])
    model.compile(keras.optimizers.Adam(hp.Choice("learning_rate", [1e-3, 1e-4])), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def by_keras(data, arguments, seed: int) -> dict:
    import keras
    import keras_tuner

    (x, y), (x_val, y_val) = data
    x, x_val = x.astype(np.float32) / 255, x_val.astype(np.float32) / 255
    with tempfile.TemporaryDirectory() as work:
        keras.utils.set_random_seed(seed)
        start = time.perf_counter()
        tuner = keras_tuner.Hyperband(build, objective="val_accuracy", max_epochs=arguments.max_epochs, factor=arguments.factor, seed=seed,
                                      directory=work, project_name="tutorial")
        tuner.search(x, y, validation_data=(x_val, y_val), batch_size=32, verbose=0)
        seconds = time.perf_counter() - start
        trials = tuner.oracle.trials.values()
        return {"seconds": seconds, "trials": len(trials), "best": max(t.score for t in trials if t.score is not None)}


def by_fovea(program: pathlib.Path, data, arguments, seed: int) -> dict:
    (x, y), (x_val, y_val) = data
    with tempfile.TemporaryDirectory() as work:
        np.savez(f"{work}/cifar.npz", x_train=x, y_train=y, x_test=x_val, y_test=y_val)
        start = time.perf_counter()
        words = ["tune", "tutorial", "--data", "cifar.npz", "--validation", "test", "--max-epochs", arguments.max_epochs, "--factor", arguments.factor,
                 "--seed", seed, "--name", "search", "--quiet", "--json"]
        subprocess.run([program, *map(str, words)], cwd=work, check=True, stdout=subprocess.DEVNULL)
        seconds = time.perf_counter() - start
        shown = subprocess.run([program, "study", "show", "runs/tune/search", "--json"], cwd=work, check=True, capture_output=True, text=True).stdout
    scores = [trial["score"] for trial in json.loads(shown)["trials"] if trial.get("score") is not None]
    return {"seconds": seconds, "trials": len(scores), "best": max(scores)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--pictures", type=int, default=3000)
    parser.add_argument("--max-epochs", type=int, default=20)
    parser.add_argument("--factor", type=int, default=3)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--only", choices=["keras", "fovea"])
    arguments = parser.parse_args()
    data = cifar10(arguments.folder, arguments.pictures, VALIDATION)
    results = {"fovea": [], "keras": []}
    for seed in arguments.seeds:
        for name, search in (("fovea", lambda: by_fovea(arguments.program.resolve(), data, arguments, seed)), ("keras", lambda: by_keras(data, arguments, seed))):
            if arguments.only in (None, name):
                results[name].append(search())
                print(name, seed, json.dumps(results[name][-1]), flush=True)
    if all(results.values()):
        seconds = {name: sum(result["seconds"] for result in all_seeds) for name, all_seeds in results.items()}
        best = {name: float(np.mean([result["best"] for result in all_seeds])) for name, all_seeds in results.items()}
        print(f"fovea is {seconds['keras'] / seconds['fovea']:.2f} times as fast; best val_accuracy {best['fovea']:.4f}, Keras Tuner {best['keras']:.4f}")


if __name__ == "__main__":
    main()
