"""The wheel for glibc 2.28, the oldest that 3D Slicer's own programs run on:
what its files ask of the system, and a first session with it."""
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

import test_wheel
from test_wheel import BUILD, TOP

PLATFORM = "manylinux_2_28"
WORK = BUILD / f"wheel-{PLATFORM}"
#: The newest versions of symbols that the platform promises (PEP 600 and
#: auditwheel's policy for it).
NEWEST = {"GLIBC": (2, 28), "GLIBCXX": (3, 4, 24), "CXXABI": (1, 3, 11),
          "GCC": (7, 0, 0)}


def make_portable_wheel() -> pathlib.Path:
    """Path of the wheel, which packaging/wheel makes."""
    done = subprocess.run([str(TOP / "packaging/wheel"), "--platform",
                           PLATFORM, str(BUILD)],
                          check=False, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"packaging/wheel: {done.stdout}{done.stderr}")
    wheel, = (WORK / "dist").glob("medals-*.whl")
    return wheel


def asked(library: pathlib.Path) -> dict:
    """Newest version of the symbols that a file asks for, by their family:
    {"GLIBC": (2, 17)}."""
    out = subprocess.run(["readelf", "--wide", "--version-info", library],
                         check=True, capture_output=True, text=True).stdout
    found: dict = {}
    for family, version in re.findall(
            r"Name: (GLIBC|GLIBCXX|CXXABI|GCC)_([0-9.]+)\b", out):
        numbers = tuple(int(n) for n in version.split("."))
        found[family] = max(numbers, found.get(family, (0,)))
    return found


class PortableWheel(test_wheel.Wheel):
    """The tests of the system's own wheel hold for this one, too."""

    make = staticmethod(make_portable_wheel)

    def test_name_and_size(self):
        super().test_name_and_size()
        self.assertIn(f"-{PLATFORM}_x86_64.whl", self.wheel.name)

    def test_versions(self):
        """No file asks for a symbol that is newer than the platform."""
        libraries = [self.package / "libmedals.so", *sorted(
            (self.package.parent / "medals.libs").iterdir())]
        self.assertEqual(len(libraries), 4)
        print()
        for library in libraries:
            newest = asked(library)
            print(f"{library.name:28}", " ".join(
                f"{family}_{'.'.join(map(str, version))}"
                for family, version in sorted(newest.items())))
            for family, version in newest.items():
                self.assertLessEqual(version, NEWEST[family], library.name)

    def test_audit(self):
        done = subprocess.run([WORK / "tools/bin/auditwheel", "show",
                               self.wheel], check=True, capture_output=True,
                              text=True)
        self.assertRegex(" ".join(done.stdout.split()), "is consistent with "
                         f'the following platform tag: "{PLATFORM}_x86_64"')

    def test_answers(self):
        """Bit for bit those of the system's own wheel."""
        ours = self.session()
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(
                [self.python, "-B", test_wheel.HERE / "wheel_session.py",
                 self.folder / "head.npz"], cwd=folder, check=True,
                capture_output=True, text=True,
                env={"PATH": "/usr/bin:/bin",
                     "MEDALS_LIBRARY": os.environ["MEDALS_LIBRARY"]})
        other = test_wheel.json.loads(done.stdout)
        for name in ("voxels", "left", "undone", "free"):
            self.assertEqual(ours[name], other[name], name)

    def test_kernels(self):
        """Its oneDNN, on its OpenMP of one thread, convolves as it should on
        every instruction set of this processor."""
        for name in ("test-kernels-conv", "test-kernels-onednn-fallback"):
            done = subprocess.run(
                [BUILD / "bin" / name], check=False, capture_output=True,
                text=True, env={"LD_LIBRARY_PATH": str(WORK / "parts")})
            self.assertEqual(done.returncode, 0, done.stdout[-2000:])


del test_wheel.Wheel  # run by its own file

if __name__ == "__main__":
    unittest.main()
