"""A dictionary transform for MONAI's pipelines.

    Compose([LoadImaged("image"), EnsureChannelFirstd("image"),
             Segmentd("image", ["liver", "spleen"]), ...])

It needs nothing of MONAI to be made: what comes as a MetaTensor goes out as
one, anything else that as_image() takes, a path as well, becomes a Labelmap.
"""
import os
from typing import (Any, Dict, Hashable, Iterable, Mapping, Optional,
                    Sequence, Tuple, Union)

import numpy as np

from ._types import Array, PathLike
from .errors import InputError
from .labelmap import Labelmap, segment
from .model import Model, as_model
from .readers import as_image

Keys = Union[Hashable, Iterable[Hashable]]


class Segmentd:
    """Segments what the texts name in the images of a dictionary.

    Args:
        keys: one key, or several.
        texts: as segment() takes them; values are 1, 2, ...
        model: path of a package, a Model (its path is what counts), or None:
            the default one. It is opened where and when the first image
            comes, once a process, so that workers of a DataLoader may run
            this.
        modality: as segment() has it.
        postfix: the labels of "image" go to "image_labels"; "" replaces the
            image.
        allow_missing_keys: an absent key is passed over, else KeyError.

    A MetaTensor [1,i,j,k] or [i,j,k] gives one of the same shape, on its
    device, with its affine to the last bit; meta["labels"] names the values.

    >>> transform = Segmentd("image", "brain stem")
    >>> found = transform({"image": np.zeros((8, 9, 10)), "name": "a"})
    >>> sorted(found), found["image_labels"]
    (['image', 'image_labels', 'name'], Labelmap(10x9x8 uint8, spacing 1 x 1 x \
1 mm: brain stem))
    """

    def __init__(self, keys: Keys, texts: Union[str, Sequence[str]],
                 model: Union[Model, PathLike, None] = None,
                 modality: Optional[str] = None, postfix: str = "labels",
                 allow_missing_keys: bool = False):
        self.keys: Tuple[Hashable, ...] = (
            (keys,) if isinstance(keys, str) or not isinstance(keys, Iterable)
            else tuple(keys))
        self.texts, self.modality = texts, modality
        self.postfix = postfix
        self.allow_missing_keys = allow_missing_keys
        self._path = model.path if isinstance(model, Model) else model
        self._opened: Tuple[int, Optional[Model]] = 0, None

    def __call__(self, data: Mapping[Hashable, Any]) -> Dict[Hashable, Any]:
        """A dictionary with the labels added."""
        found = dict(data)
        for key in self.keys:
            if key in found:
                found[self._target(key)] = self._segment(found[key])
            elif not self.allow_missing_keys:
                raise KeyError(f"{key!r}: not in the data; expected one of "
                               f"{sorted(map(str, found))}")
        return found

    def __getstate__(self) -> Dict[str, Any]:
        """For the workers of a DataLoader: each opens its own model."""
        return {**self.__dict__, "_opened": (0, None)}

    def _target(self, key: Hashable) -> Hashable:
        if not self.postfix:
            return key
        if not isinstance(key, str):
            raise InputError(f"key {key!r}: not text; expected postfix=\"\" "
                             "or text")
        return f"{key}_{self.postfix}"

    def _segment(self, given: Any) -> Any:
        process, model = self._opened
        if model is None or process != os.getpid():
            model = as_model(self._path)
            self._opened = os.getpid(), model
        labels = segment(as_image(given), self.texts, model, self.modality)
        if not (hasattr(given, "detach") and hasattr(given, "affine")):
            return labels
        return _like_tensor(given, labels)


def _like_tensor(given: Any, labels: Labelmap) -> Any:
    """A MetaTensor of labels with the shape, place and meta data of one."""
    from monai.data import MetaTensor
    from torch import from_numpy

    # torch knows no unsigned whole numbers but bytes
    wide = labels.array.dtype.itemsize > 1
    array: Array = np.ascontiguousarray(
        labels.array.T.astype(np.int32 if wide else np.uint8))
    tensor = from_numpy(array.reshape(tuple(given.shape))).to(given.device)
    meta = dict(given.meta)
    meta["labels"] = {label.value: label.name for label in labels.labels}
    return MetaTensor(tensor, affine=given.affine.clone(), meta=meta)
