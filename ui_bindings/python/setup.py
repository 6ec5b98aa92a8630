"""The one thing that pyproject.toml cannot say: with libmedals in its folder
the wheel fits one platform, and any Python 3 there."""
import pathlib

from setuptools import Distribution, setup
from setuptools.command.bdist_wheel import bdist_wheel

PACKAGE = pathlib.Path(__file__).parent / "medals"
BUNDLED = any(list(PACKAGE.glob(name)) for name in
              ("*.so", "*.so.0", "*.dylib", "*.dll"))


class Bundle(Distribution):
    """Goes to the platform's folder when it brings the library along."""

    def has_ext_modules(self) -> bool:
        return BUNDLED


class Wheel(bdist_wheel):
    """Tagged py3-none: ctypes needs no particular Python."""

    def get_tag(self):
        platform = super().get_tag()[2]
        return ("py3", "none", platform) if BUNDLED else super().get_tag()


setup(distclass=Bundle, cmdclass={"bdist_wheel": Wheel})
