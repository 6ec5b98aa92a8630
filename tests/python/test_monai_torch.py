"""MONAI's own MetaTensor and transforms, and the example."""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import head
import medals
import medals.monai
import nibabel
import numpy as np
import torch
from monai.data import DataLoader, Dataset, MetaTensor
from monai.transforms import (Compose, EnsureChannelFirstd, LoadImaged,
                              Orientationd)

EXAMPLE = (pathlib.Path(__file__).resolve().parents[2]
           / "ui_bindings/python/examples/monai_batch.py")


def tensor_of(image: medals.Image) -> MetaTensor:
    """[1,i,j,k] as MONAI's readers give it."""
    return MetaTensor(torch.from_numpy(np.ascontiguousarray(
        image.array.T.astype(np.float32)))[None],
        affine=torch.from_numpy(image.affine))


@head.need_head
class Torch(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.scan = str(self.folder / "scan.nii.gz")
        head.thin_nifti().to_filename(self.scan)
        self.expected = medals.segment(head.head(), head.TEXTS)

    def test_48_orders(self):
        turned = np.linalg.qr(np.random.default_rng(7).normal(
            size=(3, 3)))[0]
        base = medals.Image(np.arange(120, dtype="i2").reshape(6, 5, 4),
                            (0.7, 0.8, 2.5), (-3, 8, 100), turned)
        for order in head.all_orders():
            image = head.reorder(base, *order)
            found = medals.as_image(tensor_of(image))
            np.testing.assert_array_equal(found.affine, image.affine)
            np.testing.assert_array_equal(found.array, image.array)

    def test_lps(self):
        tensor = tensor_of(head.head())
        tensor.meta["space"] = "LPS"
        tensor.affine = torch.from_numpy(
            np.diag([-1.0, -1, 1, 1]) @ head.head().affine)
        np.testing.assert_array_equal(medals.as_image(tensor).affine,
                                      head.head().affine)

    def test_bare_tensor(self):
        with self.assertRaisesRegex(medals.InputError, "without affine"):
            medals.as_image(torch.zeros(1, 4, 5, 6))

    def test_pipeline(self):
        """By MONAI's readers, turned by MONAI: the same voxels labelled."""
        for reader in ("NibabelReader", "ITKReader"):
            if reader == "ITKReader":
                try:
                    import itk  # noqa: F401
                except ImportError:
                    continue
            for axes in ("RAS", "LPS", "SAR", "PIL"):
                made = Compose([
                    LoadImaged("image", reader=reader),
                    EnsureChannelFirstd("image"),
                    Orientationd("image", axcodes=axes),
                    medals.monai.Segmentd("image", head.TEXTS,
                                          modality="mr"),
                    Orientationd("image_labels", axcodes="RAS")])
                labels = made({"image": self.scan})["image_labels"]
                self.assertEqual(labels.shape[0], 1)
                found = medals.as_image(labels)
                mask = found.array == 1
                centre = found.to_lps(np.argwhere(mask)[:, ::-1]).mean(0)
                np.testing.assert_allclose(centre, self.expected.to_lps(
                    np.argwhere(self.expected.array == 1)[:, ::-1]).mean(0),
                    atol=1e-3)
                self.assertEqual(mask.sum(),
                                 (self.expected.array == 1).sum())

    def test_segment_and_meta(self):
        tensor = tensor_of(head.head())
        labels = medals.segment(tensor, head.TEXTS, modality="mr")
        np.testing.assert_array_equal(labels.array, self.expected.array)
        for given in (tensor, tensor[0]):
            found = medals.monai.Segmentd("image", head.TEXTS, modality="mr")(
                {"image": given})["image_labels"]
            self.assertEqual(found.shape, given.shape)
            self.assertEqual(found.dtype, torch.uint8)
            np.testing.assert_array_equal(found.affine, given.affine)
            self.assertEqual(found.meta["labels"],
                             {1: head.TEXTS[0], 2: head.TEXTS[1]})

    def test_workers(self):
        """Forked workers after the model was used in the parent."""
        transform = medals.monai.Segmentd("image", head.TEXTS, modality="mr")
        transform({"image": head.head()})
        loader = DataLoader(
            Dataset([{"image": self.scan}] * 2, Compose([
                LoadImaged("image"), EnsureChannelFirstd("image"),
                transform])), batch_size=2, num_workers=1)
        batch, = list(loader)
        self.assertEqual(batch["image_labels"].shape[:2], (2, 1))
        np.testing.assert_array_equal(
            batch["image_labels"][0, 0].numpy().T, self.expected.array)

    def test_example(self):
        done = subprocess.run(
            [sys.executable, "-B", str(EXAMPLE), str(self.folder),
             str(self.folder / "out"), ";".join(head.TEXTS), "--modality",
             "mr"], check=False, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("left thalamus: ", done.stdout)
        self.assertEqual(os.listdir(self.folder / "out"),
                         ["scan_labels.nii.gz"])
        theirs = nibabel.load(self.folder / "out/scan_labels.nii.gz")
        np.testing.assert_array_equal(np.asarray(theirs.dataobj).T,
                                      self.expected.array)
        np.testing.assert_allclose(theirs.affine, head.thin_nifti().affine,
                                   atol=1e-5)


if __name__ == "__main__":
    unittest.main()
