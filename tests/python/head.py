"""The image of these tests: ch2 of Debian's package mricron-data, thinned to
every fourth voxel of a box round the brain, which is one window of the
compact model."""
import functools
import itertools
import os
import pathlib
import unittest

import medals
import nibabel
import numpy as np

CH2 = pathlib.Path("/usr/share/mricron/templates/ch2.nii.gz")
STEP = 4
BOX = ((2, 178), (18, 196), (2, 178))
TEXTS = ("left thalamus", "right thalamus")


def need_head(test):
    """Decorator: a skip by name where image or model is not there."""
    model = pathlib.Path(os.environ["MEDALS_MODEL"]) / "model.json"
    test = unittest.skipUnless(CH2.exists(), f"no {CH2}: install mricron-data"
                               )(test)
    return unittest.skipUnless(model.exists(), f"no {model}")(test)


@functools.lru_cache(1)
def thin_nifti() -> nibabel.Nifti1Image:
    """The thinned head, with its affine, in RAS order."""
    whole = nibabel.load(CH2)
    return whole.slicer[tuple(slice(a, b, STEP) for a, b in BOX)]


@functools.lru_cache(1)
def head() -> medals.Image:
    """The thinned head; shared, so leave its voxels alone."""
    image = medals.as_image(thin_nifti())
    return medals.Image(np.ascontiguousarray(image.array), image.spacing,
                        image.origin, image.direction, "mr")


def all_orders():
    """The 48 ways to store a volume: (permutation, flips); new index axis a
    is old index axis permutation[a], reversed where flips[a]."""
    for permutation in itertools.permutations(range(3)):
        for flips in itertools.product((False, True), repeat=3):
            yield permutation, flips


def reorder(image: medals.Image, permutation, flips) -> medals.Image:
    """The same voxels at the same places, stored in another order."""
    array = image.array.transpose([2 - permutation[2 - a] for a in range(3)])
    array = array[tuple(slice(None, None, -1 if flips[2 - a] else 1)
                        for a in range(3))]
    first = np.zeros(3)
    for a in range(3):
        if flips[a]:
            first[permutation[a]] = image.size[permutation[a]] - 1
    sign = np.where(flips, -1.0, 1.0)
    return medals.Image(
        array, np.array(image.spacing)[list(permutation)],
        image.to_lps(first),
        np.asarray(image.direction)[:, list(permutation)] * sign,
        image.modality)


def new_index(image: medals.Image, ijk, permutation, flips):
    """Where voxel (i,j,k) of the old order lies in the new one."""
    moved = [ijk[p] for p in permutation]
    size = [image.size[p] for p in permutation]
    return tuple(n - 1 - x if flip else x
                 for x, n, flip in zip(moved, size, flips))


def back(array: np.ndarray, permutation, flips) -> np.ndarray:
    """An array [k,j,i] of the new order in the old one."""
    array = array[tuple(slice(None, None, -1 if flips[2 - a] else 1)
                        for a in range(3))]
    inverse = [permutation.index(a) for a in range(3)]
    return array.transpose([2 - inverse[2 - a] for a in range(3)])


def thalamus_voxel() -> tuple:
    """A voxel (i,j,k) in the middle of the left thalamus of head()."""
    lps = (11.0, 18.0, 8.0)
    return tuple(int(x) for x in np.floor(head().to_index(lps) + 0.5))
