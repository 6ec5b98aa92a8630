"""Images of other packages as ours, with their geometry.

No package is imported here: an object of one means that its owner has done
so, and sys.modules then has it.
"""
import os
import sys
from typing import Any, Tuple

import numpy as np

from . import nifti
from ._types import Array
from .errors import InputError, ShapeError
from .image import LPS, Image, Vector, ras_geometry


class _Kept:
    """Voxels as NumPy takes them, with whom they belong to: SimpleITK's views
    do not keep their image alive, an array made of this one does."""

    def __init__(self, view: Array, owner: Any):
        self.__array_interface__ = view.__array_interface__
        self.owner = owner


def as_image(obj: Any) -> Image:
    """An Image of an Image, the path of a file or of a folder with one
    DICOM series, a NumPy array, a SimpleITK image, a nibabel image, a
    MetaTensor of MONAI, or a list of pydicom data sets (one series).

    An image that nibabel has read from NIfTI lies where the command puts the
    file, in millimetres, with its warnings. One of SimpleITK lies where it
    says; notes of ITK beside it that contradict this are an error.

    Voxels are shared where the other package lets us see them. A bare array
    [k,j,i] says nothing of its place: 1 mm voxels, i to the left, j to
    posterior, k to superior. Make an Image of it when that is not so, or left
    and right will be mixed up. A MetaTensor has the axes [i,j,k], or
    [1,i,j,k], and its affine, RAS or what its meta data calls "space".

    Raises:
        ShapeError: 2-D, 4-D, colour. IoError: a file that is not there.
        InputError: anything else, also a package that would be needed.

    >>> as_image(np.zeros((2, 3, 4)))
    Image(4x3x2 float64, spacing 1 x 1 x 1 mm)
    """
    if isinstance(obj, Image):
        return obj
    if isinstance(obj, (str, bytes, os.PathLike)):
        from . import files

        return files.image_of_path(obj)
    if isinstance(obj, np.ndarray):
        return Image(obj)
    sitk, nibabel, pydicom = map(sys.modules.get,
                                 ("SimpleITK", "nibabel", "pydicom"))
    if sitk is not None and isinstance(obj, sitk.Image):
        return _of_simpleitk(obj, sitk)
    if nibabel is not None and isinstance(
            obj, nibabel.spatialimages.SpatialImage):
        return _of_nibabel(obj)
    if hasattr(obj, "detach") and hasattr(obj, "numpy"):
        return _of_tensor(obj)
    if pydicom is not None:
        from . import dicom

        if dicom.is_series(obj):
            return dicom.image_of_series(obj)
    raise InputError(f"image: {type(obj).__name__}; expected a medals.Image, "
                     "a path, a NumPy array, an image of SimpleITK, nibabel "
                     "or MONAI, or a list of pydicom data sets")


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
    image = Image(array.T, *_nibabel_geometry(obj))
    if obj.affine is not None:
        image._keep_affine(obj.affine)
    return image


def _of_tensor(obj: Any) -> Image:
    """A MetaTensor of MONAI, known by what it has."""
    affine, meta = getattr(obj, "affine", None), getattr(obj, "meta", None)
    if affine is None or meta is None:
        raise InputError("image: a tensor without affine; expected a "
                         "MetaTensor of MONAI, or a medals.Image of its "
                         "array")
    array = _array_of(obj)
    if array.ndim == 4 and array.shape[0] == 1:
        array = array[0]
    if array.ndim != 3:
        raise ShapeError(f"image: tensor of shape {tuple(array.shape)}; "
                         "expected [i,j,k] or [1,i,j,k]: one channel of one "
                         "image")
    matrix = np.asarray(_array_of(affine), float)
    space = meta.get("space", "RAS")
    if str(getattr(space, "value", space)).upper().startswith("LPS"):
        matrix = LPS @ matrix + 0.0
    return Image.from_affine(array, matrix)


def _array_of(tensor: Any) -> Array:
    """The numbers of a tensor, wherever it lives."""
    plain = tensor.detach().cpu() if hasattr(tensor, "detach") else tensor
    if str(getattr(plain, "dtype", "")) == "torch.bfloat16":
        plain = plain.float()
    return np.asarray(plain.numpy() if hasattr(plain, "numpy") else plain)


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
