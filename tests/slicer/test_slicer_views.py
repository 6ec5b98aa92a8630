"""A picture of Slicer's own views with a result: kept beside the build, to be
looked at; here only what a program can see in it."""
import os
import pathlib
import subprocess
import sys
import unittest

import engine_paths

HERE = pathlib.Path(__file__).resolve().parent


@engine_paths.need_head
class Views(unittest.TestCase):
    def test_picture(self):
        import PIL.Image

        folder = engine_paths.BUILD / "screenshots"
        folder.mkdir(exist_ok=True)
        path = folder / "slicer-views.png"
        subprocess.run([sys.executable, "-B", HERE / "draw_views.py", path],
                       check=True, timeout=600, env={
                           **os.environ, "VTK_DEFAULT_OPENGL_WINDOW":
                           "vtkEGLRenderWindow"})
        rows, columns = 420, 420
        image = PIL.Image.open(path).convert("RGB")
        self.assertEqual(image.size, (2 * columns, 2 * rows))
        for left, top in ((0, 0), (columns, 0), (0, rows), (columns, rows)):
            view = image.crop((left, top, left + columns, top + rows))
            coloured = sum(max(pixel) - min(pixel) > 60
                           for pixel in view.getdata())
            self.assertGreater(coloured, 500)


if __name__ == "__main__":
    unittest.main()
