"""The wheel on a root file system that has nothing but Debian's smallest set
of packages and Python: made by debootstrap, entered by chroot."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

from test_wheel import HERE, make_wheel, save_head


@unittest.skipUnless(shutil.which("debootstrap"), "no debootstrap")
@unittest.skipUnless(os.geteuid() == 0, "chroot needs root")
class BareSystem(unittest.TestCase):
    def run_inside(self, root, *command):
        done = subprocess.run(
            ["chroot", root, "/usr/bin/env", "-i", "PATH=/usr/bin:/bin",
             "HOME=/root", "LC_ALL=C.UTF-8", *command],
            check=False, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def test_first_session(self):
        wheel = make_wheel()
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder, "root")
            subprocess.run(
                ["debootstrap", "--variant=minbase",
                 "--include=python3-venv", "bookworm", root],
                check=True, stdout=subprocess.DEVNULL)
            work = root / "trial"
            work.mkdir()
            # Downloads happen outside: inside there is no network to rely on.
            subprocess.run(
                [sys.executable, "-m", "pip", "download", "--quiet",
                 "--disable-pip-version-check", "--only-binary=:all:",
                 "--python-version=3.11", "--dest", work, "numpy"],
                check=True)
            shutil.copy(wheel, work)
            shutil.copy(HERE / "wheel_session.py", work)
            save_head(work / "head.npz")
            packages = self.run_inside(root, "dpkg-query", "-W", "-f",
                                       "${Package} ")
            for name in ("libglib2.0", "libgomp", "libsqlite3-dev",
                         "libdnnl", "libcjson", "-dev "):
                self.assertNotIn(name, packages)
            self.run_inside(root, "python3", "-m", "venv", "/trial/venv")
            self.run_inside(root, "/trial/venv/bin/pip", "install", "--quiet",
                            "--no-index", "--find-links=/trial", "medals")
            size = self.run_inside(
                root, "/bin/sh", "-c", "du -cb /trial/venv/lib/python3*/"
                "site-packages/medals* | tail -n 1").split()[0]
            found = json.loads(self.run_inside(
                root, "/bin/sh", "-c", "cd /trial && exec venv/bin/python -B "
                "wheel_session.py head.npz"))
            print(f"\ninstalled {int(size) / 1e6:.1f} MB, import "
                  f"{1000 * found['import']:.0f} ms of the processor, "
                  f"{1000 * found['waited']:.0f} by the clock, first answer "
                  f"{found['first']:.2f} s")
            self.assertGreater(found["voxels"][0], 50)
            self.assertTrue(found["saved"])
            self.assertLess(int(size), 150e6)
            # Of the processor: how busy the machine is, is not the wheel's.
            self.assertLess(found["import"], 0.3)
            self.assertLess(found["first"], 5)


if __name__ == "__main__":
    unittest.main()
