"""What the peers that run ONNX models share: keras_peer.py's protocol, `predict` alone, answered with null to all other works."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import numpy as np


def onnx_file_of(net):
    """Made in a process of its own, so that who measures has no TensorFlow beside it."""
    file = os.path.join(tempfile.mkdtemp(), f"{net}.onnx")
    program = pathlib.Path(__file__).with_name("keras_to_onnx.py")
    subprocess.run([sys.executable, program, net, file], check=True, stdout=subprocess.DEVNULL)
    return file


def rate_of(predict, shape, batch, pictures):
    """Pictures a second, batch by batch."""
    x = np.random.default_rng(0).random((pictures, *shape), dtype=np.float32)
    batches = [x[i : i + batch] for i in range(0, pictures, batch)]

    def run(some):
        for pictures_of_batch in some:
            predict(pictures_of_batch)

    run(batches[:2])
    begin = time.perf_counter()
    run(batches)
    return pictures / (time.perf_counter() - begin)


def serve(load):
    """`load(file)` gives the shape of a picture, and a function that predicts a batch."""
    nets = {}
    for line in sys.stdin:
        work, net, batch, pictures = line.split()
        rate = None
        if work == "predict":
            if net not in nets:
                nets[net] = load(onnx_file_of(net))
            shape, predict = nets[net]
            rate = rate_of(predict, shape, int(batch), int(pictures))
        print(json.dumps({"pictures_per_second": rate}), flush=True)
