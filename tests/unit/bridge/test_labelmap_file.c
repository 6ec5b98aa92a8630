/*
 * test_labelmap_file.c - label maps, names and probability maps as files
 */
#include "bridge_fixture.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <math.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "png_file.h"

static void write_labels(const char *path, const MedalsVolume *labelmap,
                         const MedalsLabelmapWriteOptions *options)
{
    char *message = NULL;
    MedalsStatus status =
        medals_labelmap_write(path, labelmap, options, &message);
    g_assert_cmpstr(message, ==, NULL);
    g_assert_cmpint(status, ==, MEDALS_OK);
}

static void refuse_labels(const char *path, const MedalsVolume *labelmap,
                          const MedalsLabelmapWriteOptions *options,
                          MedalsStatus expected, const char *part)
{
    char *message = NULL;
    MedalsStatus status =
        medals_labelmap_write(path, labelmap, options, &message);
    g_assert_cmpint(status, ==, expected);
    g_assert_nonnull(message);
    g_test_message("%s", message);
    g_assert_nonnull(strstr(message, part));
    medals_bridge_free(message);
}

static MedalsLabelmap *read_labels(const char *path)
{
    MedalsLabelmap *labelmap = NULL;
    char *message = NULL;
    MedalsStatus status = medals_labelmap_read(&labelmap, path, &message);
    g_assert_cmpstr(message, ==, NULL);
    g_assert_cmpint(status, ==, MEDALS_OK);
    return labelmap;
}

static void check_voxels(const MedalsVolume *volume)
{
    const MedalsGeometry *g = medals_volume_peek_geometry(volume);
    g_assert_cmpint(medals_volume_dtype(volume), ==, MEDALS_U8);
    const uint8_t *data = medals_volume_peek_data(volume);
    for (int k = 0; k < g->size[2]; k++)
        for (int j = 0; j < g->size[1]; j++)
            for (int i = 0; i < g->size[0]; i++)
                g_assert_cmpint(*data++, ==, i + 10 * j + 100 * k);
}

/* ITK reads what was written by hand. */
static void test_round_trip(void)
{
    static const struct {
        const char *name;
        double limit; /* of oblique grids; the aligned ones are exact */
    } formats[] = {{"a.nii", 2e-7},
                   {"a.nii.gz", 2e-7},
                   {"a.nrrd", 1e-15},
                   {"a.mha", 0},
                   {"a.seg.nrrd", 1e-15}};
    for (gsize f = 0; f < G_N_ELEMENTS(formats); f++) {
        for (int n = 0; n < FIXTURE_GEOMETRIES; n++) {
            MedalsGeometry geometry = fixture_geometry(n);
            MedalsVolume *volume = fixture_volume(&geometry);
            char *path = fixture_path(formats[f].name);
            write_labels(path, volume, NULL);
            medals_volume_free(&volume);
            MedalsImage *image = fixture_open(path);
            volume = medals_image_ref_volume(image);
            medals_image_free(&image);
            check_voxels(volume);
            fixture_same_geometry(&geometry,
                                  medals_volume_peek_geometry(volume),
                                  n < 4 ? 0 : formats[f].limit);
            medals_volume_free(&volume);
            g_free(path);
        }
    }
}

static MedalsVolume *volume_of(MedalsDtype dtype, uint32_t value)
{
    MedalsGeometry geometry = fixture_geometry(0);
    MedalsVolume *volume = NULL;
    g_assert_cmpint(medals_volume_new(&volume, &geometry, dtype, NULL), ==,
                    MEDALS_OK);
    void *data = medals_volume_peek_data(volume);
    if (dtype == MEDALS_U8)
        ((uint8_t *) data)[1] = (uint8_t) value;
    else
        ((uint32_t *) data)[1] = value;
    return volume;
}

static void test_smallest_type(void)
{
    static const struct {
        uint32_t value;
        MedalsDtype dtype;
    } cases[] = {{0, MEDALS_U8},      {255, MEDALS_U8},
                 {256, MEDALS_U16},   {65535, MEDALS_U16},
                 {65536, MEDALS_U32}, {4294967295u, MEDALS_U32}};
    static const char *const names[] = {"t.nii.gz", "t.nrrd", "t.mha"};
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        for (gsize f = 0; f < G_N_ELEMENTS(names); f++) {
            MedalsVolume *volume = volume_of(MEDALS_U32, cases[i].value);
            char *path = fixture_path(names[f]);
            write_labels(path, volume, NULL);
            medals_volume_free(&volume);
            MedalsLabelmap *labelmap = read_labels(path);
            MedalsVolume *back = medals_labelmap_peek_layer(labelmap, 0);
            g_assert_cmpint(medals_volume_dtype(back), ==, cases[i].dtype);
            const uint8_t *data = medals_volume_peek_data(back);
            uint32_t found = 0;
            gsize width = medals_dtype_size(cases[i].dtype);
            memcpy(&found, data + width, width);
            g_assert_cmpuint(found, ==, cases[i].value);
            medals_labelmap_free(&labelmap);
            g_free(path);
        }
    }
}

/* Bytes of pixdim, xyzt_units, qform and sform. */
static void test_nifti_header_kept(void)
{
    for (int big_endian = 0; big_endian < 2; big_endian++) {
        FixtureNifti nifti = fixture_nifti();
        nifti.big_endian = big_endian;
        nifti.slope = 3;
        nifti.qform_code = 2;
        nifti.sform_code = 4;
        nifti.quatern[0] = 0.1f;
        nifti.pixdim[4] = 2.5f;
        nifti.units = 2 + 8;
        nifti.dim[0] = 4;
        GByteArray *in = fixture_nifti_bytes(&nifti, 60);
        char *source_path = fixture_write("in.nii.gz", in->data, in->len);
        MedalsImage *source = fixture_open(source_path);
        const MedalsGeometry *g =
            medals_volume_peek_geometry(medals_image_peek_volume(source));
        MedalsVolume *labels = fixture_volume(g);
        ((uint16_t *) medals_volume_peek_data(labels))[59] = 300;
        MedalsLabelmapWriteOptions options = MEDALS_LABELMAP_WRITE_OPTIONS_INIT;
        options.source = source;
        char *path = fixture_path("out.nii.gz");
        write_labels(path, labels, &options);

        GByteArray *out = fixture_read(path);
        g_assert_cmpuint(out->len, ==, 352 + 120);
        g_assert_cmpmem(out->data + 40, 16, in->data + 40, 16);   /* dim */
        g_assert_cmpmem(out->data + 76, 32, in->data + 76, 32);   /* pixdim */
        g_assert_cmpint(out->data[123], ==, in->data[123]);       /* units */
        g_assert_cmpmem(out->data + 148, 80, in->data + 148, 80); /* descrip */
        g_assert_cmpmem(out->data + 252, 76, in->data + 252, 76); /* forms */
        MedalsImage *back = fixture_open(path);
        MedalsVolume *volume = medals_image_peek_volume(back);
        fixture_same_geometry(g, medals_volume_peek_geometry(volume), 0);
        g_assert_cmpint(medals_volume_dtype(volume), ==, MEDALS_U16);
        g_assert_cmpint(((uint16_t *) medals_volume_peek_data(volume))[59], ==,
                        300);
        medals_image_free(&back);
        medals_image_free(&source);
        medals_volume_free(&labels);
        g_byte_array_unref(in);
        g_byte_array_unref(out);
        g_free(source_path);
        g_free(path);
    }
}

/* An oblique NRRD or MetaImage keeps every bit through its own format, and
 * .seg.nrrd keeps those of NRRD. */
static void test_same_format_is_exact(void)
{
    static const char *const names[][2] = {
        {"s.nrrd", "d.nrrd"}, {"s.nrrd", "d.seg.nrrd"}, {"s.mha", "d.mha"}};
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        MedalsGeometry geometry = fixture_geometry(5);
        MedalsVolume *volume = fixture_volume(&geometry);
        char *source_path = fixture_path(names[i][0]);
        char *path = fixture_path(names[i][1]);
        write_labels(source_path, volume, NULL);
        medals_volume_free(&volume);
        MedalsImage *source = fixture_open(source_path);
        MedalsLabelmapWriteOptions options = MEDALS_LABELMAP_WRITE_OPTIONS_INIT;
        options.source = source;
        write_labels(path, medals_image_peek_volume(source), &options);
        MedalsImage *back = fixture_open(path);
        fixture_same_geometry(
            medals_volume_peek_geometry(medals_image_peek_volume(source)),
            medals_volume_peek_geometry(medals_image_peek_volume(back)), 0);
        medals_image_free(&back);
        medals_image_free(&source);
        g_free(source_path);
        g_free(path);
    }
}

static const MedalsSegment kidneys[2] = {
    {7,
     0,
     "left\nkidney \\ \"q\"",
     {185, 102, 83},
     "Category~SCT^1^A~SCT^64033007^Kidney~SCT^7771000^Left",
     0},
    {3, 0, "Milz ä", {0, 255, 128}, NULL, 0}};

static void expect_line(const char *text, const char *line)
{
    char *whole = g_strdup_printf("\n%s\n", line);
    if (!strstr(text, whole))
        g_error("the line \"%s\" is missing in\n%.1500s", line, text);
    g_free(whole);
}

static void test_seg_nrrd(void)
{
    MedalsVolume *labels = volume_of(MEDALS_U8, 7);
    ((uint8_t *) medals_volume_peek_data(labels))[5] = 3;
    ((uint8_t *) medals_volume_peek_data(labels))[6] = 9;
    MedalsLabelmapWriteOptions options = MEDALS_LABELMAP_WRITE_OPTIONS_INIT;
    options.segments = kidneys;
    options.segment_count = 2;
    char *path = fixture_path("names.seg.nrrd");
    write_labels(path, labels, &options);
    char *text;
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_assert_true(g_str_has_prefix(text, "NRRD0004\n"));
    static const char *const lines[] = {
        "type: unsigned char",
        "dimension: 3",
        "space: left-posterior-superior",
        "sizes: 5 4 3",
        "space directions: (0.75,0,0) (0,1.5,0) (0,0,2.25)",
        "kinds: domain domain domain",
        "encoding: gzip",
        "space origin: (-12.5,30.25,7.125)",
        "Segmentation_MasterRepresentation:=Binary labelmap",
        "Segmentation_ContainedRepresentationNames:=Binary labelmap|",
        "Segmentation_ReferenceImageExtentOffset:=0 0 0",
        "Segment0_ID:=Segment_1",
        "Segment0_Name:=left kidney \\\\ \"q\"",
        "Segment0_NameAutoGenerated:=0",
        "Segment0_ColorAutoGenerated:=0",
        "Segment0_Extent:=0 4 0 3 0 2",
        "Segment0_Layer:=0",
        "Segment0_LabelValue:=7",
        "Segment0_Tags:=TerminologyEntry:Category~SCT^1^A~SCT^64033007^Kidney~"
        "SCT^7771000^Left|",
        "Segment1_Name:=Milz ä",
        "Segment1_Color:=0 1 0.5019607843137255",
        "Segment2_LabelValue:=9"};
    for (gsize i = 0; i < G_N_ELEMENTS(lines); i++)
        expect_line(text, lines[i]);
    g_free(text);

    MedalsLabelmap *back = read_labels(path);
    g_assert_cmpuint(medals_labelmap_layer_count(back), ==, 1);
    g_assert_cmpuint(medals_labelmap_segment_count(back), ==, 3);
    MedalsSegment segment;
    g_assert_true(medals_labelmap_segment(back, 0, &segment));
    g_assert_cmpstr(segment.name, ==, "left kidney \\ \"q\"");
    g_assert_cmpuint(segment.label, ==, 7);
    g_assert_cmpmem(segment.rgb, 3, kidneys[0].rgb, 3);
    g_assert_cmpstr(segment.terminology, ==, kidneys[0].terminology);
    g_assert_true(medals_labelmap_segment(back, 1, &segment));
    g_assert_null(segment.terminology);
    g_assert_false(medals_labelmap_segment(back, 3, &segment));
    medals_labelmap_free(&back);
    medals_volume_free(&labels);
    g_free(path);
}

static void test_layers(void)
{
    MedalsVolume *labels = volume_of(MEDALS_U8, 7);
    MedalsVolume *layers[2] = {volume_of(MEDALS_U8, 1),
                               volume_of(MEDALS_U8, 1)};
    ((uint8_t *) medals_volume_peek_data(layers[1]))[4] = 255;
    MedalsLabelmapWriteOptions options = MEDALS_LABELMAP_WRITE_OPTIONS_INIT;
    options.segments = kidneys;
    options.segment_count = 2;
    options.layers = (const MedalsVolume *const *) layers;
    char *path = fixture_path("layers.seg.nrrd");
    write_labels(path, labels, &options);
    char *text;
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    expect_line(text, "sizes: 2 5 4 3");
    expect_line(text, "kinds: list domain domain domain");
    expect_line(text, "space directions: none (0.75,0,0) (0,1.5,0) (0,0,2.25)");
    expect_line(text, "Segment1_Layer:=1");
    expect_line(text, "Segment1_LabelValue:=3");
    g_free(text);

    fixture_refuse(path, MEDALS_E_INPUT, "vector");
    MedalsLabelmap *back = read_labels(path);
    g_assert_cmpuint(medals_labelmap_layer_count(back), ==, 2);
    MedalsGeometry expected = fixture_geometry(0);
    for (uint32_t i = 0; i < 2; i++) {
        MedalsVolume *layer = medals_labelmap_peek_layer(back, i);
        MedalsSegment segment;
        g_assert_true(medals_labelmap_segment(back, i, &segment));
        g_assert_cmpuint(segment.layer, ==, i);
        fixture_same_geometry(&expected, medals_volume_peek_geometry(layer), 0);
        const uint8_t *data = medals_volume_peek_data(layer);
        g_assert_cmpint(data[1], ==, kidneys[i].label);
        g_assert_cmpint(data[4], ==, i ? kidneys[1].label : 0);
    }
    g_assert_null(medals_labelmap_peek_layer(back, 2));
    medals_labelmap_free(&back);

    char *other = fixture_path("layers.nrrd");
    refuse_labels(other, labels, &options, MEDALS_E_USAGE, ".seg.nrrd");
    g_assert_false(medals_labelmap_can_write(other, true));
    g_assert_true(medals_labelmap_can_write(path, true));
    g_free(other);
    medals_volume_free(&labels);
    medals_volume_free(&layers[0]);
    medals_volume_free(&layers[1]);
    g_free(path);
}

static void test_label_file(void)
{
    MedalsVolume *labels = volume_of(MEDALS_U8, 7);
    MedalsLabelmapWriteOptions options = MEDALS_LABELMAP_WRITE_OPTIONS_INIT;
    options.segments = kidneys;
    options.segment_count = 2;
    options.label_file = true;
    char *path = fixture_path("case 1.nii.gz");
    write_labels(path, labels, &options);
    char *names = medals_labelmap_label_file(path);
    g_assert_true(g_str_has_suffix(names, "/case 1.label.txt"));
    char *text;
    g_assert_true(g_file_get_contents(names, &text, NULL, NULL));
    expect_line(
        text, "    7   185  102   83        1  1  1    \"left kidney \\ 'q'\"");
    expect_line(text, "    3     0  255  128        1  1  1    \"Milz ä\"");
    g_free(text);
    g_assert_null(medals_labelmap_label_file("a.nrrd"));
    medals_bridge_free(names);
    medals_volume_free(&labels);
    g_free(path);
}

static void test_probabilities(void)
{
    MedalsGeometry geometry = fixture_geometry(0);
    MedalsVolume *maps[2];
    for (int i = 0; i < 2; i++) {
        g_assert_cmpint(
            medals_volume_new(&maps[i], &geometry, MEDALS_F32, NULL), ==,
            MEDALS_OK);
        float *data = medals_volume_peek_data(maps[i]);
        for (int v = 0; v < 60; v++)
            data[v] = (float) v / 64 + (float) i;
    }
    static const char *const names[] = {"p.nii", "p.nrrd", "p.mha"};
    for (gsize f = 0; f < G_N_ELEMENTS(names); f++) {
        char *path = fixture_path(names[f]);
        char *message = NULL;
        g_assert_cmpint(
            medals_probabilities_write(path, (const MedalsVolume *const *) maps,
                                       2, NULL, &message),
            ==, MEDALS_OK);
        fixture_refuse(path, MEDALS_E_INPUT, "vector");
        g_assert_cmpint(medals_probabilities_write(
                            path, (const MedalsVolume *const *) maps + 1, 1,
                            NULL, &message),
                        ==, MEDALS_OK);
        MedalsImage *image = fixture_open(path);
        MedalsVolume *volume = medals_image_peek_volume(image);
        g_assert_cmpint(medals_volume_dtype(volume), ==, MEDALS_F32);
        g_assert_cmpmem(medals_volume_peek_data(volume), 240,
                        medals_volume_peek_data(maps[1]), 240);
        medals_image_free(&image);
        g_free(path);
    }
    medals_volume_free(&maps[0]);
    medals_volume_free(&maps[1]);
}

/* Voxels that are no labels. */
static void test_not_labels(void)
{
    MedalsGeometry geometry = fixture_geometry(0);
    MedalsVolume *map = NULL;
    g_assert_cmpint(medals_volume_new(&map, &geometry, MEDALS_F32, NULL), ==,
                    MEDALS_OK);
    float *data = medals_volume_peek_data(map);
    char *path = fixture_path("floats.nrrd");
    const MedalsVolume *maps[1] = {map};
    static const float bad[] = {0.5f, -1, 1e10f, (float) NAN};
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        MedalsLabelmap *labelmap = NULL;
        char *message = NULL;
        data[3] = bad[i];
        medals_probabilities_write(path, maps, 1, NULL, NULL);
        g_assert_cmpint(medals_labelmap_read(&labelmap, path, &message), ==,
                        MEDALS_E_INPUT);
        g_assert_nonnull(strstr(message, "whole numbers"));
        medals_bridge_free(message);
    }
    data[3] = 257;
    medals_probabilities_write(path, maps, 1, NULL, NULL);
    MedalsLabelmap *labelmap = read_labels(path);
    MedalsVolume *layer = medals_labelmap_peek_layer(labelmap, 0);
    g_assert_cmpint(medals_volume_dtype(layer), ==, MEDALS_U16);
    g_assert_cmpint(((uint16_t *) medals_volume_peek_data(layer))[3], ==, 257);
    medals_labelmap_free(&labelmap);
    medals_volume_free(&map);
    g_free(path);
}

static guint files_with(const char *part)
{
    guint count = 0;
    GDir *dir = g_dir_open(fixture_folder(), 0, NULL);
    const char *name;
    while ((name = g_dir_read_name(dir)))
        count += strstr(name, part) ? 1 : 0;
    g_dir_close(dir);
    return count;
}

static void test_leftovers(void)
{
    MedalsVolume *labels = volume_of(MEDALS_U8, 1);
    char *path = fixture_path("target.nii.gz");
    /* of a killed run; of a run that lives; of another target */
    char *dead = fixture_write(".target.nii.gz.medals-1000.tmp.nii.gz", "x", 1);
    char *alive =
        fixture_write(".target.nii.gz.medals-2000.tmp.nii.gz", "x", 1);
    char *other = fixture_write(".target.nii.medals-3000.tmp.nii", "x", 1);
    int lock = g_open(alive, O_RDWR, 0);
    g_assert_cmpint(flock(lock, LOCK_EX), ==, 0);
    write_labels(path, labels, NULL);
    g_assert_false(g_file_test(dead, G_FILE_TEST_EXISTS));
    g_assert_true(g_file_test(alive, G_FILE_TEST_EXISTS));
    g_assert_true(g_file_test(other, G_FILE_TEST_EXISTS));
    close(lock);
    g_unlink(other);
    write_labels(path, labels, NULL);
    g_assert_cmpuint(files_with(".tmp"), ==, 0);
    medals_volume_free(&labels);
    g_free(dead);
    g_free(alive);
    g_free(other);
    g_free(path);
}

/* A link, a file of somebody else, a pipe: they stay, and so does what the link
 * leads to. */
static void test_planted(void)
{
    MedalsVolume *labels = volume_of(MEDALS_U8, 1);
    char *path = fixture_path("target.nii");
    char *victim = fixture_write("victim", "kept", 4);
    char *link = fixture_path(".target.nii.medals-1000.tmp.nii");
    char *pipe = fixture_path(".target.nii.medals-1001.tmp.nii");
    char *foreign = fixture_write(".target.nii.medals-1002.tmp.nii", "x", 1);
    g_assert_cmpint(symlink(victim, link), ==, 0);
    g_assert_cmpint(mkfifo(pipe, 0600), ==, 0);
    bool given = chown(foreign, 65534, 65534) == 0; /* root may */
    write_labels(path, labels, NULL);
    g_assert_true(g_file_test(link, G_FILE_TEST_IS_SYMLINK));
    g_assert_true(g_file_test(victim, G_FILE_TEST_EXISTS));
    g_assert_true(g_file_test(pipe, G_FILE_TEST_EXISTS));
    g_assert_true(g_file_test(foreign, G_FILE_TEST_EXISTS) == given);
    char *const all[] = {path, victim, link, pipe, foreign};
    for (size_t n = 0; n < G_N_ELEMENTS(all); n++) {
        g_unlink(all[n]);
        g_free(all[n]);
    }
    medals_volume_free(&labels);
}

static void test_bad_targets(void)
{
    MedalsVolume *labels = volume_of(MEDALS_U8, 1);
    char *path = fixture_path("no/such/folder.nii.gz");
    refuse_labels(path, labels, NULL, MEDALS_E_IO, "No such file");
    g_free(path);
    static const char *const names[] = {"a.png", "a", ".nrrd", "a.nii.bz2"};
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        path = fixture_path(names[i]);
        g_assert_false(medals_labelmap_can_write(path, false));
        refuse_labels(path, labels, NULL, MEDALS_E_USAGE, "unknown ending");
        g_free(path);
    }
    path = fixture_path("folder.nrrd");
    g_assert_cmpint(g_mkdir(path, 0700), ==, 0);
    refuse_labels(path, labels, NULL, MEDALS_E_IO, "directory");
    g_rmdir(path);
    g_free(path);
    medals_volume_free(&labels);
    g_assert_cmpuint(files_with(".tmp"), ==, 0);
}

/* A limit of the process stands for a full disk. */
static void test_disk_full(void)
{
    MedalsGeometry geometry = fixture_geometry(0);
    geometry.size[0] = 30000;
    MedalsVolume *labels = NULL;
    g_assert_cmpint(medals_volume_new(&labels, &geometry, MEDALS_U8, NULL), ==,
                    MEDALS_OK);
    signal(SIGXFSZ, SIG_IGN);
    struct rlimit old, small = {1 << 16, 0};
    char *path = fixture_write("full.nii", "older", 5);
    g_assert_cmpint(getrlimit(RLIMIT_FSIZE, &old), ==, 0);
    small.rlim_max = old.rlim_max;
    g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &small), ==, 0);
    refuse_labels(path, labels, NULL, MEDALS_E_NOSPACE, "free disk space");
    char *picture = fixture_path("full.png");
    guint8 *noise = g_malloc(3 * 512 * 512);
    for (int i = 0; i < 3 * 512 * 512; i++)
        noise[i] = (guint8) g_test_rand_int();
    char *message = NULL;
    MedalsStatus status = medals_png_write(picture, noise, 512, 512, &message);
    g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &old), ==, 0);
    g_test_message("%s", message);
    g_assert_cmpint(status, ==, MEDALS_E_NOSPACE);
    g_assert_false(g_file_test(picture, G_FILE_TEST_EXISTS));
    medals_bridge_free(message);
    char *text;
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_assert_cmpstr(text, ==, "older");
    g_assert_cmpuint(files_with(".tmp"), ==, 0);
    g_free(text);
    g_free(noise);
    g_free(picture);
    g_free(path);
    medals_volume_free(&labels);
}

static void test_long_axis(void)
{
    MedalsGeometry geometry = fixture_geometry(0);
    geometry.size[0] = 40000;
    geometry.size[1] = geometry.size[2] = 1;
    MedalsVolume *labels = NULL;
    g_assert_cmpint(medals_volume_new(&labels, &geometry, MEDALS_U8, NULL), ==,
                    MEDALS_OK);
    char *nifti = fixture_path("long.nii.gz");
    refuse_labels(nifti, labels, NULL, MEDALS_E_USAGE, "32767");
    char *nrrd = fixture_path("long.nrrd");
    write_labels(nrrd, labels, NULL);
    MedalsImage *image = fixture_open(nrrd);
    fixture_same_geometry(
        &geometry, medals_volume_peek_geometry(medals_image_peek_volume(image)),
        0);
    medals_image_free(&image);
    medals_volume_free(&labels);
    g_free(nifti);
    g_free(nrrd);
}

static void test_png(void)
{
    const uint8_t rgb[12] = {255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9};
    char *path = fixture_path("picture.png");
    char *message = NULL;
    g_assert_cmpint(medals_png_write(path, rgb, 2, 2, &message), ==, MEDALS_OK);
    char *bytes;
    gsize length;
    g_assert_true(g_file_get_contents(path, &bytes, &length, NULL));
    const guint8 start[] = {0x89, 'P', 'N', 'G', 13,  10,  26,  10, 0,
                            0,    0,   13,  'I', 'H', 'D', 'R', 0,  0,
                            0,    2,   0,   0,   0,   2,   8,   2};
    g_assert_cmpmem(bytes, sizeof start, start, sizeof start);
    g_free(bytes);
    g_assert_cmpint(medals_png_write(path, rgb, 0, 2, &message), ==,
                    MEDALS_E_USAGE);
    medals_bridge_free(message);
    g_free(path);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/bridge/labelmap/round_trip", test_round_trip);
    g_test_add_func("/bridge/labelmap/smallest_type", test_smallest_type);
    g_test_add_func("/bridge/labelmap/nifti_header", test_nifti_header_kept);
    g_test_add_func("/bridge/labelmap/exact", test_same_format_is_exact);
    g_test_add_func("/bridge/labelmap/seg_nrrd", test_seg_nrrd);
    g_test_add_func("/bridge/labelmap/layers", test_layers);
    g_test_add_func("/bridge/labelmap/label_file", test_label_file);
    g_test_add_func("/bridge/labelmap/probabilities", test_probabilities);
    g_test_add_func("/bridge/labelmap/not_labels", test_not_labels);
    g_test_add_func("/bridge/labelmap/leftovers", test_leftovers);
    g_test_add_func("/bridge/labelmap/planted", test_planted);
    g_test_add_func("/bridge/labelmap/bad_targets", test_bad_targets);
    g_test_add_func("/bridge/labelmap/disk_full", test_disk_full);
    g_test_add_func("/bridge/labelmap/long_axis", test_long_axis);
    g_test_add_func("/bridge/labelmap/png", test_png);
    int result = g_test_run();
    fixture_end();
    return result;
}
