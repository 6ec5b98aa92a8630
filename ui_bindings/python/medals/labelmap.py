"""A labelmap with the names of its values, and the one-liner that makes one."""
import ctypes
from dataclasses import dataclass
from typing import Any, Optional, Sequence, Tuple, Union

import numpy as np

from . import _abi
from ._library import (call, decode, load_library, modality_number,
                       split_texts, text_array, text_list, whole_number)
from ._watch import ProgressCallback, Watch
from .errors import InputError
from .image import Image, array_of_volume
from .model import Model, as_model
from .prompts import extent_array
from .readers import as_image


@dataclass(frozen=True)
class Label:
    """One class of a labelmap."""

    value: int  #: of its voxels
    name: str  #: what asks for it alone, or what the session calls it
    text: Optional[str]  #: what was asked for; None: by prompts alone
    known: bool  #: the model was trained on it
    voxels: int
    ml: float
    mean_probability: Optional[float]


class Labelmap(Image):
    """Label values [k,j,i] on an image's grid; 0 is background."""

    labels: Tuple[Label, ...] = ()
    warnings: Tuple[str, ...] = ()

    def mask(self, name: Union[str, int]) -> np.ndarray:
        """Voxels [k,j,i] of one class, bool, by its name or value; by a text,
        those of all its classes."""
        for label in self.labels:
            if name in (label.name, label.value):
                return self.array == label.value
        values = [label.value for label in self.labels if label.text == name]
        if values:
            return np.isin(self.array, values)
        raise InputError(f"label {name!r}: not in this labelmap; expected "
                         + ", ".join(label.name for label in self.labels))


def labelmap_on(image: Image, array: np.ndarray, labels: Sequence[Label],
                warnings: Sequence[str] = ()) -> Labelmap:
    """A Labelmap on another image's grid."""
    made = Labelmap(array, image.spacing, image.origin, image.direction,
                    image.modality)
    made.labels, made.warnings = tuple(labels), tuple(warnings)
    return made


def given_labelmap(image: Image, labelmap: Any) -> Image:
    """Somebody's labelmap as u8, u16 or u32, whatever whole numbers it came
    in. A bare array is taken to lie on the image's grid."""
    made = (image.like(labelmap) if isinstance(labelmap, np.ndarray)
            else as_image(labelmap))
    array = made.array
    if array.dtype in (np.uint8, np.uint16, np.uint32):
        return made
    least, most = array.min(), array.max()
    if not 0 <= least <= most < 1 << 32:
        raise InputError(f"labelmap: values {least} to {most}; expected 0 to "
                         "4294967295")
    whole = array.astype(np.min_scalar_type(int(most)), copy=False)
    if array.dtype.kind == "f" and (whole != array).any():
        raise InputError("labelmap: fractions in it; expected whole numbers")
    return Image(whole, made.spacing, made.origin, made.direction)


def segment(image: Any, texts: Union[str, Sequence[str]],
            model: Union[Model, str, None] = None,
            modality: Optional[str] = None,
            window: Optional[Tuple[float, float]] = None,
            roi: Optional[Sequence[int]] = None, stages: int = 0,
            progress: Optional[ProgressCallback] = None) -> Labelmap:
    """Segments what the texts name.

    Args:
        image: whatever as_image() takes.
        texts: a list, or one string with ";" between; values are 1, 2, ...
            A text that names several ("both kidneys") gives several labels,
            texts of one class share a label: the warnings say so.
        model: a Model, the path of a package, or None: the default one.
        modality: ct, mr, us, pet, microscopy; None: header, texts, model.
        window: lower, upper bound in HU; CT only.
        roi: i0,i1,j0,j1,k0,k1, half open: the rest is background.
        stages: the first N stages of the model; 0: all.
        progress: called as progress(fraction, phase, seconds_left); False
            cancels with CancelledError.
    """
    volume_image, opened = as_image(image), as_model(model)
    wanted = split_texts(texts)
    options = _abi.SegmentOptions(
        texts=text_array(wanted), text_count=len(wanted),
        modality=modality_number(modality),
        stages=whole_number("stages", stages, 0, 255),
        header_modality=modality_number(volume_image.modality),
        has_window=window is not None, window=tuple(window or (0, 0)),
        has_roi=roi is not None, roi=extent_array(roi) or _abi.Extent())
    result = ctypes.c_void_p()
    with volume_image._volume() as volume, Watch(progress) as watch:
        options.progress = watch.progress_fn
        try:
            call("medals_segment", ctypes.byref(result), opened.pointer,
                 volume, ctypes.byref(options))
            return _labelmap_of(volume_image, result)
        finally:
            load_library().medals_segmentation_free(ctypes.byref(result))


def _labelmap_of(image: Image, result: ctypes.c_void_p) -> Labelmap:
    library = load_library()
    report, labels = _abi.ClassReport(), []
    for index in range(library.medals_segmentation_class_count(result)):
        library.medals_segmentation_class(result, index,
                                          ctypes.byref(report))
        labels.append(Label(report.label, decode(report.name) or "",
                            decode(report.text), report.known,
                            report.voxels, report.ml,
                            number_or_none(report.mean_probability)))
    array = array_of_volume(library.medals_segmentation_peek_labelmap(result))
    return labelmap_on(image, array, labels, text_list(
        library.medals_segmentation_warnings(result)))


def number_or_none(value: float) -> Optional[float]:
    """C says NaN where there is no number, Python None."""
    return None if value != value else value
