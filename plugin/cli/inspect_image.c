/* `medals inspect` of images, label maps and DICOM folders. */
#include <math.h>
#include <string.h>

#include "failure.h"
#include "file_name.h"
#include "image.h"
#include "inspect.h"
#include "json.h"
#include "label_names.h"
#include "voxel.h"

enum { VALUES_MAX = 65536 };

typedef struct {
    double lowest, highest;
    uint64_t not_finite;
    GHashTable *voxels_of; /* value -> count; NULL: not a label map */
    size_t layers;         /* of a segmentation whose segments may overlap */
} Survey;

static void survey_range(Survey *survey, const MedalsVolume *volume)
{
    const void *data = medals_volume_peek_data(volume);
    MedalsDtype dtype = medals_volume_dtype(volume);
    size_t count = voxel_count(volume);
    for (size_t i = 0; i < count; i++) {
        double value = voxel_value(dtype, data, i);
        if (!isfinite(value)) {
            survey->not_finite++;
            continue;
        }
        survey->lowest = fmin(survey->lowest, value);
        survey->highest = fmax(survey->highest, value);
    }
}

/* Counts values, or gives up where they are not those of a label map: whole,
 * not negative, and constant over most neighbours. */
static GHashTable *count_values(const MedalsVolume *volume, bool whatever)
{
    const void *data = medals_volume_peek_data(volume);
    MedalsDtype dtype = medals_volume_dtype(volume);
    size_t count = voxel_count(volume), pairs = 0, steps = 0;
    GHashTable *counts = g_hash_table_new(NULL, NULL);
    double before = 0;
    for (size_t i = 0; i < count; i++) {
        double value = voxel_value(dtype, data, i);
        bool good = value >= 0 && value <= UINT32_MAX && value == floor(value);
        if (!good || g_hash_table_size(counts) > VALUES_MAX) {
            g_hash_table_unref(counts);
            return NULL;
        }
        if (value || before) {
            pairs++;
            steps += value != before;
        }
        before = value;
        if (!value)
            continue;
        gpointer key = GSIZE_TO_POINTER((gsize) value);
        gsize voxels = GPOINTER_TO_SIZE(g_hash_table_lookup(counts, key));
        g_hash_table_insert(counts, key, GSIZE_TO_POINTER(voxels + 1));
    }
    if (whatever || 2 * steps < pairs)
        return counts;
    g_hash_table_unref(counts);
    return NULL;
}

/* Counts the voxels of every segment of all layers, by its value. */
static void survey_layers(Survey *survey, const MedalsLabelmap *labelmap)
{
    survey->layers = medals_labelmap_layer_count(labelmap);
    survey->voxels_of = g_hash_table_new(NULL, NULL);
    size_t segments = medals_labelmap_segment_count(labelmap);
    for (size_t l = 0; l < survey->layers; l++) {
        const MedalsVolume *layer = medals_labelmap_peek_layer(labelmap, l);
        survey_range(survey, layer);
        GHashTable *counts = count_values(layer, true);
        for (size_t s = 0; counts && s < segments; s++) {
            MedalsSegment segment;
            medals_labelmap_segment(labelmap, s, &segment);
            if (segment.layer == l)
                g_hash_table_insert(
                    survey->voxels_of, GSIZE_TO_POINTER((gsize) segment.value),
                    g_hash_table_lookup(
                        counts, GSIZE_TO_POINTER((gsize) segment.label)));
        }
        g_clear_pointer(&counts, g_hash_table_unref);
    }
}

static gint compare_keys(gconstpointer a, gconstpointer b)
{
    gsize x = GPOINTER_TO_SIZE(a), y = GPOINTER_TO_SIZE(b);
    return (x > y) - (x < y);
}

/* One label of the answer, for either form. */
static void put_label(cJSON *list, GString *table, size_t value, gsize voxels,
                      double ml, const char *name)
{
    if (table) {
        g_string_append_printf(table, "%10zu  %12zu  %12.3f  %s\n", value,
                               voxels, ml, name ? name : "");
        return;
    }
    cJSON *label = cJSON_CreateObject();
    json_number(label, "value", (double) value);
    json_text(label, "name", name);
    json_number(label, "voxels", (double) voxels);
    json_number(label, "ml", ml);
    cJSON_AddItemToArray(list, label);
}

static void put_labels(cJSON *root, GString *table, GHashTable *counts,
                       const MedalsGeometry *g, GHashTable *names)
{
    double ml_of_voxel = g->spacing[0] * g->spacing[1] * g->spacing[2] / 1000;
    cJSON *list = table ? NULL : cJSON_AddArrayToObject(root, "labels");
    if (table)
        g_string_append_printf(table, "\n%10s  %12s  %12s  %s\n", "value",
                               "voxels", "ml", "name");
    GList *keys = g_list_sort(g_hash_table_get_keys(counts), compare_keys);
    for (GList *key = keys; key; key = key->next) {
        gsize voxels = GPOINTER_TO_SIZE(g_hash_table_lookup(counts, key->data));
        size_t value = GPOINTER_TO_SIZE(key->data);
        put_label(list, table, value, voxels, (double) voxels * ml_of_voxel,
                  label_names_get(names, (uint32_t) value));
    }
    g_list_free(keys);
}

static void put_json(const Inspection *inspection, const MedalsImage *image,
                     const Survey *survey, GHashTable *names, GString *out)
{
    MedalsVolume *volume = medals_image_peek_volume(image);
    const MedalsGeometry *g = medals_volume_peek_geometry(volume);
    MedalsImageInfo info = {.struct_size = sizeof info};
    medals_image_info(image, &info);
    cJSON *root = cJSON_CreateObject();
    json_text(root, "file", inspection->path);
    json_text(root, "kind", survey->voxels_of ? "labelmap" : "image");
    json_text(root, "format", info.format);
    json_integers(root, "size", g->size, 3);
    json_doubles(root, "spacing", g->spacing, 3);
    json_doubles(root, "origin", g->origin, 3);
    json_doubles(root, "direction", g->direction, 9);
    json_text(root, "orientation_from", info.orientation_from);
    json_text(root, "stored", info.stored);
    json_text(root, "type", voxel_type_name(medals_volume_dtype(volume)));
    json_number(root, "lowest", survey->lowest);
    json_number(root, "highest", survey->highest);
    json_number(root, "not_finite", (double) survey->not_finite);
    json_text(root, "modality", medals_modality_name(info.modality));
    json_text(root, "series", *info.series_uid ? info.series_uid : NULL);
    json_number(root, "files", (double) info.files);
    if (survey->layers > 1)
        json_number(root, "layers", (double) survey->layers);
    if (survey->voxels_of)
        put_labels(root, NULL, survey->voxels_of, g, names);
    const char *const *warnings = medals_image_warnings(image);
    json_texts(root, "warnings", warnings,
               warnings ? g_strv_length((char **) warnings) : 0);
    json_take_line(root, out);
}

static void put_table(const Inspection *inspection, const MedalsImage *image,
                      const Survey *survey, GHashTable *names, GString *out)
{
    MedalsVolume *volume = medals_image_peek_volume(image);
    const MedalsGeometry *g = medals_volume_peek_geometry(volume);
    MedalsImageInfo info = {.struct_size = sizeof info};
    medals_image_info(image, &info);
    g_string_append_printf(
        out, "file       %s\nkind       %s, %s\n", inspection->path,
        survey->voxels_of ? "label map" : "image", info.format);
    g_string_append_printf(out,
                           "size       %d x %d x %d voxels\n"
                           "spacing    %.9g x %.9g x %.9g mm\n"
                           "origin     %.9g %.9g %.9g (LPS mm)\n",
                           (int) g->size[0], (int) g->size[1], (int) g->size[2],
                           g->spacing[0], g->spacing[1], g->spacing[2],
                           g->origin[0], g->origin[1], g->origin[2]);
    for (int r = 0; r < 3; r++)
        g_string_append_printf(out, "%-10s %9.6f %9.6f %9.6f\n",
                               r == 0 ? "direction" : "", g->direction[3 * r],
                               g->direction[3 * r + 1],
                               g->direction[3 * r + 2]);
    g_string_append_printf(out, "values     %s, %g to %g", info.stored,
                           survey->lowest, survey->highest);
    if (survey->not_finite)
        g_string_append_printf(out, ", %" G_GUINT64_FORMAT " not finite",
                               survey->not_finite);
    g_string_append_c(out, '\n');
    if (*info.modality_tag)
        g_string_append_printf(
            out, "dicom      %s, %" G_GUINT64_FORMAT " files, %s\n",
            info.modality_tag, info.files, info.series_description);
    if (survey->layers > 1)
        g_string_append_printf(out, "layers     %zu, which may overlap\n",
                               survey->layers);
    if (survey->voxels_of)
        put_labels(NULL, out, survey->voxels_of, g, names);
    const char *const *warnings = medals_image_warnings(image);
    for (; warnings && *warnings; warnings++)
        g_string_append_printf(out, "warning    %s\n", *warnings);
}

/* Looks at the voxels, and at the names of a label map of NRRD. */
static bool survey_image(const Inspection *inspection, const MedalsImage *image,
                         Survey *survey, MedalsLabelmap **labelmap,
                         GError **error)
{
    MedalsVolume *volume = medals_image_peek_volume(image);
    MedalsImageInfo info = {.struct_size = sizeof info};
    medals_image_info(image, &info);
    bool named = file_name_ends(inspection->path, ".seg.nrrd");
    *survey = (Survey){.lowest = INFINITY, .highest = -INFINITY, .layers = 1};
    if (info.layers > 1) {
        char *message = NULL;
        MedalsStatus status =
            medals_labelmap_read(labelmap, inspection->path, &message);
        if (status != MEDALS_OK)
            return failure_take_bridge(error, status, message);
        survey_layers(survey, *labelmap);
        return true;
    }
    survey_range(survey, volume);
    survey->voxels_of = count_values(volume, inspection->labels || named);
    if (survey->voxels_of && strcmp(info.format, "nrrd") == 0)
        medals_labelmap_read(labelmap, inspection->path, NULL);
    return true;
}

bool inspect_image(const Inspection *inspection, GString *out, GError **error)
{
    MedalsImageReadOptions options = MEDALS_IMAGE_READ_OPTIONS_INIT;
    options.series = inspection->series;
    options.first_layer = true;
    MedalsImage *image = NULL;
    char *message = NULL;
    MedalsStatus status =
        medals_image_read(&image, inspection->path, &options, &message);
    if (status != MEDALS_OK)
        return failure_take_bridge(error, status, message);
    Survey survey;
    MedalsLabelmap *labelmap = NULL;
    bool done = survey_image(inspection, image, &survey, &labelmap, error);
    g_autoptr(GHashTable) names = label_names_find(inspection->path, labelmap);
    if (done && inspection->json)
        put_json(inspection, image, &survey, names, out);
    else if (done)
        put_table(inspection, image, &survey, names, out);
    if (survey.voxels_of)
        g_hash_table_unref(survey.voxels_of);
    medals_labelmap_free(&labelmap);
    medals_image_free(&image);
    return done;
}

static void put_series(const Inspection *inspection,
                       const MedalsSeriesList *list, GString *out)
{
    size_t count = medals_series_list_count(list);
    cJSON *root = cJSON_CreateObject();
    json_text(root, "file", inspection->path);
    json_text(root, "kind", "dicom");
    cJSON *series = cJSON_AddArrayToObject(root, "series");
    for (size_t s = 0; s < count; s++) {
        MedalsSeriesInfo info = {.struct_size = sizeof info};
        if (!medals_series_list_get(list, s, &info))
            continue;
        cJSON *entry = cJSON_CreateObject();
        json_number(entry, "number", (double) s + 1);
        json_text(entry, "uid", info.uid);
        json_text(entry, "description", info.description);
        json_text(entry, "modality", info.modality);
        json_number(entry, "files", (double) info.files);
        cJSON_AddItemToArray(series, entry);
        if (!inspection->json)
            g_string_append_printf(
                out, "%3zu  %-4s %6" G_GUINT64_FORMAT " files  %s  %s\n", s + 1,
                info.modality, info.files, info.uid, info.description);
    }
    if (inspection->json)
        json_take_line(root, out);
    else
        cJSON_Delete(root);
}

bool inspect_series(const Inspection *inspection, GString *out, GError **error)
{
    MedalsSeriesList *list = NULL;
    char *message = NULL;
    MedalsStatus status =
        medals_series_list_new(&list, inspection->path, &message);
    if (status != MEDALS_OK)
        return failure_take_bridge(error, status, message);
    bool done = true;
    if (medals_series_list_count(list) == 1)
        done = inspect_image(inspection, out, error);
    else
        put_series(inspection, list, out);
    medals_series_list_free(&list);
    return done;
}
