"""Segments every image of a folder; a second run does what is missing.

    python batch.py SCANS OUTPUT "left hippocampus; brain stem" \
        [--modality mr]

OUTPUT gets one NAME.nii.gz a scan and volumes.csv. A scan that fails gets a
line on stderr, the others go on; the exit status is then 1.
"""
import argparse
import csv
import pathlib
import sys

import medals
from progress_line import ProgressLine

ENDINGS = (".nii.gz", ".nii", ".nrrd", ".mha")


def scans_of(folder: pathlib.Path):
    """(name without ending, path) of the images of a folder, by name."""
    for path in sorted(folder.iterdir()):
        for ending in ENDINGS:
            if path.name.endswith(ending):
                yield path.name[:-len(ending)], path
                break


def segment(path: pathlib.Path, output: pathlib.Path, given, model, bar):
    """One scan -> its labels, written to `output`."""
    labels = medals.segment(path, given.texts, model,
                            modality=given.modality, progress=bar)
    labels.save(output)
    return labels.labels


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("scans", type=pathlib.Path)
    parser.add_argument("output", type=pathlib.Path)
    parser.add_argument("texts")
    parser.add_argument("--modality")
    given = parser.parse_args()

    given.output.mkdir(parents=True, exist_ok=True)
    table = given.output / "volumes.csv"
    failed, is_new = 0, not table.exists()
    with medals.Model() as model, table.open("a", newline="") as file:
        rows = csv.writer(file)
        if is_new:
            rows.writerow(["scan", "class", "value", "ml"])
        for name, path in scans_of(given.scans):
            target = given.output / f"{name}.nii.gz"
            bar = ProgressLine(path.name)
            if target.exists():
                bar.done("is there")
                continue
            try:
                labels = segment(path, target, given, model, bar)
            except medals.Error as error:
                failed += 1
                bar.done("failed: " + " ".join(str(error).split()))
                continue
            rows.writerows([name, label.name, label.value,
                            f"{label.ml:.2f}"] for label in labels)
            file.flush()
            bar.done(f"{sum(label.ml for label in labels):.1f} ml")
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (medals.Error, OSError) as error:
        sys.exit(f"error: {error}")
    except KeyboardInterrupt:
        sys.exit("stopped")
