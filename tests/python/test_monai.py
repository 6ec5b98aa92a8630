"""medals.monai without MONAI: what goes through the dictionary."""
import copy
import multiprocessing
import os
import pickle
import tempfile
import unittest

import head
import medals
import medals.monai
import numpy as np


def value_count(transform, results):
    """In another process: how many values it finds."""
    found = transform({"image": head.thin_nifti()})
    results.put(len(np.unique(found["image_labels"])))


@head.need_head
class Dictionary(unittest.TestCase):
    def setUp(self):
        self.transform = medals.monai.Segmentd("image", head.TEXTS,
                                               modality="mr")

    def expected(self):
        return medals.segment(head.head(), head.TEXTS).array

    def test_any_image(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "scan.nii.gz")
            head.thin_nifti().to_filename(path)
            for given in (path, head.thin_nifti(), head.head()):
                data = {"image": given, "age": 50}
                found = self.transform(data)
                self.assertEqual(sorted(found),
                                 ["age", "image", "image_labels"])
                self.assertEqual(sorted(data), ["age", "image"])
                np.testing.assert_array_equal(found["image_labels"],
                                              self.expected())

    def test_keys(self):
        both = medals.monai.Segmentd(("a", "b"), head.TEXTS, modality="mr",
                                     postfix="", allow_missing_keys=True)
        found = both({"b": head.head()})
        self.assertIsInstance(found["b"], medals.Labelmap)
        with self.assertRaisesRegex(KeyError, "image"):
            self.transform({"other": head.head()})

    def test_in_workers(self):
        """Copied, pickled, or forked after use: the model is opened anew."""
        with medals.Model() as model:
            used = medals.monai.Segmentd("image", head.TEXTS, model, "mr")
            used({"image": head.head()})
        for one in (copy.deepcopy(used), pickle.loads(pickle.dumps(used))):
            np.testing.assert_array_equal(
                one({"image": head.head()})["image_labels"], self.expected())
        context = multiprocessing.get_context("spawn")
        results = context.Queue()
        process = context.Process(target=value_count, args=(used, results))
        process.start()
        self.assertEqual(results.get(timeout=120), 3)
        process.join()


if __name__ == "__main__":
    unittest.main()
