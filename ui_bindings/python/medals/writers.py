"""Our images as those of other packages, and as files written by them."""
import contextlib
import importlib
import importlib.util
import os
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from .errors import InputError, IoError
from .image import Image

_NIFTI = (".nii.gz", ".nii")
_ITK = _NIFTI + (".nrrd", ".mha")


def to_simpleitk(image: Image) -> Any:
    """A SimpleITK image on the same grid, its voxels copied."""
    made = _package("SimpleITK").GetImageFromArray(image.array)
    made.SetSpacing(image.spacing)
    made.SetOrigin(image.origin)
    made.SetDirection(np.ravel(image.direction).tolist())
    return made


def to_nibabel(image: Image) -> Any:
    """A nibabel NIfTI image on the same grid, its voxels shared."""
    made = _package("nibabel").Nifti1Image(image.array.T, image.affine,
                                           dtype=image.array.dtype)
    made.header.set_xyzt_units("mm")
    return made


def save(image: Image, path: Any) -> None:
    """Writes .nii.gz, .nii (either package), .nrrd or .mha (SimpleITK) under
    a temporary name beside the target, which is replaced at the end."""
    target = Path(os.fspath(path))
    ending = next((e for e in _ITK if target.name.lower().endswith(e)),
                  None)
    if ending is None:
        raise InputError(f"{target}: cannot be written; expected a name that "
                         "ends in " + ", ".join(_ITK))
    nifti = ending in _NIFTI and _is_there("nibabel")
    theirs = to_nibabel(image) if nifti else to_simpleitk(image)
    try:
        with tempfile.TemporaryDirectory(
                prefix=".", suffix=".tmp", dir=target.parent) as folder:
            part = os.path.join(folder, "part" + ending)
            if nifti:
                theirs.to_filename(part)
            else:
                _package("SimpleITK").WriteImage(theirs, part, True)
            _sync(part)
            os.replace(part, target)
            with contextlib.suppress(OSError):  # some systems cannot
                _sync(target.parent)
    except (OSError, RuntimeError) as error:
        line = " ".join(str(error).split())
        raise IoError(f"{target}: cannot be written: {line}") from error


def _sync(path: Any) -> None:
    """Brings a file's bytes, or a folder's names, to the disk."""
    entry = os.open(path, os.O_RDONLY)
    try:
        os.fsync(entry)
    finally:
        os.close(entry)


def _is_there(name: str) -> bool:
    return importlib.util.find_spec(name) is not None


def _package(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        raise InputError(f"{name}: not installed; expected it for this "
                         f"(pip install {name})") from None
