"""What is known of one value of a labelmap."""
from dataclasses import dataclass
from typing import NamedTuple, Optional, Tuple

#: Red, green, blue, 0..255.
Colour = Tuple[int, int, int]


class Code(NamedTuple):
    """An entry of a coding scheme, as DICOM writes it."""

    scheme: str  #: "SCT": SNOMED CT
    value: str
    meaning: str


@dataclass(frozen=True)
class Label:
    """One class of a labelmap.

    >>> entry = ("Anatomy~SCT^123037004^Anatomical Structure"
    ...          "~SCT^64033007^Kidney~SCT^7771000^Left~~^^~^^")
    >>> label = Label(1, "left kidney", "left kidney", True, 8000, 8.0, 0.9,
    ...               (185, 102, 83), entry)
    >>> label.code
    Code(scheme='SCT', value='64033007', meaning='Kidney')
    >>> label.code_modifier.meaning, label.confidence
    ('Left', 0.9)
    """

    value: int  #: of its voxels
    name: str  #: what asks for it alone, or what the session calls it
    text: Optional[str]  #: what was asked for; None: by prompts alone
    known: bool  #: the model was trained on it
    voxels: int
    ml: float  #: volume, by the image's spacing in mm
    mean_probability: Optional[float]  #: over its voxels; None: none known
    colour: Colour = (200, 200, 200)
    terminology: Optional[str] = None  #: 3D Slicer's entry

    @property
    def confidence(self) -> Optional[float]:
        """Mean probability over its voxels, 0..1; None: none known."""
        return self.mean_probability

    @property
    def code(self) -> Optional[Code]:
        """What it is, in SNOMED CT; None: free text."""
        return self._entry(2)

    @property
    def code_modifier(self) -> Optional[Code]:
        """The side that belongs to the code, or None."""
        return self._entry(3)

    def _entry(self, place: int) -> Optional[Code]:
        parts = (self.terminology or "").split("~")
        words = parts[place].split("^") if len(parts) > place else []
        return Code(*words) if len(words) == 3 and words[1] else None


def free_colour(value: int) -> Colour:
    """A colour for a value that came without one; as the command's.

    >>> free_colour(1) != free_colour(2)
    True
    """
    turn = value * 0.618033988749895
    hue = 6 * (turn - int(turn))
    away = (abs(hue - (6 if hue > 3 else 0)), abs(hue - 2), abs(hue - 4))
    red, green, blue = (int(60 + 195 * min(max(2 - d, 0.0), 1.0))
                        for d in away)
    return red, green, blue
