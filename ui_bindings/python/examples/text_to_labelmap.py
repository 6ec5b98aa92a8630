"""From texts to a labelmap.

    python text_to_labelmap.py scan.nii.gz "left hippocampus; brain stem" \
        out.nii.gz [--modality mr]

Ctrl-C stops within a second and leaves nothing behind.
"""
import argparse
import sys

import medals
from progress_line import ProgressLine


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("scan", help="a file, or a folder of DICOM files")
    parser.add_argument("texts", help='with ";" between them')
    parser.add_argument("output", help=".seg.nrrd, .nii.gz, .nrrd or .mha")
    parser.add_argument("--modality", help="ct, mr, us, pet, microscopy")
    given = parser.parse_args()

    bar = ProgressLine(given.scan)
    labels = medals.segment(given.scan, given.texts,
                            modality=given.modality, progress=bar)
    labels.save(given.output)
    bar.done(f"written to {given.output}")
    print("value  ml       probability  name")
    for label in labels.labels:
        sure = label.mean_probability
        print(f"{label.value:5}  {label.ml:7.1f}  "
              f"{'-' if sure is None else format(sure, '.2f'):>11}  "
              f"{label.name}{'' if label.known else ' (not trained on)'}")
    for line in labels.warnings:
        print("warning:", line, file=sys.stderr)


if __name__ == "__main__":
    try:
        main()
    except medals.Error as error:
        sys.exit(f"error: {error}")
    except KeyboardInterrupt:
        sys.exit("stopped")
