"""packaging/tally: every skip of a real run of CTest is found and named; one
that is not on the list fails the check."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

TOP = pathlib.Path(__file__).resolve().parents[2]
TALLY = TOP / "packaging" / "tally"

PYTHON = """
import unittest
class Case(unittest.TestCase):
    def test_plain(self):
        self.skipTest("no luck")
    def test_told(self):
        "A sentence."
        print("\\nsaid between")
        self.skipTest("it's out of reach")
    def test_parts(self):
        with self.subTest(one=1):
            self.skipTest("no part")
    @unittest.skip("never")
    def test_never(self):
        pass
    def test_good(self):
        pass
unittest.main(verbosity=2)
"""
TAP = """echo 1..3; echo 'ok 1 /a/good'; echo 'ok 2 /a/gone # SKIP no such file'
echo 'not ok 3 /a/bad # TODO'; echo '# skip: not a line of ours'"""
GOLDEN = """echo 'pass end_to_end/a'; echo 'skip end_to_end/b not asked for'
echo 'skip end_to_end/c not asked for'; echo '1 passed, 0 failed, 2 skipped'"""
WHOLE = "echo first; echo 'no processor for it'; exit 77"
SCRIPT = "echo 'skip: no tools'; exit 77"
QUIET = "exit 77"

#: Every skip above, as the tally names it.
NAMED = {
    "python test_plain: no luck", "python test_told: it's out of reach",
    "python test_parts: no part", "python test_never: never",
    "tap /a/gone: no such file",
    "golden end_to_end/b end_to_end/c: not asked for",
    "whole: no processor for it", "script: no tools",
    "quiet: no reason given"}


@unittest.skipUnless(shutil.which("ctest"), "no ctest")
class Tally(unittest.TestCase):
    def setUp(self):
        self.work = pathlib.Path(tempfile.mkdtemp(prefix="medals-tally-"))
        self.addCleanup(shutil.rmtree, self.work)
        self.known = self.work / "known"
        self.known.write_text("")

    def ctest(self, extra="", **commands):
        """Runs commands as tests of CTest; path of its results."""
        lines = ["cmake_minimum_required(VERSION 3.25)", "project(x NONE)",
                 "enable_testing()"]
        for name, command in commands.items():
            script = self.work / f"{name}.sh"
            script.write_text(command)
            lines += [f"add_test(NAME {name} COMMAND sh {script})",
                      f"set_tests_properties({name} PROPERTIES "
                      "SKIP_RETURN_CODE 77)"]
        (self.work / "CMakeLists.txt").write_text(
            "\n".join([*lines, extra]))
        results = self.work / "results.xml"
        tree = self.work / "build"
        subprocess.run(["cmake", "-S", self.work, "-B", tree], check=True,
                       capture_output=True)
        subprocess.run(["ctest", "--test-dir", tree, "--output-junit",
                        results, "--test-output-size-passed", "100000000"],
                       check=False, capture_output=True)
        return results

    def tally(self, *results, **environment):
        done = subprocess.run([sys.executable, TALLY, self.known, *results],
                              capture_output=True, text=True, check=False,
                              env={**os.environ, **environment})
        self.assertEqual(done.stderr, "")
        return done.returncode, done.stdout.splitlines()

    def skipping(self):
        (self.work / "case.py").write_text(PYTHON)
        return self.ctest(
            python=f"exec {sys.executable} {self.work}/case.py", tap=TAP,
            golden=GOLDEN, whole=WHOLE, script=SCRIPT, quiet=QUIET,
            good="seq 1 5000")

    def test_every_kind(self):
        """Unknown ones are failures; known ones are named all the same."""
        results = self.skipping()
        code, lines = self.tally(results)
        self.assertEqual({line[len("skipped, NOT KNOWN: "):] for line in lines
                          if line.startswith("skipped, NOT KNOWN: ")}, NAMED)
        self.assertEqual((code, lines[-1]),
                         (1, "4 passed, 10 failed, 0 skipped"))
        self.known.write_text("# all\n\n" + "".join(
            f"any {name} *\n" for name in ("python", "tap", "golden", "whole",
                                           "script", "quiet")))
        code, lines = self.tally(results)
        self.assertEqual({line[len("skipped: "):] for line in lines
                          if line.startswith("skipped: ")}, NAMED)
        self.assertEqual((code, lines[-1]),
                         (0, "4 passed, 0 failed, 10 skipped"))

    def test_reason_and_condition(self):
        """A line of the list covers its reason and its condition only."""
        results = self.ctest(whole=WHOLE, good="true")
        other = "user" if os.geteuid() == 0 else "root"
        for line, good in (("any who* no * for it", True),
                           ("any whole no * for them", False),
                           ("any good *", False),
                           (f"{other} whole *", False),
                           ("no-shared whole *", True),
                           ("shared whole *", False)):
            self.known.write_text(line + "\n")
            code, lines = self.tally(results, MEDALS_SHARED="/nonexistent")
            self.assertEqual(code, 0 if good else 1, line)

    def test_failures(self):
        """What failed, ended by a signal, or could not be started."""
        results = self.ctest(
            "add_test(NAME gone COMMAND /nonexistent)\n"
            "add_test(NAME idle COMMAND true)\n"
            "set_tests_properties(idle PROPERTIES DISABLED TRUE)\n",
            good="true", bad="exit 1", killed="kill -9 $$")
        code, lines = self.tally(results)
        self.assertEqual((code, lines[-1]),
                         (1, "1 passed, 4 failed, 0 skipped"))
        for name in ("bad", "killed", "gone", "idle"):
            self.assertIn(f"failed: {name}", lines)

    def test_counted_but_not_named(self):
        """A class that is skipped as a whole, in a quiet run."""
        results = self.ctest(quiet="echo 'OK (skipped=2)'")
        code, lines = self.tally(results)
        self.assertEqual((code, lines[-1]),
                         (1, "1 passed, 2 failed, 0 skipped"))

    def test_nothing_ran(self):
        results = self.ctest(whole=WHOLE)
        self.known.write_text("any * *\n")
        self.assertEqual(self.tally(results)[0], 1)

    def test_bad_list(self):
        results = self.ctest(good="true")
        self.known.write_text("sometimes good *\n")
        done = subprocess.run([sys.executable, TALLY, self.known, results],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"{self.known}:1: 'sometimes good *'; expected any, ",
                      done.stderr)

    def test_committed_list(self):
        """packaging/known-skips can be read."""
        results = self.ctest(good="true")
        self.known = TOP / "packaging" / "known-skips"
        self.assertEqual(self.tally(results)[0], 0)


if __name__ == "__main__":
    unittest.main()
