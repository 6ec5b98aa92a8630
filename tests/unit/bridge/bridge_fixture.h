/*
 * bridge_fixture.h - files and geometries for the tests of the bridge
 */
#ifndef MEDALS_BRIDGE_FIXTURE_H
#define MEDALS_BRIDGE_FIXTURE_H

#include <glib.h>

#include "image.h"
#include "labelmap.h"

G_BEGIN_DECLS

/** An empty folder of this program, removed by fixture_end(). Its name holds a
 * blank and letters beyond ASCII. */
const char *fixture_folder(void);
void fixture_end(void);
/** FOLDER/name; free with g_free(). */
char *fixture_path(const char *name);
/** Writes bytes under the name, gzipped if it ends in ".gz". @return path */
char *fixture_write(const char *name, const void *data, gsize bytes);
/** All bytes of a file, gunzipped if need be. */
GByteArray *fixture_read(const char *path);
/** $MEDALS_SHARED/name, or NULL after g_test_skip() if it is absent. */
char *fixture_shared(const char *name);

/** Reads an image and expects success. */
MedalsImage *fixture_open(const char *path);
/** Reads an image and expects this failure and this part of the message. */
void fixture_refuse(const char *path, MedalsStatus status, const char *part);

/** How many geometries fixture_geometry() knows. */
#define FIXTURE_GEOMETRIES 6
/** Axis-aligned, flipped, permuted, oblique and left-handed grids of 5 x 4 x 3
 * voxels; the first four are exact in every format. */
MedalsGeometry fixture_geometry(int index);
/** A uint16 volume whose voxel (i,j,k) is i + 10 j + 100 k. */
MedalsVolume *fixture_volume(const MedalsGeometry *geometry);
/** Aborts the test unless all 15 doubles are equal within a relative limit; 0:
 * bit for bit. */
void fixture_same_geometry(const MedalsGeometry *a, const MedalsGeometry *b,
                           double limit);

/** A NIfTI-1 file in memory. */
typedef struct FixtureNifti {
    gboolean big_endian;
    int16_t dim[8];
    int16_t datatype, bitpix;
    float pixdim[8];
    float slope, inter, vox_offset;
    uint8_t units;
    int16_t qform_code, sform_code;
    float quatern[3], qoffset[3], srow[12];
} FixtureNifti;
/** A uint8 image of 5 x 4 x 3 voxels with an sform, voxel n = n. */
FixtureNifti fixture_nifti(void);
/** Header, 4 bytes, and data_bytes of voxels: byte n of a voxel's number. */
GByteArray *fixture_nifti_bytes(const FixtureNifti *nifti, gsize data_bytes);

G_END_DECLS
#endif
