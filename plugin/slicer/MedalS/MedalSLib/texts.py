"""The text panel: lines to classes, and completion from what a model knows."""
from typing import (Any, Hashable, Iterable, List, NamedTuple, Optional,
                    Sequence, Tuple)

from .failure import Failure

#: A session's limits.
MAX_CLASSES = 255
MAX_BYTES = 10000


class Known(NamedTuple):
    """A class of a model or of the table of all names."""

    name: str
    modality: str  #: "ct", "mri", "us", "pet", "microscopy"
    trained: bool  #: the model was trained on it
    rgb: Tuple[int, int, int]  #: 0..255
    terminology: Optional[str]  #: Slicer's entry, or None
    synonyms: Tuple[str, ...]


def fold(text: str) -> str:
    """A text as texts are compared: lower case, single blanks."""
    return " ".join(text.lower().split())


def parse(panel: str) -> List[str]:
    """Texts of the panel, in order: one a line, or divided by semicolons;
    blanks trimmed, empty lines and repetitions dropped.

    Raises Failure without any text, with too many, or with too long a one.
    """
    texts, seen = [], set()
    for line in panel.replace(";", "\n").splitlines():
        text = " ".join(line.split())
        if text and fold(text) not in seen:
            seen.add(fold(text))
            texts.append(text)
    if not texts:
        raise Failure("text: empty; expected the name of a structure a line, "
                      "for example \"left hippocampus\"")
    if len(texts) > MAX_CLASSES:
        raise Failure(f"text: {len(texts)} classes; expected at most "
                      f"{MAX_CLASSES} in one segmentation")
    for text in texts:
        if len(text.encode()) > MAX_BYTES:
            raise Failure(f"text: a line of {len(text.encode())} bytes; "
                          f"expected at most {MAX_BYTES}")
    return texts


class Asked(NamedTuple):
    """A class that texts ask for, as the engine reads them."""

    text: str  #: asks for it alone
    known: Optional[Known]  #: None: free text
    trained: bool
    key: Hashable  #: equal for texts of one class


class Reading(NamedTuple):
    """What texts ask for."""

    classes: Tuple[Asked, ...]
    notes: Tuple[str, ...]  #: what the user is to know, a line each


class Vocabulary:
    """Names and synonyms of a model's classes."""

    def __init__(self, classes: Iterable[Known] = ()):
        self.classes = list(classes)
        self._words: List[Tuple[str, str, Known]] = []
        for known in self.classes:
            for word in (known.name, *known.synonyms):
                self._words.append((fold(word), word, known))

    def complete(self, start: str, limit: int = 12,
                 modality: Optional[str] = None) -> List[str]:
        """Names that go on from what is typed: what the model was trained on
        first, beginnings before middles, names before synonyms."""
        start = fold(start)
        if not start:
            return []
        ranked = []
        for word, shown, known in self._words:
            if modality and known.modality != modality:
                continue
            at = word.find(start)
            if at < 0 or (at > 0 and word[at - 1] != " "):
                continue
            ranked.append((not known.trained, at > 0, shown != known.name,
                           word, shown))
        names, seen = [], set()
        for *_, word, shown in sorted(ranked):
            if word not in seen:
                seen.add(word)
                names.append(shown)
        return names[:limit]

    def trained(self, modality: Optional[str] = None) -> List[str]:
        """Names that the model was trained on, in its own order."""
        names = [known.name for known in self.classes if known.trained
                 and (not modality or known.modality == modality)]
        return list(dict.fromkeys(names))

    def modalities(self) -> List[str]:
        """Modalities that the model was trained on, in its own order."""
        return list(dict.fromkeys(known.modality for known in self.classes
                                  if known.trained))

    def find(self, text: str, modality: Optional[str] = None,
             ) -> Optional[Known]:
        """The class that a text names: by name, then by synonym; trained
        ones and those of the modality first."""
        text = fold(text)
        hits = [(known.modality != modality, not known.trained,
                 fold(known.name) != text, place, known)
                for place, (word, _, known) in enumerate(self._words)
                if word == text]
        return min(hits)[-1] if hits else None

    def summary(self) -> str:
        """One line for the panel: what the model knows."""
        counts = [f"{len(self.trained(modality))} in {modality.upper()}"
                  for modality in self.modalities()]
        return ("knows " + ", ".join(counts)) if counts else "knows no class"


def read(model: Any, vocabulary: Vocabulary, lines: Sequence[str],
         modality: Optional[str] = None) -> Reading:
    """What lines ask for, by the engine's own reading of them: pairs and
    lists are several classes, doubles are one.

    model: a medals.Model. modality: None: the one in which it knows most.
    Raises medals.InputError for a line that says what is not wanted.
    """
    if modality is None:
        modality = _likely_modality(model, vocabulary, lines)
    reading = model.read(lines, modality)
    classes = tuple(Asked(
        found.name,
        vocabulary.classes[found.info.index] if found.info else None,
        found.known, key_of(found.info, found.name))
        for found in reading.classes)
    unknown = [asked.text for asked in classes if not asked.trained]
    notes = list(reading.warnings)
    if unknown:
        notes.append("not trained on: " + ", ".join(unknown))
    return Reading(classes, tuple(notes))


def key_of(info: Any, text: str) -> Hashable:
    """Equal for texts of one class. info: a medals.ClassInfo, or None."""
    return info.index if info else fold(text)


def _likely_modality(model: Any, vocabulary: Vocabulary,
                     lines: Sequence[str]) -> Optional[str]:
    """Where the model knows most of what lines ask for; its default where
    that is as many."""
    def knows(modality: Optional[str]) -> int:
        return sum(found.known
                   for found in model.read(lines, modality).classes)

    return max([model.default_modality, *vocabulary.modalities()], key=knows)
