"""The folder of packaging/slicer/make_folder, far from where it was made: its
command-line module on a root that holds nothing else but the C library, beside
a host that names libraries of its own, and installed as an extension.

MEDALS_BUILD gives the build folder.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import engine_paths

HERE = pathlib.Path(__file__).resolve().parent
ROOT = engine_paths.ROOT
sys.path.insert(0, str(ROOT / "tests" / "e2e"))

import nrrd  # noqa: E402
import phantom  # noqa: E402

#: The C library's own: the only ones that are not in the folder.
OF_LIBC = re.compile(r"^(linux-vdso|ld-linux[\w-]*|lib(c|m|dl|pthread|rt))\.")
#: The long run takes the wheel for older systems.
OPTIONS = (("--platform", "manylinux_2_28")
           if os.environ.get("MEDALS_SLICER_LONG") else ())
#: Classes of the table, and a text that needs the sentence encoder.
ARGUMENTS = ("--text", "brain stem; a structure of the brain",
             "--modality", "mri")
#: $0: the new root, $@: what runs there, without a variable.
ENTER = ('mkdir -p "$0/proc" && mount --rbind /proc "$0/proc" && '
         'exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin chroot "$0" "$@"')


def unshare():
    """Command that gives a process mounts of its own, or None."""
    command = ["unshare", "--mount"]
    if os.geteuid():
        command.append("--map-root-user")
    if not shutil.which("unshare") or subprocess.run(
            [*command, "true"], check=False, capture_output=True).returncode:
        return None
    return command


def needed(program):
    """(name, path) of the libraries that a program would load."""
    out = subprocess.run(["ldd", program], check=True, capture_output=True,
                         text=True, env={"PATH": os.environ["PATH"]}).stdout
    for line in out.splitlines():
        name, _, found = line.strip().partition(" => ")
        name = name.split(" (")[0]
        path = found.split(" (")[0] or name
        yield pathlib.Path(name).name, path


class Folder(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.work = pathlib.Path(tempfile.mkdtemp(prefix="medals-slicer-"))
        cls.addClassCleanup(shutil.rmtree, cls.work, ignore_errors=True)
        done = subprocess.run(
            [ROOT / "packaging/slicer/make_folder", *OPTIONS,
             engine_paths.BUILD],
            check=False, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"make_folder: {done.stdout}{done.stderr}")
        cls.root = cls.work / "root"
        cls.engine = cls.root / "some where" / "engine"
        shutil.copytree(engine_paths.BUILD / "slicer-extension" / "engine",
                        cls.engine)
        cls.program = cls.engine / "bin" / "MedalSSegment"
        phantom.write_mri(cls.root / "in.nii.gz")
        expected = cls.work / "expected.nrrd"
        subprocess.run([engine_paths.PROGRAM, *ARGUMENTS,
                        cls.root / "in.nii.gz", expected], check=True,
                       capture_output=True)
        cls.expected = nrrd.File(expected)

    def bare_root(self, program):
        """Puts the C library beside a program in the root; its path there."""
        for name, path in needed(program):
            if OF_LIBC.match(name) and path.startswith("/"):
                copy = self.root / path[1:]
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, copy)
        return "/" + str(program.relative_to(self.root))

    def assertSegments(self, *program, **how):
        """It describes itself, and answers as the one that was built."""
        def run(*arguments):
            done = subprocess.run([*program, *arguments], check=False,
                                  capture_output=True, text=True, **how)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            return done.stdout

        self.assertIn("</executable>", run("--xml"))
        place = "" if "env" not in how else str(self.root)
        run(*ARGUMENTS, place + "/in.nii.gz", place + "/out.nrrd")
        out = nrrd.File(self.root / "out.nrrd")
        (self.root / "out.nrrd").unlink()
        self.assertEqual(out.sizes, self.expected.sizes)
        self.assertEqual(out.data, self.expected.data)

    def test_closed(self):
        """Nothing is loaded from outside but the C library, and no file of
        the folder names a place of the machine that made it."""
        for name, path in needed(self.program):
            if not OF_LIBC.match(name):
                self.assertTrue(path.startswith(str(self.engine)),
                                f"{name}: {path}")
        files = [self.program, *self.engine.rglob("*.so*")]
        self.assertGreater(len(files), 20)
        for file in files:
            out = subprocess.run(["readelf", "-d", file], check=True,
                                 capture_output=True, text=True).stdout
            for places in re.findall(r"R(?:UN)?PATH.*\[(.*)\]", out):
                for place in places.split(":"):
                    self.assertRegex(place, r"^\$ORIGIN(/|$)", file.name)
        self.assertTrue(list((self.engine / "lib" / "licenses").iterdir()))

    @unittest.skipUnless(unshare(), "unshare: no mounts of our own here")
    def test_bare_root(self):
        """Nothing else in reach: no build folder, no system."""
        self.assertSegments(*unshare(), "sh", "-c", ENTER, self.root,
                            self.bare_root(self.program))

    def test_host_with_the_same_names(self):
        """Slicer's LD_LIBRARY_PATH names ITK, zlib and more: not ours."""
        host = self.work / "host"
        host.mkdir()
        for library in self.engine.rglob("*.so*"):
            (host / library.name).write_text("not a library")
        self.assertSegments(self.program, env={
            "PATH": "/usr/bin:/bin", "LD_LIBRARY_PATH": str(host)})

    @unittest.skipUnless(unshare(), "unshare: no mounts of our own here")
    def test_installed(self):
        """As Slicer's package lays it out, the model in the neighbour."""
        target = self.root / "installed"
        for command in (
                ["-S", ROOT / "plugin/slicer", "-B", self.work / "build",
                 f"-DSlicer_DIR={HERE / 'slicer_build'}",
                 f"-DCMAKE_INSTALL_PREFIX={target}",
                 f"-DMedalS_ENGINE_DIR={self.engine}"],
                ["--install", self.work / "build"]):
            subprocess.run(["cmake", *map(str, command)], check=True,
                           capture_output=True)
        for place in (target / "lib/Slicer-5.12",
                      self.work / "build/lib/Slicer-5.12"):
            own = place / "cli-modules" / "MedalSSegment"
            for name, path in needed(own):
                if not OF_LIBC.match(name):
                    self.assertTrue(path.startswith(str(place)),
                                    f"{name}: {path}")
        self.assertSegments(
            *unshare(), "sh", "-c", ENTER, self.root, self.bare_root(
                target / "lib/Slicer-5.12/cli-modules/MedalSSegment"))


if __name__ == "__main__":
    unittest.main()
