"""Images of other packages as ours, with their geometry.

No package is imported here: an object of one means that its owner has done
so, and sys.modules then has it.
"""
import sys
from typing import Any, Tuple

import numpy as np

from . import nifti
from .errors import InputError
from .image import Image, Vector, ras_geometry


class _Kept:
    """Voxels as NumPy takes them, with whom they belong to: SimpleITK's views
    do not keep their image alive, an array made of this one does."""

    def __init__(self, view: np.ndarray, owner: Any):
        self.__array_interface__ = view.__array_interface__
        self.owner = owner


def as_image(obj: Any) -> Image:
    """An Image of an Image, a NumPy array, a SimpleITK image, a nibabel
    image, or a list of pydicom data sets (one series).

    An image that nibabel has read from NIfTI lies where the command puts the
    file, in millimetres, with its warnings. One of SimpleITK lies where it
    says; notes of ITK beside it that contradict this are an error.

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
    _check_itk(obj)
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
    return Image(array, *_itk_geometry(obj))


def _check_itk(obj: Any) -> None:
    """Refuses what ITK's readers take for LPS millimetres but note beside
    the image that it is not."""
    space = _note(obj, "NRRD_space")
    if space not in ("", "left-posterior-superior"):
        raise InputError(f"image: in NRRD's space {space}, which ITK does not "
                         "turn to LPS; expected left-posterior-superior: turn "
                         'it and EraseMetaData("NRRD_space")')
    for name in ("ITK_VoxelUnits", "NRRD_units[0]", "NRRD_units[1]",
                 "NRRD_units[2]"):
        unit = _note(obj, name)
        if unit not in ("", "?", "mm"):
            raise InputError(f'image: lengths in "{unit}", which ITK does not '
                             "convert; expected mm: scale spacing and origin "
                             f'and EraseMetaData("{name}")')


def _note(obj: Any, name: str) -> str:
    return obj.GetMetaData(name).strip() if obj.HasMetaDataKey(name) else ""


def _itk_geometry(obj: Any) -> Tuple[Vector, Vector, Any]:
    """The image's own, or where ITK misreads a NIfTI file, as the command has
    it: pixdim stays the spacing of an sform that says another, and older
    versions leave the origin in the file's unit."""
    given = obj.GetSpacing(), obj.GetOrigin(), obj.GetDirection()
    if _note(obj, "xyzt_units") == "" or _note(obj, "srow_x") == "":
        return given
    forms = nifti.forms_of_metadata(obj)
    spacing, origin, direction = nifti.place(forms)
    scale = nifti.SCALES[forms.units]
    read = forms.pixdim[1:4] * scale
    reach = 1e-4 * (1 + np.abs(origin).max())
    untouched = (
        np.allclose(given[0], read, rtol=1e-4, atol=0)
        and np.allclose(given[2], np.ravel(direction), atol=1e-4)
        and any(np.allclose(given[1], where, rtol=1e-4, atol=reach)
                for where in (origin, np.divide(origin, scale))))
    return (spacing, origin, direction) if untouched else given


def _of_nibabel(obj: Any) -> Image:
    array = np.asanyarray(obj.dataobj)
    while array.ndim > 3 and array.shape[-1] == 1:
        array = array[..., 0]
    if array.ndim != 3:
        return Image(array.T)  # says why not
    return Image(array.T, *_nibabel_geometry(obj))


def _nibabel_geometry(obj: Any) -> Tuple[Vector, Vector, Any]:
    header = obj.header
    if not hasattr(header, "get_best_affine") or "srow_x" not in header:
        if type(header).__name__ == "AnalyzeHeader":
            raise InputError("image: Analyze 7.5, which states no "
                             "orientation; expected NIfTI")
        return ras_geometry(obj.affine)
    forms = nifti.forms_of_header(header)
    affine = obj.affine
    if affine is None:
        return nifti.place(forms)
    exact = np.asarray(affine, float)[:3]
    if not np.allclose(affine, header.get_best_affine()):
        # it was changed: what a file of it would say
        forms = forms._replace(qform_code=0, sform_code=2, sform=exact)
    elif forms.sform_code > 0:
        forms = forms._replace(sform=exact)
    return nifti.place(forms)
