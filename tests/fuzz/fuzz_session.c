/*
 * fuzz_session.c - any bytes as an image's geometry, and clicks on it
 *
 *   byte 0..2  size, thin and long ones often   byte 3   modality, element
 *   then       spacing, origin, direction: bits, round numbers, extremes
 *   then       prompts: kind, space, sign, answer, points or a mask
 *
 * Whatever is refused is refused in one line; whatever is taken has marks
 * inside the image, and undo brings back what was there.
 */
#include <medals/medals.h>

#include <glib.h>
#include <math.h>
#include <string.h>

#define MOST_POINTS 12
#define MOST_PROMPTS 6
/* mm^3 between which the grid is large but is still made: seconds each. */
#define SLOW_FROM 1e7
#define SLOW_TO 1e15

typedef struct Bytes {
    const uint8_t *data;
    size_t size;
} Bytes;

static MedalsContext *context; /* for all runs */
static MedalsModel *model;

static uint8_t take_byte(Bytes *bytes)
{
    if (bytes->size == 0)
        return 0;
    bytes->size--;
    return *bytes->data++;
}

static double take_bits(Bytes *bytes)
{
    uint64_t bits = 0;
    for (int n = 0; n < 8; n++)
        bits = bits << 8 | take_byte(bytes);
    double number;
    memcpy(&number, &bits, sizeof number);
    return number;
}

static double take_double(Bytes *bytes)
{
    static const double odd[] = {NAN,   INFINITY, -INFINITY, 1e308,    -1e308,
                                 1e-20, 1e12,     367001.6,  1e-6,     1e5,
                                 -0.5,  -0.0,     5e-324,    0x1p63,   1e9,
                                 -1e9,  0.49999,  -1e-7,     99999.99, 1e-5};
    uint8_t how = take_byte(bytes);
    if (how < 200)
        return (double) how / 8 - 4 + (double) take_byte(bytes) / 512;
    if (how < 240)
        return odd[take_byte(bytes) % G_N_ELEMENTS(odd)];
    return take_bits(bytes);
}

static MedalsGeometry take_geometry(Bytes *bytes)
{
    static const double turned[9] = {0, 0, -1, 1, 0, 0, 0, 1, 0};
    static const int64_t edges[] = {1, 2, 3, 5, 8, 13, 20, 200, 1000000, -1};
    MedalsGeometry g;
    for (int a = 0; a < 3; a++)
        g.size[a] = edges[take_byte(bytes) % G_N_ELEMENTS(edges)];
    uint8_t simple = take_byte(bytes);
    for (int a = 0; a < 3; a++) {
        double spacing = take_double(bytes);
        g.spacing[a] = simple & 1 ? 0.5 + fabs(fmod(spacing, 4)) : spacing;
        g.origin[a] = simple & 2 ? 0 : take_double(bytes);
    }
    for (int n = 0; n < 9; n++)
        g.direction[n] = simple & 4 ? take_double(bytes) : turned[n];
    return g;
}

/* Small enough to fill, and a grid that is small, or too large to be made. */
static bool is_quick(const MedalsGeometry *g)
{
    double voxels = 1, mm = 1;
    for (int a = 0; a < 3; a++) {
        voxels *= fabs((double) g->size[a]);
        mm *= MAX((double) g->size[a] * g->spacing[a], 100);
    }
    return voxels <= 1 << 16 && !(mm > SLOW_FROM && mm < SLOW_TO);
}

static MedalsVolume *make_volume(Bytes *bytes)
{
    MedalsGeometry g = take_geometry(bytes);
    MedalsVolume *volume = NULL;
    MedalsError *error = NULL;
    if (!is_quick(&g) ||
        medals_volume_new(&volume, &g, MEDALS_I16, &error) != MEDALS_OK) {
        medals_error_free(&error);
        return NULL;
    }
    int16_t *voxel = medals_volume_peek_data(volume);
    size_t n = (size_t) (g.size[0] * g.size[1] * g.size[2]);
    uint8_t step = take_byte(bytes);
    for (size_t v = 0; v < n; v++)
        voxel[v] = (int16_t) (v * step % 997);
    return volume;
}

/* One line, and a status that says whose fault it is. */
static void check_refusal(MedalsStatus status, MedalsError **error)
{
    const char *line = medals_error_message(*error);
    if (status == MEDALS_OK)
        return;
    g_assert_true(status == medals_error_status(*error));
    g_assert_true(status != MEDALS_E_INTERNAL && line[0] &&
                  !strchr(line, '\n'));
    medals_error_free(error);
}

/* What was said lies inside, once the call has succeeded. */
static void check_answer(const MedalsSession *session,
                         const MedalsAnswer *answer)
{
    const int64_t *size = medals_session_peek_geometry(session)->size;
    MedalsChange change = {.struct_size = sizeof change};
    for (size_t n = 0; medals_answer_change(answer, n, &change); n++)
        for (int a = 0; a < 3; a++)
            g_assert_true(change.extent[2 * a] >= 0 &&
                          change.extent[2 * a] < change.extent[2 * a + 1] &&
                          change.extent[2 * a + 1] <= size[a]);
}

static size_t take_points(Bytes *bytes, const MedalsGeometry *g, bool index,
                          double *points)
{
    size_t n = take_byte(bytes) % MOST_POINTS;
    bool near = take_byte(bytes) % 4 != 0;
    for (size_t p = 0; p < 3 * n; p++) {
        double part = take_double(bytes);
        int64_t edge = g->size[p % 3];
        points[p] = near && index ? floor(fabs(fmod(part, (double) edge)))
                    : near        ? g->origin[p % 3] + part * g->spacing[p % 3]
                                  : part;
    }
    return n;
}

static void take_extent(Bytes *bytes, const MedalsGeometry *g,
                        int64_t extent[6])
{
    for (int a = 0; a < 3; a++) {
        extent[2 * a] = (int8_t) take_byte(bytes) / 8;
        extent[2 * a + 1] =
            extent[2 * a] + MIN(take_byte(bytes) % 24, g->size[a]);
    }
    if (take_byte(bytes) == 255)
        extent[1] = INT64_MAX;
}

static void prompt(MedalsSession *session, Bytes *bytes)
{
    static uint8_t mask[24 * 24 * 24];
    const MedalsGeometry *g = medals_session_peek_geometry(session);
    double points[3 * MOST_POINTS];
    MedalsError *error = NULL;
    MedalsAnswer *answer = NULL;
    MedalsPrompt what = MEDALS_PROMPT_INIT;
    MedalsCall call = MEDALS_CALL_INIT;
    uint8_t kind = take_byte(bytes), how = take_byte(bytes);
    what.kind = (MedalsPromptKind) (kind % 5);
    what.space = (MedalsSpace) (how % 16 == 0 ? 7 : how % 2);
    what.positive = how & 2;
    what.class_index = how & 4 ? 0 : how % 3;
    what.radius_mm = take_double(bytes);
    what.points = points;
    what.point_count =
        take_points(bytes, g, what.space == MEDALS_SPACE_INDEX, points);
    /* Most only remember: an answer is a window of the network. */
    call.answer = how >= 254 ? MEDALS_ANSWER_INSTANT : MEDALS_ANSWER_NONE;
    take_extent(bytes, g, what.extent);
    what.mask_bytes = 1;
    for (int a = 0; a < 3; a++)
        what.mask_bytes *=
            ((size_t) what.extent[2 * a + 1] - (size_t) what.extent[2 * a]) &
            31;
    what.mask_bytes = MIN(what.mask_bytes, sizeof mask);
    memset(mask, take_byte(bytes) % 4 != 0, sizeof mask);
    if (kind >= 200)
        what.mask = mask;
    MedalsStatus status =
        kind >= 230
            ? medals_session_mask(session, what.class_index,
                                  (MedalsMaskUse) (how % 3), what.extent, mask,
                                  what.mask_bytes, &call, &answer, &error)
            : medals_session_prompt(session, &what, &call, &answer, &error);
    g_assert_true((status == MEDALS_OK) == (answer != NULL));
    check_refusal(status, &error);
    check_answer(session, answer);
    medals_answer_free(&answer);
}

static void stroke(MedalsSession *session, Bytes *bytes)
{
    const MedalsGeometry *g = medals_session_peek_geometry(session);
    double points[3 * MOST_POINTS];
    MedalsError *error = NULL;
    MedalsCall call = MEDALS_CALL_INIT;
    MedalsPrompt what = MEDALS_PROMPT_INIT;
    uint8_t how = take_byte(bytes);
    call.answer = MEDALS_ANSWER_NONE;
    what.kind = how & 1 ? MEDALS_PROMPT_LASSO : MEDALS_PROMPT_SCRIBBLE;
    what.space = (MedalsSpace) (how / 2 % 2);
    what.radius_mm = take_double(bytes);
    what.points = points;
    what.point_count =
        take_points(bytes, g, what.space == MEDALS_SPACE_INDEX, points);
    check_refusal(medals_session_stroke_begin(session, &what, &error), &error);
    for (int n = 0; n < 2 && medals_session_stroke_is_open(session); n++) {
        size_t count =
            take_points(bytes, g, what.space == MEDALS_SPACE_INDEX, points);
        check_refusal(medals_session_stroke_append(session, what.space, points,
                                                   count, NULL, 0, NULL, &call,
                                                   NULL, &error),
                      &error);
    }
    if (!medals_session_stroke_is_open(session))
        return;
    check_refusal(medals_session_stroke_end(session, &call, NULL, &error),
                  &error);
    if (medals_session_stroke_is_open(session))
        g_assert_true(medals_session_stroke_cancel(session, NULL, NULL) ==
                      MEDALS_OK);
}

static void read_all(const MedalsSession *session)
{
    const int64_t *size = medals_session_peek_geometry(session)->size;
    size_t n = (size_t) (size[0] * size[1] * size[2]);
    g_autofree uint8_t *labels = g_malloc(n);
    MedalsSessionStatistics held = {.struct_size = sizeof held};
    g_assert_true(medals_session_read(session, -1, NULL, MEDALS_U8, labels, n,
                                      NULL, NULL) == MEDALS_OK);
    uint64_t count[2] = {0};
    for (size_t v = 0; v < n; v++) {
        g_assert_true(labels[v] <= 2);
        if (labels[v])
            count[labels[v] - 1]++;
    }
    for (size_t c = 0; c < 2; c++) {
        g_assert_true(medals_session_statistics(session, c, &held, NULL) ==
                      MEDALS_OK);
        g_assert_true(held.voxels == count[c]);
    }
}

static void begin(void)
{
    MedalsContextOptions options = MEDALS_CONTEXT_OPTIONS_INIT;
    options.threads = 1;
    if (medals_context_new(&context, &options, NULL) != MEDALS_OK ||
        medals_model_open(&model, context, MEDALS_COMPACT, NULL, NULL) !=
            MEDALS_OK)
        g_error("%s: cannot be opened", MEDALS_COMPACT);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Bytes bytes = {data, size};
    MedalsSessionOptions options = MEDALS_SESSION_OPTIONS_INIT;
    MedalsSession *session = NULL;
    MedalsError *error = NULL;
    const char *const texts[] = {"left thalamus", NULL};
    if (!model)
        begin();
    MedalsVolume *volume = make_volume(&bytes);
    if (!volume)
        return 0;
    options.modality = (MedalsModality) (take_byte(&bytes) % 7 - 1);
    MedalsStatus status =
        medals_session_open(&session, model, volume, &options, &error);
    medals_volume_free(&volume);
    check_refusal(status, &error);
    if (!session)
        return 0;
    g_assert_true(medals_session_set_classes(session, texts, NULL, 2, NULL,
                                             NULL) == MEDALS_OK);
    for (int n = 0; n < MOST_PROMPTS && bytes.size > 0; n++) {
        if (take_byte(&bytes) % 4 == 0)
            stroke(session, &bytes);
        else
            prompt(session, &bytes);
        read_all(session);
    }
    g_assert_true(medals_session_undo(session, UINT64_MAX, NULL, NULL) ==
                  MEDALS_OK);
    medals_session_close(&session);
    return 0;
}
