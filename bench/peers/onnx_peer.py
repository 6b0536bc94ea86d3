"""ONNX Runtime as a peer that is asked for one measurement at a time: see onnx_works.py."""

import os

import onnxruntime
from onnx_works import serve


def load(file):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = os.cpu_count()
    session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    return session.get_inputs()[0].shape[1:], lambda x: session.run(None, {"pictures": x})


serve(load)
