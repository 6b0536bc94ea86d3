"""OpenVINO as a peer that is asked for one measurement at a time: see onnx_works.py."""

import os

import openvino
from onnx_works import serve

# In float32, as all others, and all cores for one batch.
CONFIG = {
    "INFERENCE_PRECISION_HINT": "f32",
    "PERFORMANCE_HINT": "LATENCY",
    "INFERENCE_NUM_THREADS": os.cpu_count(),
}
core = openvino.Core()


def load(file):
    model = core.read_model(file)
    shape = [dimension.get_length() for dimension in list(model.input().partial_shape)[1:]]
    requests = {}  # by batch: fixed shapes are faster

    def predict(x):
        if len(x) not in requests:
            model.reshape(list(x.shape))
            requests[len(x)] = core.compile_model(model, "CPU", CONFIG).create_infer_request()
        return requests[len(x)].infer([x], share_inputs=True)

    return shape, predict


serve(load)
