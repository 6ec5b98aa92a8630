"""medals-view, driven by scripts that send it mouse and key events.

Where a pixel lies in the patient is computed here from the NIfTI header and
from the rule of the views alone: the image's centre is in the view's, the
patient's left is on the right of axial and coronal slices, anterior is up in
axial ones and on the left of sagittal ones.
"""
import json
import os
import pathlib
import shutil
import subprocess
import unittest

import nifti
import orientation
import phantom
import png
from programs import BIN, CH2, ProgramTest, need_model

AAL = CH2.parent / "aal.nii.gz"
LONG = bool(os.environ.get("MEDALS_E2E_LONG"))
# screen right, screen up, through: as RAS directions
WAYS = {"axial": ((-1, 0, 0), (0, 1, 0), (0, 0, 1)),
        "coronal": ((-1, 0, 0), (0, 0, 1), (0, 1, 0)),
        "sagittal": ((0, -1, 0), (0, 0, 1), (1, 0, 0))}


def need_view(test):
    """Decorator: a printed skip where there is no medals-view or display."""
    if not (BIN / "medals-view").exists():
        return unittest.skip("medals-view is not built: no VTK")(test)
    if not os.environ.get("DISPLAY") and not shutil.which("Xvfb"):
        return unittest.skip("no display and no Xvfb")(test)
    return need_model(test)


def setUpModule():
    """One virtual screen for all tests where there is none."""
    if os.environ.get("DISPLAY") or not shutil.which("Xvfb"):
        return
    screen = subprocess.Popen(
        ["Xvfb", "-displayfd", "1", "-screen", "0", "1600x1000x24"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    os.environ["DISPLAY"] = ":" + screen.stdout.readline().decode().strip()

    def stop():
        screen.terminate()
        screen.wait()
        screen.stdout.close()
        del os.environ["DISPLAY"]
    unittest.addModuleCleanup(stop)


def solve(rows, right):
    """The x of rows @ x = right, 3 x 3, by Cramer's rule."""
    def det(m):
        return (m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1])
                - m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0])
                + m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0]))
    whole = det(rows)
    return [det([[right[r] if c == n else rows[r][c] for c in range(3)]
                 for r in range(3)]) / whole for n in range(3)]


class Place:
    """Where pixels of a view lie in an image (a nifti.File)."""

    def __init__(self, image, where):
        self.image, self.where = image, where
        self.ways = WAYS[where["view"]]
        self.matrix = [row[:3] for row in image.affine]
        # the index axis through the slice has the largest part along it
        through = self.ways[2]
        part = [abs(sum(self.matrix[r][a] * through[r] for r in range(3)))
                for a in range(3)]
        self.axis = part.index(max(part))
        self.center = [(n - 1) / 2 for n in image.size[:3]]
        self.center[self.axis] = where["slice"]

    def voxel(self, x, y):
        """Index of the voxel under a pixel, from the view's upper left."""
        _, _, width, height = self.where["rect"]
        right = (x + 0.5 - width / 2) * self.where["mm_per_pixel"]
        up = (height / 2 - y - 0.5) * self.where["mm_per_pixel"]
        ras = [right * self.ways[0][r] + up * self.ways[1][r]
               for r in range(3)]
        moved = solve(self.matrix, ras)
        return tuple(int(c + m + 0.5) for c, m in zip(self.center, moved))

    def pixel(self, index):
        """The pixel nearest to a voxel's centre."""
        _, _, width, height = self.where["rect"]
        step = [i - c for i, c in zip(index, self.center)]
        ras = [sum(self.matrix[r][a] * step[a] for a in range(3))
               for r in range(3)]
        right, up = (sum(a * b for a, b in zip(ras, way))
                     for way in self.ways[:2])
        mm = self.where["mm_per_pixel"]
        return (int(width / 2 + right / mm), int(height / 2 - up / mm))


def offset(size, index):
    return index[0] + size[0] * (index[1] + size[1] * index[2])


class ViewTest(ProgramTest):
    program = "medals-view"

    def view(self, image, *lines, options=(), code=0):
        """Runs a script; returns the JSON lines that it printed."""
        script = self.path("script.txt")
        pathlib.Path(script).write_text("\n".join(lines) + "\n", "utf-8")
        run = self.run_program(image, *options, "--script", script)
        self.assertEqual(run.code, code, str(run))
        if code:
            self.assertEqual(run.err.count("\n"), 1, str(run))
            self.assertRegex(run.err, r"^medals-view: .+: .+\n$")
            return run
        self.assertEqual(run.err, "", str(run))
        return [json.loads(line) for line in run.out.splitlines()]

    def keep(self, name):
        """Leaves a picture where a person may look at it."""
        folder = BIN.parent / "test-output"
        folder.mkdir(exist_ok=True)
        shutil.copy(self.path(name), folder / name)


@need_view
@unittest.skipUnless(CH2.exists(), f"{CH2} is missing")
class Head(ViewTest):
    """Text, click, stroke, undo and save on a whole head."""

    def setUp(self):
        super().setUp()
        self.image = nifti.File(CH2)
        self.size = self.image.size[:3]

    def saved(self, name):
        """Label values, i fastest; the geometry must be the image's."""
        labels = nifti.File(self.path(name))
        self.assertEqual(labels.geometry_bytes(), self.image.geometry_bytes())
        self.assertEqual(labels.size[:3], self.size)
        return labels.values()

    def hippocampus(self):
        """A voxel in the middle of AAL's left hippocampus (37)."""
        atlas = nifti.File(AAL)
        self.assertEqual(atlas.size[:3], self.size)
        ni, nj, _ = self.size
        values = atlas.values()
        inside = [n for n, v in enumerate(values) if v == 37]
        at = [(n % ni, n // ni % nj, n // ni // nj) for n in inside]
        mean = [sum(a[r] for a in at) / len(at) for r in range(3)]
        return min(at, key=lambda a: sum((a[r] - mean[r]) ** 2
                                         for r in range(3)))

    def test_session(self):
        target = self.hippocampus()
        # left in the patient is on the right of the screen
        first = self.view(CH2, f"slice axial {target[2]}",
                          f"slice coronal {target[1]}", "where axial",
                          "where coronal")
        axial, coronal = (Place(self.image, w) for w in first)
        x, y = axial.pixel(target)
        self.assertEqual(axial.voxel(x, y), target)
        self.assertGreater(x, axial.where["rect"][2] / 2)
        ways = [coronal.pixel((target[0] + n - 2, target[1], target[2] + n))
                for n in range(5)]
        drawn = [coronal.voxel(*pixel) for pixel in ways]
        stroke = " ".join(f"{a} {b}" for a, b in ways)
        states = self.view(
            CH2, "text left hippocampus; right hippocampus", "segment",
            f"slice axial {target[2]}", f"slice coronal {target[1]}",
            "save text.nii.gz", f"click axial {x} {y} -", "save minus.nii.gz",
            f"click axial {x} {y} +", "save plus.nii.gz", "state",
            f"slice coronal {target[1]}", f"stroke coronal {stroke} -",
            "save stroke.nii.gz", "screenshot view.png", "key ctrl+z", "state",
            "save undone.nii.gz", "save undone.seg.nrrd", "key ctrl+y",
            "save redone.nii.gz")
        at = offset(self.size, target)
        self.assertEqual([c["name"] for c in states[0]["classes"]],
                         ["left hippocampus", "right hippocampus"])
        self.check_sides(self.saved("text.nii.gz"))
        self.assertNotEqual(self.saved("minus.nii.gz")[at], 1)
        plus = self.saved("plus.nii.gz")
        self.assertEqual(plus[at], 1)
        streaked = self.saved("stroke.nii.gz")
        for voxel in drawn:
            self.assertNotEqual(streaked[offset(self.size, voxel)], 1)
        self.assertEqual(self.saved("undone.nii.gz"), plus)
        self.assertEqual(self.saved("redone.nii.gz"), streaked)
        self.assertEqual(states[1]["classes"], states[0]["classes"])
        self.assertEqual(plus.count(1), states[0]["classes"][0]["voxels"])
        self.assertTrue(pathlib.Path(self.path("undone.seg.nrrd")).exists())
        self.assertEqual(png.read(self.path("view.png"))[:2], (1600, 1000))
        self.keep("view.png")
        self.assertNoLeftovers()

    def check_sides(self, values):
        """By the atlas: what is called left lies in the patient's left."""
        atlas = nifti.File(AAL).values()
        hits = {(ours, theirs): 0 for ours in (1, 2) for theirs in (37, 38)}
        for pair in zip(values, atlas):
            if pair in hits:
                hits[pair] += 1
        self.assertGreater(hits[1, 37], 20 * hits[1, 38])
        self.assertGreater(hits[2, 38], 20 * hits[2, 37])


@need_view
class Orientations(ViewTest):
    """The same patient, stored in other ways: the same pictures, and a click
    at the same place marks the same voxel of the patient."""

    def setUp(self):
        super().setUp()
        # odd along the axes, so that no slice lies between two voxels
        self.size = (41, 45, 37)
        self.affine = [[-4, 0, 0, 80], [0, 4, 0, -90], [0, 0, 4.5, -70]]
        self.voxels = phantom.mri(self.size)

    def chosen(self):
        every = list(orientation.all_48())
        return every if LONG else every[1::9]

    def write(self, name, permutation, flips):
        size, voxels = orientation.reorder(self.voxels, 1, self.size,
                                           permutation, flips)
        affine = orientation.reorder_affine(self.affine, self.size,
                                            permutation, flips)
        pixdim = [(4, 4, 4.5)[p] for p in permutation]
        nifti.write(self.path(name), size, voxels, code=nifti.UINT8,
                    affine=affine, pixdim=pixdim)
        return nifti.File(self.path(name))

    def look(self, name, permutation, flips):
        """Clicks in each view; returns the marked places and the picture."""
        image = self.write(name, permutation, flips)
        clicks = {"axial": (200, 180), "coronal": (420, 200),
                  "sagittal": (250, 300)}
        lines = ["screenshot " + name + ".png"]
        for view, (x, y) in clicks.items():
            lines += [f"where {view}", f"click {view} {x} {y}",
                      f"save {view}.nii.gz"]
        shots = self.view(self.path(name), *lines)
        for where in shots:
            place = Place(image, where)
            voxel = place.voxel(*clicks[where["view"]])
            labels = nifti.File(self.path(where["view"] + ".nii.gz"))
            self.assertNotEqual(labels.values()[offset(image.size, voxel)], 0,
                                f"{name}: {where} {voxel}")
        return shots, png.read(self.path(name + ".png"))[2]

    def test_pictures_and_clicks(self):
        shots, first = self.look("plain.nii", (0, 1, 2), (False,) * 3)
        self.check_picture(shots, first)
        for n, (permutation, flips) in enumerate(self.chosen()):
            _, rows = self.look(f"turned-{n}.nii", permutation, flips)
            for where in shots:
                self.same_picture(where, first, rows, (permutation, flips))

    def inner(self, where, rows):
        """Pixels of a view without titles and letters."""
        left, top, width, height = where["rect"]
        return [rows[y][3 * (left + 40):3 * (left + width - 40)]
                for y in range(top + 40, top + height - 40)]

    def same_picture(self, where, first, rows, how):
        a, b = (b"".join(self.inner(where, r)) for r in (first, rows))
        other = sum(abs(p - q) > 24 for p, q in zip(a, b))
        self.assertLess(other, len(a) // 100, f"{where['view']} {how}")

    def check_picture(self, shots, rows):
        """The phantom's bright side, its left, is on the right."""
        for where in shots:
            if where["view"] == "sagittal":
                continue
            inner = self.inner(where, rows)
            half = len(inner[0]) // 2
            left = sum(sum(row[:half]) for row in inner)
            right = sum(sum(row[half:]) for row in inner)
            self.assertGreater(right, 1.05 * left, where["view"])


@need_view
class Start(ViewTest):
    """Options, journals, labelmaps, and what is refused."""

    def setUp(self):
        super().setUp()
        self.image = phantom.write_mri(self.path("in.nii.gz"))

    def test_journal(self):
        options = ("--journal", self.path("journal"))
        click = ("click axial 313 240", "state")
        before = self.view(self.image, *click, options=options)[0]
        self.assertGreater(before["classes"][0]["voxels"], 0)
        after = self.view(self.image, "state", options=options)[0]
        self.assertEqual(after["classes"], before["classes"])

    def test_labelmap(self):
        self.view(self.image, "click axial 313 240", "state",
                  "save first.seg.nrrd")
        again = self.view(self.image, "state", "key ctrl+z", "key ctrl+y",
                          "state",
                          options=("--labelmap", self.path("first.seg.nrrd")))
        self.assertEqual(again[0]["classes"][0]["name"], "object 1")
        self.assertGreater(again[0]["classes"][0]["voxels"], 0)
        self.assertEqual(again[0]["classes"], again[1]["classes"])

    def test_thin_images(self):
        """One slice, one row, one voxel: nothing to fall over."""
        for size in ((64, 48, 1), (1, 40, 30), (20, 1, 1), (1, 1, 1)):
            count = size[0] * size[1] * size[2]
            nifti.write(self.path("thin.nii"), size, bytes(range(count % 251))
                        + bytes(count - count % 251), code=nifti.UINT8,
                        affine=nifti.affine_of((2.0, 2.0, 2.0)))
            lines = [f"click {view} 313 249" for view in WAYS]
            state = self.view(self.path("thin.nii"), *lines, "state",
                              "screenshot thin.png", "save thin.nii.gz")[0]
            self.assertGreater(state["classes"][0]["voxels"], 0, size)
            self.assertEqual(nifti.File(self.path("thin.nii.gz")).size[:2],
                             list(size[:2]))

    def test_layers(self):
        """Segments that overlap, as `--overlap keep` writes them: joined, as
        the command does, and said."""
        self.good("segment", self.image, "--text", "tumor; brain stem",
                  "--overlap", "keep", "-o", "keep.seg.nrrd", "--quiet",
                  program="medals")
        said = self.good("interact", self.image, "--labelmap", "keep.seg.nrrd",
                         "--quiet", program="medals", stdin=b"").out
        ready = json.loads(said.splitlines()[0])
        state = self.view(self.image, "state",
                          options=("--labelmap", self.path("keep.seg.nrrd")))
        self.assertEqual([c["name"] for c in state[0]["classes"]],
                         [c["name"] for c in ready["classes"]])

    def test_layers_that_overlap(self):
        """Cropped, two layers of the same label; the last one wins."""
        size = (16, 15, 14)
        phantom.write_mri(self.path("small.nii.gz"), size)
        fields = "".join(
            f"Segment{n}_ID:=s{n}\nSegment{n}_Name:={name}\n"
            f"Segment{n}_LabelValue:=1\nSegment{n}_Layer:={n}\n"
            for n, name in enumerate(("first", "second")))
        geometry = nifti.File(self.path("small.nii.gz"))
        origin = [row[3] + 2 * sum(row[:3]) for row in geometry.affine[:3]]
        ways = [tuple(row[a] for row in geometry.affine[:3])
                for a in range(3)]
        text = lambda v: "(" + ",".join(repr(float(x)) for x in v) + ")"
        pathlib.Path(self.path("layers.seg.nrrd")).write_bytes((
            "NRRD0004\ntype: unsigned char\ndimension: 4\n"
            "space: right-anterior-superior\nsizes: 2 4 3 2\n"
            f"space directions: none {' '.join(map(text, ways))}\n"
            "kinds: list domain domain domain\nencoding: raw\n"
            f"space origin: {text(origin)}\n{fields}\n").encode() +
            bytes([1, 0] * 12 + [1, 1] * 4 + [0, 1] * 8))
        state = self.view(self.path("small.nii.gz"), "state",
                          options=("--labelmap",
                                   self.path("layers.seg.nrrd")))[0]
        self.assertEqual([(c["name"], c["voxels"]) for c in state["classes"]],
                         [("first", 12), ("second", 12)])
        self.assertIn("4 times a voxel lies in one more segment",
                      state["status"])

    def test_texts(self):
        """Texts become the classes that the command makes of them, and the
        status says so."""
        for text, names, words in (
                ("hippocampus", ["left hippocampus", "right hippocampus"],
                 ["names no side", "2 classes"]),
                ("left and right amygdala", ["left amygdala",
                                             "right amygdala"],
                 ["names both sides", "2 classes"]),
                ("brain stem", ["brain stem"], ["segments changed"])):
            state = self.view(self.image, "text " + text, "segment",
                              "state")[0]
            self.assertEqual([c["name"] for c in state["classes"]], names)
            for word in words:
                self.assertIn(word, state["status"])
        run = self.view(self.image, "text no hippocampus", "segment", code=3)
        self.assertIn("not wanted", run.err)

    def test_lock(self):
        """The button of a class and the key of the selected one; a locked
        class keeps its voxels, and the status says why."""
        states = self.view(
            self.image, "click axial 313 240", "state", "lock 0", "state",
            "click axial 420 300", "state", "click axial 313 240 -", "state",
            "key k", "state", "click axial 313 240 -", "state")
        counts = [s["classes"][0]["voxels"] for s in states]
        locks = [s["classes"][0]["locked"] for s in states]
        self.assertGreater(counts[0], 0)
        self.assertEqual(locks, [False, True, True, True, False, False])
        self.assertEqual(counts[:5], counts[:1] * 5)
        self.assertNotEqual(counts[5], counts[0])
        self.assertIn(": locked", states[1]["status"])
        self.assertIn("locked", states[2]["status"])
        self.assertIn(": unlocked", states[4]["status"])
        run = self.view(self.image, "lock 0", code=2)
        self.assertIn("class 0", run.err)

    def test_unknown_text(self):
        state = self.view(self.image, "text flying carpet", "segment",
                          "state")[0]
        self.assertIn("not trained", state["status"])
        self.assertEqual(state["classes"][0]["name"], "flying carpet")

    def test_save_spares_the_image(self):
        before = pathlib.Path(self.image).read_bytes()
        run = self.view(self.image, f"save {self.image}", code=3)
        self.assertIn("is the image", run.err)
        self.assertEqual(pathlib.Path(self.image).read_bytes(), before)

    def test_close_keeps_what_is_not_saved(self):
        """Closing warns once; not where a file or a journal has it all."""
        click = "click axial 313 240"
        states = self.view(self.image, click, "close", "state",
                           "save kept.nii.gz", "close", "state")
        self.assertIn("not saved", states[0]["status"])
        self.assertIn("saved ", states[1]["status"])
        self.assertNotIn("not saved", states[1]["status"])
        untouched = self.view(self.image, "close", "state")[0]
        self.assertNotIn("not saved", untouched["status"])
        journal = self.view(self.image, click, "close", "state",
                            options=("--journal", self.path("kept")))[0]
        self.assertNotIn("not saved", journal["status"])

    def test_escape_leaves_nothing(self):
        state = self.view(self.image, "key Escape", "key ctrl+z", "state")[0]
        self.assertEqual(state["classes"], [])
        self.assertEqual(state["status"], "nothing to undo")

    def test_bad_scripts(self):
        for line in ("jump", "click", "click front 1 2", "click axial 1",
                     "click axial one 2", "lasso axial 1 2 3 4", "slice axial",
                     "refine", "refine x", "save", "text", "state now",
                     "segment", "save out.xyz"):
            run = self.view(self.image, line, code=3 if line in
                            ("segment", "save out.xyz") else 2)
            self.assertIn("script.txt:1: ", run.err)

    def test_bad_options(self):
        for code, arguments in (
                (2, ()), (2, ("a", "b")), (2, ("a", "--size", "10x10")),
                (2, ("a", "--modality", "xray")), (2, ("a", "-o", "b.txt")),
                (2, ("a", "--no-such", "b")), (2, ("a", "--model")),
                (3, ("missing.nii",)), (3, (self.image, "--model", "none")),
                (3, (self.image, "--labelmap", "none"))):
            run = self.run_program(*arguments)
            self.assertEqual(run.code, code, f"{arguments}: {run}")
            self.assertRegex(run.err, r"^medals-view: .+; expected .+\n$"
                             if code == 2 else r"^medals-view: .+: .+\n$")
            self.assertEqual(run.out, "")
            if code == 3: # names what is not there
                self.assertRegex(run.err, "missing.nii|none")


if __name__ == "__main__":
    unittest.main()
