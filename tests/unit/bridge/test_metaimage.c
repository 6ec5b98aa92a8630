/*
 * test_metaimage.c - MetaImage as other programs write it: voxels in other
 * files, synonyms of fields, and lengths that overflow MetaIO
 */
#include "bridge_fixture.h"

#include <math.h>
#include <string.h>
#include <zlib.h>

#define START "ObjectType = Image\nNDims = 3\nBinaryData = True\n"
#define SHAPE "ElementSpacing = 1 2 3\nDimSize = 5 4 3\n"
#define TYPE "ElementType = MET_UCHAR\n"
#define LOCAL TYPE "ElementDataFile = LOCAL\n"

static char *write_file(const char *name, const char *text, gsize count)
{
    GString *bytes = g_string_new(text);
    for (gsize i = 0; i < count; i++)
        g_string_append_c(bytes, (char) (i + 1));
    char *path = fixture_path(name);
    g_assert_true(
        g_file_set_contents(path, bytes->str, (gssize) bytes->len, NULL));
    g_string_free(bytes, TRUE);
    return path;
}

static MedalsImage *open_text(const char *text, gsize count)
{
    char *path = write_file("open.mhd", text, count);
    MedalsImage *image = fixture_open(path);
    g_free(path);
    return image;
}

static void check_ramp(const MedalsImage *image)
{
    const uint8_t *data =
        medals_volume_peek_data(medals_image_peek_volume(image));
    for (int i = 0; i < 60; i++)
        g_assert_cmpint(data[i], ==, i + 1);
}

/* A file of bytes first, first + 1, ... behind a lead of zeros. */
static void write_piece(const char *name, int first, int count, int lead)
{
    GByteArray *bytes = g_byte_array_new();
    for (int i = -lead; i < count; i++) {
        guint8 byte = i < 0 ? 0 : (guint8) (first + i);
        g_byte_array_append(bytes, &byte, 1);
    }
    char *path = fixture_path(name);
    g_assert_true(g_file_set_contents(path, (const char *) bytes->data,
                                      (gssize) bytes->len, NULL));
    g_free(path);
    g_byte_array_unref(bytes);
}

static void write_pieces(void)
{
    write_piece("whole.raw", 1, 60, 0);
    write_piece("led.raw", 1, 60, 7);
    write_piece("two.raw", 1, 2, 0);
    for (int k = 0; k < 12; k++) {
        char *name = g_strdup_printf("row %d.raw", k);
        write_piece(name, 1 + 5 * k, 5, 0);
        g_free(name);
    }
    for (int k = 0; k < 3; k++) {
        char *name = g_strdup_printf("s%03d.raw", 5 * k);
        write_piece(name, 1 + 20 * k, 20, 0);
        g_free(name);
        name = g_strdup_printf("t%d.raw", k + 1);
        write_piece(name, 1 + 20 * k, 20, 0);
        g_free(name);
    }
}

static void test_pieces(void)
{
    write_pieces();
    GString *rows = g_string_new("ElementDataFile = LIST 1\n");
    for (int k = 0; k < 12; k++)
        g_string_append_printf(rows, "row %d.raw\r\n", k);
    const char *const good[] = {
        "ElementDataFile = whole.raw\n",
        "HeaderSize = 7\nElementDataFile = led.raw\n",
        "HeaderSize = -1\nElementDataFile = led.raw\n",
        "ElementDataFile = s%03d.raw 0 10 5\n",
        "ElementDataFile = s%.3d.raw 0 10\n",
        "ElementDataFile = t%d.raw\n",
        "ElementDataFile = t%i.raw 1\n",
        "ElementDataFile = LIST\ns000.raw\ns005.raw\ns010.raw\n",
        rows->str};
    for (gsize i = 0; i < G_N_ELEMENTS(good); i++) {
        char *text = g_strconcat(START SHAPE TYPE, good[i], NULL);
        MedalsImage *image = open_text(text, 0);
        check_ramp(image);
        g_assert_null(medals_image_warnings(image)[0]);
        medals_image_free(&image);
        g_free(text);
    }
    g_string_free(rows, TRUE);
}

static void test_missing_pieces(void)
{
    write_pieces();
    static const struct {
        const char *lines;
        MedalsStatus status;
        const char *part;
    } bad[] = {
        {"ElementDataFile = gone.raw\n", MEDALS_E_IO, "gone.raw"},
        {"ElementDataFile = sub/gone.raw\n", MEDALS_E_IO, "sub/gone.raw"},
        {"ElementDataFile = two.raw\n", MEDALS_E_INPUT, "two.raw"},
        {"ElementDataFile = .\n", MEDALS_E_INPUT, "a folder"},
        {"HeaderSize = 10\nElementDataFile = whole.raw\n", MEDALS_E_INPUT,
         "whole.raw: the file is too short"},
        {"HeaderSize = 100000000000\nElementDataFile = whole.raw\n",
         MEDALS_E_INPUT, "whole.raw: the file is too short"},
        {"HeaderSize = -2\nElementDataFile = whole.raw\n", MEDALS_E_INPUT,
         "HeaderSize"},
        {"HeaderSize = 9\nElementDataFile = LOCAL\n", MEDALS_E_INPUT,
         "HeaderSize"},
        {"ElementDataFile = LIST\ngone\ns005.raw\ns010.raw\n", MEDALS_E_IO,
         "gone"},
        {"ElementDataFile = LIST\ns000.raw\ns005.raw\n", MEDALS_E_INPUT,
         "2 files"},
        {"ElementDataFile = LIST\ns000.raw\ns005.raw\ntwo.raw\n",
         MEDALS_E_INPUT, "two.raw"},
        {"ElementDataFile = LIST 3\ns000.raw\n", MEDALS_E_INPUT, "LIST"},
        {"ElementDataFile = LIST x\ns000.raw\n", MEDALS_E_INPUT, "LIST"},
        {"ElementDataFile = s%03d.raw 0 5 5\n", MEDALS_E_INPUT, "2 files"},
        {"ElementDataFile = s%03d.raw 5 15 5\n", MEDALS_E_IO, "s015.raw"},
        {"ElementDataFile = s%03d.raw 10 0 -5\n", MEDALS_E_INPUT, "numbers"},
        {"ElementDataFile = s%03d.raw 0 37 0\n", MEDALS_E_INPUT, "step"},
        {"ElementDataFile = s%03d.raw 0 10 x\n", MEDALS_E_INPUT, "numbers"},
        {"ElementDataFile = s%f.raw 0 2 1\n", MEDALS_E_INPUT, "one %d"},
        {"ElementDataFile = s%ls.raw 0 2 1\n", MEDALS_E_INPUT, "one %d"},
        {"ElementDataFile = s%hn.raw 0 2 1\n", MEDALS_E_INPUT, "one %d"},
        {"ElementDataFile = %s%s%s 0 2 1\n", MEDALS_E_INPUT, "one %d"},
        {"ElementDataFile = s%0999999d.raw 0 2 1\n", MEDALS_E_INPUT, "one %d"},
        {"ElementDataFile = s%*d.raw 0 2 1\n", MEDALS_E_INPUT, "one %d"},
        {"ElementDataFile = s%", MEDALS_E_INPUT, "one %d"}};
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        char *text = g_strconcat(START SHAPE TYPE, bad[i].lines, NULL);
        char *path = write_file("bad.mhd", text, 0);
        fixture_refuse(path, bad[i].status, bad[i].part);
        g_free(path);
        g_free(text);
    }
}

/* MetaIO copies these into arrays of 255, 300, 500 and 1024 letters. */
static void test_long_texts(void)
{
    static const char *const names[] = {
        "Comment",  "Name",           "ObjectSubType",    "AcquisitionDate",
        "Modality", "DistanceUnitsX", "TransformMatrixX", "x"};
    static const gsize lengths[] = {255, 256, 300, 500, 1100, 9000};
    for (gsize n = 0; n < G_N_ELEMENTS(names); n++)
        for (gsize l = 0; l < G_N_ELEMENTS(lengths); l++) {
            GString *text = g_string_new(START SHAPE);
            g_string_append_printf(text, "%s = ", names[n]);
            for (gsize i = 0; i < lengths[l]; i++)
                g_string_append_c(text, n ? 'y' : '%');
            g_string_append_c(text, '\n');
            for (gsize i = 0; i < lengths[l]; i++)
                g_string_append_c(text, 'k');
            g_string_append(text, " = 1\n" LOCAL);
            MedalsImage *image = open_text(text->str, 60);
            check_ramp(image);
            medals_image_free(&image);
            g_string_free(text, TRUE);
        }
}

static void test_synonyms(void)
{
    static const char *const places[] = {"Offset", "Position", "Origin",
                                         "ElementOrigin"};
    static const char *const axes[] = {"TransformMatrix", "Rotation",
                                       "Orientation", "ElementDirection"};
    const MedalsGeometry expected = {.size = {5, 4, 3},
                                     .spacing = {1, 2, 3},
                                     .origin = {4, 5, 6},
                                     .direction = {0, 0, 1, 1, 0, 0, 0, 1, 0}};
    for (int i = 0; i < 4; i++) {
        char *text = g_strdup_printf(
            START SHAPE "%s = 4 5 6\n%s = 0 1 0 0 0 1 1 0 0\n"
                        "%s = False\n" LOCAL,
            places[i], axes[i],
            i % 2 ? "ElementByteOrderMSB" : "BinaryDataByteOrderMSB");
        MedalsImage *image = open_text(text, 60);
        fixture_same_geometry(
            &expected,
            medals_volume_peek_geometry(medals_image_peek_volume(image)), 0);
        medals_image_free(&image);
        g_free(text);
    }
}

/* Big-endian, as text, and packed, in a file of its own. */
static void test_voxels(void)
{
    MedalsImage *image = open_text(
        "NDims = 1\nBinaryData = True\nElementByteOrderMSB = True\nDimSize = "
        "2\nElementSpacing = 1\nElementType = MET_USHORT\nElementDataFile = "
        "LOCAL\n",
        4);
    const uint16_t *shorts =
        medals_volume_peek_data(medals_image_peek_volume(image));
    g_assert_cmpint(shorts[1], ==, 0x0304);
    medals_image_free(&image);
    image = open_text("NDims = 1\nBinaryData = False\nDimSize = 4\n"
                      "ElementSpacing = 1\nElementType = MET_FLOAT\n"
                      "ElementDataFile = LOCAL\n1.5 -2\n3e2 .5\n",
                      0);
    const float *floats =
        medals_volume_peek_data(medals_image_peek_volume(image));
    g_assert_cmpfloat(floats[0] + floats[2] + floats[3], ==, 302);
    medals_image_free(&image);
    uint8_t plain[60], packed[200];
    uLongf size = sizeof packed;
    for (int i = 0; i < 60; i++)
        plain[i] = (uint8_t) (i + 1);
    g_assert_cmpint(compress(packed, &size, plain, 60), ==, Z_OK);
    g_free(fixture_write("packed.zraw", packed, size));
    image = open_text(START SHAPE TYPE
                      "CompressedData = True\nElementDataFile = packed.zraw\n",
                      0);
    check_ramp(image);
    medals_image_free(&image);
    g_free(fixture_write("packed.zraw", packed, size - 3));
    char *path = write_file("cut.mhd",
                            START SHAPE TYPE "CompressedData = True\n"
                                             "ElementDataFile = packed.zraw\n",
                            0);
    fixture_refuse(path, MEDALS_E_INPUT, "packed.zraw");
    g_free(path);
}

static void test_units(void)
{
    static const struct {
        const char *unit;
        double scale;
    } cases[] = {{"um", 1e-3}, {"mm", 1}, {"cm", 10}, {"?", 1}};
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        char *text = g_strdup_printf(
            START SHAPE "Offset = 1 2 3\nDistanceUnits = %s\n" LOCAL,
            cases[i].unit);
        MedalsImage *image = open_text(text, 60);
        const MedalsGeometry *g =
            medals_volume_peek_geometry(medals_image_peek_volume(image));
        g_assert_cmpfloat(g->spacing[1], ==, 2 * cases[i].scale);
        g_assert_cmpfloat(g->origin[2], ==, 3 * cases[i].scale);
        medals_image_free(&image);
        g_free(text);
    }
}

/* What ITK passes over in silence is said. */
static void test_warnings(void)
{
    static const char *const lines[] = {
        "AnatomicalOrientation = LPS\n", "CenterOfRotation = 0 0 5\n",
        "ElementToIntensityFunctionSlope = 2\n",
        "ElementToIntensityFunctionOffset = -1024\n"};
    for (gsize i = 0; i < G_N_ELEMENTS(lines); i++) {
        char *text = g_strconcat(START SHAPE, lines[i], LOCAL, NULL);
        MedalsImage *image = open_text(text, 60);
        const char *const *warnings = medals_image_warnings(image);
        g_assert_nonnull(warnings[0]);
        g_assert_null(warnings[1]);
        medals_image_free(&image);
        g_free(text);
    }
    MedalsImage *image = open_text(START SHAPE LOCAL, 64);
    g_assert_nonnull(strstr(medals_image_warnings(image)[0], "4 bytes more"));
    medals_image_free(&image);
}

static void test_refused(void)
{
    static const struct {
        const char *text, *part;
    } cases[] = {
        {"NDims = 2147483647\nDimSize = 5 4 3\n" LOCAL, "NDims"},
        {"NDims = -1\nDimSize = 5 4 3\n" LOCAL, "NDims"},
        {"NDims = 0\nDimSize = 5 4 3\n" LOCAL, "NDims"},
        {"NDims = 11\nDimSize = 5 4 3\n" LOCAL, "NDims"},
        {"NDims = 3\nNDims = 2\nDimSize = 5 4 3\n" LOCAL, "two values"},
        {"NDims = 3\nDimSize = 5 4\n" LOCAL, "DimSize"},
        {"NDims = 3\nDimSize = 5 4 3x\n" LOCAL, "DimSize"},
        {"NDims = 3\nDimSize = 4294967296 4294967296 3\n" LOCAL, "DimSize"},
        {START SHAPE "Offset = 1 2\n" LOCAL, "Offset"},
        {START SHAPE "Offset = 1 2 nan\n" LOCAL, "Offset"},
        {START SHAPE "Offset = 1 2 3\nPosition = 1 2 4\n" LOCAL, "Position"},
        {START SHAPE "TransformMatrix = 1 0 0\n" LOCAL, "TransformMatrix"},
        {START SHAPE "DistanceUnits = ell\n" LOCAL, "ell"},
        {START SHAPE "CompressedData = perhaps\n" LOCAL, "CompressedData"},
        {START SHAPE "ElementType = MET_OTHER\nElementDataFile = LOCAL\n",
         "ElementType"},
        {START SHAPE "only words\n" LOCAL, "NAME = VALUE"}};
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        char *path = write_file("refused.mha", cases[i].text, 60);
        fixture_refuse(path, MEDALS_E_INPUT, cases[i].part);
        g_free(path);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/bridge/metaimage/pieces", test_pieces);
    g_test_add_func("/bridge/metaimage/missing", test_missing_pieces);
    g_test_add_func("/bridge/metaimage/long_texts", test_long_texts);
    g_test_add_func("/bridge/metaimage/synonyms", test_synonyms);
    g_test_add_func("/bridge/metaimage/voxels", test_voxels);
    g_test_add_func("/bridge/metaimage/units", test_units);
    g_test_add_func("/bridge/metaimage/warnings", test_warnings);
    g_test_add_func("/bridge/metaimage/refused", test_refused);
    int result = g_test_run();
    fixture_end();
    return result;
}
