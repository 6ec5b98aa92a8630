/*
 * test_invariant_scans.c - the same random users on real scans
 *
 * Thousands of steps: long, by name. MEDALS_SHARED names the folder with the
 * scans; without it each test says that it is skipped.
 */
#include "image.h"
#include "session_play.h"

#define STEPS 500

static MedalsContext *context;
static MedalsModel *model;

typedef struct Scan {
    const char *file; /* below data/ */
    MedalsModality modality;
    const char *texts[4]; /* NULL-terminated */
    const char *words;
} Scan;

static const Scan scans[] = {
    {"mr-hippocampus/images/hippocampus_001.nii.gz",
     MEDALS_MODALITY_MRI,
     {"anterior hippocampus", "posterior hippocampus"},
     "hippocampus"},
    {"ct-head-neck/pt_001_ct.nii.gz",
     MEDALS_MODALITY_CT,
     {"mandible", "left parotid gland", "spinal cord"},
     "head_neck"},
    {"sarcoma/STS_001/PET_image.nii.gz",
     MEDALS_MODALITY_PET,
     {"tumor"},
     "sarcoma"},
    {"torso/mr_image.nii.gz", MEDALS_MODALITY_MRI, {"spleen"}, "torso"}};

/* i to anterior, j to the right, k to inferior. */
static const MedalsGeometry other_axes = {
    .size = {1, 1, 1},
    .spacing = {1, 1, 1},
    .direction = {0, -1, 0, -1, 0, 0, 0, 0, -1}};

static char *path_of(const Scan *scan)
{
    const char *shared = g_getenv("MEDALS_SHARED");
    return g_build_filename(shared ? shared : MEDALS_SHARED_DEFAULT, "data",
                            scan->file, NULL);
}

static void test_scan(gconstpointer data)
{
    const Scan *scan = data;
    g_autofree char *path = path_of(scan);
    MedalsImage *image = NULL;
    char *message = NULL;
    if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
        g_test_skip("no scans: MEDALS_SHARED has no such file");
        return;
    }
    if (medals_image_read(&image, path, NULL, &message) != MEDALS_OK)
        g_error("%s", message);
    SessionPlay user = {.model = model,
                        .image = medals_image_peek_volume(image),
                        .modality = scan->modality,
                        .texts = scan->texts,
                        .forgetful = true,
                        .like = &other_axes,
                        .seed = 77,
                        .steps = STEPS,
                        .full = 60};
    while (scan->texts[user.text_count])
        user.text_count++;
    uint64_t moved = session_play(&user);
    g_test_message("%d steps, %" G_GUINT64_FORMAT " voxels moved", user.steps,
                   moved);
    g_assert_cmpuint(moved, >, 1000);
    medals_image_free(&image);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    MUST(medals_context_new(&context, NULL, &error));
    MUST(medals_model_open(&model, context, MEDALS_COMPACT, NULL, &error));
    for (size_t n = 0; n < G_N_ELEMENTS(scans); n++) {
        g_autofree char *name =
            g_strconcat("/invariant_scans/", scans[n].words, NULL);
        g_test_add_data_func(name, &scans[n], test_scan);
    }
    int result = g_test_run();
    medals_model_free(&model);
    medals_context_free(&context);
    return result;
}
