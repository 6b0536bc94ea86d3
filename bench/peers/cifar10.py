"""CIFAR-10 from its binary files, for what is measured beside fovea."""

import pathlib

import numpy as np


def cifar10(folder: pathlib.Path, train: int | None = None, test: int | None = None):
    """The first so many pictures of each part (all, unless said), as Keras gives them: ((x, y), (x_test, y_test)), bytes."""

    def read(names, count):
        rows = np.concatenate([np.fromfile(next(folder.rglob(name)), np.uint8).reshape(-1, 3073) for name in names])[:count]
        return rows[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1), rows[:, 0].astype(np.int64)

    return read([f"data_batch_{k}.bin" for k in range(1, 6)], train), read(["test_batch.bin"], test)
