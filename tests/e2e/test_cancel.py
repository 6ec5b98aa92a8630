"""Ctrl-C: exit 5 within a second, no file; a second one kills."""
import math
import os
import signal
import subprocess
import time
import unittest

import nifti
import phantom
from programs import BIN, ProgramTest, need_model


@need_model
class Cancel(ProgramTest):
    def start(self, *more):
        """A run that takes long: many windows on the plainest kernels."""
        image = self.path("in.nii.gz")
        phantom.write_mri(image, (60, 60, 60), (6.0, 6.0, 6.0))
        env = dict(os.environ, MEDALS_ISA="ref")
        return subprocess.Popen(
            [str(BIN / "medals"), "segment", image, "--text",
             "brain stem; tumor", "-o", "out.nii.gz", "--threads", "1",
             "--tta", "--quiet", *more],
            cwd=self.folder, env=env, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)

    def stop(self, number, after):
        process = self.start()
        time.sleep(after)
        if process.poll() is not None:
            process.communicate()
            self.skipTest("the run was over before the signal")
        begin = time.monotonic()
        process.send_signal(number)
        out, err = process.communicate(timeout=30)
        return process.returncode, out, err, time.monotonic() - begin

    def check(self, number, after):
        code, out, err, seconds = self.stop(number, after)
        self.assertEqual(code, 5, err)
        self.assertEqual(out, b"")
        self.assertRegex(err.decode(), r"^medals: .+: .+\n$")
        self.assertLess(seconds, 1.5)
        self.assertEqual([p.name for p in self.folder.iterdir()],
                         ["in.nii.gz"])

    def test_interrupt_early(self):
        self.check(signal.SIGINT, 0.3)

    def test_interrupt_late(self):
        self.check(signal.SIGINT, 2.0)

    def test_terminate(self):
        self.check(signal.SIGTERM, 1.0)

    def test_interrupt_while_a_file_is_written(self):
        """Big zero maps of an image that the network skips."""
        size = (300, 300, 150)
        nifti.write(self.path("in.nii.gz"), size, bytes(math.prod(size)),
                    code=nifti.UINT8, affine=nifti.affine_of((1, 1, 1)))
        process = subprocess.Popen(
            [str(BIN / "medals"), "segment", "in.nii.gz", "--text",
             ";".join(f"object {n}" for n in range(8)), "-o", "out.nii.gz",
             "--probabilities", "p.nii.gz", "--quiet"], cwd=self.folder,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        while process.poll() is None and not any(
                p.name.startswith(".") for p in self.folder.iterdir()):
            time.sleep(0.01)
        time.sleep(0.2)
        begin = time.monotonic()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        self.assertLess(time.monotonic() - begin, 1.5)
        self.assertEqual((process.returncode, out), (5, b""), err)
        self.assertEqual(err.count(b"\n"), 1, err)
        self.assertEqual([p.name for p in self.folder.iterdir()],
                         ["in.nii.gz"])

    def test_second_kills(self):
        process = self.start()
        time.sleep(1.0)
        process.send_signal(signal.SIGSTOP)
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGTERM)
        process.send_signal(signal.SIGCONT)
        process.communicate(timeout=30)
        self.assertIn(process.returncode,
                      (-signal.SIGINT, -signal.SIGTERM, 5))


if __name__ == "__main__":
    unittest.main()
