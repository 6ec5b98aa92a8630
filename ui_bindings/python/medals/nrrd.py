"""NRRD files, 3D Slicer's .seg.nrrd among them, read and written by NumPy.

    NRRD0004, fields, "key:=value" lines, an empty line, voxels i fastest

Other readers round the geometry or skip the space it is in; here the whole
header is understood or the file is refused. One volume of one number a voxel,
its voxels in the same file, raw, gzip or bzip2.
Format: teem.sourceforge.net/nrrd/format.html
"""
import bz2
import re
import zlib
from typing import IO, Any, Dict, Iterator, List, NamedTuple, Tuple

import numpy as np

from ._types import Array
from .errors import InputError
from .image import Image

_TYPES = {
    "i1": "signed char|int8|int8_t", "u1": "uchar|unsigned char|uint8|uint8_t",
    "i2": "short|short int|signed short|signed short int|int16|int16_t",
    "u2": "ushort|unsigned short|unsigned short int|uint16|uint16_t",
    "i4": "int|signed int|int32|int32_t", "u4": "uint|unsigned int|uint32|"
    "uint32_t",
    "i8": "longlong|long long|long long int|signed long long|"
    "signed long long int|int64|int64_t",
    "u8": "ulonglong|unsigned long long|unsigned long long int|uint64|"
    "uint64_t", "f4": "float", "f8": "double"}
_DTYPES = {word: dtype for dtype, words in _TYPES.items()
           for word in words.split("|")}
_WRITTEN = {"i1": "signed char", "u1": "unsigned char", "i2": "short",
            "u2": "unsigned short", "i4": "int", "u4": "unsigned int",
            "i8": "long long", "u8": "unsigned long long", "f4": "float",
            "f8": "double"}
_TO_RAS = {"left-posterior-superior": (-1, -1), "lps": (-1, -1),
           "right-anterior-superior": (1, 1), "ras": (1, 1),
           "left-anterior-superior": (-1, 1), "las": (-1, 1)}
_ELSEWHERE = ("{}: voxels in another file or after a skip; expected them "
              "right behind the header")
_LONGEST_HEADER = 1 << 20
_PIECE = 1 << 22


class OtherFile(InputError):
    """The header names another file, or skips some bytes."""


class Header(NamedTuple):
    """A header's lines."""

    fields: Dict[str, str]  #: "sizes" -> "4 5 6"
    keys: Dict[str, str]  #: of "key:=value" lines


def read(path: str) -> Tuple[Image, Dict[str, str]]:
    """An Image of a file, and its "key:=value" lines.

    Raises:
        InputError: what is not one volume with its place. OSError.
    """
    with open(path, "rb") as file:
        header = _header(file, path)
        sizes = _sizes(header, path)
        dtype = _dtype(header, path)
        count = sizes[0] * sizes[1] * sizes[2]
        data = _voxels(file, header, path, count * dtype.itemsize)
    array = np.frombuffer(data, dtype).reshape(sizes[::-1]).T
    return Image.from_affine(array, _affine(header, path)), header.keys


def write(file: IO[bytes], image: Image, keys: Dict[str, str]) -> None:
    """Writes an image, gzip inside, with "key:=value" lines."""
    dtype = image.array.dtype.newbyteorder("<")
    kind = _WRITTEN.get(dtype.str[1:])
    if kind is None:
        raise InputError(f"nrrd: {image.array.dtype} voxels; expected one of "
                         + ", ".join(_WRITTEN.values()))
    matrix = image._matrix()
    lines = ["NRRD0004", f"type: {kind}", "dimension: 3",
             "space: left-posterior-superior",
             "sizes: " + " ".join(map(str, image.size)),
             "space directions: " + " ".join(map(_vector, matrix[:3, :3].T)),
             "kinds: domain domain domain", "endian: little",
             "encoding: gzip", "space origin: " + _vector(matrix[:3, 3])]
    lines += [f"{key}:={_escaped(value)}" for key, value in keys.items()]
    file.write(("\n".join(lines) + "\n\n").encode())
    pack = zlib.compressobj(6, zlib.DEFLATED, 31)
    for piece in pieces(np.ascontiguousarray(image.array, dtype)):
        file.write(pack.compress(piece))
    file.write(pack.flush())


def pieces(array: Array) -> Iterator[memoryview]:
    """The bytes of a C-contiguous array, some at a time."""
    data = memoryview(array.data).cast("B")
    for start in range(0, len(data), _PIECE):
        yield data[start:start + _PIECE]


def _vector(values: Any) -> str:
    return "(" + ",".join(repr(float(value)) for value in values) + ")"


def _escaped(value: str) -> str:
    return " ".join(value.splitlines()).replace("\\", "\\\\")


def _header(file: IO[bytes], path: str) -> Header:
    if not re.match(rb"NRRD000[1-5]\r?\n", file.readline(16)):
        raise InputError(f"{path}: does not begin as an NRRD file does; "
                         "expected NRRD0001 to NRRD0005")
    fields: Dict[str, str] = {}
    keys: Dict[str, str] = {}
    left = _LONGEST_HEADER
    while True:
        line = file.readline(left)
        left -= len(line)
        if not line and "datafile" in fields:
            raise OtherFile(_ELSEWHERE.format(path))
        if not line.endswith(b"\n"):
            raise InputError(f"{path}: the header does not end; expected an "
                             "empty line and voxels")
        text = line.decode("utf-8", "replace").rstrip("\r\n")
        if not text:
            return Header(fields, keys)
        _take_line(text, fields, keys, path)


def _take_line(text: str, fields: Dict[str, str], keys: Dict[str, str],
               path: str) -> None:
    if text.startswith("#"):
        return
    found = re.match(r"([^:]+):([= ]) *(.*)", text)
    if not found:
        raise InputError(f"{path}: header line {text[:40]!r}; expected "
                         "\"field: value\" or \"key:=value\"")
    name, mark, value = found.groups()
    if mark == "=":
        keys[name] = re.sub(
            r"\\(.)", lambda m: "\n" if m[1] == "n" else m[1],
            text[found.end(1) + 2:])
    else:
        fields[name.strip().lower().replace(" ", "")] = value.strip()


def _sizes(header: Header, path: str) -> Tuple[int, int, int]:
    words = header.fields.get("sizes", "").split()
    if len(words) != 3 or header.fields.get("dimension") != "3":
        raise InputError(
            f"{path}: dimension {header.fields.get('dimension', '?')}, sizes "
            f"{' '.join(words) or '?'}; expected three axes: colour, time "
            "and overlapping segments are no single volume")
    if not all(word.isdigit() and 0 < int(word) < 1 << 31 for word in words):
        raise InputError(f"{path}: sizes {' '.join(words)}; expected three "
                         "positive numbers")
    i, j, k = map(int, words)
    return i, j, k


def _dtype(header: Header, path: str) -> "np.dtype[Any]":
    word = header.fields.get("type", "").lower()
    if word not in _DTYPES:
        raise InputError(f"{path}: type {word!r}; expected a whole number or "
                         "a float type of NRRD")
    dtype: "np.dtype[Any]" = np.dtype(_DTYPES[word])
    endian = header.fields.get("endian", "").lower()
    if dtype.itemsize > 1 and endian not in ("little", "big"):
        raise InputError(f"{path}: endian {endian!r}; expected little or big")
    dtype = dtype.newbyteorder(">" if endian == "big" else "<")
    return dtype


def _voxels(file: IO[bytes], header: Header, path: str, size: int) -> Any:
    """`size` bytes; never more memory than that and the file take."""
    skips = [header.fields.get(name, "0") for name in
             ("lineskip", "byteskip")]
    if "datafile" in header.fields or skips != ["0", "0"]:
        raise OtherFile(_ELSEWHERE.format(path))
    encoding = header.fields.get("encoding", "").lower()
    unpack: Any
    if encoding == "raw":
        data = bytearray()
        while len(data) < size:
            piece = file.read(min(_PIECE, size - len(data)))
            if not piece:
                break
            data += piece
    elif encoding in ("gzip", "gz", "bzip2", "bz2"):
        unpack = (zlib.decompressobj(47) if encoding.startswith("g")
                  else bz2.BZ2Decompressor())
        data = _unpacked(file, unpack, path, size)
    else:
        raise InputError(f"{path}: encoding {encoding!r}; expected raw, gzip "
                         "or bzip2")
    if len(data) < size:
        raise InputError(f"{path}: {len(data)} bytes of voxels; expected "
                         f"{size}: the file is cut off")
    return data


def _unpacked(file: IO[bytes], unpack: Any, path: str,
              size: int) -> bytearray:
    data = bytearray()
    try:
        while len(data) < size and not unpack.eof:
            packed = getattr(unpack, "unconsumed_tail", b"")
            if not packed and getattr(unpack, "needs_input", True):
                packed = file.read(_PIECE)
            more = unpack.decompress(packed, min(_PIECE, size - len(data)))
            if not packed and not more:
                break
            data += more
    except (zlib.error, OSError, ValueError) as error:
        raise InputError(f"{path}: voxels cannot be unpacked: {error}"
                         ) from None
    return data


def _affine(header: Header, path: str) -> Array:
    """[4,4] from voxels to RAS mm."""
    fields = header.fields
    space = fields.get("space", "").lower()
    if space not in _TO_RAS:
        raise InputError(f"{path}: space {space or 'not stated'!r}; expected "
                         "left-posterior-superior, right-anterior-superior "
                         "or left-anterior-superior")
    units = re.findall(r'"([^"]*)"', fields.get("spaceunits", ""))
    if any(unit not in ("", "mm") for unit in units):
        raise InputError(f"{path}: space units {units}; expected mm")
    axes = _vectors(fields.get("spacedirections", ""))
    origin = _vectors(fields.get("spaceorigin", "(0,0,0)"))
    if len(axes) != 3 or len(origin) != 1:
        raise InputError(f"{path}: {len(axes)} space directions and "
                         f"{len(origin)} origins; expected three and one")
    matrix = np.eye(4)
    matrix[:3] = np.column_stack([np.array(axes).T, origin[0]])
    return np.diag(_TO_RAS[space] + (1, 1)) @ matrix


def _vectors(text: str) -> List[List[float]]:
    found = []
    for inside in re.findall(r"\(([^()]*)\)", text):
        try:
            numbers = [float(word) for word in inside.split(",")]
        except ValueError:
            return []
        if len(numbers) != 3:
            return []
        found.append(numbers)
    return found
