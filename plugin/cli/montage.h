/*
 * montage.h - a picture of a result: slices in three orientations, radiological
 * convention (the patient's right at the left of the picture)
 *
 *      axial      [ ][ ][ ][ ]   legend
 *      coronal    [ ][ ][ ][ ]   # left kidney
 *      sagittal   [ ][ ][ ][ ]   # liver
 */
#ifndef CLI_MONTAGE_H
#define CLI_MONTAGE_H

#include "canvas.h"
#include "medals/volume.h"

typedef struct {
    uint32_t value; /* in the labelmap */
    Color color;
    const char *name;
    bool present; /* has voxels */
} MontageClass;

typedef struct {
    const MedalsVolume *image;
    const MedalsVolume *labelmap; /* same grid */
    bool has_window;
    double window[2];            /* grey levels; else percentiles */
    const MontageClass *classes; /* values not listed get a palette color */
    size_t class_count;
} Montage;

/** Draws the montage. @owner canvas_clear() @return false: EXIT_NO_ROOM */
bool montage_draw(const Montage *montage, Canvas *canvas, GError **error);

#endif
