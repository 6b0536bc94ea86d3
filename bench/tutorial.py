"""The whole Keras tutorial by Keras and by `script/tutorial`, on CIFAR-10: the same trainings, one program after the other.

Keras does what the tutorial and its ablations train, evaluates, looks at feature maps and Grad-CAM, searches and combines; fovea
does that, and what else its page has (every method of attribution, its measures, the report).

    python bench/tutorial.py CIFAR10_FOLDER [--whole] [--only keras|fovea]

One epoch each, as `script/tutorial --quick`, unless --whole is said: that takes Keras hours. Prints seconds, chapter by chapter for
Keras. Needs bench/peers/requirements.txt, keras-tuner 1.4.7 and tensorboard. Fovea's half begins from nothing: it refuses to run where
runs/tutorial-cifar10… or runs/ablations-cifar10… of the same length is there.
"""

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile
from dataclasses import dataclass

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).parent / "peers"))
from cifar10 import cifar10
from ensemble import NETS as ENSEMBLE, time_of

ROOT = pathlib.Path(__file__).resolve().parent.parent
ABLATED_AUGMENTATION = {"width_shift_range": 0.1, "height_shift_range": 0.1, "horizontal_flip": True}
BATCH = 32


@dataclass
class Epochs:
    """Of each chapter, as script/tutorial has them."""

    basic: int
    variants: int
    advanced: int
    callbacks: int
    transfer: int
    search: int
    steps: int
    ablations: int
    seeds: int


QUICK = Epochs(basic=1, variants=1, advanced=1, callbacks=2, transfer=1, search=3, steps=5, ablations=1, seeds=1)
WHOLE = Epochs(basic=10, variants=5, advanced=20, callbacks=50, transfer=10, search=9, steps=200, ablations=10, seeds=3)


class KerasTutorial:
    def __init__(self, folder: pathlib.Path, epochs: Epochs):
        import keras

        import keras_nets

        self.keras, self.nets, self.epochs = keras, keras_nets, epochs
        (x, y), (x_test, self.y_test) = cifar10(folder)
        x, self.x_test = x.astype(np.float32) / 255, x_test.astype(np.float32) / 255
        # As many as fovea cuts off: nine tenths train.
        self.x, self.y, self.x_val, self.y_val = x[:45000], y[:45000], x[45000:], y[45000:]

    def fit(self, model, epochs: int, augmentation=None, **options):
        if not model.compiled:
            model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        if augmentation:
            from keras.src.legacy.preprocessing.image import ImageDataGenerator

            pictures = [ImageDataGenerator(**augmentation, fill_mode="nearest").flow(self.x, self.y, batch_size=BATCH)]
        else:
            pictures = [self.x, self.y]
            options["batch_size"] = BATCH
        model.fit(*pictures, epochs=epochs, validation_data=(self.x_val, self.y_val), verbose=0, **options)
        return model

    def net(self, name: str):
        return self.nets.NETS[name]()

    def basic(self):
        model = self.fit(self.net("basic"), self.epochs.basic)
        model.evaluate(self.x_test, self.y_test, verbose=0)

    def pooling(self):
        for name in ("max_pool", "avg_pool", "global_avg_pool"):
            self.fit(self.net(name), self.epochs.variants)

    def advanced(self):
        self.trained = self.fit(self.net("advanced"), self.epochs.advanced)

    def callbacks(self):
        calls = self.keras.callbacks
        self.fit(self.net("advanced"), self.epochs.callbacks,
                 callbacks=[calls.EarlyStopping(patience=5), calls.ReduceLROnPlateau(factor=0.5, patience=3)])

    def augmentation(self):
        self.fit(self.net("basic"), self.epochs.basic)
        self.fit(self.net("basic"), self.epochs.basic, self.nets.AUGMENTATION)

    def custom(self):
        self.fit(self.net("advanced"), self.epochs.basic)

    def transfer(self):
        layers, applications = self.keras.layers, self.keras.applications
        for family in (applications.VGG16, applications.ResNet50):
            base = family(weights=None, include_top=False, input_shape=(32, 32, 3))
            base.trainable = False
            head = [layers.GlobalAveragePooling2D(), layers.Dense(128, "relu"), layers.Dropout(0.5), layers.Dense(10, "softmax")]
            self.fit(self.keras.Sequential([base, *head]), self.epochs.transfer)

    def looking(self):
        """Feature maps of two layers, and Grad-CAM of three pictures."""
        import tensorflow as tf

        model, convolutions = self.trained, [layer for layer in self.trained.layers if "conv" in layer.name]
        self.keras.Model(model.inputs, [layer.output for layer in convolutions[:2]]).predict(self.x_test[:1], verbose=0)
        watched = self.keras.Model(model.inputs, [convolutions[-1].output, *model.outputs])
        for picture in range(3):
            with tf.GradientTape() as tape:
                maps, scores = watched(self.x_test[picture:picture + 1])
                score = tf.reduce_max(scores[0])
            weights = tf.reduce_mean(tape.gradient(score, maps), axis=(0, 1, 2))
            tf.nn.relu(tf.reduce_sum(maps[0] * weights, -1)).numpy()

    def ensemble(self):
        tables = [self.fit(self.net(name), self.epochs.basic).predict(self.x_test, verbose=0) for name in ENSEMBLE]
        np.mean(tables, 0).argmax(1)

    def search(self):
        import keras_tuner
        from tune import build

        with tempfile.TemporaryDirectory() as work:
            tuner = keras_tuner.Hyperband(build, objective="val_accuracy", max_epochs=self.epochs.search, factor=3, directory=work)
            tuner.search(self.x, self.y, validation_data=(self.x_val, self.y_val), batch_size=BATCH, steps_per_epoch=self.epochs.steps, verbose=0)
            self.fit(tuner.hypermodel.build(tuner.get_best_hyperparameters()[0]), self.epochs.basic)

    def ablated(self, kernel=3, pooling="MaxPooling2D", norm=False, drop=False, padding="same", more=False):
        layers = self.keras.layers

        def convolved(filters):
            return [layers.Conv2D(filters, kernel, activation="relu", padding=padding), *([layers.BatchNormalization()] if norm else [])]

        def dropped(rate):
            return [layers.Dropout(rate)] if drop else []

        def pooled():
            return [getattr(layers, pooling)(2), *dropped(0.25)]

        deeper = [layers.Conv2D(64, 3, activation="relu", padding="same") for _ in range(2 if more else 0)]
        return self.keras.Sequential([
            self.keras.Input((32, 32, 3)), *convolved(32), *pooled(), *convolved(64), *pooled(), *convolved(64), *deeper,
            layers.Flatten(), layers.Dense(64, "relu"), *dropped(0.5), layers.Dense(10, "softmax")])

    def ablations(self):
        valid = {"padding": "valid"}
        nets = [valid, {**valid, "pooling": "AveragePooling2D"}, {}, {"kernel": 5}, {**valid, "norm": True}, {**valid, "drop": True}, {**valid, "more": True}]
        augmented = [valid, {**valid, "norm": True, "drop": True}]
        for _ in range(self.epochs.seeds):
            for changed in nets:
                self.fit(self.ablated(**changed), self.epochs.ablations, validation_freq=self.epochs.ablations)
            for changed in augmented:
                self.fit(self.ablated(**changed), self.epochs.ablations, ABLATED_AUGMENTATION, validation_freq=self.epochs.ablations)

    def run(self) -> float:
        total = 0.0
        for chapter in (self.basic, self.pooling, self.advanced, self.callbacks, self.augmentation, self.custom, self.transfer, self.looking, self.ensemble,
                        self.search, self.ablations):
            seconds = time_of(chapter)
            print(f"keras {chapter.__name__} {seconds:.1f} s", flush=True)
            total += seconds
        return total


def by_fovea(folder: pathlib.Path, whole: bool) -> float:
    length = "" if whole else "-quick"
    for kept in (f"tutorial-cifar10{length}", f"ablations-cifar10-{(WHOLE if whole else QUICK).ablations}"):
        if (ROOT / "runs" / kept).exists():
            sys.exit(f"runs/{kept}: is there already; fovea's half begins from nothing")
    environment = {**os.environ, "CIFAR10_DIR": str(folder.resolve())}
    return time_of(lambda: subprocess.run(["script/tutorial", *([] if whole else ["--quick"])], cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--whole", action="store_true")
    parser.add_argument("--only", choices=["keras", "fovea"])
    arguments = parser.parse_args()
    seconds = {}
    if arguments.only != "keras":
        seconds["fovea"] = by_fovea(arguments.folder, arguments.whole)
        print(f"fovea, all {seconds['fovea']:.1f} s", flush=True)
    if arguments.only != "fovea":
        seconds["keras"] = KerasTutorial(arguments.folder, WHOLE if arguments.whole else QUICK).run()
        print(f"keras, all {seconds['keras']:.1f} s", flush=True)
    if len(seconds) == 2:
        print(f"fovea is {seconds['keras'] / seconds['fovea']:.2f} times as fast")


if __name__ == "__main__":
    main()
