"""Finds the package `medals`: the engine and its model.

An installed extension has it in the folder MedalSEngine beside the module,
with the library that is loaded by its absolute path, so that no other
libmedals and nothing of Slicer's own can take its place. In a checkout it is
ui_bindings/python, and MEDALS_LIBRARY says where the library was built.
"""
import os
import pathlib
import sys
from typing import List, Optional

from . import texts
from .failure import Failure

_HERE = pathlib.Path(__file__).resolve().parent
_LIBRARIES = ("libmedals.so.0", "libmedals.so", "libmedals.0.dylib",
              "libmedals.dylib", "medals.dll")


def folders() -> List[pathlib.Path]:
    """Folders that may hold the package, the extension's own first."""
    found = [_HERE.parent / "MedalSEngine"]
    if len(_HERE.parents) > 3:
        found.append(_HERE.parents[3] / "ui_bindings" / "python")
    return [folder for folder in found if (folder / "medals").is_dir()]


def load(folder: Optional[pathlib.Path] = None):
    """The module `medals` with its library loaded.

    Raises Failure when there is none, medals.Error when the library is
    missing, broken or of another version.
    """
    places = [folder] if folder else folders()
    if "medals" not in sys.modules and places:
        sys.path.insert(0, str(places[0]))
    try:
        import medals
    except ImportError as error:
        raise Failure(f"engine: {error}; expected the package medals in "
                      f"{_HERE.parent / 'MedalSEngine'}, as the folder of "
                      "packaging/slicer/make_folder has it") from error
    package = pathlib.Path(medals.__file__).resolve().parent
    own = [package / name for name in _LIBRARIES if
           (package / name).exists()]
    if own and not os.environ.get("MEDALS_LIBRARY"):
        medals.load_library(str(own[0]))
    else:
        medals.load_library()
    return medals


def open_model(path: str = ""):
    """A medals.Model of a package's folder; "": the one that came along."""
    return load().Model(path or None)


def vocabulary_of(model) -> texts.Vocabulary:
    """What a medals.Model knows, for the text panel."""
    return texts.Vocabulary(
        texts.Known(known.name, known.modality, known.trained, known.rgb,
                    known.terminology, known.synonyms)
        for known in model.classes)
