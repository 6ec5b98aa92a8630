"""`medals interact`: rule 9. What the page allows is not refused for its
number, what exceeds it is refused, and lines that are longer still are skipped.
MEDALS_E2E_LONG=1 adds what takes minutes."""
import base64
import json
import os
import unittest
import zlib

import nifti
from interaction import SIZE, Conversation, InteractTest, pack
from programs import need_model

C0 = {"class": 0}
LONG = bool(os.environ.get("MEDALS_E2E_LONG"))
LINE_MAX = 256 << 20


@need_model
class Limits(InteractTest):
    def test_classes(self):
        talk = self.open_with(*[f"object {n}" for n in range(255)])
        self.assertEqual(len(talk.stats()), 255)
        talk.bad("bad_input", "add_class", text="one more")
        talk.bad("bad_input", "classes",
                 texts=[f"object {n}" for n in range(256)])
        talk.good("mask", extent=[[0, 1]] * 3, data=pack([1]),
                  **{"class": 254, "as": "labelmap"})
        answer = talk.good("get")
        self.assertNotIn("type", answer)
        self.assertEqual(talk.get().where(255), {(0, 0, 0)})

    def test_bytes_of_a_text(self):
        talk = self.open()
        talk.good("classes", texts=["ä" * 5000, None])
        talk.bad("bad_input", "classes", texts=["ä" * 5000 + "x"])
        talk.bad("bad_input", "add_class", text="ä" * 5001)

    def points(self, count):
        return [[n % 40, n // 40 % 44, n // 1760 % 36] for n in range(count)]

    def test_points_of_a_stroke(self):
        talk = self.open_with(None)
        talk.good("scribble", ijk=self.points(1000000), answer="none", **C0)
        answer = talk.bad("bad_input", "scribble", id="more", answer="none",
                          ijk=self.points(1000001), **C0)
        self.assertEqual(answer["id"], "more")

    def test_points_of_a_streamed_stroke(self):
        talk = self.open_with(None)
        half = self.points(500000)
        talk.good("stroke_begin", kind="scribble", ijk=half, **C0)
        talk.good("stroke_append", ijk=half)
        talk.bad("bad_input", "stroke_append", ijk=[[0, 0, 0]])
        talk.good("stroke_end", answer="none")

    def test_points_in_space_with_all_their_digits(self):
        """Lines of 65 MB."""
        talk = self.open_with(None)
        lps = [[79.123456789012345 - n % 31, 88.98765432109876 - n % 29,
                -69.111222333444555 + n % 7] for n in range(1000000)]
        talk.good("scribble", lps=lps, radius_mm=0, answer="none", **C0)

    def test_values_without_end(self):
        """A short line that would take gigabytes once parsed."""
        talk = self.open_with(None)
        for text in ("0," * 30000000 + "0", "[]," * 20000000 + "[]"):
            talk.send_text('{"id":9,"op":"scribble","class":0,"lps":['
                           + text + ']}\n')
            answer = talk.answer()
            self.assertEqual((answer["id"], answer["error"]["code"]),
                             (9, "bad_input"))
        self.assertTrue(talk.ask("stats")["ok"])

    def test_line_too_long(self):
        talk = self.open_with(None)
        head = b'{"op":"stats","id":"long","filler":"'
        talk.send_text(head)
        for _ in range(LINE_MAX >> 20):
            talk.send_text(b"x" * (1 << 20))
        talk.send_text(b'"}\n{"op":"stats","id":"next"}\n')
        answer = talk.answer()
        self.assertEqual((answer["id"], answer["error"]["code"]),
                         ("long", "bad_input"))
        self.assertEqual(talk.answer()["id"], "next")

    def test_zlib_bomb(self):
        """A megabyte that would unpack to a gigabyte."""
        talk = self.open_with(None)
        packer = zlib.compressobj(9)
        data = b"".join(packer.compress(bytes(1 << 20))
                        for _ in range(1024)) + packer.flush()
        talk.bad("bad_input", "mask", extent=[[0, n] for n in SIZE],
                 data=base64.b64encode(data).decode(), **C0,
                 **{"as": "labelmap"})

    def test_mask_of_noise(self):
        """512^3 voxels that zlib cannot make smaller fit into a line."""
        voxels = 512 ** 3
        self.assertLess(voxels * 1.001 * 4 / 3 + 1000, LINE_MAX)
        if not LONG:
            self.skipTest("MEDALS_E2E_LONG is not set")
        nifti.write(self.path("big.nii"), (512, 512, 512), bytes(voxels),
                    code=nifti.UINT8, affine=nifti.affine_of((1, 1, 1)))
        talk = Conversation(self, self.path("big.nii"))
        talk.good("classes", texts=[None])
        data = pack(os.urandom(voxels))
        answer = talk.good("mask", extent=[[0, 512]] * 3, data=data, **C0,
                           **{"as": "labelmap"})
        self.assertGreater(answer["changed"][0]["added"], voxels * 0.99)

    @unittest.skipUnless(LONG, "MEDALS_E2E_LONG is not set")
    def test_prompts(self):
        talk = self.open_with(None)
        line = json.dumps({"op": "point", "ijk": [5, 5, 5], "answer": "none",
                           **C0}) + "\n"
        for _ in range(100):
            talk.send_text(line * 1000)
            for _ in range(1000):
                self.assertTrue(talk.answer()["ok"])
        talk.bad("bad_input", "point", ijk=[5, 5, 5], answer="none", **C0)
        talk.good("undo")
        talk.good("point", ijk=[5, 5, 5], answer="none", **C0)


if __name__ == "__main__":
    unittest.main()
