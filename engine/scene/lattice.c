/*
 * lattice.c - where windows lie on an image
 */
#include "lattice.h"

#include <math.h>
#include <string.h>

#include "box.h"
#include "memory.h"
#include "memory_need.h"
#include "windows.h"

static bool settle_stage(MedalsLattice *lattice, MedalsModel *model,
                         MedalsModality modality, GError **error)
{
    const MedalsPackage *package = model->package;
    size_t last = package->stage_count - 1;
    MedalsStage *stage = &lattice->stage;
    *stage = (MedalsStage){.number = (int) last + 1, .package = package};
    memcpy(stage->crop, package->stages[last].crop, sizeof stage->crop);
    memcpy(stage->target, package->stages[last].spacing[modality],
           sizeof stage->target);
    stage->network = medals_model_network(model, last, error);
    return stage->network != NULL;
}

/* The image on its way to the grid, and one window with one class. */
static bool check_memory(const MedalsLattice *lattice, GError **error)
{
    const int64_t *crop = lattice->stage.crop;
    double need = 6 * (double) medals_geometry_voxels(&lattice->geometry);
    double grid = 1, padded = 1;
    for (int a = 0; a < 3; a++) {
        grid *= (double) lattice->grid.shape[a];
        padded *= (double) lattice->padded[a];
    }
    need += sizeof(float) * (grid + padded);
    need += (double) medals_network_window_bytes(lattice->stage.network,
                                                 crop[0], crop[1], crop[2], 1);
    return medals_memory_allow("session", need, error);
}

static bool plan(MedalsLattice *lattice, GError **error)
{
    const MedalsStageMode plain = {0}; /* no class has a say */
    float spacing[3];
    for (int a = 0; a < 3; a++)
        spacing[a] = (float) lattice->canonical.spacing[a];
    medals_stage_plan(&lattice->stage, &plain, lattice->canonical.shape,
                      spacing, &lattice->grid, lattice->padded);
    for (int a = 0; a < 3; a++) {
        lattice->spacing[a] = (float) (lattice->canonical.spacing[a] *
                                       (double) lattice->canonical.shape[a] /
                                       (double) lattice->grid.shape[a]);
    }
    if (!check_memory(lattice, error))
        return false;
    for (int a = 0; a < 3; a++) {
        lattice->count[a] =
            medals_windows_axis(lattice->padded[a], lattice->stage.crop[a],
                                &lattice->starts[a], error);
        if (!lattice->count[a])
            return false;
    }
    return true;
}

static bool resample(MedalsLattice *lattice, const MedalsExec *exec,
                     const uint8_t *image, GError **error)
{
    size_t voxels = medals_geometry_voxels(&lattice->geometry);
    size_t padded = medals_box_product(lattice->padded);
    uint8_t *turned = medals_alloc(voxels, 1, "image", error);
    bool ok = turned &&
              medals_canonical_forward(exec, &lattice->canonical, image, turned,
                                       1, error) &&
              (lattice->image = medals_alloc(padded, sizeof *lattice->image,
                                             "grid", error)) &&
              medals_stage_grid_image(exec, &lattice->grid, turned,
                                      lattice->canonical.shape, lattice->padded,
                                      lattice->image, error);
    medals_free(turned);
    return ok;
}

bool medals_lattice_init(MedalsLattice *lattice, const MedalsExec *exec,
                         MedalsModel *model, MedalsModality modality,
                         const MedalsGeometry *geometry, const uint8_t *image,
                         GError **error)
{
    *lattice = (MedalsLattice){.geometry = *geometry};
    if (!medals_canonical_init(&lattice->canonical, geometry,
                               model->package->axes, error) ||
        !settle_stage(lattice, model, modality, error))
        return false;
    if (plan(lattice, error) && resample(lattice, exec, image, error))
        return true;
    medals_lattice_clear(lattice);
    return false;
}

void medals_lattice_clear(MedalsLattice *lattice)
{
    medals_free(lattice->image);
    for (int a = 0; a < 3; a++)
        medals_free(lattice->starts[a]);
    *lattice = (MedalsLattice){0};
}

size_t medals_lattice_windows(const MedalsLattice *lattice)
{
    return lattice->count[0] * lattice->count[1] * lattice->count[2];
}

void medals_lattice_start(const MedalsLattice *lattice, size_t window,
                          int64_t start[3])
{
    const size_t *count = lattice->count;
    start[2] = lattice->starts[2][window % count[2]];
    start[1] = lattice->starts[1][window / count[2] % count[1]];
    start[0] = lattice->starts[0][window / count[2] / count[1]];
}

size_t medals_lattice_find(const MedalsLattice *lattice, const int64_t start[3])
{
    size_t at[3];
    for (int a = 0; a < 3; a++) {
        for (at[a] = 0; at[a] < lattice->count[a]; at[a]++)
            if (lattice->starts[a][at[a]] == start[a])
                break;
        if (at[a] == lattice->count[a])
            return SIZE_MAX;
    }
    return (at[0] * lattice->count[1] + at[1]) * lattice->count[2] + at[2];
}

/* Grid voxel, along network axis a, that holds voxel u of that axis. */
static int64_t grid_of(const MedalsLattice *lattice, int a, int64_t u)
{
    return (2 * u + 1) * lattice->grid.shape[a] /
           (2 * lattice->canonical.shape[a]);
}

/* Position along network axis a of an image voxel. */
static int64_t turned(const MedalsLattice *lattice, int a,
                      const int64_t voxel[3])
{
    const MedalsCanonical *canonical = &lattice->canonical;
    int64_t u = voxel[canonical->axis[a]];
    return canonical->flip[a] ? canonical->shape[a] - 1 - u : u;
}

/* First voxel of axis a whose grid voxel is not below g. */
static int64_t first_at(const MedalsLattice *lattice, int a, int64_t g)
{
    int64_t low = 0, high = lattice->canonical.shape[a];
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (grid_of(lattice, a, middle) < g)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void medals_lattice_extent(const MedalsLattice *lattice, size_t window,
                           int64_t extent[6])
{
    const MedalsCanonical *canonical = &lattice->canonical;
    int64_t start[3];
    medals_lattice_start(lattice, window, start);
    for (int a = 0; a < 3; a++) {
        int64_t low = first_at(lattice, a, start[a]);
        int64_t high = first_at(lattice, a, start[a] + lattice->stage.crop[a]);
        int axis = canonical->axis[a];
        bool flip = canonical->flip[a];
        extent[2 * axis] = flip ? canonical->shape[a] - high : low;
        extent[2 * axis + 1] = flip ? canonical->shape[a] - low : high;
    }
}

/* The window along axis a whose centre is nearest to grid voxel g. */
static size_t nearest_along(const MedalsLattice *lattice, int a, int64_t g)
{
    int64_t best = INT64_MAX;
    size_t at = 0;
    for (size_t k = 0; k < lattice->count[a]; k++) {
        int64_t centre = 2 * lattice->starts[a][k] + lattice->stage.crop[a] - 1;
        int64_t away = ABS(2 * g - centre);
        if (away < best) {
            best = away;
            at = k;
        }
    }
    return at;
}

size_t medals_lattice_nearest(const MedalsLattice *lattice,
                              const int64_t voxel[3])
{
    size_t at[3];
    for (int a = 0; a < 3; a++)
        at[a] = nearest_along(lattice, a,
                              grid_of(lattice, a, turned(lattice, a, voxel)));
    return (at[0] * lattice->count[1] + at[1]) * lattice->count[2] + at[2];
}

GArray *medals_lattice_cover(const MedalsLattice *lattice, const int64_t box[6])
{
    size_t low[3], high[3];
    for (int a = 0; a < 3; a++) {
        int x = lattice->canonical.axis[a];
        int64_t ends[2] = {box[2 * x], box[2 * x + 1] - 1};
        size_t at[2];
        for (int e = 0; e < 2; e++) {
            int64_t voxel[3] = {0};
            voxel[x] = ends[e];
            at[e] = nearest_along(
                lattice, a, grid_of(lattice, a, turned(lattice, a, voxel)));
        }
        low[a] = MIN(at[0], at[1]);
        high[a] = MAX(at[0], at[1]);
    }
    GArray *windows = g_array_new(FALSE, FALSE, sizeof(size_t));
    for (size_t h = low[0]; h <= high[0]; h++)
        for (size_t w = low[1]; w <= high[1]; w++)
            for (size_t d = low[2]; d <= high[2]; d++) {
                size_t window =
                    (h * lattice->count[1] + w) * lattice->count[2] + d;
                g_array_append_val(windows, window);
            }
    return windows;
}

int64_t medals_lattice_voxel(const MedalsLattice *lattice, size_t window,
                             const int64_t voxel[3])
{
    int64_t start[3], at = 0;
    medals_lattice_start(lattice, window, start);
    for (int a = 0; a < 3; a++) {
        int64_t g = grid_of(lattice, a, turned(lattice, a, voxel)) - start[a];
        if (g < 0 || g >= lattice->stage.crop[a])
            return -1;
        at = at * lattice->stage.crop[a] + g;
    }
    return at;
}

void medals_lattice_patch(const MedalsLattice *lattice, size_t window,
                          float *patch)
{
    const int64_t *crop = lattice->stage.crop, *size = lattice->padded;
    int64_t start[3];
    medals_lattice_start(lattice, window, start);
    for (int64_t h = 0; h < crop[0]; h++)
        for (int64_t w = 0; w < crop[1]; w++)
            memcpy(patch + (h * crop[1] + w) * crop[2],
                   lattice->image +
                       ((start[0] + h) * size[1] + start[1] + w) * size[2] +
                       start[2],
                   (size_t) crop[2] * sizeof *patch);
}

int64_t medals_lattice_crop_voxels(const MedalsLattice *lattice)
{
    const int64_t *crop = lattice->stage.crop;
    return crop[0] * crop[1] * crop[2];
}
