"""What the Slicer module MedalS is made of.

    widget.py          the panel: glue between .ui, parameter node and logic
    completer.py       completion while names are typed
    cursors.py         cursors by tool and sign
    paths.py           folders that stay in the settings
    parameter_node.py  what the panel keeps in the scene
    pencil.py          mouse and keys in slice views -> calls of the logic
    logic.py           one volume, one segmentation, one session; no Qt
    overlay.py         what is drawn over a slice view; in no scene
    marks.py           prompts that stay visible, as history goes
    stroke.py          a stroke while it is drawn
    engine_thread.py   the one worker thread and the pump of its results
    desk.py            the session by segments: the worker's side
    binding.py         scene and session agree: the main thread's side
    overlaps.py        voxels of several segments, where that is allowed
    segments.py        MRML segments: made, written by boxes, read, watched
    masking.py         what the Segment Editor's masking lets through
    geometry.py        RAS <-> LPS, matrices, boxes: the one place
    texts.py           the text panel: lines, known classes, completion
    engine.py          finds the package `medals` of this extension
    failure.py         one clear line for the user

Only widget.py, completer.py, cursors.py, paths.py and parameter_node.py need
Qt or a running application.
"""
