/*
 * spacing_rules.c - from the image's spacing to the network's grid
 *
 *   stored spacing --5.3--> A[d,h,w] --6.3--> R (sizes the ROI only)
 *                             |
 *                             +--> Bsp[h,w,d] --6.2--> S, T, n' of a stage
 *
 * S is float32 storage: expressions read it, are evaluated in double and are
 * rounded when stored back. T is double throughout.
 */
#include "spacing_rules.h"

#include <math.h>

#include "label_table.h"

/* Voxels along h, w, d up to which an image is not considered big. */
static const double big_hwd[3] = {1000, 1000, 700};
static const double big_dhw[3] = {700, 1000, 1000};
/* Where max/min spacing exceeds this, the coarse axis is resampled alone. */
#define ANISOTROPY 3.0
/* A grid is never asked to have more voxels along an axis than this. */
#define LONGEST_AXIS 1e12

void medals_spacing_from_npz(const double stored[3], const int64_t shape[3],
                             float spacing[3])
{
    /* (d,h,w) <- (s2,s0,s1): not a typing error, see R4. */
    double mm[3] = {stored[2], stored[0], stored[1]};
    int few = 0, coarse = 0;
    for (int a = 0; a < 3; a++)
        if (mm[a] < 0.1)
            mm[a] = 1;
    for (int a = 1; a < 3; a++) {
        if (shape[a] < shape[few])
            few = a;
        if (mm[a] > mm[coarse])
            coarse = a;
    }
    if (few != coarse && mm[coarse] > 0.5) {
        double swap = mm[few];
        mm[few] = mm[coarse];
        mm[coarse] = swap;
    }
    for (int a = 0; a < 3; a++)
        spacing[a] = (float) mm[a];
}

/* What one axis brings to the rules. */
typedef struct Axis {
    double n;      /* voxels */
    double crop;   /* voxels of the patch */
    double target; /* T so far */
    double big;    /* maxd */
} Axis;

static bool has(const MedalsClassSet *classes, uint32_t flag)
{
    return (classes->flags & flag) != 0;
}

/* 6.2 c for one axis. */
static void coarsen(const Axis *axis, double divisor, float *s)
{
    double target = axis->target;
    *s = (float) fmax(*s / divisor, target);
    if (*s / target > 3)
        *s = (float) (3 * *s / (*s / target - 0.5));
}

/* 6.2 d for one axis: an image much longer than the patch. */
static void cap_extent(const Axis *axis, const MedalsClassSet *classes,
                       uint32_t cap16, uint32_t cap12, bool fine_rule, float *s)
{
    double n = axis->n, crop = axis->crop;
    bool single = classes->single;
    if (single && n > 2.0 * crop)
        *s = (float) (2.0 * crop / n);
    else if (single && n > 1.6 * crop && has(classes, cap16))
        *s = (float) (1.6 * crop / n);
    else if (single && n > 1.2 * crop && has(classes, cap12))
        *s = (float) (1.2 * crop / n);
    else if (fine_rule && *s < 0.4 && n <= axis->big && n > 2 * crop)
        *s = (float) ((single ? 2.0 : 1.5) * *s);
}

/* 6.2 e, second half: T of an axis that fills little of the patch. */
static double enlarged_target(const Axis *axis, double s)
{
    if (!(s * axis->n < axis->crop * axis->target))
        return axis->target;
    double alpha = 1, power = 1;
    for (int k = 1; k <= 17; k++) {
        power *= 1.25; /* exact */
        if (axis->n <= axis->crop / power)
            alpha = power;
    }
    return fmin(axis->target, fmax(s * axis->n / axis->crop, s / alpha));
}

/* The rule on the whole volume, which ends 6.2 and 6.3. */
static void limit_volume(const Axis axes[3], const MedalsClassSet *classes,
                         float s[3])
{
    double volume = 1, limit = 1.8 * 1.8 * 1.8;
    for (int a = 0; a < 3; a++) {
        volume *= s[a] * axes[a].n;
        limit *= axes[a].crop;
    }
    if (!(volume > limit) || classes->single)
        return;
    for (int a = 0; a < 3; a++) {
        double target = axes[a].target, most = 1.9 * axes[a].crop * target;
        if (!(s[a] * axes[a].n > most))
            continue;
        double p = most / axes[a].n;
        s[a] =
            (float) (s[a] > target ? fmax(target, p / 1.1) : fmin(target, p));
    }
}

/* 7.1: position of the largest if it stands alone far above the smallest. */
static bool lone_axis(const double mm[3], int *axis)
{
    double least = fmin(mm[0], fmin(mm[1], mm[2]));
    double most = fmax(mm[0], fmax(mm[1], mm[2]));
    if (!(most / least > ANISOTROPY))
        return false;
    int count = 0;
    for (int a = 0; a < 3; a++)
        if (mm[a] == most) {
            count++;
            *axis = a;
        }
    if (count > 1)
        *axis = -1;
    return true;
}

/* n' and the separate axis, from S and T. */
static void complete_grid(const int64_t shape[3], MedalsStageGrid *grid)
{
    double current[3];
    for (int a = 0; a < 3; a++) {
        current[a] = grid->spacing[a];
        double n = rint(current[a] / grid->target[a] * (double) shape[a]);
        grid->shape[a] = (int64_t) fmin(n, LONGEST_AXIS);
    }
    grid->separate_axis = -1;
    if (!lone_axis(current, &grid->separate_axis))
        lone_axis(grid->target, &grid->separate_axis);
}

void medals_spacing_stage(const int64_t shape[3], const float spacing[3],
                          const int64_t crop[3], const double target[3],
                          const MedalsClassSet *classes, bool stage1,
                          MedalsStageGrid *grid)
{
    double divisor = !has(classes, MEDALS_CLASS_SPACING_DIV_145_135) ? 1.2
                     : stage1                                        ? 1.45
                                                                     : 1.35;
    Axis axes[3];
    float *s = grid->spacing;
    for (int a = 0; a < 3; a++) {
        Axis *axis = &axes[a];
        *axis =
            (Axis){(double) shape[a], (double) crop[a], target[a], big_hwd[a]};
        s[a] = spacing[a];
        if (has(classes, MEDALS_CLASS_UNIT_SPACING) ||
            (s[a] < 1 && axis->n <= axis->big))
            s[a] = 1;
        if (classes->single && s[a] > 1)
            coarsen(axis, divisor, &s[a]);
        cap_extent(axis, classes, MEDALS_CLASS_EXTENT_CAP_16,
                   MEDALS_CLASS_EXTENT_CAP_12, !stage1, &s[a]);
        if (s[a] * axis->n > axis->big && s[a] > axis->target)
            s[a] = (float) axis->target;
        else
            axis->target = enlarged_target(axis, s[a]);
        if (!stage1 && has(classes, MEDALS_CLASS_STAGE2_SPACING_X11))
            s[a] = (float) (1.1 * s[a]);
    }
    limit_volume(axes, classes, s);
    for (int a = 0; a < 3; a++)
        grid->target[a] = axes[a].target;
    complete_grid(shape, grid);
}

void medals_spacing_enlarge(const int64_t shape[3], const float spacing[3],
                            const int64_t crop[3], const double target[3],
                            MedalsStageGrid *grid)
{
    for (int a = 0; a < 3; a++) {
        Axis axis = {(double) shape[a], (double) crop[a], target[a], 0};
        grid->spacing[a] = spacing[a];
        grid->target[a] = enlarged_target(&axis, spacing[a]);
    }
    complete_grid(shape, grid);
}

void medals_spacing_roi(const int64_t shape_dhw[3], const float spacing_dhw[3],
                        const int64_t crop[3], const double target[3],
                        const MedalsClassSet *classes, float roi_spacing[3])
{
    double divisor =
        has(classes, MEDALS_CLASS_SPACING_DIV_145_135) ? 1.35 : 1.2;
    Axis axes[3];
    float *s = roi_spacing;
    for (int a = 0; a < 3; a++) {
        Axis *axis = &axes[a];
        *axis = (Axis){(double) shape_dhw[a], (double) crop[a], target[a],
                       big_dhw[a]};
        s[a] = spacing_dhw[a];
        if (has(classes, MEDALS_CLASS_UNIT_SPACING) ||
            (s[a] < 1 && axis->n <= axis->big))
            s[a] = 1;
        if (classes->single && s[a] > 1)
            coarsen(axis, divisor, &s[a]);
        cap_extent(axis, classes, MEDALS_CLASS_ROI_EXTENT_CAP_16,
                   MEDALS_CLASS_ROI_EXTENT_CAP_12, true, &s[a]);
        if (s[a] * axis->n > axis->big && s[a] > axis->target)
            s[a] = (float) axis->target;
        if (has(classes, MEDALS_CLASS_STAGE2_SPACING_X11))
            s[a] = (float) (1.1 * s[a]);
    }
    limit_volume(axes, classes, s);
}

void medals_spacing_roi_box(const int64_t shape_dhw[3], const int64_t lo[3],
                            const int64_t hi[3], const int64_t crop[3],
                            const double target[3], const float roi_spacing[3],
                            const MedalsClassSet *classes, int64_t start[3],
                            int64_t end[3])
{
    double scale = has(classes, MEDALS_CLASS_ROI_SCALE_15) ? 1.5 : 1.1;
    for (int a = 0; a < 3; a++) {
        double centre = (double) (lo[a] + hi[a]) / 2;
        double half = (double) (hi[a] - lo[a] + 1) * scale / 2;
        double least =
            (double) crop[a] / 2 * target[a] / (double) roi_spacing[a] - 1;
        half = fmax(half, least);
        start[a] = (int64_t) fmax(0, trunc(centre - half));
        end[a] =
            (int64_t) fmin((double) shape_dhw[a] - 1, trunc(centre + half));
    }
}
