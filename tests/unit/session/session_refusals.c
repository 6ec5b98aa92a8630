#include "session_refusals.h"

#include <math.h>
#include <string.h>

static void refuses(MedalsStatus status, MedalsStatus expected,
                    MedalsError *error)
{
    g_assert_cmpint(status, ==, expected);
    g_assert_null(strchr(medals_error_message(error), '\n'));
    medals_error_free(&error);
}
#define REFUSES(expected, call)                                                \
    do {                                                                       \
        MedalsError *error = NULL;                                             \
        MedalsStatus status = (call);                                          \
        refuses(status, expected, error);                                      \
    } while (0)

static void refuses_prompt(MedalsSession *session, MedalsPromptKind kind,
                           MedalsSpace space, const double *points,
                           size_t count)
{
    MedalsPrompt prompt = MEDALS_PROMPT_INIT;
    prompt.kind = kind;
    prompt.space = space;
    prompt.points = points;
    prompt.point_count = count;
    REFUSES(MEDALS_E_INPUT,
            medals_session_prompt(session, &prompt, NULL, NULL, &error));
}

static void refuses_points(MedalsSession *session)
{
    const double outside[3] = {-1, 1, 1}, far[3] = {1e9, 0, 0};
    const double nan[3] = {1, NAN, 1}, line[9] = {1, 1, 1, 2, 2, 2, 3, 3, 3};
    const double flat[6] = {3, 3, 3, 3, 5, 5}, big[6] = {0, 0, 0, 1e6, 9, 9};
    for (int space = 0; space < 2; space++) {
        MedalsSpace of = (MedalsSpace) space;
        refuses_prompt(session, MEDALS_PROMPT_POINT, of, far, 1);
        refuses_prompt(session, MEDALS_PROMPT_POINT, of, nan, 1);
        refuses_prompt(session, MEDALS_PROMPT_POINT, of, nan, 0);
        refuses_prompt(session, MEDALS_PROMPT_SCRIBBLE, of, nan, 0);
        refuses_prompt(session, MEDALS_PROMPT_SCRIBBLE, of, nan, 1);
        refuses_prompt(session, MEDALS_PROMPT_BOX, of, flat, 1);
    }
    refuses_prompt(session, MEDALS_PROMPT_POINT, MEDALS_SPACE_INDEX, outside,
                   1);
    refuses_prompt(session, MEDALS_PROMPT_LASSO, MEDALS_SPACE_INDEX, line, 3);
    refuses_prompt(session, MEDALS_PROMPT_LASSO, MEDALS_SPACE_INDEX, line, 2);
    refuses_prompt(session, MEDALS_PROMPT_BOX, MEDALS_SPACE_INDEX, flat, 2);
    refuses_prompt(session, MEDALS_PROMPT_BOX, MEDALS_SPACE_INDEX, big, 2);
}

static void refuses_masks(MedalsSession *session)
{
    uint8_t mask[8] = {1}, none[8] = {0};
    const int64_t extent[6] = {0, 2, 0, 2, 0, 2}, out[6] = {-1, 1, 0, 2, 0, 2};
    const int64_t empty[6] = {1, 1, 0, 2, 0, 2};
    REFUSES(MEDALS_E_SHAPE,
            medals_session_mask(session, 0, MEDALS_MASK_LABELMAP, extent, mask,
                                7, NULL, NULL, &error));
    REFUSES(MEDALS_E_SHAPE,
            medals_session_mask(session, 0, MEDALS_MASK_LABELMAP, NULL, mask, 8,
                                NULL, NULL, &error));
    REFUSES(MEDALS_E_INPUT,
            medals_session_mask(session, 0, MEDALS_MASK_LABELMAP, out, mask, 8,
                                NULL, NULL, &error));
    REFUSES(MEDALS_E_INPUT,
            medals_session_mask(session, 0, MEDALS_MASK_LABELMAP, empty, mask,
                                0, NULL, NULL, &error));
    REFUSES(MEDALS_E_INPUT,
            medals_session_mask(session, 0, MEDALS_MASK_PROMPT, extent, none, 8,
                                NULL, NULL, &error));
    REFUSES(MEDALS_E_INPUT,
            medals_session_mask(session, 99, MEDALS_MASK_LABELMAP, extent, mask,
                                8, NULL, NULL, &error));
}

static void refuses_classes(MedalsSession *session)
{
    const char *const twice[] = {"a", "a"}, *const blank[] = {""};
    const char *const latin[] = {"\xe9"};
    g_autofree char *long_text = g_strnfill(MEDALS_SESSION_MAX_TEXT + 1, 'a');
    const char *many[MEDALS_SESSION_MAX_CLASSES + 1] = {NULL};
    const size_t nobody[] = {99};
    REFUSES(MEDALS_E_INPUT,
            medals_session_set_classes(session, twice, NULL, 0, NULL, &error));
    REFUSES(MEDALS_E_INPUT,
            medals_session_set_classes(session, twice, NULL, 2, NULL, &error));
    REFUSES(MEDALS_E_INPUT,
            medals_session_set_classes(session, blank, NULL, 1, NULL, &error));
    REFUSES(MEDALS_E_INPUT,
            medals_session_set_classes(session, latin, NULL, 1, NULL, &error));
    REFUSES(MEDALS_E_INPUT,
            medals_session_set_classes(session, many, NULL, G_N_ELEMENTS(many),
                                       NULL, &error));
    REFUSES(MEDALS_E_INPUT, medals_session_add_class(session, long_text, NULL,
                                                     NULL, NULL, &error));
    REFUSES(MEDALS_E_INPUT,
            medals_session_remove_class(session, 99, NULL, &error));
    REFUSES(MEDALS_E_INPUT,
            medals_session_predict(session, nobody, 1, NULL, NULL, &error));
    REFUSES(MEDALS_E_INPUT,
            medals_session_refine(session, 1, nobody, 1, NULL, NULL, &error));
    REFUSES(MEDALS_E_INPUT,
            medals_session_refine(session, 0, NULL, 0, NULL, NULL, &error));
    REFUSES(MEDALS_E_INPUT, medals_session_undo(session, 0, NULL, &error));
}

/* A class that does not exist, and calls of strokes where there is none. */
static void refuses_others(MedalsSession *session)
{
    const double at[3] = {1, 1, 1};
    MedalsPrompt prompt = MEDALS_PROMPT_INIT;
    prompt.class_index = 99;
    prompt.points = at;
    prompt.point_count = 1;
    REFUSES(MEDALS_E_INPUT,
            medals_session_prompt(session, &prompt, NULL, NULL, &error));
    prompt.kind = MEDALS_PROMPT_SCRIBBLE;
    REFUSES(MEDALS_E_INPUT,
            medals_session_stroke_begin(session, &prompt, &error));
    REFUSES(MEDALS_E_USAGE,
            medals_session_stroke_end(session, NULL, NULL, &error));
    REFUSES(MEDALS_E_USAGE,
            medals_session_stroke_append(session, MEDALS_SPACE_INDEX, at, 1,
                                         NULL, 0, NULL, NULL, NULL, &error));
}

void session_refusals_try(const SessionOracle *oracle, uint64_t which)
{
    MedalsSession *session = oracle->view->session;
    if (oracle->class_count == 0)
        return;
    if (which % 4 == 0)
        refuses_points(session);
    else if (which % 4 == 1)
        refuses_masks(session);
    else if (which % 4 == 2)
        refuses_classes(session);
    else
        refuses_others(session);
    session_oracle_unchanged(oracle);
}
