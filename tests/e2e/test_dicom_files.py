"""DICOM of other programs: odd numbers, types, sizes; decoders that die."""
import json
import os
import pathlib
import re
import shutil
import signal
import struct
import subprocess
import sys
import time
import unittest

import dicom_file as dicom
from dicom_file import us
from programs import BIN, ProgramTest

J2K = b"1.2.840.10008.1.2.4.90"
JLS = b"1.2.840.10008.1.2.4.80"
RLE = b"1.2.840.10008.1.2.5"


class Files(ProgramTest):
    count = 0

    def series(self, *arguments, **how):
        self.count += 1
        folder = self.folder / f"series{self.count}"
        dicom.write_series(folder, *arguments, **how)
        return folder

    def inspect(self, folder):
        answer = self.good("inspect", folder, "--json").json
        return answer, (answer["lowest"], answer["highest"])

    def refused(self, folder, *words):
        err = self.bad(3, "inspect", folder).err
        for word in words:
            self.assertIn(word, err)

    def test_plain(self):
        answer, found = self.inspect(self.series())
        self.assertEqual(found, (0, 119))
        self.assertEqual(answer["size"], [4, 5, 6])
        self.assertEqual(answer["warnings"], [])

    def test_decimal_comma(self):
        """Read as it was meant, with a warning."""
        rows = (({0x00281053: ("DS", b"0,25")}, (0, 29.75)),
                ({0x00281053: ("DS", b"2,0")}, (0, 238)),
                ({0x00281052: ("DS", b"-1,5")}, (-1.5, 117.5)),
                ({0x00281052: ("DS", b" -1000 ")}, (-1000, -881)))
        for change, expected in rows:
            answer, found = self.inspect(self.series(change))
            self.assertEqual(found, expected)
            comma = b"," in list(change.values())[0][1]
            self.assertEqual(any("comma" in w for w in answer["warnings"]),
                             comma, answer["warnings"])
        change = {0x00280030: ("DS", b"0,5\\0,75"),
                  0x00200032: lambda k: ("DS", b"1,5\\0\\%d" % (2 * k))}
        answer, _ = self.inspect(self.series(change))
        self.assertEqual(answer["spacing"], [0.75, 0.5, 2])
        self.assertEqual(answer["origin"], [1.5, 0, 0])

    def test_no_number(self):
        """Never another number without a word."""
        rows = ((0x00281053, b"n/a", "Rescale Slope"),
                (0x00281053, b"1.5x", "Rescale Slope"),
                (0x00281053, b"1,234.5", "Rescale Slope"),
                (0x00281052, b"nan", "Rescale Intercept"),
                (0x00281052, b"-1e999", "Rescale Intercept"),
                (0x00280030, b"1\\one", "Pixel Spacing"),
                (0x00200032, b"0\\nan\\0", "Image Position"),
                (0x00200037, b"1\\0\\0\\0\\inf\\0", "Image Orientation"),
                (0x00280008, b"1 frame", "Number of Frames"))
        for tag, value, name in rows:
            kind = "IS" if tag == 0x00280008 else "DS"
            self.refused(self.series({tag: (kind, value)}), name)

    def test_slope_of_zero(self):
        answer, found = self.inspect(self.series({0x00281053: ("DS", b"0")}))
        self.assertEqual(found, (0, 119))
        self.assertEqual(len(answer["warnings"]), 1, "once, not a slice")
        self.assertIn("Slope", answer["warnings"][0])

    def test_spacing_along_the_series(self):
        change = {0x00280030: lambda k: ("DS", b"1\\1" if k else b"1\\2")}
        self.refused(self.series(change), "pixel spacing", "1 x 2", "1 x 1")

    def test_types(self):
        """Attributes of another type than the standard's."""
        self.refused(self.series({0x00280010: ("UL", struct.pack("<I", 5))}),
                     "(0028,0010)", "US")
        self.refused(self.series({0x00281053: ("US", us(1))}), "(0028,1053)",
                     "DS")
        self.refused(self.series({0x00200032: ("LO", b"0\\0\\0")}), "DS")

    def test_bits(self):
        """12 of 16 bits, moved up or not; 20 and 24 of 32."""
        shifted = {0x00280101: ("US", us(12)), 0x00280102: ("US", us(15))}
        _, found = self.inspect(self.series(
            shifted, pixels=lambda k: struct.pack(
                "<20h", *((16 * v) | 5 for v in range(20 * k, 20 * k + 20)))))
        self.assertEqual(found, (0, 119))
        negative = {0x00280101: ("US", us(12)), 0x00280102: ("US", us(11))}
        _, found = self.inspect(self.series(
            negative, pixels=lambda k: struct.pack("<20H", *[0xfff] * 20)))
        self.assertEqual(found, (-1, -1))
        for stored in (20, 24, 31, 32):
            change = {0x00280101: ("US", us(stored)),
                      0x00280102: ("US", us(stored - 1))}
            _, found = self.inspect(self.series(
                change, bits=32, pixels=lambda k: struct.pack(
                    "<20i", *range(20 * k, 20 * k + 20))))
            self.assertEqual(found, (0, 119))
        self.refused(self.series({0x00280101: ("US", us(20))}), "20 bits")

    def test_stream_of_another_size(self):
        """The decoders trust the header; the stream says otherwise."""
        for transfer, stream in ((J2K, dicom.jpeg_2000), (JLS, dicom.jpeg_ls)):
            for size in ((8, 5), (4, 10), (2, 5), (4, 2), (5, 4)):
                self.refused(self.series(transfer=transfer,
                                         stream=stream(*size)),
                             "%d x %d" % size, "4 x 5")
            self.refused(self.series(transfer=transfer,
                                     stream=stream(4, 5, 32)), "32 bits")
            self.refused(self.series(transfer=transfer, stream=b"\0" * 200),
                         "frame header")
            # right in size, but nothing behind the header
            self.refused(self.series(transfer=transfer, stream=stream(4, 5)))
        self.refused(self.series(transfer=J2K,
                                 stream=dicom.jpeg_2000(4, 5, offset=3)))

    def test_rle(self):
        """Two segments a pixel, each inside the frame."""
        good = struct.pack("<16I", 2, 64, 86, *[0] * 13)
        low = b"\x13" + bytes(range(20)) + b"\0"
        high = b"\xed\0"
        _, found = self.inspect(self.series(
            transfer=RLE, stream=good + high.ljust(22, b"\0") + low))
        self.assertEqual(found[0], 0)
        for bad in (struct.pack("<16I", 15, *[64] * 15),
                    struct.pack("<16I", 2, 64, 1 << 30, *[0] * 13),
                    struct.pack("<16I", 2, 90, 70, *[0] * 13), b"short"):
            self.refused(self.series(transfer=RLE, stream=bad + high + low))

    def test_named_transfer_syntax(self):
        for tail, name in ((b"4.201", "High-Throughput JPEG 2000"),
                           (b"4.102", "H.264"), (b"4.110", "JPEG XL")):
            self.refused(self.series(transfer=b"1.2.840.10008.1.2." + tail,
                                     stream=b"x" * 64), name)
        self.refused(self.series(transfer=b"1.2.3", stream=b"x" * 64),
                     "1.2.3", "unknown")

    def test_other_files_in_the_folder(self):
        folder = self.series()
        (folder / "a.dcm").touch()
        (folder / "b.dcm").write_text("no DICOM at all " * 20, "utf-8")
        answer, found = self.inspect(folder)
        self.assertEqual(found, (0, 119))
        self.assertIn("2 files", " ".join(answer["warnings"]))
        self.refused(folder / "a.dcm", "empty")

    def test_monochrome1_in_a_ct(self):
        answer, found = self.inspect(
            self.series({0x00280004: ("CS", b"MONOCHROME1")}))
        self.assertEqual(found, (0, 119))
        self.assertIn("MONOCHROME1", " ".join(answer["warnings"]))

    def test_padding(self):
        """Far below air, or as bright as metal: air."""
        for padding, slope in ((-2000, b"1"), (32767, b"1"), (-3024, b"2")):
            change = {0x00280120: ("SS", struct.pack("<h", padding)),
                      0x00281052: ("DS", b"-1024"), 0x00281053: ("DS", slope)}
            answer, found = self.inspect(self.series(
                change, pixels=lambda k: struct.pack(
                    "<20h", *[padding] * 10, *range(1024, 1034))))
            self.assertEqual(found[0], -1000)
            self.assertLess(found[1], 1100)
            self.assertIn("padding", " ".join(answer["warnings"]))
        harmless = {0x00280120: ("SS", struct.pack("<h", 0)),
                    0x00281052: ("DS", b"-1024")}
        answer, found = self.inspect(self.series(harmless))
        self.assertEqual(found, (-1024, -905))
        self.assertEqual(answer["warnings"], [])


class Decoder(ProgramTest):
    """The program beside another reader of DICOM, that dies."""

    def setUp(self):
        super().setUp()
        self.bin = self.folder / "bin"
        self.bin.mkdir()
        shutil.copy(BIN / "medals", self.bin)
        os.symlink(BIN.parent / "share", self.folder / "share")
        dicom.write_series(self.folder / "series")

    def reader(self, *lines):
        file = self.bin / "medals-dicom"
        file.write_text("\n".join(("#!/bin/sh",) + lines + ("",)), "utf-8")
        file.chmod(0o755)

    def test_deaths(self):
        medals = self.bin / "medals"
        for line, word in (("kill -SEGV $$", "signal 11"),
                           ("kill -ABRT $$", "signal 6"), ("exit 7", "ends"),
                           ("printf b; kill -BUS $$", "signal 7"),
                           ("echo nonsense; echo more nonsense", "nonsense"),
                           ("printf 'f\\31\\0\\0\\0\\0\\0\\0\\0"
                            "{\"status\":0,\"message\":\"\"}'", "nonsense"),
                           ("yes", "nonsense")):
            self.reader("echo a line of the codec >&2", line)
            run = self.bad(3, "inspect", "series", program=medals)
            self.assertIn("series: its decoder", run.err)
            self.assertIn(word, run.err)
        (self.bin / "medals-dicom").unlink()
        self.assertIn("medals-dicom",
                      self.bad(3, "inspect", "series", program=medals).err)

    def test_hang(self):
        """Silence has an end; a closed pipe is not waited on."""
        quick = {"MEDALS_DICOM_PATIENCE": "0.5"}
        for lines, word in ((("exec sleep 60",), "hangs"),
                            (("printf b", "exec sleep 60"), "hangs"),
                            (("exec sleep 60 >&-",), "ends")):
            self.reader("echo $$ > pid", *lines)
            begin = time.monotonic()
            run = self.bad(3, "inspect", "series", env=quick,
                           program=self.bin / "medals")
            self.assertLess(time.monotonic() - begin, 10)
            self.assertIn("series: its decoder " + word, run.err)
            self.assert_gone()

    def test_alive(self):
        """Who says something now and then is not late."""
        beat = "printf 'b\\0\\0\\0\\0\\0\\0\\0\\0'"
        self.reader("for i in 1 2 3 4 5; do", beat, "sleep 0.3", "done",
                    "exit 7")
        run = self.bad(3, "inspect", "series", program=self.bin / "medals",
                       env={"MEDALS_DICOM_PATIENCE": "1"})
        self.assertIn("series: its decoder ends", run.err)

    def assert_gone(self):
        """The process does not run any more; nobody may have asked how it
        ended."""
        pid = int((self.folder / "pid").read_text("utf-8"))
        for _ in range(100):
            try:
                stat = pathlib.Path(f"/proc/{pid}/stat").read_text("utf-8")
            except (FileNotFoundError, ProcessLookupError):
                return
            if stat.rpartition(")")[2].split()[0] == "Z":
                return
            time.sleep(0.02)
        os.kill(pid, signal.SIGKILL)
        self.fail("the reader of DICOM outlives its caller")

    def test_cancelled(self):
        """Ctrl-C ends the reader, too, and is no damaged file."""
        for command in ("segment", "interact"):
            self.reader("trap '' INT", "echo $$ > pid.new", "mv pid.new pid",
                        "exec sleep 60")
            texts = {"segment": ["--text", "liver", "-o", "out.nrrd"],
                     "interact": []}[command]
            process = subprocess.Popen(
                [str(self.bin / "medals"), command, "series", "--quiet"] +
                texts, cwd=self.folder, stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            while not (self.folder / "pid").exists():
                time.sleep(0.01)
            time.sleep(0.1)
            begin = time.monotonic()
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=30)
            self.assertEqual((process.returncode, out), (5, b""), err)
            self.assertLess(time.monotonic() - begin, 1.5)
            self.assertEqual(err.count(b"\n"), 1, err)
            self.assert_gone()
            (self.folder / "pid").unlink()

    def test_memory_limit(self):
        """The reader may take what is available, and not more."""
        dicom.write_series(self.folder / "wide", count=1, rows=1000,
                           columns=1000, pixels=lambda k: bytes(2000000))
        for given, expected in (("123456789", 123456789), ("", None)):
            # nobody reads: it stops at the full pipe
            process = subprocess.Popen(
                [str(BIN / "medals-dicom"), "image",
                 str(self.folder / "wide")], stdout=subprocess.PIPE,
                env=dict(os.environ, MEDALS_DICOM_MEMORY=given))
            self.addCleanup(process.stdout.close)
            self.addCleanup(process.wait)
            self.addCleanup(process.kill)
            self.assertTrue(process.stdout.read(1))
            limits = pathlib.Path(f"/proc/{process.pid}/limits")
            limit = re.search(r"Max data size +(\S+)",
                              limits.read_text("utf-8")).group(1)
            self.assertNotEqual(limit, "unlimited")
            if expected:
                self.assertEqual(int(limit), expected)
            else:
                self.assertLess(int(limit), 1 << 50)

    def test_ends_with_its_parent(self):
        """A killed program leaves no reader behind, even where the pipe
        stays open."""
        code = ("import subprocess, sys, time\n"
                "p = subprocess.Popen(sys.argv[1:])\n"
                "print(p.pid, file=sys.stderr, flush=True)\n"
                "time.sleep(60)\n")
        dicom.write_series(self.folder / "wide", count=1, rows=1000,
                           columns=1000, pixels=lambda k: bytes(2000000))
        with subprocess.Popen(
                [sys.executable, "-c", code, str(BIN / "medals-dicom"),
                 "image", str(self.folder / "wide")],
                stdout=subprocess.PIPE, stderr=subprocess.PIPE) as parent:
            (self.folder / "pid").write_bytes(parent.stderr.readline())
            self.assertTrue(parent.stdout.read(1))  # it has begun
            parent.kill()
            self.assert_gone()

    def test_memory_out(self):
        """A decoder that wants more says so."""
        shutil.copy(BIN / "medals-dicom", self.bin)
        dicom.write_series(self.folder / "big", count=1, rows=4000,
                           columns=4000, pixels=lambda k: bytes(32000000))
        run = self.bad(4, "inspect", "big", program=self.bin / "medals",
                       env={"MEDALS_DICOM_MEMORY": str(48 << 20)})
        self.assertIn("big: its decoder needs more memory than the 0.05 GiB",
                      run.err)
        self.good("inspect", "big", program=self.bin / "medals")

    def test_session_lives(self):
        """A mask whose decoder dies is one failed op."""
        self.reader("kill -SEGV $$")
        (self.folder / "i.nrrd").write_bytes(
            b"NRRD0004\ntype: uchar\ndimension: 3\nsizes: 4 5 6\n"
            b"spacings: 1 1 1\nencoding: raw\n\n" + bytes(range(120)))
        lines = ({"op": "classes", "texts": ["mandible"], "id": 1},
                 {"op": "mask", "class": 0, "file": "series", "as": "labelmap",
                  "id": 2}, {"op": "stats", "id": 3})
        run = self.run_program(
            "interact", "i.nrrd", "--modality", "ct", "--quiet",
            program=self.bin / "medals",
            stdin="".join(json.dumps(line) + "\n" for line in lines).encode())
        answers = {a.get("id"): a for a in map(json.loads,
                                               run.out.splitlines())}
        self.assertEqual(run.code, 0, str(run))
        self.assertFalse(answers[2]["ok"])
        self.assertEqual(answers[2]["error"]["code"], "bad_input")
        self.assertTrue(answers[3]["ok"])


if __name__ == "__main__":
    unittest.main()
