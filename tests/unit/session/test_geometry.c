/*
 * test_geometry.c - images of sizes and spacings that no scanner makes
 *
 *   refused when the volume is made, or taken to the end: a click answered,
 *   or refused because the grid would need more memory than there is
 */
#include <medals/medals.h>

#include <glib.h>
#include <math.h>
#include <string.h>

static MedalsModel *model;

#define OK(call) g_assert_cmpint((call), ==, MEDALS_OK)

static MedalsGeometry geometry_of(int64_t edge, double spacing)
{
    MedalsGeometry g = {{edge, edge, edge},
                        {spacing, spacing, spacing},
                        {0, 0, 0},
                        {1, 0, 0, 0, 1, 0, 0, 0, 1}};
    return g;
}

static MedalsVolume *volume_of(const MedalsGeometry *g)
{
    MedalsVolume *volume = NULL;
    OK(medals_volume_new(&volume, g, MEDALS_U8, NULL));
    uint8_t *voxel = medals_volume_peek_data(volume);
    for (int64_t n = 0; n < g->size[0] * g->size[1] * g->size[2]; n++)
        voxel[n] = (uint8_t) (n * 7 % 251);
    return volume;
}

/* No volume is made of it, neither new nor around the caller's voxels. */
static void assert_refused(const MedalsGeometry *g)
{
    MedalsVolume *volume = NULL;
    MedalsError *error = NULL;
    uint8_t voxels[8] = {0};
    g_assert_cmpint(medals_volume_new(&volume, g, MEDALS_U8, &error), ==,
                    MEDALS_E_INPUT);
    g_assert_true(g_str_has_prefix(medals_error_message(error), "volume: "));
    medals_error_free(&error);
    g_assert_cmpint(
        medals_volume_wrap(&volume, g, MEDALS_U8, voxels, NULL, NULL, NULL), ==,
        MEDALS_E_INPUT);
    g_assert_null(volume);
}

static MedalsStatus click(const MedalsGeometry *g, MedalsAnswerKind kind,
                          char **line)
{
    const double at[3] = {0, 0, 0};
    MedalsVolume *volume = volume_of(g);
    MedalsSession *session = NULL;
    MedalsError *error = NULL;
    MedalsPrompt prompt = MEDALS_PROMPT_INIT;
    MedalsCall call = MEDALS_CALL_INIT;
    call.answer = kind;
    prompt.points = at;
    prompt.point_count = 1;
    OK(medals_session_open(&session, model, volume, NULL, NULL));
    medals_volume_free(&volume);
    OK(medals_session_add_class(session, NULL, "thing", NULL, NULL, NULL));
    MedalsStatus status =
        medals_session_prompt(session, &prompt, &call, NULL, &error);
    g_assert_true((status == MEDALS_OK) ==
                  (medals_session_modality(session) != MEDALS_MODALITY_NONE));
    *line = g_strdup(medals_error_message(error));
    medals_error_free(&error);
    medals_session_close(&session);
    return status;
}

static void test_refused(void)
{
    static const double spacings[] = {367001.6, 1e12,    1e300, 1e-20, 1e-7,
                                      5e-324,   0,       -1,    -0.0,  NAN,
                                      INFINITY, -1e-300, 100001};
    for (size_t n = 0; n < G_N_ELEMENTS(spacings); n++)
        for (int a = 0; a < 3; a++) {
            MedalsGeometry g = geometry_of(2, 1);
            g.spacing[a] = spacings[n];
            assert_refused(&g);
        }
    static const int64_t edges[] = {0,         -1,        1000001,
                                    INT64_MAX, INT64_MIN, INT64_C(1) << 32};
    for (size_t n = 0; n < G_N_ELEMENTS(edges); n++)
        for (int a = 0; a < 3; a++) {
            MedalsGeometry g = geometry_of(1, 1);
            g.size[a] = edges[n];
            assert_refused(&g);
        }
    static const double odd[] = {NAN, INFINITY, 1e200, -1e155, 1e103, 1e13};
    for (size_t n = 0; n < G_N_ELEMENTS(odd); n++) {
        MedalsGeometry g = geometry_of(2, 1);
        g.direction[n] = odd[n];
        assert_refused(&g);
        g = geometry_of(2, 1);
        g.origin[n % 3] = odd[n];
        assert_refused(&g);
    }
    MedalsGeometry flat = geometry_of(2, 1);
    flat.direction[8] = 0;
    assert_refused(&flat);
}

/* A grid that memory cannot hold: said before it is made. */
static void test_estimate(void)
{
    static const double spacings[] = {1e5, 4e4, 1e4};
    for (size_t n = 0; n < G_N_ELEMENTS(spacings); n++) {
        MedalsGeometry g = geometry_of(20, spacings[n]);
        g_autofree char *line = NULL;
        g_assert_cmpint(click(&g, MEDALS_ANSWER_NONE, &line), ==,
                        MEDALS_E_NOMEM);
        g_assert_nonnull(strstr(line, "GB of memory needed"));
        /* As segment does. */
        const char *text[] = {"left thalamus"};
        MedalsVolume *volume = volume_of(&g);
        MedalsSegmentation *out = NULL;
        MedalsSegmentOptions ask = MEDALS_SEGMENT_OPTIONS_INIT;
        ask.texts = text;
        ask.text_count = 1;
        g_assert_cmpint(medals_segment(&out, model, volume, &ask, NULL), ==,
                        MEDALS_E_NOMEM);
        medals_volume_free(&volume);
    }
}

/* Thin, long, tiny: odd, but images. */
static void test_taken(void)
{
    static const struct {
        int64_t size[3];
        double spacing[3];
    } shapes[] = {{{1, 1, 1}, {1, 1, 1}},       {{1, 1, 1}, {1e-6, 1e-6, 1e-6}},
                  {{3, 2, 1}, {1e-6, 1, 100}},  {{200, 1, 1}, {0.5, 300, 300}},
                  {{1, 1, 300}, {1, 1, 0.001}}, {{2, 3, 4}, {90, 0.01, 2}},
                  {{20000, 1, 1}, {1e-6, 1, 1}}};
    for (size_t n = 0; n < G_N_ELEMENTS(shapes); n++) {
        MedalsGeometry g = geometry_of(1, 1);
        memcpy(g.size, shapes[n].size, sizeof g.size);
        memcpy(g.spacing, shapes[n].spacing, sizeof g.spacing);
        g_autofree char *line = NULL;
        MedalsStatus status = click(
            &g, n < 2 ? MEDALS_ANSWER_INSTANT : MEDALS_ANSWER_NONE, &line);
        if (status != MEDALS_OK)
            g_error("shape %zu: %s", n, line);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    MedalsContext *context = NULL;
    OK(medals_context_new(&context, NULL, NULL));
    OK(medals_model_open(&model, context, MEDALS_COMPACT, NULL, NULL));
    g_test_add_func("/session/geometry/refused", test_refused);
    g_test_add_func("/session/geometry/estimate", test_estimate);
    g_test_add_func("/session/geometry/taken", test_taken);
    int failed = g_test_run();
    medals_model_free(&model);
    medals_context_free(&context);
    return failed;
}
