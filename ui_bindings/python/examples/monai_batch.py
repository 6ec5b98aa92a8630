"""A folder of scans through a pipeline of MONAI, no other package between.

    python monai_batch.py SCANS OUTPUT "left hippocampus; brain stem" \
        [--modality mr]

OUTPUT gets one NAME_labels.nii.gz a scan. Reading and writing is MONAI's;
between them any other transform may stand.
"""
import argparse
import pathlib
import sys

import medals
import medals.monai
from monai.data import DataLoader, Dataset
from monai.transforms import (Compose, EnsureChannelFirstd, LoadImaged,
                              SaveImaged)


def pipeline(output: str, texts: str, modality: str) -> Compose:
    """Scan file -> labels file."""
    return Compose([
        LoadImaged("image"), EnsureChannelFirstd("image"),
        medals.monai.Segmentd("image", texts, modality=modality),
        SaveImaged("image_labels", output_dir=output, output_postfix="labels",
                   separate_folder=False, resample=False, print_log=False,
                   output_dtype="uint8")])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("scans", type=pathlib.Path)
    parser.add_argument("output")
    parser.add_argument("texts")
    parser.add_argument("--modality")
    given = parser.parse_args()

    scans = sorted(given.scans.glob("*.nii.gz"))
    if not scans:
        sys.exit(f"error: {given.scans}: no .nii.gz in it; expected scans")
    data = Dataset([{"image": str(path)} for path in scans],
                   pipeline(given.output, given.texts, given.modality))
    # No workers: a model uses every core, one scan after the other.
    for done, path in zip(DataLoader(data, batch_size=1,
                                     collate_fn=lambda items: items), scans):
        labels = done[0]["image_labels"]
        names = labels.meta["labels"]
        print(path.name, ", ".join(
            f"{name}: {int((labels == value).sum())} voxels"
            for value, name in names.items()))


if __name__ == "__main__":
    try:
        main()
    except (medals.Error, OSError) as error:
        sys.exit(f"error: {error}")
    except KeyboardInterrupt:
        sys.exit("stopped")
