/* `get`: voxels of the labelmap or of a class, packed slab by slab. */
#include <string.h>

#include "interact.h"
#include "interact_failure.h"

/* Bytes that one slab takes, about. */
#define SLAB ((size_t) 4 << 20)

/* The narrowest type that holds every value of the classes. */
static MedalsDtype type_of_values(const MedalsSession *session)
{
    uint32_t largest = 0;
    for (size_t c = 0; c < medals_session_class_count(session); c++) {
        MedalsSessionClass info = {.struct_size = sizeof info};
        if (medals_session_class(session, c, &info))
            largest = MAX(largest, info.value);
    }
    return largest <= UINT8_MAX    ? MEDALS_U8
           : largest <= UINT16_MAX ? MEDALS_U16
                                   : MEDALS_U32;
}

static void find_extent(const InteractTask *task, int64_t extent[6])
{
    const InteractRequest *request = &task->request;
    const MedalsSession *session = task->interact->session;
    const MedalsGeometry *geometry = medals_session_peek_geometry(session);
    for (int axis = 0; axis < 3; axis++) {
        extent[2 * axis] = 0;
        extent[2 * axis + 1] = geometry->size[axis];
    }
    if (request->has_extent)
        memcpy(extent, request->extent, 6 * sizeof *extent);
    else if (request->has_since &&
             !medals_session_changed_since(session, request->count, extent))
        memset(extent, 0, 6 * sizeof *extent);
}

static bool is_within(const int64_t extent[6], const MedalsGeometry *geometry,
                      GError **error)
{
    for (int axis = 0; axis < 3; axis++)
        if (extent[2 * axis] < 0 || extent[2 * axis] >= extent[2 * axis + 1] ||
            extent[2 * axis + 1] > geometry->size[axis])
            return interact_fail(error, MEDALS_E_INPUT,
                                 "extent: %" G_GINT64_FORMAT
                                 " to %" G_GINT64_FORMAT
                                 " along axis %d; expected a range within 0 to "
                                 "%" G_GINT64_FORMAT,
                                 extent[2 * axis], extent[2 * axis + 1], axis,
                                 geometry->size[axis]);
    return true;
}

static bool pack_slab(InteractTask *task, const int64_t extent[6],
                      MedalsDtype dtype, void *slab, size_t bytes,
                      GError **error)
{
    MedalsError *cause = NULL;
    int64_t index =
        task->request.has_class ? (int64_t) task->request.class_index : -1;
    if (medals_session_read(task->interact->session, index, extent, dtype, slab,
                            bytes, NULL, &cause) != MEDALS_OK)
        return task_take(error, cause);
    return voxels_packer_add(task->packer, slab, bytes, error);
}

static bool pack(InteractTask *task, const int64_t extent[6], MedalsDtype dtype,
                 GError **error)
{
    size_t slice = (size_t) (extent[1] - extent[0]) *
                   (size_t) (extent[3] - extent[2]) * medals_dtype_size(dtype);
    int64_t thickness = (int64_t) MAX(SLAB / MAX(slice, 1), 1);
    thickness = MIN(thickness, MAX(extent[5] - extent[4], 1));
    g_autofree void *slab = g_try_malloc_n(MAX(slice, 1), (size_t) thickness);
    if (!slab)
        return interact_fail(error, MEDALS_E_NOMEM,
                             "get: no memory for a slice; expected more of it");
    for (int64_t k = extent[4]; k < extent[5]; k += thickness) {
        const int64_t part[6] = {extent[0], extent[1],
                                 extent[2], extent[3],
                                 k,         MIN(k + thickness, extent[5])};
        size_t bytes = slice * (size_t) (part[5] - part[4]);
        if (!pack_slab(task, part, dtype, slab, bytes, error))
            return false;
    }
    task->data = voxels_packer_end(task->packer, error);
    return task->data != NULL;
}

bool task_get(InteractTask *task, GError **error)
{
    const InteractRequest *request = &task->request;
    const MedalsSession *session = task->interact->session;
    size_t count = medals_session_class_count(session);
    int64_t extent[6];
    if (request->has_class && request->class_index >= count)
        return interact_fail(error, MEDALS_E_INPUT,
                             "class %zu: there is none; the session has %zu",
                             request->class_index, count);
    find_extent(task, extent);
    if (request->has_extent &&
        !is_within(extent, medals_session_peek_geometry(session), error))
        return false;
    MedalsDtype dtype =
        request->has_class ? MEDALS_U8 : type_of_values(session);
    task->packer = voxels_packer_new(error);
    if (!task->packer || !pack(task, extent, dtype, error))
        return false;
    answer_add_extent(task->fields, "extent", extent);
    if (dtype != MEDALS_U8)
        cJSON_AddStringToObject(task->fields, "type",
                                dtype == MEDALS_U16 ? "uint16" : "uint32");
    return true;
}
