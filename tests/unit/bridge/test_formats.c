/*
 * test_formats.c - reading NRRD and MetaImage, and what is refused
 */
#include "bridge_fixture.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

/* A file of a text header and count voxel bytes 0, 1, 2, ... */
static char *write_text_file(const char *name, const char *text, gsize count)
{
    GString *bytes = g_string_new(text);
    for (gsize i = 0; i < count; i++)
        g_string_append_c(bytes, (char) i);
    char *path = fixture_path(name);
    g_assert_true(
        g_file_set_contents(path, bytes->str, (gssize) bytes->len, NULL));
    g_string_free(bytes, TRUE);
    return path;
}

static const MedalsGeometry *geometry_of(const MedalsImage *image)
{
    return medals_volume_peek_geometry(medals_image_peek_volume(image));
}

#define NRRD_START "NRRD0004\ntype: uchar\nencoding: raw\n"

static void test_nrrd(void)
{
    char *path = write_text_file(
        "ras.nrrd",
        NRRD_START "dimension: 3\nspace: right-anterior-superior\n"
                   "sizes: 5 4 3\nkinds: domain domain domain\n"
                   "space directions: (-0.75,0,0) (0,-1.5,0) (0,0,2.25)\n"
                   "space origin: (12.5,-30.25,7.125)\n\n",
        60);
    MedalsImage *image = fixture_open(path);
    MedalsGeometry expected = fixture_geometry(0);
    fixture_same_geometry(&expected, geometry_of(image), 0);
    const uint8_t *data =
        medals_volume_peek_data(medals_image_peek_volume(image));
    g_assert_cmpint(data[59], ==, 59);
    g_assert_null(medals_image_warnings(image)[0]);
    medals_image_free(&image);
    g_free(path);
}

static void test_nrrd_2d(void)
{
    char *path = write_text_file(
        "flat.nrrd", NRRD_START "dimension: 2\nsizes: 5 4\nspacings: 0.5 2\n\n",
        20);
    MedalsImage *image = fixture_open(path);
    g_assert_cmpint(geometry_of(image)->size[2], ==, 1);
    g_assert_cmpfloat(geometry_of(image)->spacing[1], ==, 2);
    g_assert_nonnull(medals_image_warnings(image)[0]);
    medals_image_free(&image);
    g_free(path);
}

/* A fourth axis of one entry is dropped. */
static void test_nrrd_extra_axis(void)
{
    char *path = write_text_file(
        "extra.nrrd",
        NRRD_START "dimension: 4\nsizes: 5 4 3 1\nspacings: 1 1 2 1\n\n", 60);
    MedalsImage *image = fixture_open(path);
    g_assert_cmpint(geometry_of(image)->size[2], ==, 3);
    medals_image_free(&image);
    g_free(path);
}

static void test_bad_nrrd(void)
{
    static const struct {
        const char *text;
        gsize bytes;
        const char *part;
    } cases[] = {
        {NRRD_START "dimension: 3\nsizes: 5 4 3\nspacings: 1 nan 1\n\n", 60,
         "spacing"},
        {NRRD_START "dimension: 3\nsizes: 5 4 3\nspacings: 1 -1 1\n\n", 60,
         "spacing"},
        {NRRD_START "dimension: 3\nsizes: 5 4 3\nspacings: 1 0 1\n\n", 60,
         "spacing"},
        {NRRD_START "dimension: 3\nsizes: 5 4 3\nspace: LPS\n"
                    "space directions: (nan,0,0) (0,1,0) (0,0,1)\n\n",
         60, "spacing"},
        {NRRD_START "dimension: 3\nsizes: 5 4 3\nspace: LPS\n"
                    "space directions: (1,0,0) (1,0,0) (0,0,1)\n\n",
         60, "singular"},
        {NRRD_START "dimension: 3\nsizes: 5 4 3\nspace: LPS\n"
                    "space directions: (1,0,0) (0.1,1,0) (0,0,1)\n\n",
         60, "sheared"},
        {NRRD_START "dimension: 3\nsizes: 5 4 0\n\n", 60, "no voxels"},
        {NRRD_START "dimension: 3\nsizes: 5 4 3\nspacings: 1 1 1\n\n", 59,
         "too short"},
        {NRRD_START "dimension: 3\nsizes: 50000 50000 50000\n\n", 60,
         "too short"},
        {NRRD_START "dimension: 4\nsizes: 3 5 4 3\n"
                    "kinds: RGB-color domain domain domain\n\n",
         180, "colour"},
        {NRRD_START "dimension: 4\nsizes: 3 5 4 3\nspace: LPS\n"
                    "kinds: vector domain domain domain\n"
                    "space directions: none (1,0,0) (0,1,0) (0,0,1)\n\n",
         180, "vector"},
        {NRRD_START "dimension: 4\nsizes: 5 4 3 3\nspacings: 1 1 1 1\n\n", 180,
         "4-D"},
        {NRRD_START "dimension: 3\nsizes: 5 4 3\n", 0, "ends inside"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        char *path = write_text_file("bad.nrrd", cases[i].text, cases[i].bytes);
        fixture_refuse(path, MEDALS_E_INPUT, cases[i].part);
        g_free(path);
    }
}

#define META_START "ObjectType = Image\nNDims = 3\nBinaryData = True\n"
#define META_END "ElementType = MET_UCHAR\nElementDataFile = LOCAL\n"

static void test_metaimage(void)
{
    char *path =
        write_text_file("plain.mha",
                        META_START "TransformMatrix = 1 0 0 0 1 0 0 0 1\n"
                                   "Offset = -12.5 30.25 7.125\n"
                                   "ElementSpacing = 0.75 1.5 2.25\n"
                                   "DimSize = 5 4 3\n" META_END,
                        60);
    MedalsImage *image = fixture_open(path);
    MedalsGeometry expected = fixture_geometry(0);
    fixture_same_geometry(&expected, geometry_of(image), 0);
    const uint8_t *data =
        medals_volume_peek_data(medals_image_peek_volume(image));
    g_assert_cmpint(data[59], ==, 59);
    medals_image_free(&image);
    g_free(path);
}

static void test_bad_metaimage(void)
{
    static const struct {
        const char *text;
        gsize bytes;
        const char *part;
    } cases[] = {
        {META_START "ElementSpacing = 1 -1 1\nDimSize = 5 4 3\n" META_END, 60,
         "ElementSpacing"},
        {META_START "ElementSpacing = 1 0 1\nDimSize = 5 4 3\n" META_END, 60,
         "ElementSpacing"},
        {META_START "ElementSpacing = 1 nan 1\nDimSize = 5 4 3\n" META_END, 60,
         "ElementSpacing"},
        {META_START "DimSize = 5 4 0\n" META_END, 60, "no voxels"},
        {META_START "DimSize = 5 4 3\n" META_END, 59, "too short"},
        {META_START "DimSize = 50000 50000 50000\n" META_END, 60, "too short"},
        {META_START "TransformMatrix = 1 0 0 1 0 0 0 0 1\n"
                    "DimSize = 5 4 3\n" META_END,
         60, "singular"},
        {META_START "TransformMatrix = 1 0 0 0.1 1 0 0 0 1\n"
                    "DimSize = 5 4 3\n" META_END,
         60, "sheared"},
        {META_START "ElementNumberOfChannels = 3\nDimSize = 5 4 3\n" META_END,
         180, "one number a voxel"},
        {"ObjectType = Image\nNDims = 4\nBinaryData = True\n"
         "DimSize = 5 4 3 2\n" META_END,
         120, "4-D"},
        {META_START "DimSize = 5 4 3\n", 0, "ElementDataFile"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        char *path = write_text_file("bad.mha", cases[i].text, cases[i].bytes);
        fixture_refuse(path, MEDALS_E_INPUT, cases[i].part);
        g_free(path);
    }
}

/* Cut after every byte: refused (trailer: last bytes that no reader needs).
 * With every third byte changed: an answer of some kind, no crash. */
static void check_damage(const char *name, gsize trailer)
{
    MedalsGeometry geometry = fixture_geometry(4);
    MedalsVolume *volume = fixture_volume(&geometry);
    char *path = fixture_path(name);
    g_assert_cmpint(medals_labelmap_write(path, volume, NULL, NULL), ==,
                    MEDALS_OK);
    medals_volume_free(&volume);
    char *content;
    gsize length;
    g_assert_true(g_file_get_contents(path, &content, &length, NULL));
    for (gsize cut = 0; cut < length - trailer; cut++) {
        MedalsImage *image = NULL;
        char *message = NULL;
        g_assert_true(g_file_set_contents(path, content, (gssize) cut, NULL));
        MedalsStatus status = medals_image_read(&image, path, NULL, &message);
        if (status == MEDALS_OK)
            g_error("%s cut to %zu of %zu bytes was read", name, cut, length);
        medals_bridge_free(message);
    }
    for (gsize at = 0; at < length; at += 3) {
        MedalsImage *image = NULL;
        content[at] ^= 0x15;
        g_assert_true(
            g_file_set_contents(path, content, (gssize) length, NULL));
        medals_image_read(&image, path, NULL, NULL);
        medals_image_free(&image);
        content[at] ^= 0x15;
    }
    /* the end of the packed voxels and their checksum */
    for (gsize at = length - 14; at < length - trailer; at++) {
        content[at] ^= 0x15;
        g_assert_true(
            g_file_set_contents(path, content, (gssize) length, NULL));
        fixture_refuse(path, MEDALS_E_INPUT, "expected");
        content[at] ^= 0x15;
    }
    g_free(content);
    g_free(path);
}

static void test_damage(void)
{
    check_damage("damaged.mha", 0);
    check_damage("damaged.nrrd", 4); /* gzip: the length again */
}

/* The two streams of the process stay empty whatever ITK thinks. */
static void test_silence(void)
{
    if (!g_test_subprocess()) {
        g_test_trap_subprocess(NULL, 0, 0);
        g_test_trap_assert_passed();
        g_test_trap_assert_stderr("");
        return;
    }
    char *path = write_text_file(
        "noise.mha",
        META_START "CompressedData = True\nCompressedDataSize = 30\n"
                   "DimSize = 5 4 3\n" META_END,
        30);
    MedalsImage *image = NULL;
    g_assert_cmpint(medals_image_read(&image, path, NULL, NULL), !=, MEDALS_OK);
    g_free(path);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/bridge/formats/nrrd", test_nrrd);
    g_test_add_func("/bridge/formats/nrrd_2d", test_nrrd_2d);
    g_test_add_func("/bridge/formats/nrrd_extra_axis", test_nrrd_extra_axis);
    g_test_add_func("/bridge/formats/bad_nrrd", test_bad_nrrd);
    g_test_add_func("/bridge/formats/metaimage", test_metaimage);
    g_test_add_func("/bridge/formats/bad_metaimage", test_bad_metaimage);
    g_test_add_func("/bridge/formats/damage", test_damage);
    g_test_add_func("/bridge/formats/silence", test_silence);
    int result = g_test_run();
    fixture_end();
    return result;
}
