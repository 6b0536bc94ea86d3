"""A full round with wrong labels: how many does the report's suggestion find, and what does the accuracy gain?

A share of the training labels of a data set of pictures is swapped (by a seed); a net is trained on it, its report page is
written, and its suggestions are taken as a reader of the page would take them all; then the net is trained again.

    python bench/swapped_labels.py build/release/app/fovea FOLDER [--epochs 20] [--share 0.05] [--net advanced]

FOLDER has train/ and test/ with a folder a class. Needs Python alone.
"""

import argparse
import csv
import json
import pathlib
import random
import subprocess
import tempfile


def files(folder: pathlib.Path):
    for split in ("train", "test"):
        for label in sorted(path.name for path in (folder / split).iterdir()):
            for file in sorted((folder / split / label).iterdir()):
                yield str(file.resolve()), label, split


def write(path: pathlib.Path, rows) -> None:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([("path", "label", "split"), *rows])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--epochs", default="20")
    parser.add_argument("--share", type=float, default=0.05)
    parser.add_argument("--net", default="advanced")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    program = arguments.program.resolve()

    rows = list(files(arguments.folder))
    classes = sorted({label for _, label, _ in rows})
    truth = {path: label for path, label, _ in rows}
    draw = random.Random(arguments.seed)
    train = [path for path, _, split in rows if split == "train"]
    wrong = {path: draw.choice([c for c in classes if c != truth[path]]) for path in draw.sample(train, round(arguments.share * len(train)))}

    with tempfile.TemporaryDirectory() as name:
        work = pathlib.Path(name)

        def trained(manifest: str, run: str) -> dict:
            command = [program, "train", arguments.net, "--data", manifest, "--epochs", arguments.epochs, "--name", run, "--report", "--quiet"]
            command += ["--augment", "horizontal_flip=true,width_shift_range=0.1,height_shift_range=0.1", "--early-stopping", "monitor=val_loss,patience=5"]
            subprocess.run(command, cwd=work, check=True, stdout=subprocess.DEVNULL)
            page = (work / "runs/train" / run / "report.html").read_text()
            start = page.index('id="data">') + len('id="data">')
            return json.loads(page[start : page.index("</script>", start)])

        write(work / "swapped.csv", [(path, wrong.get(path, label), split) for path, label, split in rows])
        page = trained("swapped.csv", "swapped")
        run, pictures, top = page["runs"][0], page["pictures"], page["top"]
        suggested = {}
        for i in run["label_errors"]:
            suggested[pictures["name"][i]] = page["classes"][run["predictions"]["top"]["classes"][i * top]]
        in_train = [path for path in suggested if path in set(train)]
        found = [path for path in in_train if path in wrong]
        print(f"{len(wrong)} of {len(train)} training labels swapped; {run['label_errors_found']} labels doubted, {len(suggested)} on the page")
        for count in (100, 500, 1000, len(in_train)):
            hits = sum(path in wrong for path in in_train[:count])
            print(f"of the first {min(count, len(in_train)):4} suggestions for training pictures {hits} were swapped: precision {hits / max(1, min(count, len(in_train))):.3f}, recall {hits / len(wrong):.3f}")
        print(f"suggested class right for {sum(suggested[path] == truth[path] for path in found)} of {len(found)} found")

        labels = {path: wrong.get(path, label) for path, label, _ in rows}
        labels.update((path, suggested[path]) for path in in_train)
        write(work / "corrected.csv", [(path, labels[path], split) for path, _, split in rows])
        write(work / "clean.csv", rows)
        after, clean = trained("corrected.csv", "corrected"), trained("clean.csv", "clean")
        for what, data in (("swapped", page), ("corrected", after), ("never swapped", clean)):
            print(f"accuracy on the test split, {what}: {data['runs'][0]['figures']['accuracy']:.4f}")


if __name__ == "__main__":
    main()
