/*
 * test_readers.c - what is read beside an editing thread is one version
 *
 *   revision even: class 0 holds voxel A, class 1 voxel B; 1 prompt, 0 prompts
 *   revision odd:  class 0 holds voxel B, class 1 voxel A; 0 prompts, 1 prompt
 *
 * The editor turns the list around again and again. Voxels, value, prompts and
 * revision that one call answers belong together.
 */
#include <medals/medals.h>

#include <glib.h>
#include <stdatomic.h>

enum { EDGE = 40, VOXELS = EDGE * EDGE * EDGE, READERS = 3 };
#define SECONDS 0.6

static MedalsModel *model;
static MedalsSession *session;
static atomic_bool done;

static const size_t place[2] = {3, VOXELS - 5}; /* of A and B */

#define OK(call) g_assert_cmpint((call), ==, MEDALS_OK)

static void set_classes(bool turned)
{
    static const char *const texts[] = {"left thalamus", "right thalamus",
                                        "left thalamus"};
    OK(medals_session_set_classes(session, texts + turned, NULL, 2, NULL,
                                  NULL));
}

static void check_class(uint8_t *voxels, size_t index)
{
    uint64_t revision = 0;
    OK(medals_session_read(session, (int64_t) index, NULL, MEDALS_U8, voxels,
                           VOXELS, &revision, NULL));
    size_t holds = (index + revision) % 2;
    g_assert_cmpint(voxels[place[holds]], ==, 1);
    g_assert_cmpint(voxels[place[1 - holds]], ==, 0);
}

/* B has twice the voxels of A, and A the only prompt. */
static void check_statistics(size_t index)
{
    MedalsSessionStatistics held = {.struct_size = sizeof held};
    OK(medals_session_statistics(session, index, &held, NULL));
    g_assert_cmpuint(held.voxels, ==, held.prompts ? 1 : 2);
}

static void check_labelmap(void)
{
    const uint32_t values[2] = {7, 9};
    MedalsVolume *labelmap = NULL;
    OK(medals_session_labelmap(session, values, 2, &labelmap, NULL));
    const uint8_t *label = medals_volume_peek_data(labelmap);
    g_assert_cmpint(label[place[0]] + label[place[1]], ==, 16);
    g_assert_cmpint(label[place[0]], !=, label[place[1]]);
    medals_volume_free(&labelmap);
}

static gpointer read_on(gpointer number)
{
    g_autofree uint8_t *voxels = g_malloc(VOXELS);
    int64_t extent[6];
    for (size_t n = GPOINTER_TO_SIZE(number); !atomic_load(&done); n++) {
        check_class(voxels, n % 2);
        check_statistics(n % 2);
        check_labelmap();
        g_assert_cmpuint(medals_session_class_count(session), ==, 2);
        g_assert_cmpint(medals_session_modality(session), ==,
                        MEDALS_MODALITY_MRI);
        medals_session_changed_since(session, n % 3, extent);
        g_assert_true(medals_session_saved(session));
    }
    return NULL;
}

static void put(size_t class_index, size_t at, size_t count)
{
    uint8_t mask[2] = {1, 1};
    int64_t i = (int64_t) at % EDGE, j = (int64_t) at / EDGE % EDGE,
            k = (int64_t) at / EDGE / EDGE;
    const int64_t box[6] = {i, i + (int64_t) count, j, j + 1, k, k + 1};
    OK(medals_session_mask(session, class_index, MEDALS_MASK_LABELMAP, box,
                           mask, count, NULL, NULL, NULL));
}

static void begin(void)
{
    const MedalsGeometry g = {
        {EDGE, EDGE, EDGE}, {2, 2, 2}, {0, 0, 0}, {1, 0, 0, 0, 1, 0, 0, 0, 1}};
    const double at[3] = {3, 0, 0};
    MedalsVolume *volume = NULL;
    MedalsSessionOptions options = MEDALS_SESSION_OPTIONS_INIT;
    MedalsPrompt prompt = MEDALS_PROMPT_INIT;
    MedalsCall call = MEDALS_CALL_INIT;
    options.modality = MEDALS_MODALITY_MRI;
    call.answer = MEDALS_ANSWER_NONE;
    prompt.points = at;
    prompt.point_count = 1;
    OK(medals_volume_new(&volume, &g, MEDALS_U8, NULL));
    OK(medals_session_open(&session, model, volume, &options, NULL));
    medals_volume_free(&volume);
    set_classes(false);
    put(0, place[0], 1);
    put(1, place[1], 2);
    OK(medals_session_prompt(session, &prompt, &call, NULL, NULL));
    g_assert_cmpuint(medals_session_revision(session) % 2, ==, 0);
}

static void test_turning(void)
{
    GThread *reader[READERS];
    begin();
    for (size_t n = 0; n < READERS; n++)
        reader[n] = g_thread_new("reader", read_on, GSIZE_TO_POINTER(n));
    gint64 end = g_get_monotonic_time() + (gint64) (SECONDS * 1e6);
    for (bool turned = true; g_get_monotonic_time() < end; turned = !turned)
        set_classes(turned);
    atomic_store(&done, true);
    for (size_t n = 0; n < READERS; n++)
        g_thread_join(reader[n]);
    medals_session_close(&session);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    MedalsContext *context = NULL;
    OK(medals_context_new(&context, NULL, NULL));
    OK(medals_model_open(&model, context, MEDALS_COMPACT, NULL, NULL));
    g_test_add_func("/session/readers/turning", test_turning);
    int failed = g_test_run();
    medals_model_free(&model);
    medals_context_free(&context);
    return failed;
}
