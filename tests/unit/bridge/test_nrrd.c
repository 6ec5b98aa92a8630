/*
 * test_nrrd.c - NRRD as other programs write it: spaces, units, axes, encodings
 * and voxels in other files
 */
#include "bridge_fixture.h"

#include <math.h>
#include <string.h>

#define START "NRRD0004\ntype: uchar\nencoding: raw\n"
#define THREE START "dimension: 3\nsizes: 5 4 3\n"
#define LPS "space: left-posterior-superior\n"

/* The text and count voxel bytes 0, 1, 2, ... */
static char *write_file(const char *name, const char *text, gsize count)
{
    GByteArray *bytes = g_byte_array_new();
    g_byte_array_append(bytes, (const guint8 *) text, (guint) strlen(text));
    for (gsize i = 0; i < count; i++) {
        guint8 byte = (guint8) i;
        g_byte_array_append(bytes, &byte, 1);
    }
    char *path = fixture_path(name);
    g_assert_true(g_file_set_contents(path, (const char *) bytes->data,
                                      (gssize) bytes->len, NULL));
    g_byte_array_unref(bytes);
    return path;
}

static MedalsImage *open_text(const char *name, const char *text, gsize count)
{
    char *path = write_file(name, text, count);
    MedalsImage *image = fixture_open(path);
    g_free(path);
    return image;
}

static void refuse_text(const char *name, const char *text, gsize count,
                        const char *part)
{
    char *path = write_file(name, text, count);
    fixture_refuse(path, MEDALS_E_INPUT, part);
    g_free(path);
}

static const MedalsGeometry *geometry_of(const MedalsImage *image)
{
    return medals_volume_peek_geometry(medals_image_peek_volume(image));
}

static void check_ramp(const MedalsImage *image)
{
    const uint8_t *data =
        medals_volume_peek_data(medals_image_peek_volume(image));
    for (int i = 0; i < 60; i++)
        g_assert_cmpint(data[i], ==, i);
}

/* Every order of left and right, back and front, head and foot, its letters,
 * and both with time; a coronal stack, so that axes are permuted. */
static void test_spaces(void)
{
    static const char *const words[3][2] = {
        {"left", "right"}, {"posterior", "anterior"}, {"superior", "inferior"}};
    for (int code = 0; code < 32; code++) {
        const char *word[3];
        double sign[3];
        for (int r = 0; r < 3; r++) {
            word[r] = words[r][code >> r & 1];
            sign[r] = code >> r & 1 ? -1 : 1;
        }
        bool time = code & 8, letters = code & 16;
        char *space =
            letters
                ? g_strdup_printf("%c%c%c%s", word[0][0] - 32, word[1][0] - 32,
                                  word[2][0] - 32, time ? "T" : "")
                : g_strdup_printf("%s-%s-%s%s", word[0], word[1], word[2],
                                  time ? "-time" : "");
        const char *t = time ? ",0" : "";
        char *text = g_strdup_printf(
            START "dimension: %s\nsizes: 5 4 3%s\nspace: %s\n"
                  "space directions: (0,0,2%s) (1.5,0,0%s) (0,-1,0%s)%s\n"
                  "space origin: (10,20,30%s)\n\n",
            time ? "4" : "3", time ? " 1" : "", space, t, t, t,
            time ? " (0,0,0,1)" : "", t);
        MedalsImage *image = open_text("space.nrrd", text, 60);
        MedalsGeometry expected = {
            .size = {5, 4, 3},
            .spacing = {2, 1.5, 1},
            .origin = {10 * sign[0], 20 * sign[1], 30 * sign[2]},
            .direction = {0, sign[0], 0, 0, 0, -sign[1], sign[2], 0, 0}};
        fixture_same_geometry(&expected, geometry_of(image), 0);
        g_assert_null(medals_image_warnings(image)[0]);
        check_ramp(image);
        medals_image_free(&image);
        g_free(text);
        g_free(space);
    }
}

static void test_spaces_without_sides(void)
{
    static const char *const names[] = {"scanner-xyz", "3D-right-handed",
                                        "scanner-xyz-time"};
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        bool time = strstr(names[i], "time");
        char *text = g_strdup_printf(
            THREE "space: %s\nspace directions: (1,0,0%s) (0,1,0%s) "
                  "(0,0,1%s)\n\n",
            names[i], time ? ",0" : "", time ? ",0" : "", time ? ",0" : "");
        MedalsImage *image = open_text("sides.nrrd", text, 60);
        g_assert_nonnull(strstr(medals_image_warnings(image)[0], "guess"));
        medals_image_free(&image);
        g_free(text);
    }
}

static void test_units(void)
{
    static const struct {
        const char *lines;
        double spacing[3], origin;
    } cases[] = {
        {LPS "space units: \"cm\" \"cm\" \"cm\"\nspace directions: (0.1,0,0) "
             "(0,0.2,0) (0,0,0.3)\nspace origin: (1,2,3)\n",
         {1, 2, 3},
         10},
        {LPS "space units: \"\xc2\xb5m\" \"microns\" \"Micrometer\"\nspace "
             "directions: (500,0,0) (0,2000,0) (0,0,250)\n"
             "space origin: (1000,2,3)\n",
         {0.5, 2, 0.25},
         1},
        {"space dimension: 3\nspace units: \"m\" \"mm\" \"nm\"\nspace "
         "directions: (0.001,0,0) (0,2,0) (0,0,1e6)\nspace origin: (1,2,3)\n",
         {1, 2, 1},
         1000},
        {"spacings: 100 100 250\nunits: \"um\" \"um\" \"um\"\n",
         {0.1, 0.1, 0.25},
         0},
        {LPS "space units: \"mm\" \"\" \"pixel\"\nspace directions: (1,0,0) "
             "(0,2,0) (0,0,3)\nspace origin: (1,2,3)\n",
         {1, 2, 3},
         1}};
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        char *text = g_strconcat(THREE, cases[i].lines, "\n", NULL);
        MedalsImage *image = open_text("units.nrrd", text, 60);
        const MedalsGeometry *g = geometry_of(image);
        for (int a = 0; a < 3; a++)
            g_assert_cmpfloat_with_epsilon(g->spacing[a], cases[i].spacing[a],
                                           1e-12);
        g_assert_cmpfloat_with_epsilon(g->origin[0], cases[i].origin, 1e-9);
        medals_image_free(&image);
        g_free(text);
    }
    refuse_text("units.nrrd",
                THREE LPS "space units: \"furlong\" \"mm\" \"mm\"\nspace "
                          "directions: (1,0,0) (0,1,0) (0,0,1)\n\n",
                60, "furlong");
}

/* The axis of several numbers stands anywhere. */
static void test_layers(void)
{
    for (int place = 0; place < 4; place++) {
        GString *sizes = g_string_new(NULL), *vectors = g_string_new(NULL);
        GString *kinds = g_string_new(NULL);
        static const char *const space[3][2] = {
            {" 5", " (1,0,0)"}, {" 4", " (0,1,0)"}, {" 3", " (0,0,1)"}};
        for (int a = 0, s = 0; a < 4; a++) {
            g_string_append(sizes, a == place ? " 2" : space[s][0]);
            g_string_append(kinds, a == place ? " list" : " domain");
            g_string_append(vectors, a == place ? " none" : space[s][1]);
            s += a != place;
        }
        char *text = g_strdup_printf(START "dimension: 4\nsizes:%s\n" LPS
                                           "space directions:%s\nkinds:%s\n\n",
                                     sizes->str, vectors->str, kinds->str);
        char *path = write_file("layers.seg.nrrd", text, 120);
        fixture_refuse(path, MEDALS_E_INPUT, "vector");
        MedalsLabelmap *labelmap = NULL;
        g_assert_cmpint(medals_labelmap_read(&labelmap, path, NULL), ==,
                        MEDALS_OK);
        g_assert_cmpint(medals_labelmap_layer_count(labelmap), ==, 2);
        static const int run[] = {1, 5, 20, 60};
        for (int layer = 0; layer < 2; layer++) {
            const uint8_t *data = medals_volume_peek_data(
                medals_labelmap_peek_layer(labelmap, (size_t) layer));
            for (int n = 0; n < 60; n++)
                g_assert_cmpint(data[n], ==,
                                (n / run[place] * 2 + layer) * run[place] +
                                    n % run[place]);
        }
        medals_labelmap_free(&labelmap);
        g_free(path);
        g_free(text);
        g_string_free(sizes, TRUE);
        g_string_free(vectors, TRUE);
        g_string_free(kinds, TRUE);
    }
}

/* The same voxels in every encoding and byte order. */
static void test_encodings(void)
{
    GString *numbers = g_string_new(NULL), *hex = g_string_new(NULL);
    for (int i = 0; i < 60; i++) {
        g_string_append_printf(numbers, i % 7 ? "%d " : "%d,\n", i - 30);
        g_string_append_printf(hex, i % 9 ? "%02x%02X" : "%02x%02X\n",
                               (guint8) ((i - 30) >> 8), (guint8) (i - 30));
    }
    const char *start = "NRRD0005\r\n# made by hand\r\ntype: signed short int"
                        "\r\ndimension: 3\r\nsizes: 5 4 3\r\nspacings: 1 2 "
                        "3\r\n";
    const char *const bodies[][2] = {
        {"encoding: ASCII\r\n", numbers->str},
        {"encoding: txt\r\n", numbers->str},
        {"encoding: hex\r\nendian: big\r\n", hex->str}};
    for (gsize i = 0; i < G_N_ELEMENTS(bodies); i++) {
        char *text =
            g_strconcat(start, bodies[i][0], "\r\n", bodies[i][1], NULL);
        MedalsImage *image = open_text("encoded.nrrd", text, 0);
        const int16_t *data =
            medals_volume_peek_data(medals_image_peek_volume(image));
        for (int n = 0; n < 60; n++)
            g_assert_cmpint(data[n], ==, n - 30);
        medals_image_free(&image);
        g_free(text);
    }
    refuse_text("encoded.nrrd",
                "NRRD0004\ntype: uchar\ndimension: 1\nsizes: 2\n"
                "encoding: ascii\n\n255 256\n",
                0, "256");
    refuse_text("encoded.nrrd",
                "NRRD0004\ntype: short\ndimension: 1\nsizes: 2\n"
                "encoding: raw\n\nabcd",
                0, "endian");
    refuse_text("encoded.nrrd",
                "NRRD0004\ntype: uchar\ndimension: 1\nsizes: 2\n"
                "encoding: bzip2\n\nBZh9",
                0,
                "encoded.nrrd: encoding: bzip2, which is not supported; raw, "
                "gzip, ascii or hex expected");
    refuse_text("encoded.nrrd",
                "NRRD0004\ntype: uchar\ndimension: 1\nsizes: 2\n"
                "encoding: BZ2\n\nBZh9",
                0, "encoding: BZ2, which is not supported; raw, gzip");
    g_string_free(numbers, TRUE);
    g_string_free(hex, TRUE);
}

/* A file of bytes first, first + 1, ... */
static void write_piece(const char *name, int first, int count, int lead)
{
    GByteArray *bytes = g_byte_array_new();
    for (int i = -lead; i < count; i++) {
        guint8 byte = i < 0 ? '\n' : (guint8) (first + i);
        g_byte_array_append(bytes, &byte, 1);
    }
    g_free(fixture_write(name, bytes->data, bytes->len));
    g_byte_array_unref(bytes);
}

static void test_pieces(void)
{
    write_piece("whole.raw", 0, 60, 0);
    write_piece("led.raw", 0, 60, 6);
    for (int k = 0; k < 3; k++) {
        char *name = g_strdup_printf("s%03d.raw", 2 * k);
        write_piece(name, 20 * k, 20, 0);
        g_free(name);
        name = g_strdup_printf("p%d.raw", 2 - k);
        write_piece(name, 20 * k, 20, 0);
        g_free(name);
    }
    static const char *const good[] = {
        "data file: whole.raw\n",
        "datafile: whole.raw\n\n",
        "line skip: 2\nbyte skip: 4\ndata file: led.raw\n",
        "byteskip: -1\ndata file: led.raw\n",
        "data file: s%03d.raw 0 4 2\n",
        "data file: p%d.raw 2 0 -1 2\n",
        "data file: LIST\ns000.raw\ns002.raw\ns004.raw\n",
        "data file: LIST 3\ns000.raw\ns002.raw\ns004.raw\n\n"};
    for (gsize i = 0; i < G_N_ELEMENTS(good); i++) {
        char *text = g_strconcat(THREE, "spacings: 1 2 3\n", good[i], NULL);
        MedalsImage *image = open_text("pieces.nhdr", text, 0);
        check_ramp(image);
        medals_image_free(&image);
        g_free(text);
    }
    static const struct {
        const char *line;
        MedalsStatus status;
        const char *part;
    } bad[] = {
        {"data file: gone.raw\n", MEDALS_E_IO, "gone.raw"},
        {"data file: s000.raw\n", MEDALS_E_INPUT, "s000.raw: the file is"},
        {"data file: .\n", MEDALS_E_INPUT, "a folder"},
        {"data file: s%03d.raw 0 6 2\n", MEDALS_E_INPUT, "4 files"},
        {"data file: s%03d.raw 0 4 0\n", MEDALS_E_INPUT, "step"},
        {"data file: s%s.raw 0 4 2\n", MEDALS_E_INPUT, "one %d"},
        {"data file: s%n.raw 0 4 2\n", MEDALS_E_INPUT, "one %d"},
        {"data file: s%0999999d.raw 0 4 2\n", MEDALS_E_INPUT, "one %d"},
        {"data file: s%d%d.raw 0 4 2\n", MEDALS_E_INPUT, "one %d"},
        {"data file: s%d%%.raw 0 4 2\n", MEDALS_E_INPUT, "one %d"},
        {"data file: s%03d.raw 0 999999999999 1\n", MEDALS_E_INPUT, "data"},
        {"data file: LIST\ns000.raw\ns002.raw\n", MEDALS_E_INPUT, "2 files"},
        {"data file: LIST 0\ns000.raw\n", MEDALS_E_INPUT, "axis"},
        {"data file: LIST\ns000.raw\ns002.raw\ngone\n", MEDALS_E_IO, "gone"},
        {"byte skip: 5\ndata file: whole.raw\n", MEDALS_E_INPUT, "too short"},
        {"byte skip: -2\ndata file: whole.raw\n", MEDALS_E_INPUT, "byte skip"},
        {"line skip: 9\ndata file: led.raw\n", MEDALS_E_INPUT, "lines"}};
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        char *text = g_strconcat(THREE, "spacings: 1 2 3\n", bad[i].line, NULL);
        char *path = write_file("pieces.nhdr", text, 0);
        fixture_refuse(path, bad[i].status, bad[i].part);
        g_free(path);
        g_free(text);
    }
    GString *longest = g_string_new(THREE "data file: ");
    for (int i = 0; i < 5000; i++)
        g_string_append_c(longest, 'w');
    g_string_append(longest, "%d.raw 0 2 1\n\n");
    refuse_text("pieces.nhdr", longest->str, 0, "data file");
    g_string_free(longest, TRUE);
}

/* Places along the axes: of the samples, or of the borders of their cells. */
static void test_ranges(void)
{
    MedalsImage *image =
        open_text("ranges.nrrd",
                  THREE "axis mins: 10 10 0\naxis maxs: 20 18 9\n"
                        "centerings: cell node cell\n\n",
                  60);
    const MedalsGeometry expected = {.size = {5, 4, 3},
                                     .spacing = {2, 8.0 / 3, 3},
                                     .origin = {11, 10, 1.5},
                                     .direction = {1, 0, 0, 0, 1, 0, 0, 0, 1}};
    fixture_same_geometry(&expected, geometry_of(image), 1e-15);
    medals_image_free(&image);
}

/* A slice of two axes in space stands where its vectors say. */
static void test_slice(void)
{
    MedalsImage *image = open_text(
        "slice.nrrd",
        START "dimension: 2\nsizes: 5 4\n" LPS
              "space directions: (0,2,0) (0,0,-3)\nspace origin: (1,2,3)\n\n",
        20);
    const MedalsGeometry expected = {
        .size = {5, 4, 1},
        .spacing = {2, 3, 1},
        .origin = {1, 2, 3},
        .direction = {0, 0, -1, 1, 0, 0, 0, -1, 0}};
    fixture_same_geometry(&expected, geometry_of(image), 0);
    medals_image_free(&image);
}

static void test_refused(void)
{
    static const char *const vectors =
        "space directions: (1,0,0) (0,1,0) (0,0,1)\n";
    static const struct {
        const char *lines, *part;
    } cases[] = {
        {"space: left-up-superior\n", "space"},
        {"space: 3D-left-handed\n", "space"},
        {"space: posterior-left-superior\n", "space"},
        {LPS "space dimension: 3\n", "space dimension"},
        {"space dimension: 3\nspacings: 1 1 1\nspacing: 2\n", "unknown field"},
        {LPS "space: right-anterior-superior\n", "second time"},
        {LPS "nonsense\n", "without a colon"},
        {LPS "spacings: 2 1 1\n", "spacings"},
        {LPS "kinds: domain domain\n", "kinds"},
        {LPS "space origin: (1,2)\n", "vector of 3"},
        {LPS "space origin: (1,2,nan)\n", "finite"},
        {LPS "space units: \"mm\" \"mm\"\n", "space units"},
        {LPS "space units: mm mm mm\n", "quotation"}};
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        char *text = g_strconcat(THREE, cases[i].lines, vectors, "\n", NULL);
        refuse_text("bad.nrrd", text, 60, cases[i].part);
        g_free(text);
    }
    refuse_text("bad.nrrd", THREE LPS "space directions: (1,0,0) (0,1,0)\n\n",
                60, "a vector or");
    refuse_text("bad.nrrd",
                THREE LPS "space directions: (1,0,0) (0,1,0 (0,0,1)\n\n", 60,
                "vector");
    refuse_text("bad.nrrd", START "dimension: 3\nsizes: 5 4\n\n", 60, "sizes");
    refuse_text("bad.nrrd", START "dimension: -1\nsizes: 5\n\n", 60,
                "dimension");
    refuse_text("bad.nrrd",
                START "dimension: 4\nsizes: 5 4 3 2\nspace: LAST\nspace "
                      "directions: (1,0,0,0) (0,1,0,0) (0,0,1,0) (0,0,0,1)"
                      "\n\n",
                120, "4-D");
    refuse_text("bad.nrrd",
                THREE "space: LPST\nspace directions: (1,0,0,1) (0,1,0,0) "
                      "(0,0,1,0)\n\n",
                60, "through time");
}

/* Voxels beyond what the header states say that it may be the wrong one. */
static void test_more_voxels(void)
{
    MedalsImage *image =
        open_text("more.nrrd",
                  THREE LPS "space directions: (1,0,0) (0,1,0) "
                            "(0,0,1)\n\n",
                  63);
    g_assert_nonnull(strstr(medals_image_warnings(image)[0], "3 bytes more"));
    medals_image_free(&image);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/bridge/nrrd/spaces", test_spaces);
    g_test_add_func("/bridge/nrrd/no_sides", test_spaces_without_sides);
    g_test_add_func("/bridge/nrrd/units", test_units);
    g_test_add_func("/bridge/nrrd/layers", test_layers);
    g_test_add_func("/bridge/nrrd/encodings", test_encodings);
    g_test_add_func("/bridge/nrrd/pieces", test_pieces);
    g_test_add_func("/bridge/nrrd/ranges", test_ranges);
    g_test_add_func("/bridge/nrrd/slice", test_slice);
    g_test_add_func("/bridge/nrrd/refused", test_refused);
    g_test_add_func("/bridge/nrrd/more_voxels", test_more_voxels);
    int result = g_test_run();
    fixture_end();
    return result;
}
