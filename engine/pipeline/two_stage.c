/*
 * two_stage.c - which stages run, on which box, and what is cleaned up
 */
#include "two_stage.h"

#include <string.h>

#include "box.h"
#include "clock.h"
#include "components.h"
#include "label_table.h"
#include "memory.h"

/* Objects below this many voxels are specks (9.3, 9.6). */
#define SPECK 10
/* Larger images are not filtered by components (10). */
#define POSTPROCESS_LIMIT ((int64_t) 650 * 650 * 100)

/* Network axes h,w,d as the ROI rules order them: d,h,w. */
static const int dhw[3] = {2, 0, 1};

/* A box of the network-axes array, end exclusive. */
typedef struct Box {
    int64_t start[3], size[3];
} Box;

typedef struct CaseRun {
    const MedalsExec *exec;
    const MedalsCase *request;
    MedalsStageMode mode;
    MedalsCaseResult *result;
    int64_t shape[3];
    size_t voxels;
    uint8_t *image;       /* [shape], network axes */
    uint16_t *annotation; /* [shape] or NULL */
    uint16_t *labels;     /* [shape] of the stage that ran last */
    float *best;          /* [shape] or NULL */
    float *probabilities; /* [n,shape] or NULL */
} CaseRun;

/* Copies a box out of [shape] (into != 0) or back into it. */
static void copy_box(void *whole, const int64_t shape[3], const Box *box,
                     void *part, size_t element, bool back)
{
    size_t line = (size_t) box->size[2] * element;
    for (int64_t h = 0; h < box->size[0]; h++)
        for (int64_t w = 0; w < box->size[1]; w++) {
            int64_t row = (box->start[0] + h) * shape[1] + box->start[1] + w;
            uint8_t *there =
                (uint8_t *) whole +
                (size_t) (row * shape[2] + box->start[2]) * element;
            uint8_t *here =
                (uint8_t *) part + (size_t) (h * box->size[1] + w) * line;
            memcpy(back ? there : here, back ? here : there, line);
        }
}

static void note_stage(CaseRun *run, const MedalsStage *stage,
                       const MedalsStageResult *out)
{
    MedalsCaseResult *result = run->result;
    result->stages[result->stage_count++] = (MedalsStageSummary){
        .number = stage->number,
        .grid = out->grid,
        .windows = out->windows,
        .skipped = out->skipped,
        .seconds = out->seconds_network + out->seconds_resample};
    result->seconds_network += out->seconds_network;
    result->seconds_resample += out->seconds_resample;
}

/* Runs a stage on the whole image and keeps its maps. */
static bool run_whole(CaseRun *run, const MedalsStage *stage, GError **error)
{
    MedalsStageResult out;
    if (!medals_stage_run(run->exec, stage, &run->mode, run->image, run->shape,
                          run->request->spacing, NULL, &out, error))
        return false;
    note_stage(run, stage, &out);
    medals_free(run->labels);
    medals_free(run->best);
    medals_free(run->probabilities);
    medals_free(run->result->mean);
    run->labels = out.labels;
    run->best = out.best;
    run->probabilities = out.probabilities;
    run->result->mean = out.mean;
    return true;
}

/* Bounding box of labels > 0, inclusive; false when there are none. */
static bool foreground(const CaseRun *run, int64_t lo[3], int64_t hi[3])
{
    for (int a = 0; a < 3; a++) {
        lo[a] = run->shape[a];
        hi[a] = -1;
    }
    const uint16_t *label = run->labels;
    for (int64_t h = 0; h < run->shape[0]; h++)
        for (int64_t w = 0; w < run->shape[1]; w++)
            for (int64_t d = 0; d < run->shape[2]; d++) {
                if (*label++ == 0)
                    continue;
                int64_t at[3] = {h, w, d};
                for (int a = 0; a < 3; a++) {
                    lo[a] = MIN(lo[a], at[a]);
                    hi[a] = MAX(hi[a], at[a]);
                }
            }
    return hi[0] >= 0;
}

/* 9.4: the box that stage 2 looks at. */
static void roi_box(const CaseRun *run, const MedalsStage *stage,
                    const int64_t lo[3], const int64_t hi[3], Box *box)
{
    int64_t shape[3], low[3], high[3], start[3], end[3];
    float spacing[3], roi[3];
    for (int a = 0; a < 3; a++) {
        shape[a] = run->shape[dhw[a]];
        low[a] = lo[dhw[a]];
        high[a] = hi[dhw[a]];
        spacing[a] = run->request->spacing[dhw[a]];
    }
    const MedalsClassSet *classes = &run->mode.classes;
    medals_spacing_roi(shape, spacing, stage->crop, stage->target, classes,
                       roi);
    medals_spacing_roi_box(shape, low, high, stage->crop, stage->target, roi,
                           classes, start, end);
    for (int a = 0; a < 3; a++) {
        box->start[dhw[a]] = start[a];
        box->size[dhw[a]] = end[a] - start[a] + 1;
    }
}

/* Pastes a stage result on a box into fresh whole maps. */
static bool paste(CaseRun *run, const Box *box, MedalsStageResult *out,
                  GError **error)
{
    size_t part = medals_box_product(box->size), n = (size_t) run->mode.n;
    memset(run->labels, 0, run->voxels * sizeof *run->labels);
    copy_box(run->labels, run->shape, box, out->labels, sizeof(uint16_t), true);
    if (out->best) {
        memset(run->best, 0, run->voxels * sizeof *run->best);
        copy_box(run->best, run->shape, box, out->best, sizeof(float), true);
    }
    for (size_t i = 0; out->probabilities && i < n; i++) {
        float *whole = run->probabilities + i * run->voxels;
        memset(whole, 0, run->voxels * sizeof *whole);
        copy_box(whole, run->shape, box, out->probabilities + i * part,
                 sizeof(float), true);
    }
    medals_free(run->result->mean);
    run->result->mean = out->mean;
    out->mean = NULL;
    return true;
}

/* Stage 2 on the box around the labels of stage 1, which it is shown. */
static bool run_roi(CaseRun *run, const MedalsStage *stage, const Box *box,
                    GError **error)
{
    size_t voxels = medals_box_product(box->size);
    uint8_t *image = medals_alloc(voxels, 1, "region", error);
    uint16_t *prompt =
        image ? medals_alloc(voxels, sizeof *prompt, "region", error) : NULL;
    uint16_t *marks = NULL;
    bool ok = prompt != NULL;
    if (ok && run->annotation)
        ok = (marks = medals_alloc(voxels, sizeof *marks, "region", error));
    MedalsStageMode mode = run->mode;
    mode.store = NULL; /* another grid than the whole image's */
    mode.annotation = marks;
    if (ok && marks)
        copy_box(run->annotation, run->shape, box, marks, sizeof *marks, false);
    if (ok) {
        copy_box(run->image, run->shape, box, image, 1, false);
        copy_box(run->labels, run->shape, box, prompt, sizeof *prompt, false);
    }
    MedalsStageResult out = {0};
    ok = ok && medals_stage_run(run->exec, stage, &mode, image, box->size,
                                run->request->spacing,
                                run->request->show_labels ? prompt : NULL, &out,
                                error);
    medals_free(image);
    medals_free(prompt);
    medals_free(marks);
    if (!ok)
        return false;
    note_stage(run, stage, &out);
    ok = paste(run, box, &out, error);
    medals_stage_result_clear(&out);
    return ok;
}

/* 9.2-9.5. */
static bool run_stages(CaseRun *run, GError **error)
{
    const MedalsCase *request = run->request;
    const MedalsStage *first = &request->stages[0];
    const MedalsStage *second = &request->stages[1];
    uint32_t flags = run->mode.classes.flags;
    if (request->stage_count < 2 || flags & MEDALS_CLASS_STAGE1_ONLY)
        return run_whole(run, first, error);
    if (flags & MEDALS_CLASS_STAGE2_ONLY)
        return run_whole(run, second, error);
    if (!run_whole(run, first, error))
        return false;
    int64_t lo[3], hi[3];
    if (!run->mode.instance && !medals_components_remove_small(
                                   run->labels, run->shape, SPECK, NULL, error))
        return false;
    if (!foreground(run, lo, hi)) /* R11 too */
        return run_whole(run, second, error);
    Box box;
    roi_box(run, second, lo, hi, &box);
    return run_roi(run, second, &box, error);
}

/* Labels (and probabilities) from network axes to image order. */
static bool to_image_order(CaseRun *run, GError **error)
{
    const MedalsCanonical *canonical = &run->request->canonical;
    const MedalsExec *exec = run->exec;
    MedalsCaseResult *result = run->result;
    result->labels =
        medals_alloc(run->voxels, sizeof *result->labels, "labels", error);
    bool ok = result->labels && medals_canonical_backward(
                                    exec, canonical, run->labels,
                                    result->labels, sizeof(uint16_t), error);
    if (ok && run->best) {
        float *best = medals_alloc(run->voxels, sizeof *best, "map", error);
        ok = best && medals_canonical_backward(exec, canonical, run->best, best,
                                               sizeof *best, error);
        medals_free(run->best);
        run->best = best;
    }
    if (!ok || !run->probabilities)
        return ok;
    size_t n = (size_t) run->mode.n;
    result->probabilities =
        medals_alloc(n * run->voxels, sizeof(float), "probabilities", error);
    ok = result->probabilities != NULL;
    for (size_t i = 0; ok && i < n; i++)
        ok = medals_canonical_backward(
            exec, canonical, run->probabilities + i * run->voxels,
            result->probabilities + i * run->voxels, sizeof(float), error);
    return ok;
}

/* 9.6 and 10, in image order: [d,h,w] of the paper. */
static bool clean_up(CaseRun *run, GError **error)
{
    const MedalsCanonical *canonical = &run->request->canonical;
    int64_t shape[3]; /* [k,j,i] */
    for (int a = 0; a < 3; a++)
        shape[2 - canonical->axis[a]] = run->shape[a];
    uint16_t *labels = run->result->labels;
    if (run->mode.instance)
        return medals_components_remove_small(labels, shape, SPECK, NULL,
                                              error);
    if (!run->best || (int64_t) run->voxels >= POSTPROCESS_LIMIT)
        return true;
    bool ok = true;
    for (int64_t n = 0; ok && n < run->mode.n; n++)
        if (run->request->class_flags[n] & MEDALS_CLASS_LARGEST)
            ok = medals_components_keep_largest(labels, run->best, shape,
                                                run->mode.values[n], error);
    return ok;
}

static bool take_annotation(CaseRun *run, GError **error)
{
    const uint16_t *given = run->request->annotation;
    if (!given)
        return true;
    run->annotation =
        medals_alloc(run->voxels, sizeof *run->annotation, "annotation", error);
    run->mode.annotation = run->annotation;
    return run->annotation &&
           medals_canonical_forward(run->exec, &run->request->canonical, given,
                                    run->annotation, sizeof *given, error);
}

static bool run_case(CaseRun *run, GError **error)
{
    const MedalsCanonical *canonical = &run->request->canonical;
    run->image = medals_alloc(run->voxels, 1, "image", error);
    if (!run->image ||
        !medals_canonical_forward(run->exec, canonical, run->request->image,
                                  run->image, 1, error) ||
        !take_annotation(run, error) || !run_stages(run, error))
        return false;
    double begun = medals_now();
    medals_task_phase(run->exec->task, "postprocess");
    bool ok = to_image_order(run, error) && clean_up(run, error);
    run->result->seconds_postprocess = medals_now() - begun;
    return ok;
}

bool medals_case_run(const MedalsExec *exec, const MedalsCase *request,
                     MedalsCaseResult *result, GError **error)
{
    memset(result, 0, sizeof *result);
    CaseRun run = {.exec = exec,
                   .request = request,
                   .mode = request->mode,
                   .result = result,
                   .voxels = medals_box_product(request->canonical.shape)};
    memcpy(run.shape, request->canonical.shape, sizeof run.shape);
    run.mode.want_best =
        !run.mode.instance && run.mode.classes.flags & MEDALS_CLASS_LARGEST;
    bool ok = run_case(&run, error);
    medals_free(run.image);
    medals_free(run.annotation);
    medals_free(run.labels);
    medals_free(run.best);
    medals_free(run.probabilities);
    if (!ok)
        medals_case_result_clear(result);
    return ok;
}

void medals_case_result_clear(MedalsCaseResult *result)
{
    medals_free(result->labels);
    medals_free(result->probabilities);
    medals_free(result->mean);
    memset(result, 0, sizeof *result);
}
