"""The extension configured, installed and used from where it lands, with a
stand-in for the Slicer build tree (slicer_build). MEDALS_BUILD gives library,
model and program."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import engine_paths

HERE = pathlib.Path(__file__).resolve().parent
ROOT = engine_paths.ROOT
MODULES = "lib/Slicer-5.12/qt-scripted-modules"
PROGRAMS = "lib/Slicer-5.12/cli-modules"

#: Run with the installed modules alone on the path.
USE = """
import sys
sys.path.insert(0, sys.argv[1])
from MedalSLib import engine
model = engine.open_model()
import medals
print(medals.library_path())
print(model.path)
print(engine.vocabulary_of(model).summary())
"""


class Build(unittest.TestCase):
    def setUp(self):
        self.work = pathlib.Path(tempfile.mkdtemp(prefix="medals-slicer-"))
        self.addCleanup(shutil.rmtree, self.work, ignore_errors=True)

    def run_cmake(self, *arguments):
        run = subprocess.run(["cmake", *map(str, arguments)], text=True,
                             capture_output=True, check=False)
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)

    def engine(self):
        """What an unpacked wheel holds: package, library, model; programs
        beside."""
        folder = self.work / "engine"
        package = folder / "medals"
        shutil.copytree(ROOT / "ui_bindings" / "python" / "medals", package,
                        ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(engine_paths.BUILD / "lib" / "libmedals.so",
                    package / "libmedals.so.0")
        shutil.copytree(engine_paths.MODEL, package / "models" / "compact")
        (folder / "bin").mkdir()
        shutil.copy(engine_paths.PROGRAM, folder / "bin")
        return folder

    def install(self, *options):
        """Configures and installs; returns the installed folder."""
        tree, target = self.work / "build", self.work / "installed"
        self.run_cmake("-S", ROOT / "plugin" / "slicer", "-B", tree,
                       f"-DSlicer_DIR={HERE / 'slicer_build'}",
                       f"-DCMAKE_INSTALL_PREFIX={target}", *options)
        self.run_cmake("--install", tree)
        return target

    def test_without_engine(self):
        """Every file of the modules, and a clear line when it is used."""
        modules = self.install() / MODULES
        for name in ("MedalS.py", "MedalSLib/logic.py",
                     "Resources/UI/MedalS.ui", "Resources/Icons/MedalS.png",
                     "SegmentEditorMedalS.py", "SegmentEditorMedalSLib/"
                     "SegmentEditorMedalSEffect.py"):
            self.assertTrue((modules / name).exists(), name)
        run = self.use(modules)
        self.assertRegex(run.stderr.splitlines()[-1], "engine: .*; expected "
                         "the package medals in .*MedalSEngine, as the folder "
                         "of packaging/slicer/make_folder has it")

    def use(self, modules):
        """A fresh Python that has NumPy, without our variables."""
        environment = {name: value for name, value in os.environ.items()
                       if not name.startswith("MEDALS_")}
        return subprocess.run([sys.executable, "-c", USE, modules], text=True,
                              capture_output=True, check=False,
                              env=environment)

    @unittest.skipUnless(engine_paths.PROGRAM.exists(),
                         f"no {engine_paths.PROGRAM}")
    def test_with_engine(self):
        """The library and the model of its own folder, by absolute path."""
        target = self.install(f"-DMedalS_ENGINE_DIR={self.engine()}")
        own = target / MODULES / "MedalSEngine" / "medals"
        run = self.use(target / MODULES)
        self.assertEqual(run.returncode, 0, run.stderr)
        library, model, knows = run.stdout.splitlines()
        self.assertEqual(library, str(own / "libmedals.so.0"))
        self.assertEqual(model, str(own / "models" / "compact"))
        self.assertIn("in MRI", knows)
        program = target / PROGRAMS / "MedalSSegment"
        self.assertTrue(os.access(program, os.X_OK))

    def test_other_version(self):
        """A library of another version: one line, nothing loaded."""
        folder = self.engine()
        source = self.work / "other.c"
        source.write_text('const char *medals_version(void);\n'
                          'const char *medals_version(void)'
                          '{ return "9.9.9"; }\n')
        subprocess.run(["cc", "-shared", "-fPIC", source, "-o",
                        folder / "medals" / "libmedals.so.0"], check=True)
        run = self.use(self.install(f"-DMedalS_ENGINE_DIR={folder}") /
                       MODULES)
        self.assertRegex(run.stderr.splitlines()[-1],
                         "library of another version, 9.9.9; expected 0.1")


if __name__ == "__main__":
    unittest.main()
