"""Spacings that no scanner has, in each format: one line, or an answer with
finite numbers; the same through `segment`, `interact` and `inspect`."""
import json
import math
import struct
import unittest

import dicom_file as dicom
import nifti
from interaction import Conversation
from programs import ProgramTest, need_model

SIZE = (6, 5, 4)
VOXELS = bytes(n * 37 % 251 for n in range(SIZE[0] * SIZE[1] * SIZE[2]))
# NaN reads as none in formats of text
HOSTILE = (1e-20, 1e12, 367001.6, math.nan, 0.0, math.inf)
ODD = (2e-6, 0.001, 20.0)


def write_nifti(folder, spacing, axis):
    spacings = [spacing if a == axis else 2.0 for a in range(3)]
    nifti.write(folder / "in.nii", SIZE, VOXELS, code=nifti.UINT8,
                pixdim=spacings)
    return folder / "in.nii"


def write_nrrd(folder, spacing, axis):
    rows = [[spacing if a == axis == b else 2.0 if a == b else 0.0
             for b in range(3)] for a in range(3)]
    text = " ".join("(" + ",".join(map(repr, row)) + ")" for row in rows)
    (folder / "in.nrrd").write_bytes((
        "NRRD0004\ntype: uchar\ndimension: 3\nspace: left-posterior-superior\n"
        f"sizes: 6 5 4\nspace directions: {text}\nkinds: domain domain domain\n"
        "space origin: (0,0,0)\nencoding: raw\n\n").encode() + VOXELS)
    return folder / "in.nrrd"


def write_metaimage(folder, spacing, axis):
    spacings = " ".join(repr(spacing if a == axis else 2.0) for a in range(3))
    (folder / "in.mha").write_bytes((
        "ObjectType = Image\nNDims = 3\nDimSize = 6 5 4\n"
        f"ElementSpacing = {spacings}\nElementType = MET_UCHAR\n"
        "ElementDataFile = LOCAL\n").encode() + VOXELS)
    return folder / "in.mha"


def write_dicom(folder, spacing, axis):
    """Through the slices: by their positions."""
    spacings = [spacing if a == axis else 2.0 for a in range(3)]
    in_plane = f"{spacings[1]!r}\\{spacings[0]!r}".encode()
    series = folder / f"series{len(list(folder.iterdir()))}"
    dicom.write_series(series, {
        0x00280030: ("DS", in_plane),
        0x00200032: lambda k: ("DS", b"0\\0\\" + repr(
            k * spacings[2]).encode())}, count=SIZE[2], rows=SIZE[1],
        columns=SIZE[0], pixels=lambda k: struct.pack("<30h", *VOXELS[:30]))
    return series


WRITERS = {"nifti": write_nifti, "nrrd": write_nrrd,
           "metaimage": write_metaimage, "dicom": write_dicom}


@need_model
class Spacing(ProgramTest):
    def all_finite(self, value, place="report"):
        if isinstance(value, dict):
            for key, inner in value.items():
                self.all_finite(inner, f"{place}.{key}")
        elif isinstance(value, list):
            for inner in value:
                self.all_finite(inner, place)
        elif isinstance(value, float):
            self.assertTrue(math.isfinite(value), place)

    def test_hostile(self):
        """Refused before the network runs, by the same code and cause."""
        for name, write in WRITERS.items():
            for spacing in HOSTILE:
                for axis in (0, 2):
                    with self.subTest(format=name, spacing=spacing, axis=axis):
                        word = "same position" if (
                            name == "dicom" and axis == 2 and
                            spacing in (0, 1e-20)) else (
                            "(?i)spacing|pixdim|space directions|position")
                        self.refused(write(self.folder, spacing, axis), word)

    def refused(self, image, word):
        errors = []
        for arguments in (("segment", image, "--text", "mandible", "-o",
                           "out.nrrd", "--modality", "ct"),
                          ("interact", image, "--modality", "ct")):
            run = self.run_program(*arguments, "--quiet", stdin=b"")
            self.assertEqual(run.code, 3, f"{arguments[0]}: {run}")
            self.assertEqual(run.out, "")
            self.assertRegex(run.err, r"^medals: .+: .+; .+\n$")
            self.assertRegex(run.err, word)
            errors.append(run.err)
        self.assertEqual(errors[0], errors[1])
        self.assertFalse((self.folder / "out.nrrd").exists())
        self.assertNoLeftovers()
        run = self.run_program("inspect", image, "--json", "--quiet")
        self.assertIn(run.code, (0, 3), str(run))
        if run.code == 0:
            self.all_finite(json.loads(run.out))

    def test_odd(self):
        """Far from any scanner: an answer."""
        for name, write in WRITERS.items():
            for spacing in ODD:
                if name == "dicom" and spacing < 0.01:
                    continue  # slices of one place are another error
                with self.subTest(format=name, spacing=spacing):
                    self.answered(write(self.folder, spacing, 2))

    def answered(self, image):
        report = self.segment(image, "mandible", "out.nrrd", "--modality",
                              "ct")
        self.all_finite(report)
        talk = Conversation(self, image, "--modality", "ct")
        talk.good("classes", texts=["mandible"])
        talk.good("point", ijk=[2, 2, 2], **{"class": 0})
        self.all_finite(talk.stats())
        talk.end()


if __name__ == "__main__":
    unittest.main()
