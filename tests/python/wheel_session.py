"""What a new user does first; run by the tests in the environment that the
wheel was installed into, where nothing else of ours is in reach.

    python wheel_session.py SCAN.npz [CLASHING_LIBRARY]

Prints one JSON object: what the import took of the processor and of the clock,
which packages it loaded, seconds of the first answer, and what was found.
"""
import sys
import time

start = time.process_time(), time.perf_counter()
import medals  # first: NumPy, which it needs, is part of its time

imported = time.process_time() - start[0]
waited = time.perf_counter() - start[1]
loaded = {name.split(".")[0] for name in list(sys.modules)}

import json  # noqa: E402

import numpy as np  # noqa: E402


def main() -> None:
    scan = np.load(sys.argv[1])
    if len(sys.argv) > 2:
        import ctypes
        ctypes.CDLL(sys.argv[2], mode=ctypes.RTLD_GLOBAL)
    image = medals.Image(scan["array"], scan["spacing"], scan["origin"],
                         scan["direction"], "mr")
    begin = time.perf_counter()
    with medals.Session(image, classes=["left thalamus", None],
                        journal="session.journal") as session:
        first = session.predict()
        answered = time.perf_counter() - begin
        voxel = [int(x) for x in image.to_index((11, 18, 8))]
        click = session.add_point(1, voxel, answer="instant")
        session.undo(2)
        left = int(session.read().sum())
        session.redo(2)
        json.dump({
            "import": imported, "waited": waited, "first": answered,
            "click": click.seconds, "saved": click.saved, "undone": left,
            "voxels": [session.statistics(0).voxels,
                       session.statistics(1).voxels],
            "left": first.changes[0].added, "free": len(
                medals.segment(image, "a structure of the brain").warnings),
            "packages": sorted(loaded - set(sys.stdlib_module_names)),
            "library": medals.library_path()}, sys.stdout)


if __name__ == "__main__":
    main()
