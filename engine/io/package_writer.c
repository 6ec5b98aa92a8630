/*
 * package_writer.c - which tensor goes where
 *
 *   network      all but mid_mask_embed_proj.* and *.all_modules.*
 *   projection   projection_layer.*, modality_embed.weight
 *   tower        text_tower.biolord.* without the prefix, or all of a file
 *                that holds nothing else; pooler and position_ids are unused
 */
#include "package_writer.h"

#include <string.h>

#include "file.h"
#include "memory.h"
#include "safetensors_writer.h"

#define TOWER_PREFIX "text_tower.biolord."
#define COPY_MAX ((size_t) 64 << 20)

/* The name that a tensor gets in a part; NULL: it is left out. */
typedef const char *(*NameFn)(const MedalsStoredTensor *tensor);

static const char *network_name(const MedalsStoredTensor *tensor)
{
    if (strstr(tensor->name, "mid_mask_embed_proj") ||
        strstr(tensor->name, ".all_modules."))
        return NULL;
    return tensor->name;
}

static const char *projection_name(const MedalsStoredTensor *tensor)
{
    bool belongs = g_str_has_prefix(tensor->name, "projection_layer.") ||
                   !strcmp(tensor->name, "modality_embed.weight");
    return belongs ? tensor->name : NULL;
}

static const char *tower_name(const MedalsStoredTensor *tensor)
{
    const char *name = tensor->name;
    if (g_str_has_prefix(name, TOWER_PREFIX))
        name += strlen(TOWER_PREFIX);
    if (strstr(name, "position_ids") || g_str_has_prefix(name, "pooler.") ||
        (!g_str_has_prefix(name, "embeddings.") &&
         !g_str_has_prefix(name, "encoder.")))
        return NULL;
    return name;
}

/* Of the knowledge pretraining: not part of any package. */
static bool is_ignored(const char *name)
{
    return strstr(name, "atlas_tower") || strstr(name, "temperature") ||
           strstr(name, "position_ids") || strstr(name, "pooler.");
}

bool medals_package_has_tower(const MedalsWeights *weights)
{
    const char *const names[] = {TOWER_PREFIX
                                 "embeddings.word_embeddings.weight",
                                 "embeddings.word_embeddings.weight"};
    return medals_weights_find(weights, names[0]) ||
           medals_weights_find(weights, names[1]);
}

static bool check_text_names(const MedalsWeights *weights, GError **error)
{
    for (size_t i = 0; i < medals_weights_count(weights); i++) {
        const MedalsStoredTensor *tensor = medals_weights_at(weights, i);
        if (projection_name(tensor) || tower_name(tensor) ||
            is_ignored(tensor->name))
            continue;
        return medals_fail(error, MEDALS_E_SHAPE,
                           "%s: tensor %s: unexpected; expected projection "
                           "layer, modality embedding and sentence encoder "
                           "only",
                           medals_weights_path(weights), tensor->name);
    }
    return true;
}

static MedalsDtype stored_dtype(MedalsDtype dtype, MedalsStorage storage)
{
    bool is_float = dtype <= MEDALS_F64; /* the first four */
    if (storage == MEDALS_STORE_AS_IS || !is_float)
        return dtype;
    return storage == MEDALS_STORE_BF16 ? MEDALS_BF16 : MEDALS_F32;
}

static GArray *choose_tensors(const MedalsWeights *weights, NameFn name_of,
                              MedalsStorage storage)
{
    GArray *list = g_array_new(FALSE, TRUE, sizeof(MedalsTensorOut));
    for (size_t i = 0; i < medals_weights_count(weights); i++) {
        const MedalsStoredTensor *tensor = medals_weights_at(weights, i);
        MedalsTensorOut out = {name_of(tensor), *tensor,
                               stored_dtype(tensor->dtype, storage)};
        if (out.name)
            g_array_append_val(list, out);
    }
    return list;
}

static double bytes_of(const MedalsWeights *weights, NameFn name_of)
{
    double bytes = 0;
    for (size_t i = 0; i < medals_weights_count(weights); i++) {
        const MedalsStoredTensor *tensor = medals_weights_at(weights, i);
        if (name_of(tensor))
            bytes += (double) tensor->bytes;
    }
    return bytes;
}

/* Whether a stage's weights are those of an earlier stage. */
static bool is_shared(const MedalsPackageParts *parts, size_t stage)
{
    return stage > 0 && parts->stages[stage] == parts->stages[0];
}

double medals_package_weight_bytes(const MedalsPackageParts *parts)
{
    double bytes = bytes_of(parts->projection, projection_name);
    for (size_t i = 0; i < parts->stage_count; i++)
        if (!is_shared(parts, i))
            bytes += bytes_of(parts->stages[i], network_name);
    if (parts->tower_storage != MEDALS_STORE_NONE)
        bytes += bytes_of(parts->tower, tower_name);
    return bytes;
}

static bool write_part(const MedalsPackageParts *parts,
                       const MedalsWeights *weights, NameFn name_of,
                       MedalsStorage storage, const char *file,
                       MedalsTask *task, MedalsConvertReport *report,
                       GError **error)
{
    if (!file)
        return false;
    g_autofree char *path = g_build_filename(parts->folder, file, NULL);
    if (g_file_test(path, G_FILE_TEST_EXISTS))
        return medals_fail(error, MEDALS_E_INPUT,
                           "%s: file %s: named twice; expected a name for "
                           "each part",
                           parts->recipe->name, file);
    g_autoptr(GArray) list = choose_tensors(weights, name_of, storage);
    if (list->len == 0)
        return medals_fail(error, MEDALS_E_SHAPE,
                           "%s: no tensor for %s; expected some",
                           medals_weights_path(weights), file);
    const MedalsTensorOut *tensors = (const MedalsTensorOut *) list->data;
    if (!medals_safetensors_write(path, tensors, list->len, task, error))
        return false;
    report->tensors += list->len;
    for (guint i = 0; name_of == network_name && i < list->len; i++)
        report->parameters += tensors[i].tensor.bytes /
                              medals_dtype_size(tensors[i].tensor.dtype);
    medals_weights_forget(weights);
    return true;
}

bool medals_package_write_weights(const MedalsPackageParts *parts,
                                  MedalsTask *task, MedalsConvertReport *report,
                                  GError **error)
{
    const MedalsRecipe *recipe = parts->recipe;
    if (!check_text_names(parts->projection, error) ||
        (parts->tower && !check_text_names(parts->tower, error)))
        return false;
    for (size_t i = 0; i < parts->stage_count; i++)
        if (!is_shared(parts, i) &&
            !write_part(parts, parts->stages[i], network_name,
                        parts->network_storage,
                        medals_recipe_file(recipe, (int) i, NULL, error), task,
                        report, error))
            return false;
    if (!write_part(parts, parts->projection, projection_name,
                    parts->network_storage,
                    medals_recipe_file(recipe, -1, "projection", error), task,
                    report, error))
        return false;
    return parts->tower_storage == MEDALS_STORE_NONE ||
           write_part(parts, parts->tower, tower_name, parts->tower_storage,
                      medals_recipe_file(recipe, -1, "weights", error), task,
                      report, error);
}

bool medals_package_write_vectors(const MedalsPackageParts *parts,
                                  char *const *texts, size_t count,
                                  const float *vectors, int64_t width,
                                  GError **error)
{
    const char *file = medals_recipe_file(parts->recipe, -1, "vectors", error);
    if (!file)
        return false;
    size_t bytes = (size_t) width * sizeof *vectors;
    g_autofree MedalsTensorOut *list = g_new0(MedalsTensorOut, count);
    for (size_t i = 0; i < count; i++)
        list[i] =
            (MedalsTensorOut){.name = texts[i],
                              .tensor = {.dtype = MEDALS_F32,
                                         .ndim = 1,
                                         .shape = {width},
                                         .data = vectors + i * (size_t) width,
                                         .bytes = bytes},
                              .dtype = MEDALS_F32};
    g_autofree char *path = g_build_filename(parts->folder, file, NULL);
    return medals_safetensors_write(path, list, count, NULL, error);
}

static bool write_file(const char *folder, const char *name, const char *data,
                       size_t size, GError **error)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    MedalsWriter *writer = medals_writer_begin(path, error);
    if (!writer)
        return false;
    if (medals_writer_write(writer, data, size, error))
        return medals_writer_commit(writer, error);
    medals_writer_abort(writer);
    return false;
}

bool medals_package_copy(const char *folder, const char *name,
                         const char *source, GError **error)
{
    size_t size;
    g_autofree char *data = medals_file_read(source, COPY_MAX, &size, error);
    return data && write_file(folder, name, data, size, error);
}

bool medals_package_write_text(const char *folder, const char *name,
                               const char *text, GError **error)
{
    return write_file(folder, name, text, strlen(text), error);
}
