"""Damaged DICOM folders through `medals inspect`: its reader may die, it never
does (a longer hunt: MEDALS_FUZZ_SECONDS=600 MEDALS_FUZZ_SEED=2)."""
import base64
import collections
import json
import os
import random
import shutil
import struct
import time
import unittest

import dicom_file as dicom
from programs import ProgramTest

RUNS = int(os.environ.get("MEDALS_FUZZ_RUNS", "120"))
SECONDS = float(os.environ.get("MEDALS_FUZZ_SECONDS", "0"))
SEED = int(os.environ.get("MEDALS_FUZZ_SEED", "1"))
ROWS, COLUMNS = 6, 8
UID = b"1.2.840.10008.1.2"
EDGES = (0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0xffffffff)

# One slice of 8 x 6 pixels in each codec: transfer syntax, bits, stream.
STREAMS = {
    "JPEG": (UID + b".4.50", 8, base64.b64decode(
        b"/9j/2wBDAAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ"
        b"EBAQEBAQEBAQEBAQEBAQEBAQEBAQH/wAALCAAGAAgBAREA/8QAHwAAAQUBAQEBAQEA"
        b"AAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMU"
        b"EGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RF"
        b"RkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpK"
        b"Wmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3"
        b"+Pn6/9oACAEBAAA/APjHW/AN54THw78P+E9M8JeHvA/7S39p6V8GfhboNuujeC7fRf"
        b"g/8bPBfj+a98b+Hp9F1z4N+FdnhL4geE7Tw1pnjT9n/wDa7+IlvqfhmbTdV+Pl3d6f"
        b"4J8feFP/2QA=")),
    "lossless JPEG": (UID + b".4.70", 16, base64.b64decode(
        b"/9j/wwALEAAGAAgBAREA/8QAFwABAQEBAAAAAAAAAAAAAAAABggHEP/aAAgBAQABAA"
        b"DkyhUhRy4n2lAiltMoVIdalxOpQIpbTYwqQy0lTqUGuy2mUKkMtJcbUoEUtplCr//Z"
        b"AA==")),
    "JPEG-LS": (UID + b".4.80", 16, base64.b64decode(
        b"/9j/9wALEAAGAAgBAREA//gADQH//wASAEMBFABA/9oACAEBAAAAAKJcT4pw/kHTIl"
        b"zSiBELS4FQJmZEKWmjwHmhIFCUuBUzrIoCmwIgWzIfVkpMB7iqUBTYETG40+oCmwPa"
        b"SgD/2QA=")),
    "JPEG 2000": (UID + b".4.90", 8, base64.b64decode(
        b"/0//UQApAAAAAAAIAAAABgAAAAAAAAAAAAAACAAAAAYAAAAAAAAAAAABBwEB/1IADA"
        b"AAAAEAAQQEAAH/XAAHQEBISFD/ZAAqAAFDcmVhdGVkIGJ5IEdEQ00vT3BlbkpQRUcg"
        b"dmVyc2lvbiAyLjUuMP+QAAoAAAAAAE0AAf+Tz7Q0BtYUPYFoTecT8cdoa8PqC5+AfD"
        b"7QwAvOTUYujinfUzRjEsdKJj+GYv5VonLgDdl3CpjsqUFnbz93LZzP/9kA")),
    "RLE": (UID + b".5", 16, base64.b64decode(
        b"AgAAAEAAAABMAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
        b"AAAAAAAAAAAAAAAAAAAPkA+QD5APkA+QD5AAcAJk54mbwZQAdpiasHLVV/oAfDIEdw"
        b"kLIONAdchqcCJ053lwe5FTtjja4JLgdVfp7AHEJqlA==")),
}


def change(bytes_, draw):
    """One change as tests/fuzz/fuzz_driver.c makes them."""
    at = draw.randrange(len(bytes_))
    kind = draw.randrange(6)
    if kind == 0:
        bytes_[at] ^= 1 << draw.randrange(8)
    elif kind == 1:
        bytes_[at] = draw.randrange(256)
    elif kind == 2:
        width = draw.choice((1, 2, 4))
        edge = draw.choice(EDGES) & ((1 << 8 * width) - 1)
        bytes_[at:at + width] = edge.to_bytes(width, "little")
    elif kind == 3:
        bytes_.insert(at, draw.randrange(256))
    elif kind == 4:
        del bytes_[at:at + draw.randint(1, 16)]
    elif draw.randrange(8) == 0:
        del bytes_[at:]
    else:
        count = draw.randint(1, 32)
        to = draw.randrange(len(bytes_))
        bytes_[to:to + count] = bytes_[at:at + count]
    if not bytes_:
        bytes_.append(0)


class Fuzz(ProgramTest):
    def seeds(self):
        """Folders of each transfer syntax, by name."""
        folders = {}
        for name, (transfer, bits, stream) in STREAMS.items():
            how = {0x00280103: ("US", dicom.us(0))} if bits == 8 else {}
            folders[name] = self.folder / ("seed " + name)
            dicom.write_series(
                folders[name], how, count=2, transfer=transfer, stream=stream,
                rows=ROWS, columns=COLUMNS, bits=bits,
                pixels=lambda k: bytes(ROWS * COLUMNS * 2))
        folders["plain"] = self.folder / "seed plain"
        dicom.write_series(folders["plain"], count=2, rows=ROWS,
                           columns=COLUMNS)
        return folders

    def test_seeds(self):
        """Each is an image; the codecs give what was packed."""
        pixels = [(i * 37 + i * i % 11) % 200 for i in range(ROWS * COLUMNS)]
        for name, folder in self.seeds().items():
            answer = self.good("inspect", folder, "--json").json
            self.assertEqual(answer["size"], [COLUMNS, ROWS, 2], name)
            if name == "plain":
                continue
            lossy = 3 if name == "JPEG" else 0
            self.assertAlmostEqual(answer["lowest"], min(pixels), delta=lossy)
            self.assertAlmostEqual(answer["highest"], max(pixels), delta=lossy)

    def damage(self, seed, draw):
        """A copy, one or both of its files changed."""
        folder = self.folder / "damaged"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(seed, folder)
        for file in draw.sample(("0.dcm", "1.dcm"), draw.choice((1, 1, 2))):
            data = bytearray((folder / file).read_bytes())
            begin = data.rfind(struct.pack("<HH", 0x7fe0, 0x0010))
            part = data[begin:] if draw.randrange(2) else data
            whole = part is data
            for _ in range(draw.randint(1, 6)):
                change(part, draw)
            (folder / file).write_bytes(part if whole else data[:begin] + part)
        return folder

    def check(self, run, folder, what):
        """An image, or the contract's failure."""
        kept = f"seed {SEED}, run {what}"
        try:
            self.assertIn(run.code, (0, 3, 4), str(run))
            if run.code == 0:
                json.loads(run.out)
            else:
                self.assertEqual(run.out, "", str(run))
                self.assertEqual(run.err.count("\n"), 1, str(run))
                self.assertRegex(run.err, r"^medals: .+: .+; .+\n$", str(run))
        except AssertionError as error:
            copy = f"{os.getcwd()}/crash-dicom-{what}"
            shutil.copytree(folder, copy, dirs_exist_ok=True)
            raise AssertionError(f"{kept}, kept as {copy}") from error
        for word in ("crashes", "hangs", "ends before"):
            if f"its decoder {word}" in run.err:
                return "decoder " + word
        return {0: "read", 3: "refused", 4: "no memory"}[run.code]

    def test_damaged(self):
        seeds = sorted(self.seeds().items())
        draw = random.Random(SEED)
        end = time.monotonic() + SECONDS
        tally = collections.Counter()
        count = 0
        while count < RUNS or time.monotonic() < end:
            folder = self.damage(seeds[count % len(seeds)][1], draw)
            run = self.run_program("inspect", folder, "--json", "--quiet",
                                   env={"MEDALS_DICOM_PATIENCE": "10"})
            tally[self.check(run, folder, count)] += 1
            count += 1
        print(f"seed {SEED}, {count} folders: {dict(tally)}", flush=True)
        self.assertGreater(tally["read"], 0)
        self.assertGreater(tally["refused"], 0)


if __name__ == "__main__":
    unittest.main()
