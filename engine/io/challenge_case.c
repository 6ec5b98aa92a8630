/*
 * challenge_case.c - imgs, spacing, text_prompts -> a case -> segs
 */
#include "challenge_case.h"

#include <string.h>

#include "file.h"
#include "memory.h"
#include "npy.h"
#include "tensor.h"
#include "volume_data.h"
#include "weights.h"
#include "zip.h"
#include "zip_writer.h"

#define VOXELS_MAX ((uint64_t) 16 << 30) /* bytes of one array */
#define SMALL_MAX ((uint64_t) 16 << 20)  /* of spacing and of the texts */

typedef MedalsChallengeCase Case;

/* --- reading -------------------------------------------------------------- */

static bool extract(const MedalsZip *zip, const char *file, uint64_t limit,
                    MedalsNpzEntry *out, GError **error)
{
    const MedalsZipEntry *entry = medals_zip_find(zip, file);
    *out = (MedalsNpzEntry){0};
    if (!entry)
        return true;
    out->bytes = medals_zip_extract(zip, entry, limit, error);
    out->size = (size_t) entry->size;
    return out->bytes != NULL;
}

/* Voxels in C order, 16-bit floats widened. Takes the entry. */
static void *take_voxels(MedalsNpzEntry *entry, MedalsNpy *npy, void **owned,
                         GError **error)
{
    size_t size = medals_dtype_size(npy->dtype);
    bool in_place = !npy->swapped && !npy->fortran &&
                    npy->dtype != MEDALS_F16 &&
                    (uintptr_t) npy->data % size == 0;
    if (in_place) {
        *owned = g_steal_pointer(&entry->bytes);
        return (void *) npy->data;
    }
    void *copy = medals_alloc(npy->count, size, "voxels", error);
    if (copy)
        medals_npy_copy(npy, copy);
    medals_free(g_steal_pointer(&entry->bytes));
    if (!copy || npy->dtype != MEDALS_F16)
        return *owned = copy;
    float *wide = medals_alloc(npy->count, sizeof *wide, "voxels", error);
    if (wide)
        medals_convert_to_f32(wide, copy, MEDALS_F16, npy->count);
    medals_free(copy);
    npy->dtype = MEDALS_F32;
    return *owned = wide;
}

static bool geometry_of(const char *path, const char *what,
                        const MedalsNpy *npy, const double spacing[3],
                        MedalsGeometry *geometry, GError **error)
{
    *geometry = (MedalsGeometry){.size = {1, 1, 1},
                                 .direction = {1, 0, 0, 0, 1, 0, 0, 0, 1}};
    memcpy(geometry->spacing, spacing, sizeof geometry->spacing);
    if (npy->is_object || npy->ndim < 2 || npy->ndim > 3) {
        g_autofree char *shape = medals_shape_text(npy->ndim, npy->shape);
        return medals_fail(error, MEDALS_E_INPUT,
                           "%s: %s: shape %s%s; expected [D,H,W] numbers", path,
                           what, shape,
                           npy->is_object ? " of Python objects" : "");
    }
    for (int i = 0; i < npy->ndim; i++)
        geometry->size[npy->ndim - 1 - i] = npy->shape[i];
    return true;
}

/* One array as a volume. Takes the entry. */
static MedalsVolume *make_volume(const char *path, const char *what,
                                 MedalsNpzEntry *entry, const double spacing[3],
                                 GError **error)
{
    MedalsNpy npy;
    MedalsGeometry geometry;
    MedalsVolume *volume = NULL;
    void *owned = NULL;
    g_autofree char *name = g_strdup_printf("%s: %s", path, what);
    bool ok = medals_npy_parse(&npy, name, entry->bytes, entry->size, error) &&
              geometry_of(path, what, &npy, spacing, &geometry, error);
    if (ok && !medals_geometry_check(&geometry, error)) {
        g_prefix_error(error, "%s: ", path);
        ok = false;
    }
    if (ok) {
        void *data = take_voxels(entry, &npy, &owned, error);
        if (data)
            volume = medals_volume_take(&geometry, npy.dtype, data, medals_free,
                                        owned, error);
    }
    medals_free(g_steal_pointer(&entry->bytes));
    return volume;
}

static bool read_spacing(Case *data, const char *path, GError **error)
{
    const MedalsNpzEntry *entry = &data->spacing_entry;
    MedalsNpy npy;
    g_autofree char *name = g_strdup_printf("%s: spacing", path);
    for (int i = 0; i < 3; i++)
        data->spacing[i] = 1;
    if (!entry->bytes)
        return true;
    if (!medals_npy_parse(&npy, name, entry->bytes, entry->size, error))
        return false;
    if (npy.is_object || npy.count != 3)
        return medals_fail(error, MEDALS_E_INPUT,
                           "%s: not three numbers; expected x, y, z in mm",
                           name);
    uint8_t numbers[3 * sizeof(double)];
    float narrow[3];
    medals_npy_copy(&npy, numbers);
    medals_convert_to_f32(narrow, numbers, npy.dtype, 3);
    for (int i = 0; i < 3; i++)
        data->spacing[i] = narrow[i];
    if (npy.dtype == MEDALS_F64)
        memcpy(data->spacing, numbers, sizeof data->spacing);
    return true;
}

static bool read_image(Case *data, const MedalsZip *zip, GError **error)
{
    MedalsNpzEntry entry;
    if (!extract(zip, "imgs.npy", VOXELS_MAX, &entry, error))
        return false;
    if (!entry.bytes)
        return medals_fail(error, MEDALS_E_INPUT,
                           "%s: no imgs; expected the image of a case",
                           zip->name);
    data->volume = make_volume(zip->name, "imgs", &entry, data->spacing, error);
    return data->volume != NULL;
}

static bool same_size(const MedalsVolume *a, const MedalsVolume *b)
{
    return !memcmp(a->geometry.size, b->geometry.size, sizeof a->geometry.size);
}

static bool read_truth(Case *data, const MedalsZip *zip, GError **error)
{
    static const char *const files[] = {"segs.npy", "gts.npy"};
    MedalsNpzEntry entry = {0};
    for (size_t i = 0; i < G_N_ELEMENTS(files) && !entry.bytes; i++)
        if (!extract(zip, files[i], VOXELS_MAX, &entry, error))
            return false;
    if (!entry.bytes)
        return true;
    data->truth =
        make_volume(zip->name, "labels", &entry, data->spacing, error);
    return data->truth &&
           (same_size(data->truth, data->volume) ||
            medals_fail(error, MEDALS_E_INPUT,
                        "%s: labels of another size; expected that of imgs",
                        zip->name));
}

static bool read_case(Case *data, const MedalsZip *zip, GError **error)
{
    if (!extract(zip, "spacing.npy", SMALL_MAX, &data->spacing_entry, error) ||
        !extract(zip, "text_prompts.npy", SMALL_MAX, &data->prompts_entry,
                 error) ||
        !read_spacing(data, zip->name, error) || !read_image(data, zip, error))
        return false;
    const MedalsNpzEntry *prompts = &data->prompts_entry;
    return (!prompts->bytes ||
            medals_case_prompts_read(zip->name, prompts->bytes, prompts->size,
                                     data->prompts, &data->instance_label,
                                     error)) &&
           read_truth(data, zip, error);
}

MedalsChallengeCase *medals_challenge_case_open(const char *path,
                                                GError **error)
{
    MedalsMap *map = medals_map_open(path, error);
    if (!map)
        return NULL;
    size_t size;
    const uint8_t *bytes = medals_map_peek(map, &size);
    MedalsZip *zip = medals_zip_open(path, bytes, size, error);
    Case *data = g_new0(Case, 1);
    data->instance_label = -1;
    data->prompts = medals_case_prompts_new();
    bool ok = zip && read_case(data, zip, error);
    medals_zip_free(zip);
    medals_map_unref(map);
    if (ok)
        return data;
    medals_challenge_case_free(data);
    return NULL;
}

void medals_challenge_case_free(MedalsChallengeCase *data)
{
    if (!data)
        return;
    medals_volume_free(&data->volume);
    medals_volume_free(&data->truth);
    g_array_unref(data->prompts);
    medals_free(data->spacing_entry.bytes);
    medals_free(data->prompts_entry.bytes);
    g_free(data);
}

/* --- writing -------------------------------------------------------------- */

static int64_t voxel_at(const MedalsVolume *labelmap, size_t i)
{
    switch (labelmap->dtype) {
    case MEDALS_U8:
        return ((const uint8_t *) labelmap->data)[i];
    case MEDALS_U16:
        return ((const uint16_t *) labelmap->data)[i];
    case MEDALS_I16:
        return ((const int16_t *) labelmap->data)[i];
    case MEDALS_U32:
        return ((const uint32_t *) labelmap->data)[i];
    default:
        return ((const int32_t *) labelmap->data)[i];
    }
}

/* int16, as the challenge asks for; wider only where a value needs it. */
static MedalsDtype answer_dtype(const MedalsVolume *labelmap, size_t count)
{
    int64_t lowest = 0, highest = 0;
    for (size_t i = 0; i < count; i++) {
        int64_t value = voxel_at(labelmap, i);
        lowest = MIN(lowest, value);
        highest = MAX(highest, value);
    }
    if (lowest >= INT16_MIN && highest <= INT16_MAX)
        return MEDALS_I16;
    if (lowest >= 0 && highest <= UINT16_MAX)
        return MEDALS_U16;
    return highest <= INT32_MAX ? MEDALS_I32 : MEDALS_U32;
}

static void fill_answer(void *dst, MedalsDtype dtype,
                        const MedalsVolume *labelmap, size_t count)
{
    bool narrow = medals_dtype_size(dtype) == 2;
    for (size_t i = 0; i < count; i++) {
        int64_t value = voxel_at(labelmap, i);
        if (narrow)
            ((uint16_t *) dst)[i] = (uint16_t) value;
        else
            ((uint32_t *) dst)[i] = (uint32_t) value;
    }
}

static bool add_segs(MedalsZipWriter *zip, const MedalsVolume *labelmap,
                     GError **error)
{
    const MedalsGeometry *g = &labelmap->geometry;
    size_t count = medals_geometry_voxels(g), head_size;
    MedalsDtype dtype = answer_dtype(labelmap, count);
    size_t size = medals_dtype_size(dtype);
    void *voxels = medals_alloc(count, size, "segs", error);
    if (!voxels)
        return false;
    fill_answer(voxels, dtype, labelmap, count);
    const int64_t shape[3] = {g->size[2], g->size[1], g->size[0]};
    g_autofree uint8_t *head = medals_npy_header(dtype, 3, shape, &head_size);
    bool ok = medals_zip_writer_add(zip, "segs.npy", head, head_size, voxels,
                                    count * size, error);
    medals_free(voxels);
    return ok;
}

static bool add_spacing(MedalsZipWriter *zip, const MedalsVolume *labelmap,
                        const Case *from, GError **error)
{
    if (from && from->spacing_entry.bytes)
        return medals_zip_writer_add(zip, "spacing.npy",
                                     from->spacing_entry.bytes,
                                     from->spacing_entry.size, NULL, 0, error);
    const int64_t shape[1] = {3};
    const double *spacing = from ? from->spacing : labelmap->geometry.spacing;
    size_t head_size;
    g_autofree uint8_t *head =
        medals_npy_header(MEDALS_F64, 1, shape, &head_size);
    return medals_zip_writer_add(zip, "spacing.npy", head, head_size, spacing,
                                 3 * sizeof *spacing, error);
}

static bool add_entries(MedalsZipWriter *zip, const MedalsVolume *labelmap,
                        const Case *from, GError **error)
{
    if (!add_segs(zip, labelmap, error) ||
        !add_spacing(zip, labelmap, from, error))
        return false;
    if (from && from->prompts_entry.bytes &&
        !medals_zip_writer_add(zip, "text_prompts.npy",
                               from->prompts_entry.bytes,
                               from->prompts_entry.size, NULL, 0, error))
        return false;
    return medals_zip_writer_end(zip, error);
}

static bool check_labelmap(const char *path, const MedalsVolume *labelmap,
                           const Case *from, GError **error)
{
    MedalsDtype dtype = labelmap->dtype;
    if (dtype != MEDALS_U8 && dtype != MEDALS_U16 && dtype != MEDALS_I16 &&
        dtype != MEDALS_U32 && dtype != MEDALS_I32)
        return medals_fail(error, MEDALS_E_USAGE,
                           "%s: a labelmap of type %d; expected integers of at "
                           "most 32 bits",
                           path, (int) dtype);
    if (!from || same_size(labelmap, from->volume))
        return true;
    return medals_fail(error, MEDALS_E_SHAPE,
                       "%s: a labelmap of another size; expected that of the "
                       "case's image",
                       path);
}

bool medals_challenge_case_write(const char *path, const MedalsVolume *labelmap,
                                 const MedalsChallengeCase *from,
                                 GError **error)
{
    if (!check_labelmap(path, labelmap, from, error))
        return false;
    MedalsWriter *writer = medals_writer_begin(path, error);
    if (!writer)
        return false;
    MedalsZipWriter *zip = medals_zip_writer_new(writer);
    bool ok = add_entries(zip, labelmap, from, error);
    medals_zip_writer_free(zip);
    if (ok)
        return medals_writer_commit(writer, error);
    medals_writer_abort(writer);
    return false;
}
