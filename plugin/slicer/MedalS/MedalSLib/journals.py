"""Which folder keeps the journal of an image.

The user chooses one folder for all images; the engine keeps one image a
folder. So each image has a sub-folder, named after its voxels and where they
lie: the same scan finds its own again, in another scene and under another
name.
"""
import hashlib
import os
import pathlib

import numpy as np

from .geometry import Grid

#: What the engine calls its file.
JOURNAL_FILE = "journal.sqlite"


def folder_of(root: str, array: np.ndarray, grid: Grid) -> str:
    """The folder of an image, voxels [k,j,i], below `root`."""
    digest = hashlib.blake2b(digest_size=12)
    digest.update(repr((array.dtype.str, array.shape, grid)).encode())
    digest.update(np.ascontiguousarray(array).data)
    return os.fspath(pathlib.Path(root, "image-" + digest.hexdigest()))


def is_kept_in(root: str) -> bool:
    """Whether a journal lies in the chosen folder itself, as it was before
    images had folders of their own."""
    return pathlib.Path(root, JOURNAL_FILE).exists()


def is_of_another(error: Exception) -> bool:
    """Whether the engine refused a journal since it is another image's."""
    return "journal of another image" in str(error)
