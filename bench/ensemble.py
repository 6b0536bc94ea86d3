"""The tutorial's ensemble of three nets on CIFAR-10, by Keras and by fovea, from the same pictures.

Each trains `ensemble_1`, `ensemble_2` and `ensemble_3` for some epochs on the first training pictures (all, unless said) at batch 32
with Adam, and takes the mean of their probabilities on the test pictures; seed by seed, one after the other.

    python bench/ensemble.py build/release/app/fovea CIFAR10_FOLDER [--epochs 10] [--pictures N] [--seeds 0 1] [--only keras|fovea]

Needs bench/peers/requirements.txt for Keras.
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

NETS = ["ensemble_1", "ensemble_2", "ensemble_3"]


def by_keras(data, epochs: int, seed: int) -> dict:
    import keras

    from keras_nets import NETS as MAKE

    (x, y), (x_test, y_test) = data
    x, x_test = x.astype(np.float32) / 255, x_test.astype(np.float32) / 255
    tables, start = [], time.perf_counter()
    for name in NETS:
        keras.utils.set_random_seed(seed)
        model = MAKE[name]()
        model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        model.fit(x, y, epochs=epochs, batch_size=32, verbose=0)
        tables.append(model.predict(x_test, verbose=0))
    members = [float((table.argmax(1) == y_test).mean()) for table in tables]
    return {"members": members, "ensemble": float((np.mean(tables, 0).argmax(1) == y_test).mean()), "seconds": time.perf_counter() - start}


def by_fovea(program: pathlib.Path, pictures, epochs: int, seed: int) -> dict:
    (x, y), (x_test, y_test) = pictures
    data = "cifar10.npz"
    with tempfile.TemporaryDirectory() as work:
        np.savez(f"{work}/{data}", x_train=x, y_train=y, x_test=x_test, y_test=y_test)

        def fovea(*words):
            return subprocess.run([program, *map(str, words)], cwd=work, check=True, capture_output=True, text=True).stdout

        start, runs = time.perf_counter(), []
        for name in NETS:
            # The weights of the end, as Keras has them.
            fovea("train", name, "--data", data, "--epochs", epochs, "--seed", seed, "--validation-split", 0, "--name", name, "--save", f"{name}.safetensors", "--quiet")
            runs.append(f"{name}.safetensors")
        result = json.loads(fovea("ensemble", *runs, "--data", data, "--json"))
        seconds = time.perf_counter() - start
        alone = [time_of(lambda: fovea("eval", run, "--data", data)) for run in runs]
        together = time_of(lambda: fovea("ensemble", *runs, "--data", data))
    return {"members": [m["accuracy"] for m in result["members"]], "ensemble": result["accuracy"], "seconds": seconds,
            "evaluation": together / sum(alone)}


def time_of(work) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--pictures", type=int)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1])
    parser.add_argument("--only", choices=["keras", "fovea"])
    arguments = parser.parse_args()
    data = cifar10(arguments.folder, arguments.pictures)
    for seed in arguments.seeds:
        if arguments.only != "keras":
            print("fovea", seed, json.dumps(by_fovea(arguments.program.resolve(), data, arguments.epochs, seed)), flush=True)
        if arguments.only != "fovea":
            print("keras", seed, json.dumps(by_keras(data, arguments.epochs, seed)), flush=True)


if __name__ == "__main__":
    main()
