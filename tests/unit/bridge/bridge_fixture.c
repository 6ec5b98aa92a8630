/*
 * bridge_fixture.c - files and geometries for the tests of the bridge
 */
#include "bridge_fixture.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <zlib.h>

static char *folder;

const char *fixture_folder(void)
{
    if (!folder) {
        char *name = g_dir_make_tmp("medals Brücke XXXXXX", NULL);
        g_assert_nonnull(name);
        folder = name;
    }
    return folder;
}

static void remove_tree(const char *path)
{
    GDir *dir = g_dir_open(path, 0, NULL);
    const char *name;
    while (dir && (name = g_dir_read_name(dir))) {
        char *child = g_build_filename(path, name, NULL);
        if (g_file_test(child, G_FILE_TEST_IS_DIR))
            remove_tree(child);
        else
            g_unlink(child);
        g_free(child);
    }
    if (dir)
        g_dir_close(dir);
    g_rmdir(path);
}

void fixture_end(void)
{
    if (folder)
        remove_tree(folder);
    g_free(folder);
    folder = NULL;
}

char *fixture_path(const char *name)
{
    return g_build_filename(fixture_folder(), name, NULL);
}

char *fixture_write(const char *name, const void *data, gsize bytes)
{
    char *path = fixture_path(name);
    if (g_str_has_suffix(name, ".gz")) {
        gzFile file = gzopen(path, "wb");
        g_assert_nonnull(file);
        g_assert_cmpint(gzwrite(file, data, (unsigned) bytes), ==, (int) bytes);
        gzclose(file);
    } else {
        g_assert_true(g_file_set_contents(path, data, (gssize) bytes, NULL));
    }
    return path;
}

GByteArray *fixture_read(const char *path)
{
    GByteArray *bytes = g_byte_array_new();
    gzFile file = gzopen(path, "rb");
    g_assert_nonnull(file);
    guint8 chunk[4096];
    int got;
    while ((got = gzread(file, chunk, sizeof chunk)) > 0)
        g_byte_array_append(bytes, chunk, (guint) got);
    gzclose(file);
    return bytes;
}

char *fixture_shared(const char *name)
{
    const char *shared = g_getenv("MEDALS_SHARED");
    char *path =
        g_build_filename(shared ? shared : MEDALS_SHARED_DEFAULT, name, NULL);
    if (g_file_test(path, G_FILE_TEST_EXISTS))
        return path;
    char *why = g_strdup_printf("%s is absent", path);
    g_test_skip(why);
    g_free(why);
    g_free(path);
    return NULL;
}

MedalsImage *fixture_open(const char *path)
{
    MedalsImage *image = NULL;
    char *message = NULL;
    MedalsStatus status = medals_image_read(&image, path, NULL, &message);
    g_assert_cmpstr(message, ==, NULL);
    g_assert_cmpint(status, ==, MEDALS_OK);
    g_assert_nonnull(image);
    return image;
}

void fixture_refuse(const char *path, MedalsStatus status, const char *part)
{
    MedalsImage *image = NULL;
    char *message = NULL;
    MedalsStatus found = medals_image_read(&image, path, NULL, &message);
    g_assert_null(image);
    g_assert_nonnull(message);
    g_test_message("%s", message);
    if (!strstr(message, part) || found != status)
        g_error("status %d, \"%s\"; %d and \"%s\" expected", (int) found,
                message, (int) status, part);
    g_assert_null(strchr(message, '\n'));
    g_assert_nonnull(strstr(message, "; "));
    medals_bridge_free(message);
}

static void set_columns(MedalsGeometry *g, const double columns[9])
{
    for (int c = 0; c < 3; c++)
        for (int r = 0; r < 3; r++)
            g->direction[3 * r + c] = columns[3 * c + r];
}

MedalsGeometry fixture_geometry(int index)
{
    /* columns: the directions of i, j, k */
    static const double axes[4][9] = {{1, 0, 0, 0, 1, 0, 0, 0, 1},
                                      {-1, 0, 0, 0, -1, 0, 0, 0, 1},
                                      {0, 1, 0, 0, 0, -1, -1, 0, 0},
                                      {1, 0, 0, 0, -1, 0, 0, 0, 1}};
    MedalsGeometry g = {.size = {5, 4, 3},
                        .spacing = {0.75, 1.5, 2.25},
                        .origin = {-12.5, 30.25, 7.125}};
    if (index < 4) {
        set_columns(&g, axes[index]);
        return g;
    }
    double a = 0.3, b = -0.2, flip = index == 5 ? -1 : 1;
    const double oblique[9] = {cos(a),
                               sin(a),
                               0,
                               -sin(a) * cos(b),
                               cos(a) * cos(b),
                               sin(b),
                               flip * sin(a) * sin(b),
                               -flip * cos(a) * sin(b),
                               flip * cos(b)};
    set_columns(&g, oblique);
    g.spacing[0] = 0.1 + 0.2;
    g.spacing[1] = 1.0 / 3;
    g.origin[2] = -1.0 / 7;
    return g;
}

MedalsVolume *fixture_volume(const MedalsGeometry *geometry)
{
    MedalsVolume *volume = NULL;
    g_assert_cmpint(medals_volume_new(&volume, geometry, MEDALS_U16, NULL), ==,
                    MEDALS_OK);
    uint16_t *data = medals_volume_peek_data(volume);
    for (int64_t k = 0; k < geometry->size[2]; k++)
        for (int64_t j = 0; j < geometry->size[1]; j++)
            for (int64_t i = 0; i < geometry->size[0]; i++)
                *data++ = (uint16_t) (i + 10 * j + 100 * k);
    return volume;
}

static void same_double(double a, double b, double limit)
{
    double scale = MAX(fabs(a), 1.0);
    if (!(fabs(a - b) <= limit * scale))
        g_error("%.17g instead of %.17g", b, a);
}

void fixture_same_geometry(const MedalsGeometry *a, const MedalsGeometry *b,
                           double limit)
{
    for (int i = 0; i < 9; i++) {
        if (i < 3) {
            g_assert_cmpint(a->size[i], ==, b->size[i]);
            same_double(a->spacing[i], b->spacing[i], limit);
            same_double(a->origin[i], b->origin[i], limit);
        }
        same_double(a->direction[i], b->direction[i], limit);
    }
}

FixtureNifti fixture_nifti(void)
{
    FixtureNifti nifti = {.dim = {3, 5, 4, 3, 1, 1, 1, 1},
                          .datatype = 2,
                          .bitpix = 8,
                          .pixdim = {1, 0.7f, 1.1f, 2.3f, 0, 0, 0, 0},
                          .vox_offset = 352,
                          .units = 2,
                          .sform_code = 1};
    const float srow[12] = {0.7f, 0,     0, -20.1f, 0,    1.1f,
                            0,    30.3f, 0, 0,      2.3f, 5.9f};
    memcpy(nifti.srow, srow, sizeof srow);
    return nifti;
}

static void put(GByteArray *bytes, gsize offset, const void *value, gsize width,
                gboolean swap)
{
    for (gsize i = 0; i < width; i++)
        bytes->data[offset + i] =
            ((const guint8 *) value)[swap ? width - 1 - i : i];
}

GByteArray *fixture_nifti_bytes(const FixtureNifti *n, gsize data_bytes)
{
    gboolean swap = n->big_endian == (G_BYTE_ORDER == G_LITTLE_ENDIAN);
    GByteArray *bytes = g_byte_array_new();
    g_byte_array_set_size(bytes, (guint) (352 + data_bytes));
    memset(bytes->data, 0, bytes->len);
    int32_t size = 348;
    put(bytes, 0, &size, 4, swap);
    for (gsize i = 0; i < 8; i++) {
        put(bytes, 40 + 2 * i, &n->dim[i], 2, swap);
        put(bytes, 76 + 4 * i, &n->pixdim[i], 4, swap);
    }
    put(bytes, 70, &n->datatype, 2, swap);
    put(bytes, 72, &n->bitpix, 2, swap);
    put(bytes, 108, &n->vox_offset, 4, swap);
    put(bytes, 112, &n->slope, 4, swap);
    put(bytes, 116, &n->inter, 4, swap);
    bytes->data[123] = n->units;
    memcpy(bytes->data + 148, "a description", 13);
    put(bytes, 252, &n->qform_code, 2, swap);
    put(bytes, 254, &n->sform_code, 2, swap);
    for (gsize i = 0; i < 3; i++) {
        put(bytes, 256 + 4 * i, &n->quatern[i], 4, swap);
        put(bytes, 268 + 4 * i, &n->qoffset[i], 4, swap);
    }
    for (gsize i = 0; i < 12; i++)
        put(bytes, 280 + 4 * i, &n->srow[i], 4, swap);
    memcpy(bytes->data + 344, "n+1", 4);
    gsize width = MAX(1, (gsize) n->bitpix / 8);
    for (gsize i = 0; i < data_bytes / width; i++) {
        uint64_t value = i;
        put(bytes, 352 + i * width, &value, width, n->big_endian && width > 1);
    }
    return bytes;
}
