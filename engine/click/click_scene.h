/*
 * click_scene.h - the neighbourhood of a prompt, voxel by voxel
 *
 *   seeds --> reach --> voxels within it, nearest to the seeds first
 *   current mask, seeds, marks --> distances
 *
 * Lengths are in units: the geometric mean of a voxel's three edges. "Wrong
 * side" is where a voxel is not as the prompt says: outside the class for a
 * positive prompt, inside it for a negative one.
 */
#ifndef MEDALS_CLICK_SCENE_H
#define MEDALS_CLICK_SCENE_H

#include "click_answer.h"

/** Farthest voxels that one answer touches, in units. */
#define MEDALS_CLICK_REACH 24

typedef struct MedalsClickScene {
    const MedalsClickField *field;
    int64_t box[6];  /* of the window: all voxels below lie in it */
    int64_t size[3]; /* of the box */
    float unit;      /* mm */
    float edge[3];   /* units: of a voxel */
    float depth;     /* seeds to the right side; at most the reach */
    bool empty;      /* no voxel of the class in the window */
    float object; /* radius of a ball with the class's volume in the window */
    size_t mark_count;
    float part; /* share of the class's volume that is joined to the seeds */

    size_t count;    /* voxels */
    int32_t *number; /* [box] of a voxel in the lists below, or -1 */
    int64_t *voxel;  /* [count] in the window */
    int32_t *place;  /* [count] in the box */
    int16_t *at;     /* [count,3] likewise, as three numbers */
    float *seed;     /* [count] to the nearest seed, ascending by 1/16 */
    float *wrong;    /* [count] depth on the wrong side, negative elsewhere */
    uint8_t *joined; /* [count] of the class and joined to a seed by it */
    float *same;     /* [count] to the nearest earlier mark of this sign */
    float *against;  /* [count] and of the other; both at most 2*reach */
} MedalsClickScene;

/** @return false: MEDALS_E_NOMEM, MEDALS_E_CANCELLED (scene cleared) */
bool medals_click_scene_init(MedalsClickScene *scene, const MedalsExec *exec,
                             const MedalsClickField *field, GError **error);
void medals_click_scene_clear(MedalsClickScene *scene);

/** Number of the neighbour of voxel i one step along axis a, or -1. */
int32_t medals_click_neighbour(const MedalsClickScene *scene, size_t i, int a,
                               int step);

#endif
