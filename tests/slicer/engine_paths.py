"""Where the tests of the Slicer modules find the engine that was built.

MEDALS_BUILD names the build folder; the default is build of the checkout.
Import it before MedalSLib.engine.
"""
import os
import pathlib
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("MEDALS_BUILD") or ROOT / "build")
MODEL = pathlib.Path(os.environ.get("MEDALS_MODEL") or
                     BUILD / "share" / "medals" / "models" / "compact")
PROGRAM = BUILD / "bin" / "MedalSSegment"
CH2 = pathlib.Path("/usr/share/mricron/templates/ch2.nii.gz")
SHARED = pathlib.Path(os.environ.get("MEDALS_SHARED") or ROOT.parent / "shared")

os.environ.setdefault("MEDALS_LIBRARY", str(BUILD / "lib" / "libmedals.so"))
os.environ.setdefault("MEDALS_MODEL", str(MODEL))

#: Decorator: a printed skip by name where the head of mricron-data is not.
need_head = unittest.skipUnless(CH2.exists(), f"no {CH2} (mricron-data)")
