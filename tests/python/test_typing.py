"""Type hints are complete, and docstrings and READMEs say what happens."""
import doctest
import importlib
import importlib.util
import os
import pathlib
import pkgutil
import re
import subprocess
import sys
import tempfile
import unittest

import head
import medals

ROOM = pathlib.Path(__file__).resolve().parents[2] / "ui_bindings/python"
USER = '''
import numpy as np
import medals

labels = medals.segment("scan.nii.gz", ["liver"])
volume: float = labels["liver"].ml
code = labels["liver"].code
value: str = code.value if code else ""
with medals.Session("scan.nii.gz", classes=["liver"]) as session:
    revision: int = session.add_point(0, (1, 2, 3)).revision
wrong: int = labels["liver"].name
'''


@unittest.skipUnless(importlib.util.find_spec("mypy"), "no mypy")
class Types(unittest.TestCase):
    def mypy(self, *arguments, **how):
        with tempfile.TemporaryDirectory() as cache:
            return subprocess.run(
                [sys.executable, "-m", "mypy", "--cache-dir", cache,
                 *arguments], check=False, capture_output=True, text=True,
                **how)

    def test_package(self):
        """mypy --strict, as pyproject.toml has it."""
        done = self.mypy(cwd=ROOM)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertTrue((ROOM / "medals/py.typed").exists())

    def test_user(self):
        """Who uses it gets types, and is told of a mistake."""
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "user.py"
            path.write_text(USER)
            done = self.mypy("--strict", str(path), env=dict(
                os.environ, MYPYPATH=str(ROOM)), cwd=folder)
        errors = [line for line in done.stdout.splitlines()
                  if ": error:" in line]
        self.assertEqual(len(errors), 1, done.stdout)
        self.assertIn('user.py:11: error: Incompatible types in assignment '
                      '(expression has type "str"', errors[0])


class Docs(unittest.TestCase):
    def test_docstrings(self):
        """Every example of every module; there are some."""
        tried = 0
        for info in pkgutil.iter_modules(medals.__path__, "medals."):
            module = importlib.import_module(info.name)
            found = doctest.testmod(module, optionflags=doctest.ELLIPSIS)
            self.assertEqual(found.failed, 0, info.name)
            tried += found.attempted
        self.assertGreater(tried, 15)

    @head.need_head
    def test_readme(self):
        """The examples of the package's README, as they stand there."""
        text = (ROOM / "README.md").read_text()
        blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
        self.assertGreater(len(blocks), 0)
        with tempfile.TemporaryDirectory() as folder:
            head.thin_nifti().to_filename(f"{folder}/scan.nii.gz")
            code = "\n".join(blocks)
            self.assertLessEqual(len(blocks[0].splitlines()), 10)
            self.assertTrue(text.split("\n\n")[1].startswith("```python"))
            done = subprocess.run([sys.executable, "-B", "-c", code],
                                  check=False, capture_output=True, text=True,
                                  cwd=folder)
        self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    unittest.main()
