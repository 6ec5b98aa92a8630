"""Medal S from Python: a scan and a sentence in, a labelmap out.

    segment(scan, texts)       once: a file or image, texts -> Labelmap
    Session(image, ...)        many calls: ask, click, draw, refine, undo
    Image, as_image            voxels with their place in the patient
    Model                      a package of weights, and what it knows
    Error and its subclasses   one clear line each

The work is done by libmedals (C), which load_library() finds; this package is
ctypes and NumPy alone.
"""
from ._library import VERSION as __version__
from ._library import library_path, load_library
from .answer import Answer, Change
from .errors import (BusyError, CancelledError, Error, InputError,
                     InternalError, IoError, NoMemoryError, NoSpaceError,
                     ShapeError, UsageError)
from .image import Image
from .label import Code, Label
from .labelmap import Labelmap, segment
from .model import (ClassInfo, Model, ReadClass, Reading, default_model,
                    default_model_path)
from .readers import as_image
from .session import Session, SessionClass, Statistics

__all__ = [
    "Answer", "BusyError", "CancelledError", "Change", "ClassInfo", "Code",
    "Error", "Image", "InputError", "InternalError", "IoError", "Label",
    "Labelmap", "Model", "NoMemoryError", "NoSpaceError", "ReadClass",
    "Reading", "Session", "SessionClass", "ShapeError", "Statistics",
    "UsageError", "__version__", "as_image", "default_model",
    "default_model_path", "library_path", "load_library", "segment",
]
