"""A series of pydicom data sets as one Image.

DICOM's patient coordinates are LPS, as ours. Rows run along i, columns along
j; slices are sorted along the normal of their plane.
"""
import os
import sys
from typing import Any, Dict, List, Sequence, Tuple

import numpy as np

from ._types import Array
from .errors import InputError
from .image import Image

_MODALITIES = {"CT": "ct", "MR": "mr", "PT": "pet", "US": "us",
               "SM": "microscopy"}


def is_series(obj: Any) -> bool:
    """Whether this is a data set of pydicom, or a list of them."""
    if _is_dataset(obj):
        return True
    return (isinstance(obj, (list, tuple)) and len(obj) > 0
            and all(map(_is_dataset, obj)))


def image_of_series(obj: Any) -> Image:
    """An Image of the slices of one series, in any order.

    Values are rescaled to what DICOM says they mean (Hounsfield units in CT);
    MONOCHROME1 is turned to bright = high.

    Raises:
        InputError: colour, frames, slices of several series, of different
            shape, doubled, missing, or shifted (gantry tilt).
    """
    slices = [obj] if _is_dataset(obj) else list(obj)
    for one in slices:
        _check_slice(one, slices[0])
    direction, slices, step = _sorted_slices(slices)
    first = slices[0]
    row, column = map(float, first.PixelSpacing)
    return Image(np.stack([_values(one) for one in slices]),
                 (column, row, step), first.ImagePositionPatient, direction,
                 _MODALITIES.get(str(first.get("Modality", ""))))


def image_of_folder(folder: str) -> Image:
    """An Image of the one series whose files lie in a folder, other files
    beside them.

    Raises:
        InputError: none, or several: which; or as image_of_series().
    """
    found: Dict[str, List[Any]] = {}
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name)
        slices = _slices_of_file(path) if os.path.isfile(path) else []
        for one in slices:
            found.setdefault(str(one.get("SeriesInstanceUID", "")),
                             []).append(one)
    if not found:
        raise InputError(f"{folder}: no DICOM image in it; expected the files "
                         "of one series (folders below are not searched)")
    if len(found) > 1:
        raise InputError(
            f"{folder}: {len(found)} series, "
            + "; ".join(map(_line, list(found.values())[:6]))
            + "; expected one: a list of its pydicom data sets says which")
    return image_of_series(next(iter(found.values())))


def image_of_file(path: str) -> Image:
    """An Image of one DICOM file: one slice."""
    return image_of_series(_pydicom().dcmread(path, force=True))


def _slices_of_file(path: str) -> List[Any]:
    """The data set of a file if it is DICOM and holds pixels."""
    pydicom = _pydicom()
    try:
        one = pydicom.dcmread(path)
    except pydicom.errors.InvalidDicomError:
        return []
    return [one] if "PixelData" in one else []


def _line(series: Sequence[Any]) -> str:
    """A series in words."""
    first = series[0]
    words = str(first.get("SeriesDescription", "")) or "without description"
    return f"{len(series)} of {first.get('Modality', '?')} {words!r}"


def _pydicom() -> Any:
    import pydicom

    return pydicom


def _is_dataset(obj: Any) -> bool:
    return isinstance(obj, sys.modules["pydicom"].Dataset)


def _check_slice(one: Any, first: Any) -> None:
    """One grey frame of the same series and shape as the first."""
    if int(one.get("NumberOfFrames", 1) or 1) != 1:
        raise InputError(f"dicom: {one.NumberOfFrames} frames in one data "
                         "set; expected one slice each: read it by ITK")
    if int(one.get("SamplesPerPixel", 1)) != 1:
        raise InputError(f"dicom: {one.SamplesPerPixel} samples a pixel; "
                         "expected one: a colour image has no intensity")
    for name in ("ImagePositionPatient", "ImageOrientationPatient",
                 "PixelSpacing"):
        if not one.get(name):
            raise InputError(f"dicom: a slice without {name}; expected its "
                             "place in the patient")
    for name in ("SeriesInstanceUID", "Rows", "Columns", "PixelSpacing"):
        if one.get(name) != first.get(name):
            raise InputError(f"dicom: {name} differs, {one.get(name)} and "
                             f"{first.get(name)}; expected one series")
    if not np.allclose(_numbers(one.ImageOrientationPatient),
                       _numbers(first.ImageOrientationPatient), atol=1e-4):
        raise InputError("dicom: slices of different orientation; expected "
                         "parallel ones")


def _sorted_slices(slices: Sequence[Any]
                   ) -> Tuple[Array, List[Any], float]:
    """Direction 3x3, the slices along its third column, their step in mm."""
    axes = _numbers(slices[0].ImageOrientationPatient).reshape(2, 3)
    normal = np.cross(axes[0], axes[1])
    direction = np.stack([axes[0], axes[1], normal], axis=1)
    places = np.array([_numbers(s.ImagePositionPatient) for s in slices])
    order = np.argsort(places @ normal, kind="stable")
    found = [slices[n] for n in order]
    if len(found) == 1:
        return direction, found, float(found[0].get("SliceThickness") or 1)
    along = np.diff(places[order] @ normal)
    _check_steps(along)
    _check_tilt(places[order] - places[order[0]], normal,
                min(map(float, slices[0].PixelSpacing)))
    return direction, found, float(along.mean())


def _check_steps(along: Array) -> None:
    """One step between slices, in mm; small differences are averaged."""
    usual = float(np.sort(along)[(len(along) - 1) // 2])
    if usual < 1e-3 or along.min() < 0.05 * usual:
        raise InputError("dicom: two slices at the same position; expected "
                         "one slice a position")
    if along.max() > 1.5 * usual:
        raise InputError(f"dicom: slices are missing, two lie "
                         f"{along.max():.3f} mm apart; expected {usual:.3f}")
    if np.abs(along / usual - 1).max() > 0.1:
        raise InputError(f"dicom: uneven slice distances from "
                         f"{along.min():.3f} to {along.max():.3f} mm; "
                         "expected even ones")


def _check_tilt(ways: Array, normal: Array, pixel: float) -> None:
    """Slices follow each other along the normal of their plane."""
    aside = np.linalg.norm(ways - np.outer(ways @ normal, normal), axis=1)
    degrees = np.degrees(np.arctan2(aside[-1], ways[-1] @ normal))
    if aside.max() > 0.5 * pixel or degrees > 0.2:
        raise InputError(
            f"dicom: gantry tilt, slices lie {aside.max():.1f} mm beside the "
            f"first one's normal ({degrees:.1f} degrees); expected slices "
            "stacked at right angles")


def _values(one: Any) -> Array:
    """What the pixels [rows,columns] mean: whole numbers stay whole."""
    try:
        pixels: Array = one.pixel_array
    except Exception as error:  # a packing that pydicom cannot undo alone
        raise InputError("dicom: pixels cannot be unpacked: "
                         + " ".join(str(error).split())) from error
    slope = float(one.get("RescaleSlope", 1))
    intercept = float(one.get("RescaleIntercept", 0))
    if one.get("PhotometricInterpretation") == "MONOCHROME1":
        signed = int(one.get("PixelRepresentation", 0))
        highest = -1 if signed else 2 ** int(one.BitsStored) - 1
        pixels = highest - pixels.astype(np.int32)
    if slope == 1 and intercept.is_integer():
        return pixels.astype(np.int32) + int(intercept)
    return (pixels * slope + intercept).astype(np.float32)


def _numbers(values: Any) -> Array:
    return np.array([float(value) for value in values])
