"""Draws the extension's icons: the same shapes as SVG and as PNG.

    python3 draw_icons.py        (needs NumPy; writes beside the modules)

A shape is an ellipse (centre, radii, turn in degrees) or a rectangle with
round corners, on a canvas of 128 x 128, with a colour.
"""
import pathlib
import struct
import zlib

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
SIZE = 128
FINE = 4  # samples a pixel and axis

HEAD = [("round", (4, 4, 120, 120, 22), "#17324d"),
        ("ellipse", (64, 62, 42, 50, 0), "#d5dfe6"),
        ("ellipse", (64, 60, 34, 41, 0), "#8ea3b3"),
        ("ellipse", (52, 58, 7, 20, 12), "#6b8091"),
        ("ellipse", (76, 58, 7, 20, -12), "#6b8091")]
TARGET = [("ellipse", (80, 74, 20, 14, -25), "#f2a33a")]
CLICK = [("round", (77, 62, 6, 24, 2), "#ffffff"),
         ("round", (68, 71, 24, 6, 2), "#ffffff")]
STROKE = [("round", (26, 98, 60, 9, 4), "#f2a33a"),
          ("ellipse", (92, 102, 9, 9, 0), "#ffffff")]

ICONS = {
    "MedalS/Resources/Icons/MedalS": HEAD + TARGET + CLICK,
    "MedalS/Resources/Icons/MedalSHead": HEAD,
    "SegmentEditorMedalS/SegmentEditorMedalSLib/SegmentEditorMedalSEffect":
        HEAD + TARGET + STROKE,
}


def inside(kind, numbers, x, y):
    """Where a shape covers points x, y: bool like x."""
    if kind == "ellipse":
        cx, cy, rx, ry, turn = numbers
        angle = np.radians(turn)
        u = (x - cx) * np.cos(angle) + (y - cy) * np.sin(angle)
        v = -(x - cx) * np.sin(angle) + (y - cy) * np.cos(angle)
        return (u / rx) ** 2 + (v / ry) ** 2 <= 1
    left, top, width, height, corner = numbers
    dx = np.abs(x - left - width / 2) - width / 2 + corner
    dy = np.abs(y - top - height / 2) - height / 2 + corner
    return np.hypot(np.maximum(dx, 0), np.maximum(dy, 0)) + np.minimum(
        np.maximum(dx, dy), 0) <= corner


def paint(shapes):
    """RGBA u8 [SIZE,SIZE,4], smoothed by FINE x FINE samples."""
    at = (np.arange(SIZE * FINE) + 0.5) / FINE
    x, y = np.meshgrid(at, at)
    canvas = np.zeros((SIZE * FINE, SIZE * FINE, 4))
    for kind, numbers, colour in shapes:
        rgb = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
        canvas[inside(kind, numbers, x, y)] = (*rgb, 1)
    blocks = canvas.reshape(SIZE, FINE, SIZE, FINE, 4)
    alpha = blocks[..., 3:].mean(axis=(1, 3))
    colour = (blocks[..., :3] * blocks[..., 3:]).mean(axis=(1, 3))
    colour = np.divide(colour, alpha, out=np.zeros_like(colour),
                       where=alpha > 0)
    return np.rint(np.concatenate([colour, alpha], 2) * 255).astype(np.uint8)


def png(image):
    """Bytes of a PNG of RGBA u8 [h,w,4]."""
    def chunk(kind, data):
        return (struct.pack(">I", len(data)) + kind + data +
                struct.pack(">I", zlib.crc32(kind + data)))

    height, width, _ = image.shape
    rows = b"".join(b"\0" + row.tobytes() for row in image)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(
        ">IIBBBBB", width, height, 8, 6, 0, 0, 0)) +
        chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b""))


def svg(shapes):
    """Text of an SVG."""
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{SIZE}" '
             f'height="{SIZE}" viewBox="0 0 {SIZE} {SIZE}">']
    for kind, numbers, colour in shapes:
        if kind == "ellipse":
            cx, cy, rx, ry, turn = numbers
            lines.append(
                f'<ellipse cx="{cx}" cy="{cy}" rx="{rx}" ry="{ry}" '
                f'transform="rotate({turn} {cx} {cy})" fill="{colour}"/>')
        else:
            x, y, width, height, corner = numbers
            lines.append(f'<rect x="{x}" y="{y}" width="{width}" '
                         f'height="{height}" rx="{corner}" fill="{colour}"/>')
    return "\n".join([*lines, "</svg>", ""])


if __name__ == "__main__":
    for name, drawn in ICONS.items():
        (HERE / (name + ".png")).write_bytes(png(paint(drawn)))
        (HERE / (name + ".svg")).write_text(svg(drawn), "utf-8")
