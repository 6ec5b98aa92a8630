"""Cursors that show tool and sign. Needs Qt."""
import qt

from .overlay import GREEN, RED

#: Side of a cursor and where it points, in pixels.
SIZE, HOT = 32, 11


def cursor_of(tool: str, positive: bool):
    """A qt.QCursor: a cross at the point, the tool's shape beside it, green
    with a + or red with a -."""
    pixmap = qt.QPixmap(SIZE, SIZE)
    pixmap.fill(qt.QColor(0, 0, 0, 0))
    painter = qt.QPainter()
    painter.begin(pixmap)
    for colour, width in (((0, 0, 0), 4), (GREEN if positive else RED, 2)):
        pen = qt.QPen(qt.QColor(*colour))
        pen.setWidth(width)
        painter.setPen(pen)
        _draw(painter, tool, positive)
    painter.end()
    return qt.QCursor(pixmap, HOT, HOT)


def _draw(painter, tool: str, positive: bool) -> None:
    painter.drawLine(HOT - 7, HOT, HOT + 7, HOT)
    painter.drawLine(HOT, HOT - 7, HOT, HOT + 7)
    if tool == "box":
        painter.drawRect(18, 3, 10, 8)
    elif tool == "scribble":
        painter.drawLine(18, 9, 22, 4)
        painter.drawLine(22, 4, 25, 9)
        painter.drawLine(25, 9, 29, 3)
    elif tool == "lasso":
        painter.drawEllipse(18, 2, 11, 8)
    painter.drawLine(19, 25, 29, 25)
    if positive:
        painter.drawLine(24, 20, 24, 30)
