"""Which folder keeps the journal of an image.

The user chooses one folder for all images; the engine keeps one image a
folder. So each image has a sub-folder, named after its voxels and where they
lie: the same scan finds its own again, in another scene and under another
name. Further segmentations of an image have a number behind that: the second
of a scene finds that of the second again.
"""
import hashlib
import pathlib
import re
from typing import Tuple

import numpy as np
import slicer

from .geometry import Grid

#: What the engine calls its file.
JOURNAL_FILE = "journal.sqlite"

#: Attribute of a segmentation node: its folder's name, and its ID then.
ATTRIBUTE = "MedalS.Journal"


def name_of(array: np.ndarray, grid: Grid) -> str:
    """The folder's name for an image, voxels [k,j,i]."""
    digest = hashlib.blake2b(digest_size=12)
    digest.update(repr((array.dtype.str, array.shape, grid)).encode())
    digest.update(np.ascontiguousarray(array).data)
    return "image-" + digest.hexdigest()


def claim(segmentation, image: str) -> str:
    """The folder's name for a segmentation node of an image, by name_of():
    the one that it has, else the first that no other segmentation of the
    scene has. Kept with the scene."""
    owned, owner = _claim_of(segmentation)
    taken = {}
    for node in slicer.util.getNodesByClass("vtkMRMLSegmentationNode"):
        if node is not segmentation:
            taken[_claim_of(node)[0]] = node.GetID()
    # A copied node brings the claim of the one that it is a copy of.
    if _number(owned, image) and (owned not in taken or
                                  owner == segmentation.GetID()):
        return owned
    name, number = image, 1
    while name in taken:
        number += 1
        name = f"{image}-{number}"
    segmentation.SetAttribute(ATTRIBUTE, f"{name} {segmentation.GetID()}")
    return name


def _claim_of(node) -> Tuple[str, str]:
    """Name of a folder, and ID of the node that was given it."""
    name, _, owner = (node.GetAttribute(ATTRIBUTE) or "").partition(" ")
    return name, owner


def _number(name: str, image: str) -> int:
    """Which segmentation of an image a folder is of; 0: of none."""
    match = re.fullmatch(re.escape(image) + r"(?:-(\d{1,9}))?", name)
    return int(match.group(1) or 1) if match else 0


def is_kept_in(root: str) -> bool:
    """Whether a journal lies in the chosen folder itself, as it was before
    images had folders of their own."""
    return pathlib.Path(root, JOURNAL_FILE).exists()


def is_of_another(error: Exception) -> bool:
    """Whether the engine refused a journal since it is another image's."""
    return "journal of another image" in str(error)
