"""Options, counts, combinations: exit 2 before any work; help pages."""
import json
import subprocess
import unittest

import phantom
from programs import BIN, ProgramTest, model_folder, need_model

COMMANDS = ("segment", "classes", "inspect", "convert", "eval", "bench")


class Usage(ProgramTest):
    def setUp(self):
        super().setUp()
        self.image = phantom.write_mri(self.path("in.nii.gz"))

    def usage(self, *options, text="brain stem", output="out.nii.gz"):
        more = ("--text", text) if text is not None else ()
        more += ("-o", output) if output else ()
        run = self.bad(2, "segment", self.image, *more, *options)
        self.assertFalse((self.folder / "out.nii.gz").exists())
        return run

    def test_no_command(self):
        self.bad(2)

    def test_unknown_command(self):
        self.assertIn("segmant", self.bad(2, "segmant").err)

    def test_unknown_option(self):
        self.assertIn("--colour", self.usage("--colour").err)
        for command in COMMANDS:
            self.bad(2, command, "--no-such-option")

    def test_option_without_value(self):
        self.bad(2, "segment", self.image, "--quiet", "--text")

    def test_flag_with_value(self):
        self.usage("--tta=yes")

    def test_no_image(self):
        self.bad(2, "segment", "--text", "liver", "-o", "out.nii.gz")

    def test_two_images(self):
        self.usage("second.nii.gz")

    def test_no_text(self):
        self.usage(text=None)
        self.usage(text="")
        self.usage(text=" ; \n ;; \r\n\t")

    def test_no_output(self):
        self.usage(output=None)

    def test_same_output_twice(self):
        self.usage("-o", "out.nii.gz")

    def test_same_output_by_another_path(self):
        self.usage("-o", "./out.nii.gz")
        self.usage("--png", f"../{self.folder.name}/p.png", "--probabilities",
                   "p.nrrd", output="./p.nrrd")

    def test_reference_of_no_challenge(self):
        self.usage("--reference")

    @need_model
    def test_more_stages_than_the_package_has(self):
        recipe = json.loads((model_folder() / "model.json").read_text("utf-8"))
        if len(recipe["stages"]) > 1:
            self.skipTest("the model has two stages")
        self.usage("--stages", "2")

    def test_output_is_the_image(self):
        self.usage("-o", self.image)
        self.usage(output="../" + self.folder.name + "/in.nii.gz")

    def test_output_without_format(self):
        self.usage(output="out.jpeg")
        self.usage(output="out")
        self.usage(output="out.npz")

    def test_labels(self):
        for labels in ("1", "1,2,3", "1,1", "0,1", "-1,2", "1,x", "1,", "",
                       "1.5,2", "4294967296,1"):
            with self.subTest(labels=labels):
                self.usage("--labels", labels, text="brain stem; tumor")

    def test_overlap(self):
        self.usage("--overlap", "keep")
        self.usage("--overlap", "some", output="out.seg.nrrd")

    def test_instances(self):
        self.usage("--instances", text="tumor; brain stem")
        self.usage("--instances", "--overlap", "keep", output="o.seg.nrrd")
        self.usage("--instances", "--probabilities", "p.nii.gz")

    def test_values(self):
        for option, values in {
                "--modality": ("xray", "c t", "mrt"),
                "--window": ("soft tissue", "400", "0,40", "-5,0", "nan,1",
                             "400,40,1", "1e999,0"),
                "--precision": ("f16", "int8"),
                "--threads": ("0", "-1", "many", "100000", "1.5", ""),
                "--stages": ("0", "3", "-1", "one"),
                "--seed": ("-1", "x"),
                "--roi": ("1,2,3", "0,0,0,1,0,1", "5,2,0,1,0,1",
                          "a,b,c,d,e,f", "0,1,0,1,0,1,0", "-1,4,0,1,0,1"),
                "--region": ("0,0,0,1,1", "0,0,0,-1,1,1", "0,0,nan,1,1,1"),
        }.items():
            for value in values:
                with self.subTest(option=option, value=value):
                    self.usage(option, value)

    def test_usage_before_input(self):
        """A wrong option is found before the file is looked at."""
        self.bad(2, "segment", "absent.nii.gz", "--text", "a", "-o",
                 "o.nii.gz", "--threads", "0")

    def test_isa(self):
        run = self.usage_of_isa("avx1024")
        self.assertIn("avx1024", run.err)

    def usage_of_isa(self, isa):
        return self.bad(2, "segment", self.image, "--text", "brain stem", "-o",
                        "out.nii.gz", env={"MEDALS_ISA": isa})

    def test_missing_isa(self):
        with open("/proc/cpuinfo", encoding="utf-8") as f:
            flags = f.read().split()
        absent = [isa for isa, flag in (("amx", "amx_bf16"),
                                        ("avx512_bf16", "avx512_bf16"),
                                        ("avx512", "avx512f"),
                                        ("avx2", "avx2")) if flag not in flags]
        if not absent:
            self.skipTest("this processor has every instruction set")
        self.usage_of_isa(absent[0])

    def test_eval_counts(self):
        self.bad(2, "eval", self.image)
        self.bad(2, "eval", self.image, self.image, self.image)

    def test_inspect_counts(self):
        self.bad(2, "inspect")
        self.bad(2, "inspect", self.image, self.image)

    @need_model
    def test_roi_outside(self):
        self.usage("--region", "5000,0,0,1,1,1")


class Help(ProgramTest):
    def page(self, *arguments):
        run = self.good(*arguments)
        lines = run.out.splitlines()
        self.assertLessEqual(len(lines), 45)
        self.assertLessEqual(max(map(len, lines)), 80)
        self.assertEqual(run.err, "")
        return run.out

    def test_pages(self):
        self.assertIn("segment", self.page("help"))
        self.assertEqual(self.page("help"), self.page("--help"))
        for command in COMMANDS:
            page = self.page("help", command)
            self.assertTrue(page.startswith(f"medals {command} "), page)
            self.assertEqual(page, self.page(command, "--help"))

    def test_segment_page_is_complete(self):
        page = self.page("segment", "--help")
        for word in ("text", "text-file", "labels", "modality", "window",
                     "roi", "series", "model", "instances", "stages", "tta",
                     "precision", "threads", "seed", "reference", "overlap",
                     "probabilities", "png", "no-names", "json", "quiet"):
            self.assertIn(f"--{word} ", page)

    def test_unknown_topic(self):
        self.bad(2, "help", "cooking")

    def test_help_of_texts_and_locks(self):
        """What is particular to them stands where one looks for it."""
        page = self.page("interact", "--help")
        for word in ("liver and spleen", "no mandible", "locked class"):
            self.assertIn(word, page)
        self.assertIn("k lock", self.good("--help", program="medals-view").out
                      if (BIN / "medals-view").exists() else "k lock")

    def test_version(self):
        self.assertRegex(self.good("--version").out, r"^medals \d+\.\d+\.\d+\n")

    def completed(self, *words):
        """What bash offers for the last word."""
        script = self.path("medals.bash")
        with open(script, "w", encoding="utf-8") as f:
            f.write(self.good("completion", "bash").out)
        run = subprocess.run(
            ["bash", "--norc", "-c", 'source "$1"; shift; COMP_WORDS=("$@"); '
             'COMP_CWORD=$(($# - 1)); _medals; printf "%s\\n" '
             '"${COMPREPLY[@]}"', "bash", script, *words],
            capture_output=True, check=True, text=True)
        self.assertEqual(run.stderr, "")
        return run.stdout.split()

    def test_completion(self):
        self.assertEqual(sorted(self.completed("medals", "segment", "--o")),
                         ["--out-dir", "--output", "--overlap",
                          "--overwrite"])
        self.assertEqual(self.completed("medals", "comp"), ["completion"])
        self.assertEqual(self.completed("medals", "segment", "x", "im"), [])
        for command in COMMANDS:
            self.assertIn("--help", self.completed("medals", command, "--"))
        self.assertTrue(self.good("completion", "zsh").out.startswith(
            "#compdef medals\n"))
        self.bad(2, "completion", "fish")


if __name__ == "__main__":
    unittest.main()
