/*
 * bridge.h - what all functions of the ITK bridge have in common
 *
 *     file --> image.h --> MedalsVolume --> libmedals
 *     file <-- labelmap.h, png_file.h <-- labelmap, maps, pictures
 *
 * Plain C in front, C++17 behind; ITK's decoders of DICOM in a program of their
 * own, medals-dicom, that lies beside the one that runs. No exception passes a
 * function of these headers and nothing is printed.
 *
 * Errors. A function that can fail returns a MedalsStatus. On failure, and
 * only then, *message is set to one line, "FILE: what was found; what was
 * expected", in UTF-8; give it to medals_bridge_free(). NULL for the message
 * is allowed.
 *
 * Output files appear under their name when they are complete: they are
 * written as ".NAME.medals-PID.tmp.EXT" beside the target, synced and
 * renamed. A failing call leaves nothing behind; what a killed process left
 * for the same target is removed by the next write to it.
 *
 * @thread Distinct handles may be used from distinct threads.
 */
#ifndef MEDALS_BRIDGE_H
#define MEDALS_BRIDGE_H

#include "medals/types.h"

MEDALS_BEGIN_DECLS

/** Releases a text of this library; NULL is accepted. */
void medals_bridge_free(char *text);

MEDALS_END_DECLS
#endif
