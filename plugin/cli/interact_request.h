/*
 * interact_request.h - one request of `medals interact`, checked
 *
 *   line --> JSON --> op, and its fields by type and range --> request
 *
 * What only the session can tell (a point outside the image, a class that is
 * not there) it tells later. A missing field, one of the wrong JSON type and
 * two that contradict each other are MEDALS_E_USAGE, as is an unknown word; a
 * number out of its range is MEDALS_E_INPUT. A field that is null is absent;
 * fields that an op does not know are ignored. (command.md 3)
 */
#ifndef CLI_INTERACT_REQUEST_H
#define CLI_INTERACT_REQUEST_H

#include <cJSON.h>

#include "interact_line.h"
#include "medals/session.h"

typedef enum {
    OP_CLASSES,
    OP_ADD_CLASS,
    OP_REMOVE_CLASS,
    OP_LOCK,
    OP_PROMPTS,
    OP_PREDICT,
    OP_POINT,
    OP_BOX,
    OP_SCRIBBLE,
    OP_LASSO,
    OP_STROKE_BEGIN,
    OP_STROKE_APPEND,
    OP_STROKE_END,
    OP_MASK,
    OP_REFINE,
    OP_UNDO,
    OP_REDO,
    OP_RESET,
    OP_STATS,
    OP_GET,
    OP_SAVE,
    OP_CANCEL,
    OP_QUIT
} InteractOp;

/** Fields that an op does not have are zero. Texts are borrowed of `root`. */
typedef struct {
    cJSON *root;
    char *id; /* JSON text, or NULL */
    InteractOp op;
    bool progress;
    bool has_class;
    size_t class_index;
    MedalsAnswerKind answer;

    GPtrArray *texts, *names; /* const char *, NULL where null; or NULL */
    const char *text, *name;  /* of add_class, either may be NULL */
    bool locked;
    bool has_classes;
    GArray *classes; /* size_t */

    MedalsPrompt prompt;
    double *points; /* [prompt.point_count][3] */

    const char *file, *data; /* or NULL */
    bool has_extent;
    int64_t extent[6];
    MedalsMaskUse use;
    MedalsResetWhat what;
    bool has_since;
    uint64_t count; /* steps, passes, since */
    bool has_labels;
    GArray *labels; /* uint32_t */
} InteractRequest;

/**
 * Parses one line.
 * @param text NUL-terminated, size bytes
 * @param scan of the text
 * @param id its id as it stands in the line, or NULL
 * @return false: MEDALS_E_USAGE, MEDALS_E_INPUT, MEDALS_E_NOMEM; `id` is set
 *         also then, unless the line is not JSON; interact_request_clear()
 *         either way
 */
bool interact_request_parse(InteractRequest *request, const char *text,
                            size_t size, const LineScan *scan, const char *id,
                            GError **error);
void interact_request_clear(InteractRequest *request);

#endif
