"""ONNX Runtime as a peer that is asked for one measurement at a time: keras_peer.py's protocol, `predict` alone.

The tutorial's nets are built as ONNX graphs with random weights; what is measured is the time of `run`, batch by batch.
"""

import json
import os
import sys
import time

import numpy as np
import onnxruntime
from onnx import TensorProto, helper, numpy_helper


class Net:
    def __init__(self):
        self.nodes, self.weights, self.channels, self.size, self.at = [], [], 3, 32, "pictures"
        self.random = np.random.default_rng(0)

    def add(self, op, *shapes, **attributes):
        names = []
        for shape in shapes:
            names.append(f"w{len(self.weights)}")
            values = self.random.uniform(0.01, 0.1, shape).astype(np.float32)
            self.weights.append(numpy_helper.from_array(values, names[-1]))
        out = f"x{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, [self.at, *names], [out], **attributes))
        self.at = out
        return self

    def conv(self, filters):
        self.add("Conv", (filters, self.channels, 3, 3), (filters,)).add("Relu")
        self.channels, self.size = filters, self.size - 2
        return self

    def pool(self):
        self.size //= 2
        return self.add("MaxPool", kernel_shape=[2, 2], strides=[2, 2])

    def norm(self):
        return self.add("BatchNormalization", *[(self.channels,)] * 4)

    def mean(self):
        self.size = 1
        return self.add("GlobalAveragePool")

    def flatten(self):
        self.channels *= self.size * self.size
        self.size = 1
        return self.add("Flatten")

    def dense(self, units):
        self.add("Gemm", (self.channels, units), (units,))
        self.channels = units
        return self

    def session(self):
        self.dense(10).add("Softmax")
        picture = helper.make_tensor_value_info("pictures", TensorProto.FLOAT, ["n", 3, 32, 32])
        answer = helper.make_tensor_value_info(self.at, TensorProto.FLOAT, ["n", 10])
        graph = helper.make_graph(self.nodes, "net", [picture], [answer], self.weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = os.cpu_count()
        return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


NETS = {
    "basic": lambda: Net().conv(32).pool().conv(64).pool().conv(64).flatten().dense(64).add("Relu"),
    "global_avg_pool": lambda: Net().conv(32).conv(64).mean().flatten(),
    "advanced": lambda: Net().conv(32).norm().conv(32).pool().conv(64).norm().conv(64).pool().conv(128).norm().flatten()
    .dense(512).add("Relu").norm(),
}
sessions = {}


def measure(net, batch, pictures):
    if net not in sessions:
        sessions[net] = NETS[net]().session()
    x = np.random.default_rng(0).random((pictures, 3, 32, 32), dtype=np.float32)
    batches = [x[i : i + batch] for i in range(0, pictures, batch)]

    def run(some):
        for pictures_of_batch in some:
            sessions[net].run(None, {"pictures": pictures_of_batch})

    run(batches[:2])
    begin = time.perf_counter()
    run(batches)
    return pictures / (time.perf_counter() - begin)


for line in sys.stdin:
    work, net, batch, pictures = line.split()
    rate = measure(net, int(batch), int(pictures)) if work == "predict" else None
    print(json.dumps({"pictures_per_second": rate}), flush=True)
