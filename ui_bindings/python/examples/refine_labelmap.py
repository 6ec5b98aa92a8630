"""Refines a labelmap that another program or reader made.

    python refine_labelmap.py scan.nii.gz labels.nii.gz out.nii.gz \
        --names "1=left hippocampus;2=right hippocampus" [--passes 2]

A value whose name the model knows is refined; any other is kept as it is.
Values stay what they were.
"""
import argparse
import sys

import medals
import SimpleITK as sitk
from progress_line import ProgressLine


def names_of(text: str) -> dict:
    """"1=liver;2=spleen" -> {1: "liver", 2: "spleen"}"""
    found = {}
    for part in filter(None, (p.strip() for p in text.split(";"))):
        value, mark, name = part.partition("=")
        if not mark or not value.strip().isdigit():
            raise medals.InputError(f"--names: {part!r}; expected VALUE=NAME")
        found[int(value)] = name.strip()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("scan")
    parser.add_argument("labels")
    parser.add_argument("output")
    parser.add_argument("--names", required=True)
    parser.add_argument("--passes", type=int, default=1)
    parser.add_argument("--modality")
    given = parser.parse_args()

    names = names_of(given.names)
    bar = ProgressLine(given.labels)
    with medals.Session(sitk.ReadImage(given.scan),
                        labelmap=sitk.ReadImage(given.labels),
                        labelmap_names=names, modality=given.modality,
                        progress=bar) as session:
        # A class is asked for by its name; one without stays as drawn.
        session.set_classes([names.get(c.value) for c in session.classes],
                            [c.name for c in session.classes])
        answer = session.refine(given.passes)
        session.labelmap().save(given.output)
        bar.done(f"{answer.count} passes, written to {given.output}")
        changes = {c.class_index: c for c in answer.changes}
        for one, dsc in zip(session.classes, answer.dice):
            change = changes.get(one.index)
            print(f"{one.value:5}  +{change.added if change else 0} "
                  f"-{change.removed if change else 0} voxels  "
                  f"DSC to before {dsc:.3f}  {one.name}")


if __name__ == "__main__":
    try:
        main()
    except (medals.Error, RuntimeError) as error:
        sys.exit(f"error: {error}")
    except KeyboardInterrupt:
        sys.exit("stopped")
