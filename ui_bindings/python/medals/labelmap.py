"""A labelmap with the names of its values, and the one-liner that makes one."""
import ctypes
import re
from typing import Any, Dict, Optional, Sequence, Tuple, Union

import numpy as np

from . import _abi
from ._library import (call, decode, load_library, modality_number,
                       split_texts, text_array, text_list, whole_number)
from ._types import Array, PathLike
from ._watch import ProgressCallback, Watch
from .errors import InputError
from .image import Image, array_of_volume
from .label import Colour, Label, free_colour
from .model import ClassInfo, Model, as_model
from .preview import Slices, png_of, slices_of
from .prompts import extent_array
from .readers import as_image


class Labelmap(Image):
    """Label values [k,j,i] on an image's grid; 0 is background.

    np.asarray() gives the values, save() writes them; a notebook shows three
    slices.

    >>> labels = Labelmap(np.array([[[0, 1, 1]]], np.uint8))
    >>> labels.labels = (Label(1, "liver", None, True, 2, 0.002, None),)
    >>> labels
    Labelmap(3x1x1 uint8, spacing 1 x 1 x 1 mm: liver)
    >>> int(labels.mask("liver").sum()), labels["liver"].ml
    (2, 0.002)
    """

    labels: Tuple[Label, ...] = ()
    warnings: Tuple[str, ...] = ()
    _slices: Optional[Slices] = None

    def __getitem__(self, name: Union[str, int]) -> Label:
        """The label of that name or value."""
        for label in self.labels:
            if name in (label.name, label.value):
                return label
        raise self._unknown(name)

    @property
    def colours(self) -> Dict[int, Colour]:
        """Red, green, blue of each value."""
        return {label.value: label.colour for label in self.labels}

    def mask(self, name: Union[str, int]) -> Array:
        """Voxels [k,j,i] of one class, bool, by its name or value; by a text,
        those of all its classes."""
        for label in self.labels:
            if name in (label.name, label.value):
                where: Array = self.array == label.value
                return where
        values = [label.value for label in self.labels if label.text == name]
        if values:
            return np.isin(self.array, values)
        raise self._unknown(name)

    def _unknown(self, name: Any) -> InputError:
        return InputError(f"label {name!r}: not in this labelmap; expected "
                          + ", ".join(label.name for label in self.labels))

    def __repr__(self) -> str:
        names = ", ".join(label.name for label in self.labels)
        return f"{super().__repr__()[:-1]}: {names or 'no labels'})"

    def _repr_png_(self) -> Optional[bytes]:
        """For notebooks: three slices with the labels in their colours; None
        where the labelmap came without its image."""
        return (None if self._slices is None
                else png_of(self._slices, self.colours))


def labelmap_on(image: Image, array: Array, labels: Sequence[Label],
                warnings: Sequence[str] = ()) -> Labelmap:
    """A Labelmap on another image's grid."""
    made = Labelmap(array, image.spacing, image.origin, image.direction,
                    image.modality)
    made.labels, made.warnings = tuple(labels), tuple(warnings)
    made._share_place(image)
    made._slices = slices_of(image, array)
    return made


def labelmap_of_nrrd(image: Image, keys: Dict[str, str]) -> Image:
    """The Labelmap of an NRRD file with 3D Slicer's segments, else the image
    itself."""
    if "Segment0_ID" not in keys or image.array.dtype.kind not in "iu":
        return image
    counts = dict(zip(*map(np.ndarray.tolist, np.unique(
        image.array, return_counts=True))))
    ml = float(np.prod(image.spacing)) / 1000
    labels = []
    for number in range(len(keys)):
        key = f"Segment{number}_"
        if key + "ID" not in keys:
            break
        word = keys.get(key + "LabelValue", "1")
        value = int(word) if word.isdigit() else 0
        voxels = counts.get(value, 0)
        entry = re.search(r"TerminologyEntry:([^|]*)",
                          keys.get(key + "Tags", ""))
        name = keys.get(key + "Name", keys[key + "ID"])
        labels.append(Label(
            value, name, None, False, voxels, voxels * ml, None,
            _colour_of_text(keys.get(key + "Color", ""), value),
            entry[1] if entry else None))
    made = Labelmap(image.array, image.spacing, image.origin,
                    image.direction)
    made._share_place(image)
    made.labels = tuple(labels)
    return made


def _colour_of_text(text: str, value: int) -> Colour:
    """0..1 thrice as 0..255."""
    try:
        red, green, blue = (min(max(round(255 * float(word)), 0), 255)
                            for word in text.split())
    except (ValueError, OverflowError):
        return free_colour(value)
    return red, green, blue


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


def names_of(labelmap: Any) -> Dict[int, str]:
    """Names of a Labelmap's values; of anything else none."""
    return {label.value: label.name for label in
            getattr(labelmap, "labels", ()) if label.value and label.name}


def segment(image: Any, texts: Union[str, Sequence[str]],
            model: Union[Model, PathLike, None] = None,
            modality: Optional[str] = None,
            window: Optional[Tuple[float, float]] = None,
            roi: Optional[Sequence[int]] = None, stages: int = 0,
            progress: Optional[ProgressCallback] = None) -> Labelmap:
    """Segments what the texts name.

    Args:
        image: the path of a file or of a folder with a DICOM series, or
            whatever else as_image() takes.
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
            return _labelmap_of(volume_image, result, opened)
        finally:
            load_library().medals_segmentation_free(ctypes.byref(result))


def _labelmap_of(image: Image, result: ctypes.c_void_p,
                 model: Model) -> Labelmap:
    library = load_library()
    report, labels = _abi.ClassReport(), []
    for index in range(library.medals_segmentation_class_count(result)):
        library.medals_segmentation_class(result, index,
                                          ctypes.byref(report))
        labels.append(Label(report.label, decode(report.name) or "",
                            decode(report.text), report.known,
                            report.voxels, report.ml,
                            number_or_none(report.mean_probability),
                            *looks_of(model.classes, report.class_index,
                                      report.label)))
    array = array_of_volume(library.medals_segmentation_peek_labelmap(result))
    return labelmap_on(image, array, labels, text_list(
        library.medals_segmentation_warnings(result)))


def looks_of(known: Sequence[ClassInfo], class_index: Optional[int],
             value: int) -> Tuple[Colour, Optional[str]]:
    """Colour and terminology of one of the model's classes; of free text
    (None, or negative) a colour by its value."""
    if class_index is None or class_index < 0:
        return free_colour(value), None
    info = known[class_index]
    return info.rgb, info.terminology


def number_or_none(value: float) -> Optional[float]:
    """C says NaN where there is no number, Python None."""
    return None if value != value else value
