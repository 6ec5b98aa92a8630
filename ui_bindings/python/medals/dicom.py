"""A series of pydicom data sets as one Image.

DICOM's patient coordinates are LPS, as ours. Rows run along i, columns along
j; slices are sorted along the normal of their plane.
"""
from typing import Any, List, Sequence, Tuple

import numpy as np

from .errors import InputError
from .image import Image

#: Slices may lie this part of a step beside where they should.
_SLACK = 0.01
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


def _is_dataset(obj: Any) -> bool:
    return (type(obj).__module__.split(".")[0] == "pydicom"
            and hasattr(obj, "ImageOrientationPatient")
            or hasattr(obj, "SOPClassUID") and hasattr(obj, "PixelSpacing"))


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
                   ) -> Tuple[np.ndarray, List[Any], float]:
    """Direction 3x3, the slices along its third column, their step in mm."""
    axes = _numbers(slices[0].ImageOrientationPatient).reshape(2, 3)
    normal = np.cross(axes[0], axes[1])
    direction = np.stack([axes[0], axes[1], normal], axis=1)
    places = np.array([_numbers(s.ImagePositionPatient) for s in slices])
    order = np.argsort(places @ normal, kind="stable")
    found = [slices[n] for n in order]
    if len(found) == 1:
        return direction, found, float(found[0].get("SliceThickness") or 1)
    moves = np.diff(places[order], axis=0)
    step = float(np.median(moves @ normal))
    _check_moves(moves, normal, step)
    # The mean over all has the least rounding of the positions in it.
    return direction, found, float((moves @ normal).mean())


def _check_moves(moves: np.ndarray, normal: np.ndarray, step: float) -> None:
    along = moves @ normal
    if (along < 1e-3).any():
        raise InputError("dicom: two slices at one place; expected each "
                         "position once")
    if np.abs(along - step).max() > _SLACK * step:
        raise InputError(
            f"dicom: slices {along.min():g} to {along.max():g} mm apart; "
            "expected one step: is a slice missing?")
    beside = np.linalg.norm(moves - np.outer(along, normal), axis=1)
    if beside.max() > _SLACK * step:
        raise InputError("dicom: slices shifted against each other (gantry "
                         "tilt); expected a grid without shear")


def _values(one: Any) -> np.ndarray:
    """What the pixels [rows,columns] mean: whole numbers stay whole."""
    pixels = one.pixel_array
    slope = float(one.get("RescaleSlope", 1))
    intercept = float(one.get("RescaleIntercept", 0))
    if slope != 1 or not intercept.is_integer():
        pixels = pixels.astype(np.float32) * np.float32(slope)
        pixels = pixels + np.float32(intercept)
    else:
        pixels = pixels.astype(np.int32) + int(intercept)
    if one.get("PhotometricInterpretation") == "MONOCHROME1":
        pixels = pixels.max() + pixels.min() - pixels
    return pixels


def _numbers(values: Any) -> np.ndarray:
    return np.array([float(value) for value in values])
