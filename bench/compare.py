"""Asks fovea and its peers for the same work in turn, takes each one's best, and prints ratios. Run by bench/compare."""

import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

# work, net, batch, pictures a measurement
WORK = [
    ("train", "basic", 32, 6400),
    ("train", "basic", 128, 6400),
    ("train", "advanced", 32, 2560),
    ("train", "advanced", 128, 2560),
    ("train", "global_avg_pool", 32, 3200),
    ("augment", "basic", 32, 3200),
    ("predict", "basic", 32, 12800),
    ("predict", "advanced", 32, 6400),
    ("predict", "basic", 1, 3200),
    ("train", "vgg16", 32, 256),
    ("train", "resnet50", 32, 320),
    ("predict", "vgg16", 32, 1280),
    ("predict", "resnet50", 32, 2560),
    ("predict", "mobilenet_v2_0.35_224", 1, 200),
]
# The prototype knows these nets, of which the second lacks normalisation and dropout.
PROTOTYPE = {"basic": "basic", "advanced": "adv0"}


class Peer:
    """A process that answers one line of JSON to each line of work."""

    def __init__(self, *command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, work, net, batch, pictures):
        print(work, net, batch, pictures, file=self.process.stdin, flush=True)
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"compare: {self.process.args[0]} ended with {self.process.wait()} at: {work} {net} {batch}")
        return json.loads(line)["pictures_per_second"]


class Prototype:
    def __init__(self, source):
        self.program = os.path.join(tempfile.mkdtemp(), "prototype")
        subprocess.run(["g++", "-O3", "-std=c++20", "-march=native", "-fopenmp", source, "-o", self.program, "-ldnnl"], check=True)

    def ask(self, work, net, batch, _):
        if net not in PROTOTYPE or batch < 32 or work == "augment":
            return None
        threads = os.cpu_count()
        tile = min(16, max(1, batch // threads))
        text = subprocess.run([self.program, str(threads), str(tile), str(batch), PROTOTYPE[net]], check=True,
                              capture_output=True, text=True).stdout
        pattern = r"train (\d+) img/s" if work == "train" else r"infer (\d+) img/s"
        return max(float(found) for found in re.findall(pattern, text))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="measurements of each, interleaved; the best counts")
    parser.add_argument("--prototype", help="source of the tile prototype")
    parser.add_argument("--markdown", action="store_true", help="print the table as docs/performance.md has it")
    parser.add_argument("--only", default="", help="lines that contain this text, such as 'train basic'")
    arguments = parser.parse_args()
    here = pathlib.Path(__file__).resolve().parent
    peers = {"fovea": Peer(str(here.parent / "build/release/bench/fovea_bench")),
             "keras": Peer(sys.executable, str(here / "peers/keras_peer.py")),
             "onnx": Peer(sys.executable, str(here / "peers/onnx_peer.py")),
             "openvino": Peer(sys.executable, str(here / "peers/openvino_peer.py"))}
    if arguments.prototype:
        peers["prototype"] = Prototype(arguments.prototype)
    others = list(peers)[1:]
    print("pictures a second, best of", arguments.rounds)
    print_row(["", *peers, *(f"/ {name}" for name in others)], arguments.markdown)
    if arguments.markdown:
        print("|" + "---|" * (1 + len(peers) + len(others)))
    for work, net, batch, pictures in WORK:
        if arguments.only not in f"{work} {net} {batch}":
            continue
        best = dict.fromkeys(peers)
        for _ in range(arguments.rounds):
            for name, peer in peers.items():
                rate = peer.ask(work, net, batch, pictures)
                if rate is not None:
                    best[name] = max(best[name] or 0, rate)
        print_row([f"{work} {net}, batch {batch}", *(figure(rate) for rate in best.values()),
                   *(figure(best[name] and best["fovea"] / best[name], ".2f") for name in others)], arguments.markdown)


def figure(value, form=",.0f"):
    return "-" if value is None else format(value, form)


def print_row(cells, markdown):
    if markdown:
        print("| " + " | ".join(cells) + " |", flush=True)
    else:
        print(f"{cells[0]:40}" + "".join(f"{cell:>13}" for cell in cells[1:]), flush=True)


main()
