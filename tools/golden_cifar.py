"""Writes tests/golden/cifar/: batches of two pictures as Python pickles them, in several protocols.

Run by hand, in the virtual environment of tools/requirements.txt:

    python tools/golden_cifar.py

`cifar10_pN` and `cifar100_p2` have the keys and types of the real files; picture i of a batch has red i + 1 everywhere,
green counting up, blue 255 - i. The others are refused.
"""

import os
import pathlib
import pickle

import numpy as np

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "tests" / "golden" / "cifar"


class Bytes(bytes):
    """What Python 2 pickled as str: a pickler that writes BINSTRING."""


class Python2Pickler(pickle._Pickler):
    dispatch = pickle._Pickler.dispatch.copy()

    def save_bytes(self, value):
        if len(value) < 256:
            self.write(b"U" + bytes([len(value)]) + value)
        else:
            self.write(b"T" + len(value).to_bytes(4, "little") + value)
        self.memoize(value)

    dispatch[bytes] = save_bytes


def planes():
    pixels = np.zeros((2, 3, 1024), np.uint8)
    for i in range(2):
        pixels[i, 0], pixels[i, 1], pixels[i, 2] = i + 1, np.arange(1024) % 256, 255 - i
    return pixels.reshape(2, 3072)


def write(name, value, protocol):
    with open(FOLDER / name, "wb") as file:
        if protocol == 2:
            Python2Pickler(file, 2).dump(value)
        else:
            pickle.dump(value, file, protocol)


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    names = [b"leptodactylus_pentadactylus_s_000004.png", b"truck_s_000006.png"]
    batch = {b"data": planes(), b"labels": [6, 9], b"batch_label": b"training batch 1 of 5", b"filenames": names}
    for protocol in [2, 3, 4]:
        write(f"cifar10_p{protocol}", batch, protocol)
    write("cifar10_fortran", batch | {b"data": np.asfortranarray(planes())}, 2)
    write("cifar100_p2", {b"data": planes(), b"fine_labels": [19, 99], b"coarse_labels": [11, 0], b"filenames": names,
                          b"batch_label": b"training batch 1 of 1"}, 2)
    write("refused_call", {"data": os.getcwd}, 2)
    write("refused_opcode", {"data": 1.5}, 2)
    write("refused_floats", batch | {b"data": planes().astype(np.float32)}, 2)
