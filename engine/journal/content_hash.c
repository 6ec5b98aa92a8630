/*
 * content_hash.c - SHA-256 over numbers and voxels
 */
#include "content_hash.h"

#include <string.h>

static void add_u64(GChecksum *sum, uint64_t value)
{
    guchar bytes[8];
    for (int i = 0; i < 8; i++)
        bytes[i] = (guchar) (value >> (8 * i));
    g_checksum_update(sum, bytes, sizeof bytes);
}

static void add_doubles(GChecksum *sum, const double *values, int n)
{
    for (int i = 0; i < n; i++) {
        double value = values[i] == 0 ? 0 : values[i]; /* -0 is 0 */
        uint64_t bits;
        memcpy(&bits, &value, sizeof bits);
        add_u64(sum, bits);
    }
}

bool medals_content_hash(const MedalsVolume *volume, MedalsTask *task,
                         char hash[65])
{
    const MedalsGeometry *g = &volume->geometry;
    GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);
    for (int x = 0; x < 3; x++)
        add_u64(sum, (uint64_t) g->size[x]);
    add_doubles(sum, g->spacing, 3);
    add_doubles(sum, g->origin, 3);
    add_doubles(sum, g->direction, 9);
    add_u64(sum, (uint64_t) volume->dtype);
    bool on = true;
    size_t slice = (size_t) g->size[0] * (size_t) g->size[1] *
                   medals_dtype_size(volume->dtype);
    for (int64_t k = 0; on && k < g->size[2]; k++) {
        g_checksum_update(sum,
                          (const guchar *) volume->data + (size_t) k * slice,
                          (gssize) slice);
        on = medals_task_advance(task, 1);
    }
    g_strlcpy(hash, g_checksum_get_string(sum), 65);
    g_checksum_free(sum);
    return on;
}
