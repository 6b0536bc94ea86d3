"""Keras as a peer that is asked for one measurement at a time, so that runs can be interleaved.

Reads lines `train|augment|predict NET BATCH PICTURES` and answers each with one line of JSON: {"pictures_per_second": …}.
The first answer of a net includes building it, but no answer's clock does: every measurement warms up before it.
"""

import json
import os
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np
from keras.src.legacy.preprocessing.image import ImageDataGenerator
from keras_nets import AUGMENTATION, NETS

models = {}


def model_of(net):
    if net not in models:
        models[net] = NETS[net]()
        models[net].compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
    return models[net]


def measure(work, net, batch, pictures):
    model, random = model_of(net), np.random.default_rng(0)
    x = random.random((pictures, *model.inputs[0].shape[1:]), dtype=np.float32)
    classes = model.outputs[0].shape[-1]
    y = np.eye(classes, dtype=np.float32)[random.integers(0, classes, pictures)]
    augmenting = ImageDataGenerator(**AUGMENTATION, fill_mode="nearest")
    run = {
        "augment": lambda n: model.fit(augmenting.flow(x[:n], y[:n], batch_size=batch), verbose=0),
        "train": lambda n: model.fit(x[:n], y[:n], batch_size=batch, verbose=0),
        "predict": lambda n: model.predict(x[:n], batch_size=batch, verbose=0),
    }[work]
    run(2 * batch)
    begin = time.perf_counter()
    run(pictures)
    return pictures / (time.perf_counter() - begin)


for line in sys.stdin:
    work, net, batch, pictures = line.split()
    print(json.dumps({"pictures_per_second": measure(work, net, int(batch), int(pictures))}), flush=True)
