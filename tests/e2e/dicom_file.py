"""Writes small DICOM series, explicit little-endian, any element at will."""
import struct

CT = b"1.2.840.10008.5.1.4.1.1.2"
PLAIN = b"1.2.840.10008.1.2.1"
LONG = ("OB", "OW", "UN")


def us(value):
    return struct.pack("<H", value)


def element(tag, kind, value, length=None):
    """One element; length replaces the true one (0xffffffff: undefined)."""
    value += (b"\0" if kind in ("UI", "OB", "UN", "OW") else b" ") * (
        len(value) % 2)
    head = struct.pack("<HH", tag >> 16, tag & 0xffff) + kind.encode()
    count = len(value) if length is None else length
    if kind in LONG:
        return head + b"\0\0" + struct.pack("<I", count) + value
    return head + struct.pack("<H", count) + value


def encapsulated(frame):
    """Compressed pixels: an empty table of offsets, one fragment."""
    frame += b"\0" * (len(frame) % 2)
    item = struct.pack("<HHI", 0xfffe, 0xe000, len(frame)) + frame
    return (struct.pack("<HHI", 0xfffe, 0xe000, 0) + item +
            struct.pack("<HHI", 0xfffe, 0xe0dd, 0))


def slice_elements(index, rows, columns, pixels, bits=16):
    """The elements of one axial slice, by tag."""
    return {
        0x00080016: ("UI", CT),
        0x00080018: ("UI", b"1.2.3.%d" % (index + 1)),
        0x00080060: ("CS", b"CT"),
        0x0020000d: ("UI", b"1.2.4"), 0x0020000e: ("UI", b"1.2.5"),
        0x00200013: ("IS", b"%d" % (index + 1)),
        0x00200032: ("DS", b"0\\0\\%d" % (2 * index)),
        0x00200037: ("DS", b"1\\0\\0\\0\\1\\0"),
        0x00280002: ("US", us(1)), 0x00280004: ("CS", b"MONOCHROME2"),
        0x00280010: ("US", us(rows)), 0x00280011: ("US", us(columns)),
        0x00280030: ("DS", b"1\\1"), 0x00280100: ("US", us(bits)),
        0x00280101: ("US", us(bits)), 0x00280102: ("US", us(bits - 1)),
        0x00280103: ("US", us(1)), 0x00281052: ("DS", b"0"),
        0x00281053: ("DS", b"1"), 0x7fe00010: ("OW", pixels)}


def write_file(path, elements, transfer=PLAIN, stream=None):
    """One file; stream: compressed pixels instead of the plain ones."""
    meta = (element(0x00020001, "OB", b"\0\1") + element(0x00020002, "UI", CT) +
            element(0x00020003, "UI", elements[0x00080018][1]) +
            element(0x00020010, "UI", transfer))
    body = b"".join(element(tag, *elements[tag]) for tag in sorted(elements)
                    if tag != 0x7fe00010 or stream is None)
    if stream is not None:
        body += element(0x7fe00010, "OB", encapsulated(stream), 0xffffffff)
    path.write_bytes(b"\0" * 128 + b"DICM" + element(
        0x00020000, "UL", struct.pack("<I", len(meta))) + meta + body)


def write_series(folder, change=None, count=6, transfer=PLAIN, stream=None,
                 pixels=None, rows=5, columns=4, bits=16):
    """A folder of slices; change: tag to (type, value) or a function of the
    slice's number that gives it."""
    folder.mkdir()
    for k in range(count):
        if pixels:
            data = pixels(k)
        else:
            data = struct.pack(f"<{rows * columns}h",
                               *range(k * rows * columns,
                                      (k + 1) * rows * columns))
        elements = slice_elements(k, rows, columns, data, bits)
        for tag, value in (change or {}).items():
            elements[tag] = value(k) if callable(value) else value
        write_file(folder / f"{k}.dcm", elements, transfer, stream)


def jpeg_2000(columns, rows, bits=16, offset=0):
    """The beginning of a code stream: SOC, SIZ, nothing that can be decoded."""
    siz = struct.pack(">HHIIIIIIIIHBBB", 41, 0, columns + offset, rows + offset,
                      offset, offset, columns, rows, 0, 0, 1, bits - 1, 1, 1)
    return b"\xff\x4f\xff\x51" + siz + b"\xff\x52" + b"\0" * 64


def jpeg_ls(columns, rows, bits=16):
    """Start, an application segment, the frame header, then nothing."""
    frame = struct.pack(">HBHHBBBB", 11, bits, rows, columns, 1, 1, 0x11, 0)
    return (b"\xff\xd8\xff\xe8" + struct.pack(">H", 6) + b"abcd" +
            b"\xff\xf7" + frame + b"\xff\xda" + b"\0" * 64)
