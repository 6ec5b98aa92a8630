/* `mask`: a class drawn elsewhere, from a file or from the line itself. */
#include <math.h>
#include <string.h>

#include "interact.h"
#include "interact_failure.h"
#include "labelmap.h"
#include "voxel.h"

/* Corners of two grids may differ by this part of the smallest spacing: files
 * round their numbers. */
#define TOLERANCE 0.01

/* How far a corner of one grid lies from that of another of the same size. */
static double corner_distance(const MedalsGeometry *a, const MedalsGeometry *b,
                              int corner)
{
    double sum = 0;
    for (int r = 0; r < 3; r++) {
        double d = a->origin[r] - b->origin[r];
        for (int c = 0; c < 3; c++)
            if (corner >> c & 1)
                d += (double) (a->size[c] - 1) *
                     (a->direction[3 * r + c] * a->spacing[c] -
                      b->direction[3 * r + c] * b->spacing[c]);
        sum += d * d;
    }
    return sqrt(sum);
}

static bool check_grid(const char *file, const MedalsGeometry *mask,
                       const MedalsGeometry *image, GError **error)
{
    const int64_t *a = mask->size, *b = image->size;
    if (a[0] != b[0] || a[1] != b[1] || a[2] != b[2])
        return interact_fail(
            error, MEDALS_E_INPUT,
            "%s: %" G_GINT64_FORMAT "x%" G_GINT64_FORMAT "x%" G_GINT64_FORMAT
            " voxels; expected %" G_GINT64_FORMAT "x%" G_GINT64_FORMAT
            "x%" G_GINT64_FORMAT ", the image's",
            file, a[0], a[1], a[2], b[0], b[1], b[2]);
    double smallest =
        MIN(image->spacing[0], MIN(image->spacing[1], image->spacing[2]));
    for (int corner = 0; corner < 8; corner++) {
        double distance = corner_distance(mask, image, corner);
        if (!(distance <= TOLERANCE * smallest))
            return interact_fail(error, MEDALS_E_INPUT,
                                 "%s: a corner lies %.3g mm from the image's; "
                                 "expected the image's spacing, origin and "
                                 "direction",
                                 file, distance);
    }
    return true;
}

static uint8_t *new_mask(size_t voxels, GError **error)
{
    uint8_t *mask = g_try_malloc0(MAX(voxels, 1));
    if (!mask)
        interact_fail(error, MEDALS_E_NOMEM,
                      "mask: no memory for %zu voxels; expected more of it",
                      voxels);
    return mask;
}

static bool add_layer(const char *file, const MedalsVolume *layer,
                      const MedalsGeometry *geometry, uint8_t *mask,
                      GError **error)
{
    if (!check_grid(file, medals_volume_peek_geometry(layer), geometry, error))
        return false;
    const void *data = medals_volume_peek_data(layer);
    MedalsDtype dtype = medals_volume_dtype(layer);
    size_t voxels = voxel_count(layer);
    for (size_t n = 0; n < voxels; n++)
        mask[n] |= voxel_value(dtype, data, n) != 0;
    return true;
}

/* A segmentation may be cropped to its segments. */
static bool place_file(MedalsLabelmap *labelmap, const MedalsGeometry *geometry,
                       GError **error)
{
    if (!medals_labelmap_is_segmentation(labelmap))
        return true;
    char *message = NULL;
    MedalsStatus status = medals_labelmap_place(labelmap, geometry, &message);
    return status == MEDALS_OK || task_take_bridge(error, status, message);
}

/* Every voxel that is not zero, in any layer. */
static uint8_t *read_file(InteractTask *task, size_t *voxels, GError **error)
{
    const char *file = task->request.file;
    const MedalsGeometry *geometry =
        medals_session_peek_geometry(task->interact->session);
    MedalsLabelmap *labelmap = NULL;
    char *message = NULL;
    MedalsStatus status = medals_labelmap_read(&labelmap, file, &message);
    if (status != MEDALS_OK) {
        task_take_bridge(error, status, message);
        return NULL;
    }
    *voxels = (size_t) geometry->size[0] * (size_t) geometry->size[1] *
              (size_t) geometry->size[2];
    g_autofree uint8_t *mask = new_mask(*voxels, error);
    bool done = mask && place_file(labelmap, geometry, error);
    for (size_t l = 0; done && l < medals_labelmap_layer_count(labelmap); l++)
        done = add_layer(file, medals_labelmap_peek_layer(labelmap, l),
                         geometry, mask, error);
    medals_labelmap_free(&labelmap);
    return done ? g_steal_pointer(&mask) : NULL;
}

/* The voxels of an extent; it is checked before they take memory. */
static uint8_t *unpack_line(InteractTask *task, size_t *voxels, GError **error)
{
    const int64_t *extent = task->request.extent;
    const MedalsGeometry *geometry =
        medals_session_peek_geometry(task->interact->session);
    *voxels = 1;
    for (int axis = 0; axis < 3; axis++) {
        int64_t begin = extent[2 * axis], end = extent[2 * axis + 1];
        if (begin < 0 || begin >= end || end > geometry->size[axis]) {
            interact_fail(error, MEDALS_E_INPUT,
                          "extent: %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT
                          " along axis %d; expected a range within 0 to "
                          "%" G_GINT64_FORMAT,
                          begin, end, axis, geometry->size[axis]);
            return NULL;
        }
        *voxels *= (size_t) (end - begin);
    }
    g_autofree uint8_t *mask = new_mask(*voxels, error);
    if (!mask || !voxels_unpack(task->request.data, mask, *voxels, error))
        return NULL;
    return g_steal_pointer(&mask);
}

bool task_mask(InteractTask *task, GError **error)
{
    const InteractRequest *request = &task->request;
    MedalsSession *session = task->interact->session;
    size_t voxels = 0;
    g_autofree uint8_t *mask = request->file
                                   ? read_file(task, &voxels, error)
                                   : unpack_line(task, &voxels, error);
    if (!mask)
        return false;
    MedalsCall call = task_call(task);
    MedalsError *cause = NULL;
    if (medals_session_mask(session, request->class_index, request->use,
                            request->has_extent ? request->extent : NULL, mask,
                            voxels, &call, &task->answer, &cause) != MEDALS_OK)
        return task_take(error, cause);
    answer_add_windows(task->fields, task->answer);
    return true;
}
