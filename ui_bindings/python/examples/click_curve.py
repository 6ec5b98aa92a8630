"""How many clicks a class needs: DSC against a truth, click after click.

    python click_curve.py scan.nii.gz truth.nii.gz VALUE "left hippocampus" \
        [--clicks 10] [--modality mr]

Each click goes where a careful user would put it: into the middle of the
largest wrong region, as + where voxels are missing and as - where there are
too many. Prints one line a click.
"""
import argparse
import sys

import medals
import nibabel
import numpy as np
import SimpleITK as sitk


def dice(one: np.ndarray, other: np.ndarray) -> float:
    """DSC of two masks; 1 for two empty ones."""
    total = one.sum() + other.sum()
    return 2 * (one & other).sum() / total if total else 1.0


def worst_place(wrong: np.ndarray, spacing):
    """The voxel (i,j,k) of the largest region of `wrong` that is farthest
    from the region's edge, and the region's size in voxels."""
    mask = sitk.GetImageFromArray(wrong.astype(np.uint8))
    mask.SetSpacing(spacing)
    parts = sitk.RelabelComponent(sitk.ConnectedComponent(mask))
    largest = parts == 1
    depth = sitk.GetArrayFromImage(sitk.SignedMaurerDistanceMap(
        largest, insideIsPositive=True, squaredDistance=False,
        useImageSpacing=True))
    k, j, i = np.unravel_index(depth.argmax(), depth.shape)
    return (int(i), int(j), int(k)), int(
        sitk.GetArrayViewFromImage(largest).sum())


def next_click(now: np.ndarray, truth: np.ndarray, spacing):
    """(voxel, positive) of the best next click; None when all is right."""
    choices = []
    for wrong, positive in ((truth & ~now, True), (now & ~truth, False)):
        if wrong.any():
            voxel, size = worst_place(wrong, spacing)
            choices.append((size, voxel, positive))
    return max(choices)[1:] if choices else None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("scan")
    parser.add_argument("truth", help="a labelmap on the same grid")
    parser.add_argument("value", type=int, help="of the class in it")
    parser.add_argument("text")
    parser.add_argument("--clicks", type=int, default=10)
    parser.add_argument("--modality")
    given = parser.parse_args()

    scan = medals.as_image(nibabel.load(given.scan))
    labels = medals.as_image(nibabel.load(given.truth))
    if labels.size != scan.size or not np.allclose(labels.affine, scan.affine,
                                                   atol=1e-3):
        sys.exit(f"error: {given.truth}: another grid; expected the scan's")
    truth = labels.array == given.value
    with medals.Session(scan, classes=[given.text],
                        modality=given.modality) as session:
        session.predict()
        print(f"text     DSC {dice(session.read(0) == 1, truth):.3f}")
        for number in range(1, given.clicks + 1):
            click = next_click(session.read(0) == 1, truth, scan.spacing)
            if click is None:
                break
            voxel, positive = click
            answer = session.add_point(0, voxel, positive, answer="instant")
            print(f"click {number:2} DSC "
                  f"{dice(session.read(0) == 1, truth):.3f}  "
                  f"{'+' if positive else '-'} at {voxel}  "
                  f"{1000 * answer.seconds:.0f} ms")


if __name__ == "__main__":
    try:
        main()
    except (medals.Error, OSError, nibabel.filebasedimages.ImageFileError
            ) as error:
        sys.exit(f"error: {error}")
    except KeyboardInterrupt:
        sys.exit("stopped")
