/*
 * test_invariants.c - what every session keeps, under random users and beside
 * readers, on a small head
 */
#include <math.h>

#include "session_play.h"

static MedalsContext *context;
static MedalsModel *model;

/* Four windows; i to posterior, j to superior, k to the left. */
static const MedalsGeometry geometry = {
    .size = {72, 60, 44},
    .spacing = {3.5, 4.25, 3.0},
    .origin = {-60.1, 12.25, 7},
    .direction = {0, 0, 1, 1, 0, 0, 0, 1, 0}};

/* i to the right, j to inferior, k to anterior. */
static const MedalsGeometry other_axes = {
    .size = {1, 1, 1},
    .spacing = {1, 1, 1},
    .direction = {-1, 0, 0, 0, 0, -1, 0, -1, 0}};

static const char *const texts[] = {"left thalamus",
                                    "left cerebral white matter"};

static MedalsVolume *new_head(void)
{
    MedalsVolume *volume = NULL;
    MUST(medals_volume_new(&volume, &geometry, MEDALS_I16, &error));
    int16_t *voxel = medals_volume_peek_data(volume);
    const int64_t *n = geometry.size;
    for (int64_t k = 0; k < n[2]; k++)
        for (int64_t j = 0; j < n[1]; j++)
            for (int64_t i = 0; i < n[0]; i++, voxel++) {
                double x = (double) i / 32 - 1.1, y = (double) j / 28 - 1,
                       z = (double) k / 20 - 1, r = x * x + y * y + z * z;
                double nucleus = exp(-30 * ((z - 0.3) * (z - 0.3) + y * y));
                *voxel =
                    r < 1 ? (int16_t) (600 - 250 * nucleus +
                                       3 * (double) ((i * 7 + j * 5 + k) % 11))
                          : 0;
            }
    return volume;
}

/* ---- random users ------------------------------------------------------- */

static void play(uint64_t seed, int steps)
{
    MedalsVolume *image = new_head();
    const SessionPlay user = {.model = model,
                              .image = image,
                              .modality = MEDALS_MODALITY_MRI,
                              .texts = texts,
                              .text_count = G_N_ELEMENTS(texts),
                              .forgetful = true,
                              .like = &other_axes,
                              .seed = seed,
                              .steps = steps,
                              .full = 10};
    g_assert_cmpuint(session_play(&user), >, 1000);
    medals_volume_free(&image);
}

static void test_random_user(void)
{
    play(1, 24);
}

static void test_more_users(void)
{
    for (uint64_t seed = 2; g_test_slow() && seed < 12; seed++)
        play(seed, 200);
}

/* ---- readers ------------------------------------------------------------ */

static const ScriptStep classes = {.kind = SCRIPT_SET_CLASSES,
                                   .texts = texts,
                                   .text_count = G_N_ELEMENTS(texts)};

/* Readers run until told to stop; each look must be a whole revision. */
typedef struct Reader {
    const MedalsSession *session;
    size_t voxels;
    GMutex lock;
    GHashTable *hashes; /* revision -> hash of its labels */
    int stop, looks;
} Reader;

static void note_revision(Reader *reader)
{
    g_autofree uint8_t *labels = g_malloc(reader->voxels);
    uint64_t revision = 0;
    MUST(medals_session_read(reader->session, -1, NULL, MEDALS_U8, labels,
                             reader->voxels, &revision, &error));
    g_mutex_lock(&reader->lock);
    g_hash_table_insert(
        reader->hashes, GSIZE_TO_POINTER(revision),
        GSIZE_TO_POINTER(session_oracle_hash(labels, reader->voxels)));
    g_mutex_unlock(&reader->lock);
}

/* The main thread notes a revision only after the call: a look at a newer one
 * is judged at the end. */
static gpointer read_on(gpointer data)
{
    Reader *reader = data;
    g_autofree uint8_t *labels = g_malloc(reader->voxels);
    GArray *seen = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    while (!g_atomic_int_get(&reader->stop)) {
        uint64_t pair[2];
        int64_t extent[6];
        MUST(medals_session_read(reader->session, -1, NULL, MEDALS_U8, labels,
                                 reader->voxels, &pair[0], &error));
        pair[1] = session_oracle_hash(labels, reader->voxels);
        g_array_append_vals(seen, pair, 2);
        MedalsSessionStatistics statistics = {.struct_size = sizeof statistics};
        MUST(
            medals_session_statistics(reader->session, 0, &statistics, &error));
        medals_session_changed_since(reader->session, 1, extent);
        g_atomic_int_inc(&reader->looks);
    }
    return seen;
}

static void test_readers(void)
{
    MedalsVolume *image = new_head();
    SessionView view;
    MedalsSessionOptions options = MEDALS_SESSION_OPTIONS_INIT;
    options.modality = MEDALS_MODALITY_MRI;
    session_view_open(&view, model, image, NULL, &options);
    Reader reader = {.session = view.session,
                     .voxels = session_view_voxels(&view),
                     .hashes = g_hash_table_new(NULL, NULL)};
    g_mutex_init(&reader.lock);
    MedalsCall call = MEDALS_CALL_INIT;
    MUST(script_step_run(&classes, &view, &call, NULL, &error));
    note_revision(&reader);
    GThread *threads[2];
    for (int n = 0; n < 2; n++)
        threads[n] = g_thread_new("reader", read_on, &reader);
    for (int n = 0; n < 6; n++) {
        ScriptStep step = {.kind = n % 3 == 0 ? SCRIPT_PREDICT : SCRIPT_PROMPT,
                           .class_index = (size_t) n % 2,
                           .positive = true,
                           .answer = MEDALS_ANSWER_INSTANT,
                           .points = {20 + 4 * n, 30, 20},
                           .point_count = 1};
        MUST(script_step_run(&step, &view, &call, NULL, &error));
        note_revision(&reader);
        MUST(medals_session_undo(view.session, 1, NULL, &error));
        note_revision(&reader);
    }
    g_atomic_int_set(&reader.stop, 1);
    for (int n = 0; n < 2; n++) {
        g_autoptr(GArray) seen = g_thread_join(threads[n]);
        for (guint p = 0; p < seen->len; p += 2) {
            uint64_t revision = g_array_index(seen, uint64_t, p);
            uint64_t hash = g_array_index(seen, uint64_t, p + 1);
            g_assert_cmpuint(GPOINTER_TO_SIZE(g_hash_table_lookup(
                                 reader.hashes, GSIZE_TO_POINTER(revision))),
                             ==, hash);
        }
    }
    g_assert_cmpint(reader.looks, >, 10);
    g_hash_table_unref(reader.hashes);
    g_mutex_clear(&reader.lock);
    session_view_close(&view);
    medals_volume_free(&image);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    MUST(medals_context_new(&context, NULL, &error));
    MUST(medals_model_open(&model, context, MEDALS_COMPACT, NULL, &error));
    g_test_add_func("/invariants/random_user", test_random_user);
    g_test_add_func("/invariants/more_users", test_more_users);
    g_test_add_func("/invariants/readers", test_readers);
    int result = g_test_run();
    medals_model_free(&model);
    medals_context_free(&context);
    return result;
}
