/* `medals inspect` of a weight file: its tensors. */
#include "failure.h"
#include "inspect.h"
#include "json.h"
#include "medals/checkpoint.h"

static const char *dtype_name(MedalsDtype dtype)
{
    static const char *const names[] = {
        [MEDALS_F32] = "F32", [MEDALS_BF16] = "BF16", [MEDALS_F16] = "F16",
        [MEDALS_F64] = "F64", [MEDALS_U8] = "U8",     [MEDALS_I8] = "I8",
        [MEDALS_U16] = "U16", [MEDALS_I16] = "I16",   [MEDALS_U32] = "U32",
        [MEDALS_I32] = "I32", [MEDALS_U64] = "U64",   [MEDALS_I64] = "I64"};
    return (size_t) dtype < G_N_ELEMENTS(names) ? names[dtype] : "?";
}

static void put_json(const Inspection *inspection,
                     const MedalsCheckpoint *checkpoint, GString *out)
{
    int64_t step = medals_checkpoint_step(checkpoint);
    cJSON *root = cJSON_CreateObject();
    json_text(root, "file", inspection->path);
    json_text(root, "kind", "checkpoint");
    json_text(root, "format", medals_checkpoint_format(checkpoint));
    if (step < 0)
        cJSON_AddNullToObject(root, "step");
    else
        json_number(root, "step", (double) step);
    json_number(root, "parameters",
                (double) medals_checkpoint_parameters(checkpoint));
    cJSON *tensors = cJSON_AddArrayToObject(root, "tensors");
    for (size_t t = 0; t < medals_checkpoint_tensor_count(checkpoint); t++) {
        MedalsTensorInfo info = {.struct_size = sizeof info};
        medals_checkpoint_tensor(checkpoint, t, &info);
        cJSON *tensor = cJSON_CreateObject();
        json_text(tensor, "name", info.name);
        json_text(tensor, "dtype", dtype_name(info.dtype));
        json_integers(tensor, "shape", info.shape, info.ndim);
        json_number(tensor, "bytes", (double) info.bytes);
        json_text(tensor, "alias_of", info.alias_of);
        cJSON_AddItemToArray(tensors, tensor);
    }
    json_take_line(root, out);
}

static void put_shape(const MedalsTensorInfo *info, GString *out)
{
    g_string_append_c(out, '[');
    for (uint32_t d = 0; d < info->ndim; d++)
        g_string_append_printf(out, "%s%" G_GINT64_FORMAT, d ? "," : "",
                               info->shape[d]);
    g_string_append_c(out, ']');
}

static void put_table(const Inspection *inspection,
                      const MedalsCheckpoint *checkpoint, GString *out)
{
    size_t count = medals_checkpoint_tensor_count(checkpoint);
    int64_t step = medals_checkpoint_step(checkpoint);
    g_string_append_printf(out, "file       %s\nkind       checkpoint, %s\n",
                           inspection->path,
                           medals_checkpoint_format(checkpoint));
    if (step >= 0)
        g_string_append_printf(out, "step       %" G_GINT64_FORMAT "\n", step);
    g_string_append_printf(
        out, "tensors    %zu, %" G_GUINT64_FORMAT " parameters\n\n", count,
        medals_checkpoint_parameters(checkpoint));
    for (size_t t = 0; t < count; t++) {
        MedalsTensorInfo info = {.struct_size = sizeof info};
        medals_checkpoint_tensor(checkpoint, t, &info);
        g_string_append_printf(out, "%-5s %s ", dtype_name(info.dtype),
                               info.name);
        put_shape(&info, out);
        if (info.alias_of)
            g_string_append_printf(out, " = %s", info.alias_of);
        g_string_append_c(out, '\n');
    }
}

bool inspect_checkpoint(const Inspection *inspection, GString *out,
                        GError **error)
{
    MedalsError *cause = NULL;
    MedalsCheckpoint *checkpoint = NULL;
    if (medals_checkpoint_open(&checkpoint, inspection->path, &cause) !=
        MEDALS_OK)
        return failure_take(error, cause);
    if (inspection->json)
        put_json(inspection, checkpoint, out);
    else
        put_table(inspection, checkpoint, out);
    medals_checkpoint_free(&checkpoint);
    return true;
}
