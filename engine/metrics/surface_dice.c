/*
 * surface_dice.c - agreement of two surfaces within a tolerance
 *
 *   mask [n] --2x2x2 codes--> codes [n+1] --border--> distance map [n+1]
 *
 *          area of gt's border near pred's + area of pred's near gt's
 *   NSD = ------------------------------------------------------------
 *                    area of gt's + area of pred's
 *
 * Codes live between voxels: code p covers voxels p-1 and p of each axis.
 */
#include <math.h>

#include "box.h"
#include "distance_map.h"
#include "label_scores.h"
#include "memory.h"
#include "surfel_table.h"

/* Distances at the tolerance itself must not be lost to rounding. */
#define ROUNDING 1e-6

/* Box of the union of both masks and what is computed inside it. */
typedef struct Surfaces {
    int64_t lo[3], size[3]; /* voxels */
    int64_t grid[3];        /* codes: size + 1 */
    double area[256];       /* mm^2 of a code */
    bool border[256];
    uint8_t *gt, *pred; /* codes [grid] */
    double *squared;    /* [grid] */
} Surfaces;

static bool union_box(const uint8_t *gt, const uint8_t *pred,
                      const int64_t shape[3], Surfaces *surfaces)
{
    int64_t hi[3] = {-1, -1, -1}, *lo = surfaces->lo;
    for (int a = 0; a < 3; a++)
        lo[a] = shape[a];
    for (int64_t h = 0; h < shape[0]; h++)
        for (int64_t w = 0; w < shape[1]; w++)
            for (int64_t d = 0; d < shape[2]; d++) {
                if (!(*gt++ | *pred++))
                    continue;
                int64_t at[3] = {h, w, d};
                for (int a = 0; a < 3; a++) {
                    lo[a] = MIN(lo[a], at[a]);
                    hi[a] = MAX(hi[a], at[a]);
                }
            }
    for (int a = 0; a < 3; a++) {
        surfaces->size[a] = hi[a] - lo[a] + 1;
        surfaces->grid[a] = surfaces->size[a] + 1;
    }
    return hi[0] >= 0;
}

static void code_areas(const double spacing[3], Surfaces *surfaces)
{
    double face[3] = {spacing[1] * spacing[2], spacing[0] * spacing[2],
                      spacing[0] * spacing[1]};
    for (int code = 0; code < 256; code++) {
        surfaces->area[code] = 0;
        for (int k = 0; k < 4; k++) {
            double sum = 0;
            for (int a = 0; a < 3; a++) {
                double n = medals_surfel_normals[code][k][a] / 8.0 * face[a];
                sum += n * n;
            }
            surfaces->area[code] += sqrt(sum);
        }
        surfaces->border[code] = code != 0 && code != 255;
    }
}

/* ORs the weight of corner (a,b,c) into the codes that see each voxel so. */
static void add_codes(const uint8_t *mask, const int64_t shape[3],
                      const Surfaces *surfaces, uint8_t *codes)
{
    const int64_t *size = surfaces->size, *grid = surfaces->grid,
                  *lo = surfaces->lo;
    for (int corner = 0; corner < 8; corner++) {
        int64_t a = corner >> 2 & 1, b = corner >> 1 & 1, c = corner & 1;
        uint8_t weight = (uint8_t) (128 >> corner);
        for (int64_t h = 0; h < size[0]; h++)
            for (int64_t w = 0; w < size[1]; w++) {
                const uint8_t *from =
                    mask + ((h + lo[0]) * shape[1] + w + lo[1]) * shape[2] +
                    lo[2];
                uint8_t *to = codes +
                              ((h + 1 - a) * grid[1] + w + 1 - b) * grid[2] +
                              1 - c;
                for (int64_t d = 0; d < size[2]; d++)
                    to[d] |= from[d] ? weight : 0;
            }
    }
}

static bool surfaces_init(Surfaces *surfaces, const uint8_t *gt,
                          const uint8_t *pred, const int64_t shape[3],
                          GError **error)
{
    const int64_t *grid = surfaces->grid;
    size_t codes = medals_box_product(grid);
    if (!(surfaces->gt = medals_alloc_zero(codes, 1, "surface", error)) ||
        !(surfaces->pred = medals_alloc_zero(codes, 1, "surface", error)) ||
        !(surfaces->squared =
              medals_alloc(codes, sizeof(double), "surface", error)))
        return false;
    add_codes(gt, shape, surfaces, surfaces->gt);
    add_codes(pred, shape, surfaces, surfaces->pred);
    return true;
}

/* Area of `of`, and the part of it that lies within tolerance of `other`. */
static bool near_area(Surfaces *surfaces, const uint8_t *of,
                      const uint8_t *other, const double spacing[3],
                      double tolerance, double *area, double *near,
                      GError **error)
{
    const int64_t *grid = surfaces->grid;
    if (!medals_distance_map(other, surfaces->border, grid, spacing,
                             tolerance * tolerance * (1 + ROUNDING),
                             surfaces->squared, error))
        return false;
    *area = *near = 0;
    for (size_t i = 0; i < medals_box_product(grid); i++) {
        if (!surfaces->border[of[i]])
            continue;
        *area += surfaces->area[of[i]];
        if (sqrt(surfaces->squared[i]) <= tolerance)
            *near += surfaces->area[of[i]];
    }
    return true;
}

bool medals_metrics_surface(const uint8_t *gt, const uint8_t *pred,
                            const int64_t shape[3], const double spacing[3],
                            double tolerance_mm, MedalsSurfaceDice *out,
                            GError **error)
{
    Surfaces surfaces = {0};
    *out = (MedalsSurfaceDice){NAN, 0, 0};
    if (!union_box(gt, pred, shape, &surfaces))
        return true;
    code_areas(spacing, &surfaces);
    double near_gt, near_pred;
    bool ok = surfaces_init(&surfaces, gt, pred, shape, error) &&
              near_area(&surfaces, surfaces.gt, surfaces.pred, spacing,
                        tolerance_mm, &out->area_gt, &near_gt, error) &&
              near_area(&surfaces, surfaces.pred, surfaces.gt, spacing,
                        tolerance_mm, &out->area_pred, &near_pred, error);
    if (ok)
        out->nsd = (near_gt + near_pred) / (out->area_gt + out->area_pred);
    medals_free(surfaces.gt);
    medals_free(surfaces.pred);
    medals_free(surfaces.squared);
    return ok;
}
