"""Completion of names while they are typed. Needs Qt."""
import qt

from .logic import Logic
from .texts import fold

#: What divides names in the text, as texts.parse has it.
DIVIDER = ";"


class Completer:
    """Completes the name under the cursor from what the model knows."""

    def __init__(self, edit, logic: Logic):
        self._edit = edit
        self._logic = logic
        self._model = qt.QStringListModel()
        self._completer = qt.QCompleter()
        self._completer.setModel(self._model)
        self._completer.setCompletionMode(
            qt.QCompleter.UnfilteredPopupCompletion)
        self._completer.setWidget(edit)
        self._completer.connect("activated(QString)", self._insert)
        # A popup hands its keys to the text first, which would take Tab and
        # Return for itself. What is installed last is asked first.
        self._keys = _PopupKeys(self)
        self._completer.popup().installEventFilter(self._keys)
        edit.textChanged.connect(self._complete)
        self._is_inserting = False

    def _span(self):
        """Begin and end of the name under the cursor, in its line, and the
        name up to its end."""
        cursor = self._edit.textCursor()
        line = cursor.block().text()
        at = len(line.encode("utf-16-le")[:2 * cursor.positionInBlock()]
                 .decode("utf-16-le", "ignore"))
        begin = line.rfind(DIVIDER, 0, at) + 1
        end = line.find(DIVIDER, at)
        end = len(line) if end < 0 else end
        while begin < end and line[begin].isspace():
            begin += 1
        return begin, end, line[begin:end]

    def _complete(self) -> None:
        if self._is_inserting or not self._edit.focus:
            return
        _begin, _end, typed = self._span()
        names = [name for name in self._logic.vocabulary.complete(
            typed, modality=self._logic.modality)
            if fold(name) != fold(typed)]
        if not names:
            self._completer.popup().hide()
            return
        self._model.setStringList(names)
        box = self._edit.cursorRect()
        box.setWidth(240)
        self._completer.complete(box)

    def close(self) -> None:
        """Hides the popup."""
        self._completer.popup().hide()

    def take(self, is_tab: bool) -> bool:
        """Takes the name that is marked in the popup, or the first; returns
        False for a Return after a name that is whole, which ends the line."""
        index = self._completer.popup().currentIndex()
        row = index.row() if index.isValid() else -1
        _begin, _end, typed = self._span()
        self._completer.popup().hide()
        if row < 0 and not is_tab and \
                self._logic.vocabulary.find(typed) is not None:
            return False
        names = self._model.stringList()
        self._insert(names[max(row, 0)])
        return True

    def _insert(self, name: str) -> None:
        begin, _end, typed = self._span()
        cursor = self._edit.textCursor()
        start = cursor.block().position() + _units(
            cursor.block().text()[:begin])
        self._is_inserting = True
        cursor.setPosition(start)
        cursor.setPosition(start + _units(typed), qt.QTextCursor.KeepAnchor)
        cursor.insertText(name)
        self._edit.setTextCursor(cursor)
        self._is_inserting = False


def _units(text: str) -> int:
    """Places that Qt counts in a text: an emoji has two."""
    return len(text.encode("utf-16-le")) // 2


class _PopupKeys(qt.QObject):
    """Keys of the popup that take a completion."""

    def __init__(self, completer: Completer):
        qt.QObject.__init__(self)
        self._completer = completer

    def eventFilter(self, _watched, event) -> bool:
        """Qt asks: True, and nobody else gets the event."""
        if event.type() == qt.QEvent.ShortcutOverride and \
                event.key() == qt.Qt.Key_Escape:
            event.accept()  # it closes the popup, and cancels nothing
            return True
        if event.type() != qt.QEvent.KeyPress:
            return False
        if any(event.modifiers() & key for key in (
                qt.Qt.ShiftModifier, qt.Qt.ControlModifier,
                qt.Qt.AltModifier)):
            return False
        if event.key() == qt.Qt.Key_Tab:
            return self._completer.take(True)
        if event.key() in (qt.Qt.Key_Return, qt.Qt.Key_Enter):
            return self._completer.take(False)
        return False
