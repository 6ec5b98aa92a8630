"""Reads the size and the pixels of an 8-bit RGB PNG."""
import struct
import zlib


def read(path):
    """(width, height, rows of bytes)"""
    with open(path, "rb") as f:
        content = f.read()
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    at, packed, width, height = 8, b"", 0, 0
    while at < len(content):
        length, kind = struct.unpack(">I4s", content[at:at + 8])
        body = content[at + 8:at + 8 + length]
        if kind == b"IHDR":
            width, height, depth, color = struct.unpack(">IIBB", body[:10])
            assert (depth, color) == (8, 2), (depth, color)
        elif kind == b"IDAT":
            packed += body
        at += 12 + length
    return width, height, unfilter(zlib.decompress(packed), width, height)


def unfilter(raw, width, height):
    stride = 3 * width
    rows, above = [], bytearray(stride)
    for y in range(height):
        kind = raw[y * (stride + 1)]
        line = bytearray(raw[y * (stride + 1) + 1:(y + 1) * (stride + 1)])
        for x in range(stride):
            left = line[x - 3] if x >= 3 else 0
            corner = above[x - 3] if x >= 3 else 0
            if kind == 1:
                line[x] = (line[x] + left) & 255
            elif kind == 2:
                line[x] = (line[x] + above[x]) & 255
            elif kind == 3:
                line[x] = (line[x] + (left + above[x]) // 2) & 255
            elif kind == 4:
                line[x] = (line[x] + paeth(left, above[x], corner)) & 255
        rows.append(bytes(line))
        above = line
    return rows


def paeth(a, b, c):
    p = a + b - c
    distance = {a: abs(p - a)}
    best = a
    if abs(p - b) < distance[a]:
        best = b
    if abs(p - c) < min(abs(p - a), abs(p - b)):
        best = c
    return best
