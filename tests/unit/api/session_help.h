/*
 * session_help.h - a head, sessions on it, clicks: what tests of sessions share
 */
#ifndef SESSION_HELP_H
#define SESSION_HELP_H

#include <medals/medals.h>

#include <glib.h>
#include <math.h>
#include <string.h>

static MedalsContext *context;
static MedalsModel *model;

enum { NI = 40, NJ = 36, NK = 30, VOXELS = NI * NJ * NK };

/* Axes turned against the network's: i to posterior, j to superior, k left. */
static const MedalsGeometry geometry = {
    .size = {NI, NJ, NK},
    .spacing = {3.5, 4.25, 3.0},
    .origin = {-60.1, 12.25, 7},
    .direction = {0, 0, 1, 1, 0, 0, 0, 1, 0}};

static MedalsVolume *head(int16_t base)
{
    MedalsVolume *volume = NULL;
    g_assert_cmpint(medals_volume_new(&volume, &geometry, MEDALS_I16, NULL), ==,
                    MEDALS_OK);
    int16_t *voxel = medals_volume_peek_data(volume);
    for (int k = 0; k < NK; k++)
        for (int j = 0; j < NJ; j++)
            for (int i = 0; i < NI; i++, voxel++) {
                double x = (i - 20) / 18.0, y = (j - 18) / 16.0,
                       z = (k - 15) / 13.0, r = x * x + y * y + z * z;
                double nucleus = exp(-40 * ((z - 0.3) * (z - 0.3) + y * y));
                *voxel = r < 1 ? (int16_t) (base - 250 * nucleus +
                                            3 * ((i * 7 + j * 5 + k) % 11))
                               : 0;
            }
    return volume;
}

static const char *const texts[] = {"left thalamus", "right thalamus",
                                    "left cerebral white matter"};

static MedalsSession *open_session(const char *journal)
{
    MedalsVolume *volume = head(600);
    MedalsSessionOptions options = MEDALS_SESSION_OPTIONS_INIT;
    options.modality = MEDALS_MODALITY_MRI;
    options.journal = journal;
    MedalsSession *session = NULL;
    MedalsError *error = NULL;
    if (medals_session_open(&session, model, volume, &options, &error))
        g_error("%s", medals_error_message(error));
    medals_volume_free(&volume);
    return session;
}

static void ok(MedalsStatus status, MedalsError *error)
{
    if (status != MEDALS_OK)
        g_error("%s", medals_error_message(error));
}
#define OK(call)                                                               \
    do {                                                                       \
        MedalsError *error = NULL;                                             \
        ok(call, error);                                                       \
    } while (0)

static uint8_t *labels_of(const MedalsSession *session)
{
    uint8_t *labels = g_malloc(VOXELS);
    OK(medals_session_read(session, -1, NULL, MEDALS_U8, labels, VOXELS, NULL,
                           &error));
    return labels;
}

static MedalsStatus click(MedalsSession *session, size_t class_index, int i,
                          int j, int k, bool positive, MedalsAnswerKind kind,
                          MedalsAnswer **answer, MedalsError **error)
{
    const double at[3] = {i, j, k};
    MedalsPrompt prompt = MEDALS_PROMPT_INIT;
    prompt.class_index = class_index;
    prompt.positive = positive;
    prompt.points = at;
    prompt.point_count = 1;
    MedalsCall call = MEDALS_CALL_INIT;
    call.answer = kind;
    return medals_session_prompt(session, &prompt, &call, answer, error);
}

static void set_classes(MedalsSession *session, size_t count)
{
    OK(medals_session_set_classes(session, texts, NULL, count, NULL, &error));
}

#endif
