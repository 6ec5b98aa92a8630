/*
 * refine_window.h - what the network says of a window that it is shown its own
 * labels in
 *
 *   plain  logits without prompts, from kept features
 *   shown  logits of the masked pair (spec 8.1): the labels are the prompt, and
 *          each voxel is answered by the half that did not see it
 */
#ifndef MEDALS_REFINE_WINDOW_H
#define MEDALS_REFINE_WINDOW_H

#include "scene.h"
#include "state.h"

typedef struct MedalsRefineWindow {
    int64_t extent[6]; /* image voxels of the window */
    float *current;    /* [n,crop] share of a grid voxel that has the class */
    float *other;      /* [n,crop] share that has another class */
    float *plain, *shown; /* [n,crop] logits */
} MedalsRefineWindow;

/**
 * @param index [n] classes with a text
 * @param seed of the block mask
 * @owner out: medals_refine_window_clear()
 * @return false: MEDALS_E_NOMEM, MEDALS_E_CANCELLED (out cleared). In the
 *         lane's turn.
 */
bool medals_refine_window_run(MedalsScene *scene, const MedalsExec *exec,
                              const MedalsState *state, const size_t *index,
                              size_t n, size_t window, uint64_t seed,
                              MedalsRefineWindow *out, GError **error);
void medals_refine_window_clear(MedalsRefineWindow *out);

#endif
