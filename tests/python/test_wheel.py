"""The wheel, in an environment that holds nothing but it and NumPy.

MEDALS_BUILD is the build folder; packaging/wheel leaves the wheel there.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest
import zipfile

import head
import numpy as np

TOP = pathlib.Path(__file__).resolve().parents[2]
HERE = pathlib.Path(__file__).resolve().parent
BUILD = pathlib.Path(os.environ["MEDALS_BUILD"])
COMPILER = shutil.which("cc") or shutil.which("gcc")
#: What every Linux with Python has; anything else the wheel brings along.
OF_THE_SYSTEM = {"linux-vdso.so.1", "libc.so.6", "libm.so.6", "libdl.so.2",
                 "libpthread.so.0", "libstdc++.so.6", "libgcc_s.so.1"}


def make_wheel() -> pathlib.Path:
    """Path of the wheel, which packaging/wheel makes."""
    done = subprocess.run([str(TOP / "packaging/wheel"), str(BUILD)],
                          check=False, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"packaging/wheel: {done.stdout}{done.stderr}")
    wheel, = (BUILD / "wheel/dist").glob("medals-*.whl")
    return wheel


def save_head(path: pathlib.Path) -> None:
    """The thinned head, for wheel_session.py."""
    image = head.head()
    np.savez(path, array=image.array, spacing=image.spacing,
             origin=image.origin, direction=image.direction)


def symbols(library: pathlib.Path) -> set:
    """Names that a shared library defines for others."""
    out = subprocess.run(["nm", "-D", "--defined-only", str(library)],
                         check=True, capture_output=True, text=True).stdout
    return {line.split()[-1].split("@")[0] for line in out.splitlines()}


class OtherSystems(unittest.TestCase):
    def test_library_of_each_system(self):
        """Goes into the wheel, which then fits one platform only."""
        for library in ("libmedals.0.dylib", "medals.dll", None):
            with self.subTest(library=library), \
                    tempfile.TemporaryDirectory() as name:
                source = pathlib.Path(name) / "source"
                shutil.copytree(TOP / "ui_bindings/python", source,
                                ignore=shutil.ignore_patterns("__pycache__"))
                if library:
                    (source / "medals" / library).write_bytes(b"machine code")
                subprocess.run(
                    [sys.executable, "-m", "pip", "wheel", "--quiet",
                     "--disable-pip-version-check", "--no-deps",
                     "--wheel-dir", name, source], check=True)
                wheel, = pathlib.Path(name).glob("*.whl")
                with zipfile.ZipFile(wheel) as made:
                    names = made.namelist()
                if library:
                    self.assertIn(f"medals/{library}", names)
                    self.assertNotIn("-any.whl", wheel.name)
                self.assertIn("medals/py.typed", names)
                self.assertIn("-py3-none-", wheel.name)


@head.need_head
class Wheel(unittest.TestCase):
    make = staticmethod(make_wheel)

    @classmethod
    def setUpClass(cls):
        cls.wheel = cls.make()
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        subprocess.run([sys.executable, "-m", "venv", cls.folder / "venv"],
                       check=True)
        cls.python = cls.folder / "venv/bin/python"
        subprocess.run([cls.python, "-m", "pip", "install", "--quiet",
                        "--disable-pip-version-check", cls.wheel, "numpy"],
                       check=True)
        cls.package = next(cls.folder.glob(
            "venv/lib/python3*/site-packages/medals"))
        save_head(cls.folder / "head.npz")

    def session(self, *arguments):
        """wheel_session.py with an empty environment, in a new folder."""
        with tempfile.TemporaryDirectory() as work:
            done = subprocess.run(
                [self.python, "-B", HERE / "wheel_session.py",
                 self.folder / "head.npz", *arguments], cwd=work,
                env={"PATH": "/usr/bin:/bin"}, check=False,
                capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stderr, "")
        return json.loads(done.stdout)

    def test_name_and_size(self):
        self.assertRegex(self.wheel.name,
                         r"^medals-0\.1\.0-py3-none-manylinux_2_\d+_x86_64"
                         r"\.whl$")
        with zipfile.ZipFile(self.wheel) as wheel:
            size = sum(entry.file_size for entry in wheel.infolist())
            names = wheel.namelist()
        print(f"\ninstalled {size / 1e6:.1f} MB, "
              f"wheel {self.wheel.stat().st_size / 1e6:.1f} MB")
        self.assertLess(size, 150e6)
        for name in ("medals/libmedals.so", "medals/py.typed",
                     "medals/models/compact/model.json",
                     "medals/licenses/libglib2.0-0"):
            self.assertIn(name, names)

    def test_closed(self):
        """Nothing of the system but libc and the compiler's libraries; no
        symbol that a host might have too."""
        libs = self.package.parent / "medals.libs"
        out = subprocess.run(["ldd", self.package / "libmedals.so"],
                             check=True, capture_output=True, text=True,
                             env={}).stdout
        for line in out.splitlines():
            name = line.split()[0]
            if name in OF_THE_SYSTEM or "ld-linux" in name:
                continue
            self.assertIn("medals.libs", line)
        public = set((TOP / "engine/symbols.txt").read_text().split())
        self.assertEqual(symbols(self.package / "libmedals.so"), public)
        for library in libs.glob("lib[dc][nJj]*"):
            shared = {name for name in symbols(library)
                      if name.startswith(("dnnl", "cJSON"))}
            self.assertEqual(shared, set(), library.name)

    def test_first_session(self):
        found = min((self.session() for _ in range(3)),
                    key=lambda one: one["import"])
        print(f"\nimport {1000 * found['import']:.0f} ms of the processor, "
              f"{1000 * found['waited']:.0f} by the clock, first answer "
              f"{found['first']:.2f} s, click {1000 * found['click']:.0f} ms")
        self.assertTrue(found["library"].startswith(str(self.package)))
        self.assertGreater(found["voxels"][0], 50)
        self.assertEqual(found["undone"], 0)
        self.assertTrue(found["saved"])
        # What an import costs is told above; what it loads is in our hands.
        self.assertEqual([name for name in found["packages"]
                          if not name.startswith("_")], ["medals", "numpy"])

    @unittest.skipUnless(COMPILER, "no C compiler")
    def test_host_with_the_same_names(self):
        clash = self.folder / "clash.so"
        subprocess.run([COMPILER, "-shared", "-fPIC", HERE / "clash.c", "-o",
                        clash], check=True)
        expected, found = self.session(), self.session(clash)
        for name in ("voxels", "left", "undone", "saved"):
            self.assertEqual(found[name], expected[name])


if __name__ == "__main__":
    unittest.main()
