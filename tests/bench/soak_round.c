#include "soak_round.h"

#include <glib.h>
#include <math.h>

#include "clock.h"
#include "splitmix.h"

/* One step in so many runs the network. */
#define FULL_ONE_IN 20
/* One step in so many is cancelled, at one of its first polls. */
#define CANCEL_ONE_IN 4
#define MOST_POLLS 4

static const char *const texts[] = {"left thalamus",
                                    "left cerebral white matter", NULL};

SoakRound *soak_round_new(uint64_t seed)
{
    SoakRound *round = g_new0(SoakRound, 1);
    round->seed = seed;
    round->status = g_array_new(FALSE, FALSE, sizeof(MedalsStatus));
    return round;
}

void soak_round_free(SoakRound *round)
{
    g_array_unref(round->status);
    g_free(round->digest);
    g_free(round);
}

void soak_round_open(SessionView *view, MedalsModel *model, MedalsVolume *image,
                     const char *journal, uint64_t feature_bytes)
{
    MedalsSessionOptions options = MEDALS_SESSION_OPTIONS_INIT;
    options.modality = MEDALS_MODALITY_MRI;
    options.journal = journal;
    options.feature_bytes = feature_bytes;
    session_view_open(view, model, image, NULL, &options);
    if (!medals_session_resumed(view->session))
        MUST(medals_session_set_classes(view->session, texts, NULL,
                                        G_N_ELEMENTS(texts), NULL, &error));
}

/* ---- steps -------------------------------------------------------------- */

/* When a call is cancelled. */
typedef struct Patience {
    int64_t polls; /* after so many */
    double until;  /* or then (medals_now()) */
} Patience;

static const Patience endless = {INT64_MAX, INFINITY};

static bool wait_more(void *cookie, const MedalsProgress *progress)
{
    Patience *patience = cookie;
    return patience->polls-- > 0 && medals_now() < patience->until;
}

/* @return OK, CANCELLED, or what random steps may meet: INPUT for a shape that
 * holds nothing, USAGE where no class has a text */
static MedalsStatus run(ScriptStep *step, const SessionView *view,
                        Patience patience)
{
    MedalsSession *session = view->session;
    MedalsError *error = NULL;
    MedalsAnswer *answer = NULL;
    MedalsCall call = MEDALS_CALL_INIT;
    uint64_t before = medals_session_revision(session);
    call.progress = wait_more;
    call.progress_cookie = &patience;
    MedalsStatus status = script_step_run(step, view, &call, &answer, &error);
    if (status == MEDALS_OK)
        g_assert_cmpuint(medals_answer_revision(answer), ==,
                         medals_session_revision(session));
    else if (status == MEDALS_E_INPUT || status == MEDALS_E_USAGE ||
             status == MEDALS_E_CANCELLED)
        g_assert_cmpuint(medals_session_revision(session), ==, before);
    else
        g_error("%s: %s", script_step_name(step), medals_error_message(error));
    medals_error_free(&error);
    medals_answer_free(&answer);
    return status;
}

/* Where undo took the classes away, one is added or they come back. */
static void make(ScriptStep *step, uint64_t *state, const SessionView *view)
{
    size_t count = medals_session_class_count(view->session);
    if (count)
        script_step_random(step, state, &view->reference, count, FULL_ONE_IN);
    else
        *step = (ScriptStep){.kind = medals_splitmix_below(state, 4)
                                         ? SCRIPT_REDO
                                         : SCRIPT_ADD_CLASS,
                             .steps = 1};
}

void soak_round_step(SoakRound *round, SessionView *view, uint64_t *state,
                     uint64_t *luck, double until)
{
    ScriptStep step;
    Patience patience = {INT64_MAX, until};
    if (medals_splitmix_below(luck, CANCEL_ONE_IN) == 0)
        patience.polls = (int64_t) medals_splitmix_below(luck, MOST_POLLS);
    make(&step, state, view);
    MedalsStatus status = run(&step, view, patience);
    script_step_clear(&step);
    g_array_append_val(round->status, status);
}

/* ---- what it came to ---------------------------------------------------- */

static char *digest_of(const SessionView *view)
{
    size_t voxels = session_view_voxels(view);
    g_autofree uint8_t *labels = g_malloc(voxels);
    session_view_labels(view, labels);
    return g_compute_checksum_for_data(G_CHECKSUM_SHA1, labels, voxels);
}

void soak_round_end(SoakRound *round, const SessionView *view)
{
    round->digest = digest_of(view);
    round->revision = medals_session_revision(view->session);
}

bool soak_round_is(const SoakRound *round, const SessionView *view)
{
    g_autofree char *digest = digest_of(view);
    return g_str_equal(digest, round->digest) &&
           medals_session_revision(view->session) == round->revision;
}

bool soak_round_walk(const SoakRound *round, SessionView *view)
{
    MedalsAnswer *answer = NULL;
    MUST(medals_session_undo(view->session, round->status->len, &answer,
                             &error));
    uint64_t steps = medals_answer_count(answer);
    medals_answer_free(&answer);
    if (steps)
        MUST(medals_session_redo(view->session, steps, NULL, &error));
    g_autofree char *digest = digest_of(view);
    return g_str_equal(digest, round->digest);
}

bool soak_round_replay(const SoakRound *round, SessionView *view)
{
    uint64_t state = round->seed;
    bool same = true;
    for (guint n = 0; n < round->status->len && same; n++) {
        ScriptStep step;
        MedalsStatus wanted = g_array_index(round->status, MedalsStatus, n);
        make(&step, &state, view);
        if (wanted != MEDALS_E_CANCELLED)
            same = run(&step, view, endless) == wanted;
        script_step_clear(&step);
    }
    return same && soak_round_is(round, view);
}
