/*
 * test_nifti.c - reading NIfTI, and what is refused
 */
#include "bridge_fixture.h"

#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

static char *write_nifti(const char *name, const FixtureNifti *nifti,
                         gsize data_bytes)
{
    GByteArray *bytes = fixture_nifti_bytes(nifti, data_bytes);
    char *path = fixture_write(name, bytes->data, bytes->len);
    g_byte_array_unref(bytes);
    return path;
}

static const MedalsGeometry *geometry_of(const MedalsImage *image)
{
    return medals_volume_peek_geometry(medals_image_peek_volume(image));
}

static MedalsImageInfo info_of(const MedalsImage *image)
{
    MedalsImageInfo info = {.struct_size = sizeof info};
    medals_image_info(image, &info);
    return info;
}

static void test_sform(void)
{
    for (int big_endian = 0; big_endian < 2; big_endian++) {
        FixtureNifti nifti = fixture_nifti();
        nifti.big_endian = big_endian;
        nifti.datatype = 4;
        nifti.bitpix = 16;
        char *path = write_nifti("mit Lücke.nii.gz", &nifti, 120);
        MedalsImage *image = fixture_open(path);
        const MedalsGeometry *g = geometry_of(image);
        const MedalsGeometry expected = {
            .size = {5, 4, 3},
            .spacing = {0.7f, 1.1f, 2.3f},
            .origin = {20.1f, -30.3f, 5.9f},
            .direction = {-1, 0, 0, 0, -1, 0, 0, 0, 1}};
        fixture_same_geometry(&expected, g, 0);
        const int16_t *data =
            medals_volume_peek_data(medals_image_peek_volume(image));
        for (int16_t i = 0; i < 60; i++)
            g_assert_cmpint(data[i], ==, i);
        g_assert_cmpstr(info_of(image).format, ==, "nifti");
        g_assert_cmpstr(info_of(image).stored, ==, "int16");
        g_assert_cmpstr(info_of(image).orientation_from, ==, "sform");
        g_assert_cmpint(info_of(image).modality, ==, MEDALS_MODALITY_NONE);
        g_assert_null(medals_image_warnings(image)[0]);
        medals_image_free(&image);
        g_free(path);
    }
}

/* A quarter turn about z, left-handed: i to A, j to L, k down. */
static void test_qform(void)
{
    FixtureNifti nifti = fixture_nifti();
    nifti.sform_code = 0;
    nifti.qform_code = 1;
    nifti.pixdim[0] = -1;
    nifti.quatern[2] = (float) sqrt(0.5);
    nifti.qoffset[0] = 4;
    char *path = write_nifti("qform.nii", &nifti, 60);
    MedalsImage *image = fixture_open(path);
    const MedalsGeometry expected = {
        .size = {5, 4, 3},
        .spacing = {0.7f, 1.1f, 2.3f},
        .origin = {-4, 0, 0},
        .direction = {0, 1, 0, -1, 0, 0, 0, 0, -1}};
    fixture_same_geometry(&expected, geometry_of(image), 1e-6);
    g_assert_cmpstr(info_of(image).orientation_from, ==, "qform");
    medals_image_free(&image);
    g_free(path);
}

static void test_no_form(void)
{
    FixtureNifti nifti = fixture_nifti();
    nifti.sform_code = 0;
    char *path = write_nifti("none.nii", &nifti, 60);
    MedalsImage *image = fixture_open(path);
    g_assert_cmpstr(info_of(image).orientation_from, ==, "pixdim");
    g_assert_nonnull(medals_image_warnings(image)[0]);
    medals_image_free(&image);
    g_free(path);
}

static void test_forms_disagree(void)
{
    FixtureNifti nifti = fixture_nifti();
    nifti.qform_code = 1;
    nifti.qoffset[0] = 40;
    char *path = write_nifti("disagree.nii", &nifti, 60);
    MedalsImage *image = fixture_open(path);
    const char *warning = medals_image_warnings(image)[0];
    g_assert_nonnull(warning);
    g_assert_nonnull(strstr(warning, "mm apart"));
    g_assert_nonnull(strstr(warning, info_of(image).orientation_from));
    medals_image_free(&image);
    g_free(path);
}

static void test_units(void)
{
    static const struct {
        uint8_t units;
        double scale;
    } cases[] = {{1, 1000}, {3, 0.001}};
    for (int i = 0; i < 2; i++) {
        FixtureNifti nifti = fixture_nifti();
        nifti.units = cases[i].units;
        char *path = write_nifti("units.nii", &nifti, 60);
        MedalsImage *image = fixture_open(path);
        const MedalsGeometry *g = geometry_of(image);
        g_assert_cmpfloat(g->spacing[0], ==, 0.7f * cases[i].scale);
        g_assert_cmpfloat(g->origin[1], ==, -30.3f * cases[i].scale);
        g_assert_null(medals_image_warnings(image)[0]);
        medals_image_free(&image);
        g_free(path);
    }
}

/* A name that ITK does not take goes another way to the same place. */
static void test_odd_name(void)
{
    FixtureNifti nifti = fixture_nifti();
    /* alone, alike, unlike with code 1 and 2 */
    static const struct {
        int16_t qform_code, sform_code;
        float apart;
        const char *from;
    } cases[] = {{0, 1, 0, "sform"},
                 {1, 0, 0, "qform"},
                 {1, 2, 0, "sform"},
                 {1, 1, 20, "sform"},
                 {1, 2, 20, "qform"}};
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        nifti.qform_code = cases[i].qform_code;
        nifti.sform_code = cases[i].sform_code;
        for (int r = 0; r < 3; r++)
            nifti.qoffset[r] = nifti.srow[4 * r + 3] + cases[i].apart;
        char *usual = write_nifti("usual.nii", &nifti, 60);
        char *odd = write_nifti("odd name", &nifti, 60);
        MedalsImage *a = fixture_open(usual), *b = fixture_open(odd);
        fixture_same_geometry(geometry_of(a), geometry_of(b), 1e-6);
        g_assert_cmpstr(info_of(a).orientation_from, ==,
                        info_of(b).orientation_from);
        g_assert_cmpstr(info_of(a).orientation_from, ==, cases[i].from);
        medals_image_free(&a);
        medals_image_free(&b);
        g_free(usual);
        g_free(odd);
    }
}

static void put_f64(GByteArray *bytes, gsize offset, double value)
{
    memcpy(bytes->data + offset, &value, 8);
}

/* nifti2.h; its header survives as well. */
static void test_nifti2(void)
{
    GByteArray *bytes = g_byte_array_new();
    g_byte_array_set_size(bytes, 544 + 60);
    memset(bytes->data, 0, bytes->len);
    const int32_t size = 540, form = 1, units = 2;
    const int16_t type[2] = {2, 8};
    const int64_t dim[4] = {3, 5, 4, 3}, offset = 544;
    memcpy(bytes->data, &size, 4);
    memcpy(bytes->data + 4, "n+2\0\r\n\032\n", 8);
    memcpy(bytes->data + 12, type, 4);
    memcpy(bytes->data + 16, dim, 32);
    memcpy(bytes->data + 168, &offset, 8);
    memcpy(bytes->data + 348, &form, 4);
    memcpy(bytes->data + 500, &units, 4);
    const double spacing[3] = {0.1, 0.2, 0.3};
    for (gsize a = 0; a < 3; a++) {
        put_f64(bytes, 104 + 8 * (a + 1), spacing[a]);
        put_f64(bytes, 400 + 40 * a, spacing[a]);
        put_f64(bytes, 424 + 32 * a, 1.0 / 3);
    }
    bytes->data[544 + 59] = 77;
    char *path = fixture_write("two.nii.gz", bytes->data, bytes->len);
    MedalsImage *image = fixture_open(path);
    const MedalsGeometry expected = {
        .size = {5, 4, 3},
        .spacing = {0.1, 0.2, 0.3},
        .origin = {-1.0 / 3, -1.0 / 3, 1.0 / 3},
        .direction = {-1, 0, 0, 0, -1, 0, 0, 0, 1}};
    fixture_same_geometry(&expected, geometry_of(image), 0);
    MedalsLabelmapWriteOptions options = MEDALS_LABELMAP_WRITE_OPTIONS_INIT;
    options.source = image;
    char *out = fixture_path("labels two.nii.gz");
    g_assert_cmpint(medals_labelmap_write(out, medals_image_peek_volume(image),
                                          &options, NULL),
                    ==, MEDALS_OK);
    GByteArray *labels = fixture_read(out);
    g_assert_cmpmem(labels->data + 104, 64, bytes->data + 104, 64);
    g_assert_cmpmem(labels->data + 344, 152, bytes->data + 344, 152);
    g_assert_cmpint(labels->data[544 + 59], ==, 77);
    MedalsImage *back = fixture_open(out);
    fixture_same_geometry(&expected, geometry_of(back), 0);
    medals_image_free(&back);
    medals_image_free(&image);
    g_byte_array_unref(labels);
    g_byte_array_unref(bytes);
    g_free(out);
    g_free(path);
}

static void test_scaling(void)
{
    FixtureNifti nifti = fixture_nifti();
    nifti.slope = 2;
    nifti.inter = -1000;
    char *path = write_nifti("scaled.nii.gz", &nifti, 60);
    MedalsImage *image = fixture_open(path);
    MedalsVolume *volume = medals_image_peek_volume(image);
    g_assert_cmpint(medals_volume_dtype(volume), ==, MEDALS_F32);
    const float *data = medals_volume_peek_data(volume);
    g_assert_cmpfloat(data[59], ==, 2 * 59 - 1000);
    medals_image_free(&image);
    g_free(path);
}

static void test_shapes(void)
{
    static const struct {
        int16_t dim[8];
        int64_t size[3];
    } cases[] = {{{2, 10, 6, 0, 0, 0, 0, 0}, {10, 6, 1}},
                 {{3, 1, 10, 6, 1, 1, 1, 1}, {1, 10, 6}},
                 {{5, 5, 4, 3, 1, 1, 1, 1}, {5, 4, 3}},
                 {{3, 1, 1, 1, 1, 1, 1, 1}, {1, 1, 1}},
                 {{3, 30000, 1, 2, 1, 1, 1, 1}, {30000, 1, 2}}};
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        FixtureNifti nifti = fixture_nifti();
        memcpy(nifti.dim, cases[i].dim, sizeof nifti.dim);
        const int64_t *size = cases[i].size;
        char *path = write_nifti("shape.nii.gz", &nifti,
                                 (gsize) (size[0] * size[1] * size[2]));
        MedalsImage *image = fixture_open(path);
        for (int a = 0; a < 3; a++)
            g_assert_cmpint(geometry_of(image)->size[a], ==, size[a]);
        medals_image_free(&image);
        g_free(path);
    }
}

/* pair of .hdr and .img */
static void test_pair(void)
{
    FixtureNifti nifti = fixture_nifti();
    nifti.vox_offset = 0;
    GByteArray *bytes = fixture_nifti_bytes(&nifti, 60);
    memcpy(bytes->data + 344, "ni1", 4);
    char *header = fixture_write("pair.hdr", bytes->data, 348);
    char *voxels = fixture_write("pair.img", bytes->data + 352, 60);
    for (int i = 0; i < 2; i++) {
        MedalsImage *image = fixture_open(i ? header : voxels);
        const uint8_t *data =
            medals_volume_peek_data(medals_image_peek_volume(image));
        g_assert_cmpint(data[7], ==, 7);
        medals_image_free(&image);
    }
    memset(bytes->data + 344, 0, 4);
    g_free(fixture_write("pair.hdr", bytes->data, 348));
    fixture_refuse(header, MEDALS_E_INPUT, "Analyze");
    g_byte_array_unref(bytes);
    g_free(header);
    g_free(voxels);
}

static void refuse(const FixtureNifti *nifti, const char *part)
{
    char *path = write_nifti("refused.nii.gz", nifti, 60);
    fixture_refuse(path, MEDALS_E_INPUT, part);
    g_free(path);
}

static void test_bad_spacing(void)
{
    const float bad[] = {0, -1, NAN, INFINITY};
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        FixtureNifti nifti = fixture_nifti();
        nifti.pixdim[2] = bad[i];
        refuse(&nifti, "pixdim[2]");
    }
}

static void test_bad_axes(void)
{
    FixtureNifti sheared = fixture_nifti();
    sheared.srow[1] = 0.1f;
    refuse(&sheared, "sheared");
    FixtureNifti with_qform = sheared;
    with_qform.qform_code = 1;
    refuse(&with_qform, "sheared");
    FixtureNifti singular = fixture_nifti();
    singular.srow[10] = 0;
    refuse(&singular, "singular");
    FixtureNifti parallel = fixture_nifti();
    parallel.srow[10] = 0;
    parallel.srow[2] = 2.3f;
    refuse(&parallel, "singular");
    FixtureNifti not_number = fixture_nifti();
    not_number.srow[3] = NAN;
    refuse(&not_number, "finite");
    FixtureNifti qform = fixture_nifti();
    qform.sform_code = 0;
    qform.qform_code = 1;
    qform.qoffset[1] = INFINITY;
    refuse(&qform, "the qform holds inf");
}

static void test_bad_shapes(void)
{
    static const struct {
        int16_t dim[8], datatype, bitpix;
        const char *part;
    } cases[] = {{{4, 5, 4, 3, 2, 1, 1, 1}, 2, 8, "4-D image of 5 x 4 x 3 x 2"},
                 {{5, 5, 4, 3, 1, 3, 1, 1}, 2, 8, "vector"},
                 {{3, 5, 4, 0, 1, 1, 1, 1}, 2, 8, "no voxels"},
                 {{3, 5, -4, 3, 1, 1, 1, 1}, 2, 8, "no voxels"},
                 {{0, 5, 4, 3, 1, 1, 1, 1}, 2, 8, "axes"},
                 {{9, 5, 4, 3, 1, 1, 1, 1}, 2, 8, "axes"},
                 {{3, 5, 4, 3, 1, 1, 1, 1}, 128, 24, "colour"},
                 {{3, 5, 4, 3, 1, 1, 1, 1}, 2304, 32, "colour"},
                 {{3, 5, 4, 3, 1, 1, 1, 1}, 32, 64, "complex"},
                 {{3, 5, 4, 3, 1, 1, 1, 1}, 1, 1, "unsupported"}};
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        FixtureNifti nifti = fixture_nifti();
        memcpy(nifti.dim, cases[i].dim, sizeof nifti.dim);
        nifti.datatype = cases[i].datatype;
        nifti.bitpix = cases[i].bitpix;
        refuse(&nifti, cases[i].part);
    }
}

static void test_lying_header(void)
{
    FixtureNifti nifti = fixture_nifti();
    for (int i = 1; i <= 3; i++)
        nifti.dim[i] = 32767;
    char *plain = write_nifti("lying.nii", &nifti, 60);
    fixture_refuse(plain, MEDALS_E_INPUT, "too short");
    char *packed = write_nifti("lying.nii.gz", &nifti, 60);
    fixture_refuse(packed, MEDALS_E_INPUT, "too short");
    nifti = fixture_nifti();
    nifti.dim[3] = 4;
    char *slightly = write_nifti("slightly.nii.gz", &nifti, 60);
    fixture_refuse(slightly, MEDALS_E_INPUT, "20 more expected");
    nifti = fixture_nifti();
    nifti.vox_offset = 1e9f;
    char *offset = write_nifti("offset.nii", &nifti, 60);
    fixture_refuse(offset, MEDALS_E_INPUT, "too short");
    g_free(plain);
    g_free(packed);
    g_free(slightly);
    g_free(offset);
}

static void test_damaged_gzip(void)
{
    FixtureNifti nifti = fixture_nifti();
    char *path = write_nifti("damaged.nii.gz", &nifti, 60);
    char *content;
    gsize length;
    g_assert_true(g_file_get_contents(path, &content, &length, NULL));
    /* cut at every length: never a crash, never a success */
    for (gsize cut = 0; cut < length; cut++) {
        MedalsImage *image = NULL;
        char *message = NULL;
        g_assert_true(g_file_set_contents(path, content, (gssize) cut, NULL));
        MedalsStatus status = medals_image_read(&image, path, NULL, &message);
        g_assert_cmpint(status, ==, MEDALS_E_INPUT);
        g_assert_nonnull(message);
        medals_bridge_free(message);
    }
    content[length - 6] ^= 1; /* the checksum */
    g_assert_true(g_file_set_contents(path, content, (gssize) length, NULL));
    fixture_refuse(path, MEDALS_E_INPUT, "expected");
    g_free(content);
    g_free(path);
}

static void test_too_large(void)
{
    FixtureNifti nifti = fixture_nifti();
    nifti.datatype = 64;
    nifti.bitpix = 64;
    nifti.dim[1] = nifti.dim[2] = 32767;
    nifti.dim[3] = 1000;
    char *path = write_nifti("large.nii", &nifti, 8);
    int file = open(path, O_RDWR);
    off_t bytes = (off_t) 32767 * 32767 * 8000 + 352;
    if (ftruncate(file, bytes) != 0)
        g_test_skip("no sparse files of 8 TB here");
    else
        fixture_refuse(path, MEDALS_E_NOMEM, "GiB available expected");
    close(file);
    unlink(path);
    g_free(path);
}

static void test_absent(void)
{
    char *path = fixture_path("absent.nii");
    fixture_refuse(path, MEDALS_E_IO, "No such file");
    g_free(path);
    path = fixture_write("empty.nii", "", 0);
    fixture_refuse(path, MEDALS_E_INPUT, "empty");
    g_free(path);
    path = fixture_write("text.nii", "not an image", 12);
    fixture_refuse(path, MEDALS_E_INPUT, "unknown format");
    g_free(path);
    path = fixture_write("challenge", "PK\3\4 and more", 13);
    g_assert_true(medals_image_is_npz(path));
    fixture_refuse(path, MEDALS_E_INPUT, ".npz");
    g_free(path);
    g_assert_true(medals_image_is_npz("CT_Case.NPZ"));
    g_assert_false(medals_image_is_npz("CT_Case.nii"));
}

/* A brain that many people have: MRIcron's template. */
static void test_template(void)
{
    const char *path = "/usr/share/mricron/templates/ch2.nii.gz";
    if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
        g_test_skip("package mricron-data is absent");
        return;
    }
    MedalsImage *image = fixture_open(path);
    const MedalsGeometry *g = geometry_of(image);
    g_assert_cmpint(g->size[0], ==, 181);
    g_assert_cmpint(g->size[1], ==, 217);
    g_assert_cmpint(g->size[2], ==, 181);
    g_assert_cmpfloat(g->spacing[0], ==, 1);
    medals_image_free(&image);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/bridge/nifti/sform", test_sform);
    g_test_add_func("/bridge/nifti/qform", test_qform);
    g_test_add_func("/bridge/nifti/no_form", test_no_form);
    g_test_add_func("/bridge/nifti/forms_disagree", test_forms_disagree);
    g_test_add_func("/bridge/nifti/units", test_units);
    g_test_add_func("/bridge/nifti/odd_name", test_odd_name);
    g_test_add_func("/bridge/nifti/nifti2", test_nifti2);
    g_test_add_func("/bridge/nifti/scaling", test_scaling);
    g_test_add_func("/bridge/nifti/shapes", test_shapes);
    g_test_add_func("/bridge/nifti/pair", test_pair);
    g_test_add_func("/bridge/nifti/bad_spacing", test_bad_spacing);
    g_test_add_func("/bridge/nifti/bad_axes", test_bad_axes);
    g_test_add_func("/bridge/nifti/bad_shapes", test_bad_shapes);
    g_test_add_func("/bridge/nifti/lying_header", test_lying_header);
    g_test_add_func("/bridge/nifti/damaged_gzip", test_damaged_gzip);
    g_test_add_func("/bridge/nifti/too_large", test_too_large);
    g_test_add_func("/bridge/nifti/absent", test_absent);
    g_test_add_func("/bridge/nifti/template", test_template);
    int result = g_test_run();
    fixture_end();
    return result;
}
