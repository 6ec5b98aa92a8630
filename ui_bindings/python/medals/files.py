"""Images of files: whatever package is installed reads them.

    folder, .dcm    pydicom
    .nrrd           this package, else SimpleITK
    .nii, .nii.gz   nibabel, else SimpleITK
    anything else   SimpleITK
"""
import importlib
import importlib.util
import os
from typing import Any

from .errors import Error, InputError, IoError, io_error
from .image import Image

_NIFTI = (".nii", ".nii.gz", ".hdr", ".img", ".img.gz")
_NRRD = (".nrrd", ".nhdr")


def image_of_path(path: Any) -> Image:
    """An Image of a file, or of the one series in a folder of DICOM files; a
    Labelmap of a .seg.nrrd."""
    name = os.fspath(path)
    if isinstance(name, bytes):
        name = os.fsdecode(name)
    if not os.path.exists(name):
        raise _missing(name)
    try:
        return _read(name)
    except Error:
        raise
    except MemoryError:
        raise
    except OSError as error:
        raise io_error(name, error) from error
    except Exception as error:  # each package has its own
        line = " ".join(str(error).split()) or type(error).__name__
        raise InputError(f"{name}: cannot be read: {line}") from error


def installed(name: str) -> bool:
    """Whether a package could be imported."""
    return importlib.util.find_spec(name) is not None


def package(name: str, what: str) -> Any:
    """An imported package, or InputError that says what it is for and how to
    get it."""
    try:
        return importlib.import_module(name)
    except ImportError:
        raise InputError(f"{what}: needs {name}, which is not installed; "
                         f"expected it: pip install {name}") from None


def _missing(name: str) -> IoError:
    made = IoError(f"{name}: no such file or folder; expected an image")
    made.errno = 2
    return made


def _read(name: str) -> Image:
    lower = name.lower()
    if os.path.isdir(name):
        package("pydicom", f"{name}: a folder of DICOM files")
        from . import dicom

        return dicom.image_of_folder(name)
    if lower.endswith(_NRRD):
        return _read_nrrd(name)
    if _is_dicom(name):
        package("pydicom", f"{name}: a DICOM file")
        from . import dicom

        return dicom.image_of_file(name)
    if lower.endswith(_NIFTI) and (installed("nibabel")
                                   or not installed("SimpleITK")):
        from .readers import as_image

        return as_image(package("nibabel", name).load(name))
    return _read_simpleitk(name)


def _read_nrrd(name: str) -> Image:
    from . import nrrd
    from .labelmap import labelmap_of_nrrd

    try:
        image, keys = nrrd.read(name)
    except nrrd.OtherFile:
        return _read_simpleitk(name)
    return labelmap_of_nrrd(image, keys)


def _read_simpleitk(name: str) -> Image:
    from .readers import as_image

    sitk = package("SimpleITK", name)
    try:
        return as_image(sitk.ReadImage(name))
    except RuntimeError as error:
        lines = [line.strip() for line in str(error).splitlines()
                 if line.strip()]
        raise InputError(f"{name}: SimpleITK cannot read it: "
                         f"{lines[-1] if lines else 'it says not why'}"
                         ) from error


def _is_dicom(name: str) -> bool:
    with open(name, "rb") as file:
        return (file.read(132)[128:] == b"DICM"
                or name.lower().endswith((".dcm", ".ima")))
