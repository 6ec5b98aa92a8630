"""Runs the programs under test and says what the contract says of each run.

MEDALS_BIN names their folder; the default is build/bin of the checkout.
"""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("MEDALS_BIN") or ROOT / "build" / "bin")
SHARED = pathlib.Path(os.environ.get("MEDALS_SHARED") or ROOT.parent / "shared")
CH2 = pathlib.Path("/usr/share/mricron/templates/ch2.nii.gz")


def model_folder():
    chosen = os.environ.get("MEDALS_MODEL")
    return pathlib.Path(chosen) if chosen else (
        BIN.parent / "share" / "medals" / "models" / "compact")


def need_model(test):
    """Decorator: a printed skip by name where no model package is."""
    there = (model_folder() / "model.json").exists()
    return unittest.skipUnless(there, f"no model package at {model_folder()}")(
        test)


class Run:
    """One finished run."""

    def __init__(self, process):
        self.code = process.returncode
        self.out = process.stdout.decode("utf-8", "strict")
        self.err = process.stderr.decode("utf-8", "strict")

    @property
    def json(self):
        return json.loads(self.out)

    def __str__(self):
        return f"exit {self.code}\nstdout: {self.out}\nstderr: {self.err}"


class ProgramTest(unittest.TestCase):
    """A test with a folder of its own, removed afterwards."""

    program = "medals"

    def setUp(self):
        if not (BIN / self.program).exists():
            self.fail(f"{BIN / self.program} is missing; build it, or set "
                      "MEDALS_BIN")
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="medals-e2e-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def path(self, name):
        return str(self.folder / name)

    def run_program(self, *arguments, env=None, program=None, timeout=300,
                    stdin=None):
        environment = dict(os.environ, **(env or {}))
        command = [str(BIN / (program or self.program))]
        command += [a if isinstance(a, bytes) else str(a) for a in arguments]
        return Run(subprocess.run(command, capture_output=True,
                                  timeout=timeout, env=environment,
                                  input=stdin,
                                  check=False, cwd=self.folder))

    def good(self, *arguments, **how):
        """A run that must succeed."""
        run = self.run_program(*arguments, **how)
        self.assertEqual(run.code, 0, str(run))
        return run

    def bad(self, code, *arguments, **how):
        """A run that must fail as the contract says: the exit code, nothing
        on stdout, with --quiet one line "medals: THING: found; expected"."""
        if "--quiet" not in arguments:
            arguments += ("--quiet",)
        run = self.run_program(*arguments, **how)
        self.assertEqual(run.code, code, str(run))
        self.assertEqual(run.out, "", str(run))
        self.assertEqual(run.err.count("\n"), 1, str(run))
        self.assertRegex(run.err, r"^medals: .+: .+\n$", str(run))
        self.assertNoLeftovers()
        return run

    def segment(self, image, text, output="out.nii.gz", *more, **how):
        """`medals segment --json`; returns the object."""
        return self.good("segment", image, "--text", text, "-o", output,
                         "--json", "--quiet", *more, **how).json

    def assertNoLeftovers(self, folder=None):
        names = sorted(p.name for p in (folder or self.folder).iterdir())
        left = [n for n in names if n.startswith(".") or ".tmp" in n]
        self.assertEqual(left, [])
