/*
 * click_answer.h - what a prompt changes, told from one window's features
 *
 *   X, embedding --> logits ---+
 *   marks --> ridge on X ------+--> inputs of a voxel --> head --> flip
 *   current mask --> depths ---+    (click_inputs.h)  (click_head.h)
 *   image, distances ----------+
 *
 * No convolution runs. A click tells more than its voxel: it lies deep inside
 * what is wrong, so its distance from the mask's surface says how far the true
 * surface is; X and the image say in which directions.
 */
#ifndef MEDALS_CLICK_ANSWER_H
#define MEDALS_CLICK_ANSWER_H

#include "kernels.h"

/**
 * Rows of a window's features X, from several threads at once.
 * @param voxel [count] indices (h*W+w)*D+d
 * @shape dst [count,C] float32
 */
typedef void (*MedalsClickRowsFn)(void *cookie, const int64_t *voxel,
                                  size_t count, float *dst);

/** One network window round a prompt; arrays [h,w,d], d fastest, on the
 * network's grid. All is borrowed. */
typedef struct MedalsClickField {
    int64_t h, w, d;
    float spacing[3];       /* mm of a grid voxel */
    int64_t channels;       /* C of X, the features without prompts */
    MedalsClickRowsFn rows; /* hands out rows of X */
    void *rows_cookie;
    const float *embedding; /* [C], logit = X.m; NULL: a class without text */
    const float *image;     /* 0..255 */
    const float *current; /* 0..1: share of the voxel that has the class now */
    const float *other;   /* 0..1: share that has another class */
    const int8_t *marks;  /* said so far of this class: +1 in, -1 out, or 0 */
    const int64_t *seeds; /* [seed_count] voxels of the prompt to answer */
    size_t seed_count;    /* at least 1 */
    bool positive;        /* its sign */
} MedalsClickField;

/**
 * Which voxels follow a prompt.
 * @shape flip [h,w,d]: above 0 where a voxel should become part of the class
 *        (positive) or leave it; written inside `box` only
 * @param box h0,h1,w0,w1,d0,d1, half open; holds every seed
 * @return false: MEDALS_E_NOMEM, MEDALS_E_CANCELLED, MEDALS_E_SHAPE a shape or
 *         a seed outside the window (flip undefined)
 */
bool medals_click_answer(const MedalsExec *exec, const MedalsClickField *field,
                         float *flip, int64_t box[6], GError **error);

#endif
