"""The library that is loaded is ours, and we see it as its headers have it."""
import ctypes
import errno
import inspect
import os
import pathlib
import pickle
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from unittest import mock

import medals
from medals import _abi, _library, errors, prompts

ENGINE = pathlib.Path(__file__).resolve().parents[2] / "engine"
COMPILER = shutil.which("cc") or shutil.which("gcc")


def run_python(code, **environment):
    """Output of a fresh Python; environment None: without the variable."""
    env = {k: v for k, v in dict(os.environ, **environment).items()
           if v is not None}
    done = subprocess.run([sys.executable, "-B", "-c", code], env=env,
                          check=False, capture_output=True, text=True)
    return done.stdout.strip() + done.stderr.strip()


def structs():
    """Every struct of the C API that this package declares."""
    for name, kind in vars(_abi).items():
        if (isinstance(kind, type) and issubclass(kind, ctypes.Structure)
                and hasattr(kind, "_fields_")):
            yield name, kind


@unittest.skipUnless(COMPILER, "no C compiler")
class Abi(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def compiled(self, source, *options):
        """Path of what a C source compiles to."""
        code, made = self.folder / "a.c", self.folder / "a.so"
        code.write_text(source)
        subprocess.run([COMPILER, str(code), "-o", str(made),
                        f"-I{ENGINE}/include", *options], check=True)
        return str(made)

    def facts(self, *expressions):
        """Values of C expressions over our headers."""
        prints = "".join(f'printf("%lld\\n", (long long) ({e}));\n'
                         for e in expressions)
        program = self.compiled(
            "#include <medals/medals.h>\n#include <stddef.h>\n"
            "#include <stdio.h>\nint main(void) {" + prints + "}")
        out = subprocess.run([program], check=True, capture_output=True)
        return [int(line) for line in out.stdout.split()]

    def test_structs(self):
        questions, expected = [], []
        for name, kind in structs():
            questions.append(f"sizeof(Medals{name})")
            expected.append(ctypes.sizeof(kind))
            for field, *_ in kind._fields_:
                questions.append(f"offsetof(Medals{name}, {field})")
                expected.append(getattr(kind, field).offset)
                questions.append(f"sizeof(((Medals{name} *) 0)->{field})")
                expected.append(getattr(kind, field).size)
        self.assertGreater(len(questions), 100)
        for question, found, value in zip(questions, self.facts(*questions),
                                          expected):
            self.assertEqual(found, value, question)

    def test_words(self):
        for table, prefix in (
                (prompts.KINDS, "PROMPT"), (prompts.SPACES, "SPACE"),
                (prompts.ANSWERS, "ANSWER"), (prompts.MASK_USES, "MASK"),
                (prompts.RESETS, "RESET")):
            names = [f"MEDALS_{prefix}_{word.upper()}" for word in table]
            self.assertEqual(self.facts(*names), list(table.values()))

    def test_statuses(self):
        kinds = {"USAGE": errors.UsageError, "INPUT": errors.InputError,
                 "SHAPE": errors.ShapeError, "IO": errors.IoError,
                 "NOMEM": errors.NoMemoryError,
                 "NOSPACE": errors.NoSpaceError,
                 "CANCELLED": errors.CancelledError,
                 "INTERNAL": errors.InternalError, "BUSY": errors.BusyError}
        text = (ENGINE / "include/medals/types.h").read_text()
        self.assertEqual(sorted(re.findall(r"MEDALS_E_(\w+) =", text)),
                         sorted(kinds))
        numbers = self.facts(*(f"MEDALS_E_{word}" for word in kinds))
        for number, kind in zip(numbers, kinds.values()):
            self.assertEqual(kind.status, number)
            made = errors.error_of(number, "what: found; expected")
            self.assertIs(type(made), kind)
            self.assertIsInstance(made, medals.Error)
            self.assertEqual(str(made), "what: found; expected")

    def test_errors_are_those_of_python_too(self):
        kinds = {medals.UsageError: ValueError, medals.InputError: ValueError,
                 medals.ShapeError: ValueError, medals.IoError: OSError,
                 medals.NoMemoryError: MemoryError,
                 medals.NoSpaceError: OSError,
                 medals.InternalError: RuntimeError,
                 medals.BusyError: RuntimeError}
        for kind, python in kinds.items():
            with self.assertRaises(python):
                raise kind("what: found; expected")
            again = pickle.loads(pickle.dumps(kind("what: found; expected")))
            self.assertEqual((type(again), str(again)),
                             (kind, "what: found; expected"))
        full = medals.NoSpaceError("what: full; expected room")
        self.assertEqual(full.errno, errno.ENOSPC)
        for number, kind in ((errno.ENOSPC, medals.NoSpaceError),
                             (errno.ENOENT, medals.IoError)):
            made = errors.io_error("a.nii", OSError(number, "the system's"))
            self.assertEqual((type(made), made.errno, str(made)),
                             (kind, number, "a.nii: the system's"))

    def test_another_version(self):
        other = self.compiled(
            'const char *medals_version(void) { return "0.2.7"; }',
            "-shared", "-fPIC")
        found = run_python("import medals\n"
                           "try: medals.load_library()\n"
                           "except medals.InputError as e: print(e)",
                           MEDALS_LIBRARY=other)
        self.assertEqual(found, f"{other}: library of another version, "
                         "0.2.7; expected 0.1.0, as this package is")

    def test_half_a_library(self):
        half = self.compiled(
            'const char *medals_version(void) { return "0.1.9"; }',
            "-shared", "-fPIC")
        found = run_python("import medals\n"
                           "try: medals.load_library()\n"
                           "except medals.InputError as e: print(e)",
                           MEDALS_LIBRARY=half)
        self.assertIn("library of another version, without medals_", found)


class Loading(unittest.TestCase):
    def test_signatures(self):
        """As many parameters as the headers have; only public functions."""
        public = set((ENGINE / "symbols.txt").read_text().split())
        text = "".join(path.read_text() for path in
                       sorted((ENGINE / "include/medals").glob("*.h")))
        text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
        for name, (_, arguments) in _abi.FUNCTIONS.items():
            self.assertIn(name, public)
            inside = re.search(rf"\b{name}\(((?:[^()]|\([^()]*\))*)\)\s*;",
                               text).group(1)
            inside = re.sub(r"\(\*\w+\)\([^()]*\)", "callback", inside)
            count = 0 if inside.strip() == "void" else inside.count(",") + 1
            self.assertEqual(len(arguments), count, name)

    def test_everything_public_is_documented(self):
        """A docstring each; types for every parameter and result."""
        def check(where, function):
            self.assertTrue(inspect.getdoc(function), where)
            hints = inspect.signature(function)
            for name, one in hints.parameters.items():
                if name != "self":
                    self.assertIsNot(one.annotation, one.empty,
                                     f"{where}: {name}")
            self.assertIsNot(hints.return_annotation, hints.empty, where)

        for name in medals.__all__:
            thing = getattr(medals, name)
            if inspect.isclass(thing):
                self.assertTrue(inspect.getdoc(thing), name)
                for part, member in vars(thing).items():
                    member = getattr(member, "fget", member)
                    if not part.startswith("_") and inspect.isfunction(
                            member):
                        check(f"{name}.{part}", member)
            elif callable(thing):
                check(name, thing)

    def test_names_of_every_system(self):
        """The system's own name, in the package before elsewhere; those of
        other systems beside it are not looked at."""
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            for library in ("libmedals.so", "libmedals.0.dylib",
                            "medals.dll"):
                (folder / library).touch()
            for platform, own in (("linux", "libmedals.so"),
                                  ("darwin", "libmedals.0.dylib"),
                                  ("win32", "medals.dll"),
                                  ("freebsd14", "libmedals.so")):
                with mock.patch("sys.platform", platform), \
                        mock.patch.object(_library, "_FOLDER", folder), \
                        mock.patch.dict(os.environ):
                    os.environ.pop("MEDALS_LIBRARY", None)
                    found = _library._candidates(None)
                self.assertEqual(found[0], str(folder / own))
                ending = own.rsplit(".", 1)[1]
                self.assertTrue(all("." + ending in one for one in found),
                                found)

    def test_loaded_once(self):
        library = medals.load_library()
        self.assertIs(medals.load_library(), library)
        self.assertIs(medals.load_library(os.environ["MEDALS_LIBRARY"]),
                      library)
        self.assertTrue(os.path.samefile(medals.library_path(),
                                         os.environ["MEDALS_LIBRARY"]))
        with self.assertRaisesRegex(medals.UsageError, "loaded already"):
            medals.load_library("/other/libmedals.so")

    def test_missing(self):
        for given, words in (
                ("/no/such/libmedals.so", "/no/such/libmedals.so: no such "
                 "file; expected libmedals"),
                ("libmedals.so", "libmedals.so: a relative path; expected "
                 "the absolute path of libmedals")):
            found = run_python("import medals\n"
                               "try: medals.load_library()\n"
                               "except medals.Error as e: print(e)",
                               MEDALS_LIBRARY=given)
            self.assertEqual(found, words)
        found = run_python("import medals\n"
                           "try: medals.load_library()\n"
                           "except medals.IoError as e: print(e)",
                           MEDALS_LIBRARY=__file__)
        self.assertIn("libmedals: cannot be loaded", found)
        self.assertNotIn("\n", found)

    def test_import_loads_nothing(self):
        found = run_python(
            "import medals\n"
            "print(medals._library._loaded, medals.__version__)")
        self.assertEqual(found, "None 0.1.0")


if __name__ == "__main__":
    unittest.main()
