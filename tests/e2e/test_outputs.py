"""Output files: formats, all or nothing, disk full, leftovers, pictures."""
import hashlib
import os
import pathlib
import resource
import signal
import subprocess
import time
import unittest

import nifti
import nrrd
import phantom
import png
from programs import BIN, ProgramTest, need_model


@need_model
class Outputs(ProgramTest):
    def setUp(self):
        super().setUp()
        self.image = phantom.write_mri(self.path("in.nii.gz"))

    def names(self):
        return sorted(p.name for p in self.folder.iterdir())

    def test_several(self):
        outputs = ("a.nii.gz", "b.nrrd", "c.seg.nrrd", "d.mha", "e.nii")
        more = [part for o in outputs[1:] for part in ("-o", o)]
        report = self.segment(self.image, "brain stem; tumor", outputs[0],
                              *more)
        self.assertEqual(report["output"], list(outputs))
        self.assertEqual(self.names(), sorted(
            outputs + ("in.nii.gz", "a.label.txt", "e.label.txt")))
        self.assertEqual(nifti.File(self.path("a.nii.gz")).voxels,
                         nifti.File(self.path("e.nii")).voxels)
        self.assertEqual(nrrd.File(self.path("b.nrrd")).data,
                         nifti.File(self.path("a.nii.gz")).voxels)

    def test_label_file(self):
        self.segment(self.image, "brain stem; tumor")
        text = pathlib.Path(self.path("out.label.txt")).read_text("utf-8")
        self.assertIn('"brain stem"', text)
        rows = [r.split() for r in text.splitlines() if not r.startswith("#")]
        self.assertLessEqual({"1", "2"}, {r[0] for r in rows if r})
        os.remove(self.path("out.label.txt"))
        self.segment(self.image, "brain stem", "out.nii.gz", "--no-names")
        self.assertNotIn("out.label.txt", self.names())

    def test_segments(self):
        self.segment(self.image, "brain stem; left thalamus", "s.seg.nrrd",
                     "--labels", "5,9", "--modality", "mri")
        keys = nrrd.File(self.path("s.seg.nrrd")).keys
        self.assertEqual(keys["Segment0_Name"], "brain stem")
        self.assertEqual((keys["Segment0_LabelValue"],
                          keys["Segment1_LabelValue"]), ("5", "9"))
        self.assertIn("Segment1_Layer", keys)

    def test_overlap(self):
        report = self.segment(self.image, "brain stem; brainstem; tumor",
                              "s.seg.nrrd", "--overlap", "keep", "--modality",
                              "mri")
        file = nrrd.File(self.path("s.seg.nrrd"))
        self.assertEqual(file.sizes, [3, 40, 44, 36])
        self.assertEqual(len(report["classes"]), 3)

    def test_probabilities(self):
        report = self.segment(self.image, "left cerebral cortex; tumor",
                              "out.nii.gz", "--probabilities", "p.nii.gz",
                              "--modality", "mri")
        file = nifti.File(self.path("p.nii.gz"))
        self.assertEqual(file.code, nifti.FLOAT32)
        self.assertEqual(file.size, [40, 44, 36, 1, 2])
        values = file.values()
        self.assertTrue(all(0 <= v <= 1 for v in values))
        labels = nifti.File(self.path("out.nii.gz")).values()
        first = report["classes"][0]
        if first["voxels"]:
            inside = [values[n] for n, v in enumerate(labels) if v == 1]
            self.assertAlmostEqual(sum(inside) / len(inside),
                                   first["mean_probability"], delta=0.05)

    def test_picture(self):
        self.segment(self.image, "left cerebral cortex; teapot", "out.nii.gz",
                     "--png", "p.png", "--modality", "mri")
        width, height, rows = png.read(self.path("p.png"))
        self.assertTrue(600 < width < 2400 and 400 < height < 2400)
        self.assertTrue(any(any(row) for row in rows))

    def test_picture_only(self):
        report = self.good("segment", self.image, "--text", "brain stem",
                           "--png", "p.png", "--json").json
        self.assertEqual(report["output"], [])

    def test_older_file_is_replaced_last(self):
        old = pathlib.Path(self.path("out.nii.gz"))
        old.write_text("older", encoding="utf-8")
        self.bad(3, "segment", "absent.nii.gz", "--text", "a", "-o",
                 "out.nii.gz")
        self.bad(2, "segment", self.image, "--text", "a", "-o", "out.nii.gz",
                 "--threads", "0")
        self.assertEqual(old.read_text("utf-8"), "older")
        self.segment(self.image, "brain stem")
        self.assertEqual(nifti.File(self.path("out.nii.gz")).size,
                         [40, 44, 36])

    def test_folder_is_absent(self):
        self.bad(3, "segment", self.image, "--text", "a", "-o",
                 "nowhere/out.nii.gz")
        self.bad(3, "segment", self.image, "--text", "a", "-o", "out.nii.gz",
                 "--png", "nowhere/p.png")
        self.assertEqual(self.names(), ["in.nii.gz"])

    def test_target_is_a_folder(self):
        os.mkdir(self.path("out.nii.gz"))
        self.bad(3, "segment", self.image, "--text", "a", "-o", "out.nii.gz")

    def test_label_file_cannot_be_written(self):
        os.mkdir(self.path("out.label.txt"))
        self.bad(3, "segment", self.image, "--text", "a", "-o", "out.nii.gz")
        self.assertEqual(self.names(), ["in.nii.gz", "out.label.txt"])

    def test_name_too_long(self):
        for length in (300, 255):  # the second: only for its .label.txt
            name = "n" * (length - len(".nii.gz")) + ".nii.gz"
            self.bad(3, "segment", self.image, "--text", "a", "-o", name)
            self.assertEqual(self.names(), ["in.nii.gz"])

    @unittest.skipIf(os.geteuid() == 0, "root may write everywhere")
    def test_folder_is_read_only(self):
        os.mkdir(self.path("locked"), 0o500)
        self.bad(3, "segment", self.image, "--text", "a", "-o",
                 "locked/out.nii.gz")

    def test_second_output_fails(self):
        """All files of a request appear, or none."""
        self.bad(3, "segment", self.image, "--text", "brain stem", "-o",
                 "a.nii.gz", "-o", "/proc/b.nii.gz")
        self.assertEqual(self.names(), ["in.nii.gz"])

    def test_disk_full(self):
        disk = self.path("disk")
        os.mkdir(disk)
        mounted = os.geteuid() == 0 and subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", disk],
            capture_output=True, check=False).returncode == 0
        if not mounted:
            self.skipTest("a small file system cannot be mounted here")
        self.addCleanup(subprocess.run, ["umount", disk], check=False)
        run = self.bad(4, "segment", self.image, "--text",
                       "left cerebral cortex", "-o", "disk/out.nii")
        self.assertIn("disk/out.nii:", run.err)
        self.assertEqual(os.listdir(disk), [])
        self.bad(4, "segment", self.image, "--text", "left cerebral cortex",
                 "-o", "a.nii.gz", "--png", "disk/p.png")
        self.assertEqual(self.names(), ["disk", "in.nii.gz"])

    def test_limit_of_file_size(self):
        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (200, 200))
        run = subprocess.run(
            [str(BIN / "medals"), "segment", self.image, "--text",
             "brain stem", "-o", "out.nii", "--quiet"], cwd=self.folder,
            capture_output=True, preexec_fn=limit, check=False)
        self.assertEqual((run.returncode, run.stdout), (4, b""), run.stderr)
        self.assertEqual(self.names(), ["in.nii.gz"])

    def test_standard_output_full(self):
        with open("/dev/full", "wb") as full:
            run = subprocess.run(
                [str(BIN / "medals"), "help"], stdout=full,
                stderr=subprocess.PIPE, check=False)
        self.assertEqual(run.returncode, 4)

    def test_leftovers_of_a_killed_run(self):
        """A process that died mid-way leaves at most hidden files, which the
        next run removes."""
        dead = subprocess.Popen(["true"])
        dead.wait()
        command = [str(BIN / "medals"), "segment", self.image, "--text",
                   "brain stem; tumor", "-o", "out.nii.gz", "--png", "p.png",
                   "--quiet"]
        for delay in (0.05, 0.3, 0.6):
            process = subprocess.Popen(command, cwd=self.folder,
                                       stdout=subprocess.DEVNULL)
            time.sleep(delay)
            process.send_signal(signal.SIGKILL)
            process.wait()
        self.segment(self.image, "brain stem", "out.nii.gz", "--png", "p.png")
        self.assertEqual(self.names(), ["in.nii.gz", "out.label.txt",
                                        "out.nii.gz", "p.png"])

    def test_planted_leftovers(self):
        """Links and files of others that are named like leftovers stay."""
        name = hashlib.sha256(b"out.nii.gz").hexdigest()[:12]
        link = f".medals-99999998-{name}.nii.gz"
        foreign = f".medals-99999999-{name}.nii.gz"
        os.symlink(self.image, self.path(link))
        pathlib.Path(self.path(foreign)).write_bytes(b"x")
        kept = [link]
        if os.geteuid() == 0:
            os.chown(self.path(foreign), 65534, 65534)
            kept.append(foreign)
        self.segment(self.image, "brain stem", "out.nii.gz")
        self.assertEqual([n for n in self.names() if n in (link, foreign)],
                         kept)


if __name__ == "__main__":
    unittest.main()
