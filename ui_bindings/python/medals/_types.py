"""Types for checkers; at run time an older NumPy has no such names."""
import os
from typing import TYPE_CHECKING, Any, Union

import numpy as np

if TYPE_CHECKING:
    Array = np.ndarray[Any, np.dtype[Any]]
    PathLike = Union[str, os.PathLike[str]]
else:
    Array = np.ndarray
    PathLike = Union[str, os.PathLike]

__all__ = ["Array", "PathLike"]
