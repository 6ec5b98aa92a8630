/*
 * interact.h - one run of `medals interact`
 *
 *   options --> model, image, labelmap, journal --> session     (opening)
 *   line --> request --> task --> session --> answer            (each request)
 *
 * @source spec command.md 3
 */
#ifndef CLI_INTERACT_H
#define CLI_INTERACT_H

#include "image.h"
#include "interact_answer.h"
#include "interact_reader.h"
#include "interact_request.h"
#include "interact_voxels.h"
#include "medals/session.h"
#include "output_set.h"
#include "progress.h"

/** The command line; texts are borrowed of it. */
typedef struct {
    const char *image, *model, *journal, *labelmap, *series;
    MedalsModality modality;
    MedalsPrecision precision;
    bool has_window;
    double window[2];
    uint64_t threads; /* 0: not given */
    bool quiet;
} InteractOptions;

typedef struct {
    InteractOptions options;
    Progress *progress; /* of the opening */

    MedalsContext *context;
    MedalsModel *model;
    MedalsImage *image;
    MedalsSession *session;
    char *labelmap_warning; /* of segments that overlap, or NULL */

    InteractReader *reader;
    InteractOutput output;

    GMutex saving;         /* guards the next, which the watchdog looks at */
    OutputSet *output_set; /* of a `save` that runs, or NULL */
} Interact;

/** @return false: EXIT_USAGE */
bool interact_parse(InteractOptions *options, char *const *arguments,
                    GError **error);
/** Opens everything up to the session. @return false: any exit code */
bool interact_open(Interact *interact, GError **error);
void interact_close(Interact *interact);

/** One request while it runs. Its errors are of the domain INTERACT. */
typedef struct {
    Interact *interact;
    InteractLine *line;
    InteractRequest request;
    int64_t begun_us;
    double fraction;      /* of the last progress line; negative: none */
    MedalsAnswer *answer; /* of the session; NULL: the op has none */
    cJSON *fields;        /* of its own, an object */
    VoxelsPacker *packer; /* of `get` */
    const char *data;     /* of `get`; borrowed of the packer */
} InteractTask;

/** Runs a line and answers it. @return whether the session goes on */
bool interact_run(Interact *interact, InteractLine *line);

/** Ops with a file of their own. Each: @return false: *error is set */
bool task_get(InteractTask *task, GError **error);
bool task_mask(InteractTask *task, GError **error);
bool task_prompts(InteractTask *task, GError **error);
bool task_save(InteractTask *task, GError **error);

/** Options of a call of the session for this task. */
MedalsCall task_call(InteractTask *task);
/** Moves a failure of the library, or of the bridge, into *error.
 * @return false, always */
bool task_take(GError **error, MedalsError *of_library);
bool task_take_bridge(GError **error, MedalsStatus status, char *message);

#endif
