"""Images of other packages as ours, with their geometry.

No package is imported here: an object of one means that its owner has done
so, and sys.modules then has it.
"""
import sys
from typing import Any

import numpy as np

from .errors import InputError
from .image import Image, ras_geometry


class _Kept:
    """Voxels as NumPy takes them, with whom they belong to: SimpleITK's views
    do not keep their image alive, an array made of this one does."""

    def __init__(self, view: np.ndarray, owner: Any):
        self.__array_interface__ = view.__array_interface__
        self.owner = owner


def as_image(obj: Any) -> Image:
    """An Image of an Image, a NumPy array, a SimpleITK image, a nibabel
    image, or a list of pydicom data sets (one series).

    Voxels are shared where the other package lets us see them. A bare array
    [k,j,i] says nothing of its place: 1 mm voxels, i to the left, j to
    posterior, k to superior. Make an Image of it when that is not so, or left
    and right will be mixed up.

    Raises:
        ShapeError: 2-D, 4-D, colour. InputError: anything else.
    """
    if isinstance(obj, Image):
        return obj
    if isinstance(obj, np.ndarray):
        return Image(obj)
    sitk, nibabel, pydicom = map(sys.modules.get,
                                 ("SimpleITK", "nibabel", "pydicom"))
    if sitk is not None and isinstance(obj, sitk.Image):
        return _of_simpleitk(obj, sitk)
    if nibabel is not None and isinstance(
            obj, nibabel.spatialimages.SpatialImage):
        return _of_nibabel(obj)
    if pydicom is not None:
        from . import dicom

        if dicom.is_series(obj):
            return dicom.image_of_series(obj)
    raise InputError(f"image: {type(obj).__name__}; expected a medals.Image, "
                     "a NumPy array, an image of SimpleITK or nibabel, or a "
                     "list of pydicom data sets")


def _of_simpleitk(obj: Any, sitk: Any) -> Image:
    if obj.GetNumberOfComponentsPerPixel() != 1:
        raise InputError(
            f"image: {obj.GetNumberOfComponentsPerPixel()} components a "
            "voxel; expected one: a colour image has no intensity")
    while obj.GetDimension() > 3 and 1 in obj.GetSize()[3:]:
        size = list(obj.GetSize())
        size[3 + size[3:].index(1)] = 0
        obj = sitk.Extract(obj, size, [0] * len(size))
    if obj.GetDimension() != 3:
        return Image(sitk.GetArrayViewFromImage(obj))  # says why not
    # A second handle on the same voxels: if the caller writes into his, he
    # gets a copy of his own and ours stays where it is.
    owner = sitk.Image(obj)
    array = np.asarray(_Kept(sitk.GetArrayViewFromImage(owner), owner))
    return Image(array, owner.GetSpacing(), owner.GetOrigin(),
                 owner.GetDirection())


def _of_nibabel(obj: Any) -> Image:
    array = np.asanyarray(obj.dataobj)
    while array.ndim > 3 and array.shape[-1] == 1:
        array = array[..., 0]
    if array.ndim != 3:
        return Image(array.T)  # says why not
    spacing, origin, direction = ras_geometry(obj.affine)
    return Image(array.T, spacing, origin, direction)
