"""How long a click takes to the updated segment, and how much of it is not
the engine's: one JSON line.

    python bench_click.py [--size 512 512 300] [--clicks 20]

A click goes through Logic: queue, worker, session, boxes copied out, segment
written in the scene. `engine_ms` is what the session's call took by itself;
`outside_ms` is all the rest, on both threads. Copies count the bytes of voxel
data that are copied outside of the engine, against those of the changed box.
"""
import argparse
import json
import statistics
import time

import engine_paths  # noqa: F401  it says where the engine is
import numpy as np
import slicer
import slicer_stand_in
from scenes import add_volume, matrix_of

from MedalSLib import segments as segments_module
from MedalSLib.logic import Logic


class Meter:
    """Time in the session's calls; voxels that went through our hands."""

    def __init__(self):
        self.engine = 0.0
        self.read = self.written = 0

    def watch_session(self, session):
        """Times the prompt and counts what is read."""
        add_point, read = session.add_point, session.read

        def timed(*arguments, **how):
            begin = time.perf_counter()
            answer = add_point(*arguments, **how)
            self.engine += time.perf_counter() - begin
            return answer

        def counted(*arguments, **how):
            voxels = read(*arguments, **how)
            self.read += voxels.nbytes
            return voxels

        session.add_point, session.read = timed, counted

    def watch_scene(self):
        """Counts the masks that Slicer is given to merge."""
        merge = segments_module.Segments._merge

        def counted(own, name, box, mask, mode):
            self.written += mask.size
            return merge(own, name, box, mask, mode)

        segments_module.Segments._merge = counted


def made_volume(size):
    """Noise with bright balls, int16, as a volume node."""
    rng = np.random.default_rng(1)
    scan = rng.integers(0, 60, size[::-1], np.int16)
    centres = rng.integers(40, np.array(size) - 40, (40, 3))
    for i, j, k in centres:
        scan[k - 12:k + 12, j - 12:j + 12, i - 12:i + 12] += 120
    return add_volume(scan, matrix_of(np.eye(3), (0.7, 0.7, 1.0))), centres


def fill_another(segments, size):
    """A segment of somebody else all over the volume, but for the balls."""
    other = segments.make("other")
    box = tuple(int(v) for n in size for v in (0, n))
    scan = slicer.util.arrayFromVolume(segments.volume)
    segments.write([(other, box, scan < 20)])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", type=int, nargs=3, default=(512, 512, 300))
    parser.add_argument("--clicks", type=int, default=20)
    parser.add_argument("--beside", action="store_true",
                        help="a large segment of somebody else in the layer")
    options = parser.parse_args()
    application = slicer_stand_in.Application()
    volume, centres = made_volume(options.size)
    logic, meter = Logic(), Meter()
    logic.answer, logic.modality = "instant", "ct"
    logic.on_error = print
    logic.choose(volume)
    name = logic.add_object("ball")
    if options.beside:
        fill_another(logic.segments, options.size)
    logic.click(name, centres[0])
    logic.wait()
    meter.watch_session(logic.binding.desk.session)
    meter.watch_scene()
    whole, outside = [], []
    for n in range(options.clicks):
        at = centres[0] + ((n % 5) - 2, (n % 3) - 1, (n % 7) - 3)
        meter.engine = 0.0
        begin = time.perf_counter()
        logic.click(name, at, positive=n % 2 == 0)
        while not logic.is_idle:
            logic.pump()
            time.sleep(0.0005)
        total = time.perf_counter() - begin
        whole.append(1000 * total)
        outside.append(1000 * (total - meter.engine))
    changed = logic.voxels(name)
    print(json.dumps({
        "case": "slicer_click", "beside": options.beside, "size": list(options.size),
        "clicks": options.clicks, "voxels": changed,
        "click_ms": round(statistics.median(whole), 1),
        "engine_ms": round(statistics.median(
            [a - b for a, b in zip(whole, outside)]), 1),
        "outside_ms": round(statistics.median(outside), 1),
        "outside_ms_max": round(max(outside), 1),
        "copied_out_bytes_per_click": meter.read // options.clicks,
        "given_to_slicer_bytes_per_click": meter.written // options.clicks,
        "volume_copies": 0 if np.shares_memory(
            logic.binding.desk.session.image.array,
            slicer.util.arrayFromVolume(volume)) else 1,
        "layers": logic.segments.segmentation.GetNumberOfLayers()}))
    logic.close()
    application.close()


if __name__ == "__main__":
    main()
