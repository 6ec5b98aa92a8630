"""Bad images, texts, models and checkpoints: exit 3, one line, no file."""
import gzip
import io
import json
import math
import os
import pathlib
import pickle
import shutil
import struct
import unittest
import zipfile

import nifti
import phantom
from programs import ProgramTest, model_folder, need_model

SIZE = (12, 10, 8)
VOXELS = phantom.shorts(range(960))


class BadInput(ProgramTest):
    def refused(self, image, *more, code=3, text="brain stem"):
        run = self.bad(code, "segment", image, "--text", text, "-o",
                       "out.nii.gz", *more)
        self.assertFalse((self.folder / "out.nii.gz").exists())
        self.assertFalse((self.folder / "out.label.txt").exists())
        return run

    def written(self, name="in.nii", size=SIZE, voxels=VOXELS, **fields):
        nifti.write(self.path(name), size, voxels, **fields)
        return self.path(name)


@need_model
class BadImage(BadInput):
    def test_absent(self):
        self.assertIn("absent.nii.gz", self.refused("absent.nii.gz").err)

    def test_empty_file(self):
        pathlib.Path(self.path("in.nii.gz")).touch()
        self.refused("in.nii.gz")

    def test_no_image(self):
        pathlib.Path(self.path("in.nii")).write_text("not an image " * 100,
                                                     encoding="utf-8")
        self.refused("in.nii")

    def test_no_file(self):
        os.mkfifo(self.path("pipe"))
        for name in ("pipe", "/dev/null"):
            self.refused(name)
            self.bad(3, "inspect", name, timeout=10)

    def test_empty_folder(self):
        os.mkdir(self.path("dicom"))
        self.refused("dicom")

    def test_truncated_gzip(self):
        whole = gzip.compress(nifti.header(SIZE) + VOXELS)
        for share in (0.3, 0.6, 0.95):
            with open(self.path("in.nii.gz"), "wb") as f:
                f.write(whole[:int(len(whole) * share)])
            self.refused("in.nii.gz")

    def test_damaged_gzip(self):
        whole = bytearray(gzip.compress(nifti.header(SIZE) + VOXELS))
        whole[-6] ^= 0xff  # the check sum
        with open(self.path("in.nii.gz"), "wb") as f:
            f.write(whole)
        self.refused("in.nii.gz")

    def test_header_lies_about_size(self):
        self.refused(self.written(dim=[3, 1200, 1000, 800]))
        self.refused(self.written(dim=[3, 13, 10, 8]))
        self.refused(self.written(dim=[3, 32767, 32767, 32767]))

    def test_impossible_dimensions(self):
        for dim in ([3, 0, 10, 8], [3, -4, 10, 8], [0, 12, 10, 8],
                    [9, 12, 10, 8]):
            with self.subTest(dim=dim):
                self.refused(self.written(dim=dim))

    def test_unknown_type(self):
        header = bytearray(nifti.header(SIZE))
        struct.pack_into("<h", header, 70, 1234)
        with open(self.path("in.nii"), "wb") as f:
            f.write(bytes(header) + VOXELS)
        self.refused("in.nii")

    def test_spacing(self):
        for bad in (0.0, float("nan"), float("inf")):
            for axis in range(3):
                pixdim = [1.0, 1.0, 1.0]
                pixdim[axis] = bad
                with self.subTest(pixdim=pixdim):
                    self.refused(self.written(pixdim=pixdim))

    def test_singular_direction(self):
        flat = [[1, 1, 0, 0], [1, 1, 0, 0], [0, 0, 1, 0]]
        self.refused(self.written(affine=flat))

    def test_sheared(self):
        sheared = [[1, 0.5, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]]
        self.refused(self.written(affine=sheared))

    def test_real_4d(self):
        run = self.refused(self.written(size=SIZE + (3,), voxels=VOXELS * 3,
                                        pixdim=[1, 1, 1, 1]))
        self.assertRegex(run.err, r"12.*10.*8.*3")

    def test_colour(self):
        self.refused(self.written(voxels=bytes(960 * 3), code=nifti.RGB24))

    def test_vector(self):
        self.refused(self.written(size=SIZE + (1, 3), voxels=VOXELS * 3,
                                  pixdim=[1, 1, 1, 1, 1]))

    def test_more_than_the_memory(self):
        """A sparse file of 8 TB: refused by estimate, at once."""
        size = (20000, 10000, 10000)
        with open(self.path("in.nii"), "wb") as f:
            f.write(nifti.header(size, code=nifti.FLOAT32))
            try:
                f.truncate(352 + 4 * math.prod(size))
            except OSError:
                self.skipTest("this file system has no files of that size")
        self.refused("in.nii", code=4)

    def test_nrrd_bomb(self):
        """A few bytes that claim 10^15 voxels."""
        with open(self.path("in.nrrd"), "wb") as f:
            f.write(b"NRRD0004\ntype: short\ndimension: 3\n"
                    b"sizes: 100000 100000 100000\nencoding: gzip\n"
                    b"endian: little\n\n" + gzip.compress(bytes(100)))
        run = self.run_program("segment", "in.nrrd", "--text", "a", "-o",
                               "o.nii.gz", "--quiet")
        self.assertIn(run.code, (3, 4), str(run))
        self.assertEqual(run.out, "")


@need_model
class BadText(BadInput):
    def setUp(self):
        super().setUp()
        self.image = phantom.write_mri(self.path("in.nii.gz"))

    def test_invalid_utf8(self):
        self.refused(self.image, text=b"liver \xff\xfe")
        with open(self.path("texts"), "wb") as f:
            f.write(b"liver\n\xc3\x28\n")
        self.refused(self.image, "--text-file", "texts", text="spleen")

    def test_twice(self):
        self.refused(self.image, text="brain stem; tumor; brain stem")
        self.refused(self.image, "--text", "brain stem", text=" brain stem ")

    def test_absent_text_file(self):
        self.refused(self.image, "--text-file", "absent.txt")
        self.refused(self.image, "--text-file", ".")

    def test_too_many(self):
        self.refused(self.image, text=";".join(f"t{n}" for n in range(501)))


@need_model
class BadModel(BadInput):
    def setUp(self):
        super().setUp()
        self.image = phantom.write_mri(self.path("in.nii.gz"))
        self.model = self.folder / "model"
        shutil.copytree(model_folder(), self.model, copy_function=os.symlink)

    def refused_model(self):
        return self.refused(self.image, "--model", self.model)

    def replace(self, name, content):
        (self.model / name).unlink()
        (self.model / name).write_bytes(content)

    def weights(self):
        recipe = json.loads((self.model / "model.json").read_text("utf-8"))
        return self.model / recipe["stages"][0]["weights"]

    def test_absent(self):
        run = self.refused(self.image, "--model", "nowhere")
        self.assertIn("nowhere", run.err)

    def test_environment(self):
        self.bad(3, "segment", self.image, "--text", "a", "-o", "o.nii.gz",
                 env={"MEDALS_MODEL": self.path("elsewhere")})

    def test_files_missing(self):
        for name in ("model.json", "vocab.txt", "LICENSE"):
            with self.subTest(name=name):
                target = os.readlink(self.model / name)
                (self.model / name).unlink()
                self.refused_model()
                os.symlink(target, self.model / name)

    def test_weights_missing(self):
        self.weights().unlink()
        self.refused_model()

    def test_model_json_damaged(self):
        for content in (b"", b"{", b"[]", b"null", b'{"stages":1}',
                        b"[" * 100000):
            with self.subTest(content=content[:12]):
                self.replace("model.json", content)
                self.refused_model()

    def test_weights_truncated(self):
        weights = self.weights()
        content = weights.read_bytes()
        for length in (0, 7, 100, len(content) // 2, len(content) - 1):
            with self.subTest(length=length):
                self.replace(weights.name, content[:length])
                self.refused_model()

    def edit_header(self, change):
        weights = self.weights()
        content = weights.read_bytes()
        length = struct.unpack("<Q", content[:8])[0]
        header = json.loads(content[8:8 + length])
        change(header)
        text = json.dumps(header).encode()
        text = text.ljust(-(-len(text) // 8) * 8)
        self.replace(weights.name, struct.pack("<Q", len(text)) + text +
                     content[8 + length:])

    @staticmethod
    def largest(header):
        return max((n for n in header if n != "__metadata__"),
                   key=lambda n: header[n]["data_offsets"][1] -
                   header[n]["data_offsets"][0])

    def test_tensor_missing(self):
        def rename(header):
            name = self.largest(header)
            header[name + "x"] = header.pop(name)
            self.name = name
        self.edit_header(rename)
        self.assertIn(self.name, self.refused_model().err)

    def test_tensor_of_another_shape(self):
        def turn(header):
            self.name = self.largest(header)
            header[self.name]["shape"].reverse()
        self.edit_header(turn)
        self.assertIn(self.name, self.refused_model().err)

    def test_not_a_number_among_the_weights(self):
        weights = self.weights()
        content = bytearray(weights.read_bytes())
        struct.pack_into("<2H", content, len(content) - 4, 0x7fc0, 0x7fc0)
        self.replace(weights.name, content)
        self.assertIn("NaN", self.refused_model().err)

    def test_tensor_beyond_the_file(self):
        def lie(header):
            header[self.largest(header)]["data_offsets"] = [0, 9 * 10**14]
        self.edit_header(lie)
        self.refused_model()


class Evil:
    def __reduce__(self):
        return os.system, ("touch evil-was-here",)


class BadCheckpoint(ProgramTest):
    def setUp(self):
        super().setUp()
        pathlib.Path(self.path("LICENSE")).touch()

    def refused(self, name):
        self.bad(3, "inspect", name)
        self.bad(3, "convert", name, "--text-encoder", name, "--recipe",
                 "compact", "--license", "LICENSE", "-o", "package")
        self.assertFalse((self.folder / "evil-was-here").exists())
        self.assertFalse((self.folder / "package").exists())

    def archive(self, pickled, name="a.pth"):
        with zipfile.ZipFile(self.path(name), "w") as z:
            z.writestr("archive/data.pkl", pickled)
            z.writestr("archive/version", "3\n")
        return name

    def test_evil_pickle(self):
        self.refused(self.archive(pickle.dumps(Evil(), protocol=2)))

    def test_evil_plain_pickle(self):
        with open(self.path("b.pth"), "wb") as f:
            pickle.dump(Evil(), f, protocol=2)
        self.refused("b.pth")

    def test_zip_bomb(self):
        with zipfile.ZipFile(self.path("c.pth"), "w",
                             zipfile.ZIP_DEFLATED) as z:
            z.writestr("archive/data.pkl", bytes(300 << 20))
        self.refused("c.pth")

    def test_deep_pickle(self):
        self.refused(self.archive(b"\x80\x02" + b"]" * 200000 +
                                  b"a" * 199999 + b"."))

    def test_truncated(self):
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as z:
            z.writestr("archive/data.pkl", pickle.dumps({"a": 1}, protocol=2))
        for length in (0, 3, 30, len(content.getvalue()) - 5):
            with open(self.path("d.pth"), "wb") as f:
                f.write(content.getvalue()[:length])
            self.refused("d.pth")

    def test_safetensors(self):
        for content in (b"", b"\xff" * 8, struct.pack("<Q", 2**60) + b"{}",
                        struct.pack("<Q", 2) + b"[]",
                        struct.pack("<Q", 60) +
                        b'{"a":{"dtype":"F32","shape":[9],"data_offsets":'
                        b'[0,36]}}'.ljust(60)):
            with open(self.path("e.safetensors"), "wb") as f:
                f.write(content)
            self.bad(3, "inspect", "e.safetensors")


if __name__ == "__main__":
    unittest.main()
