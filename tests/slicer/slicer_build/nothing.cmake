# What Slicer does here for an extension needs a real build tree.
