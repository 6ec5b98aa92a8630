#include "command.h"
#include "failure.h"
#include "interrupt.h"
#include "json.h"
#include "medals/convert.h"
#include "options.h"
#include "progress.h"

typedef struct {
    MedalsConvertOptions options;
    const char *network_storage, *tower_storage;
    uint64_t threads;
    bool json, quiet;
} Conversion;

static bool parse_storage(const char *option, const char *name,
                          MedalsStorage *storage, bool may_leave_out,
                          GError **error)
{
    static const char *const names[] = {"as-is", "f32", "bf16", "none"};
    for (int n = 0; name && n < (may_leave_out ? 4 : 3); n++)
        if (g_ascii_strcasecmp(name, names[n]) == 0) {
            *storage = (MedalsStorage) n;
            return true;
        }
    return !name ||
           failure_set(error, EXIT_USAGE, "%s: \"%s\"; expected as-is, f32%s",
                       option, name,
                       may_leave_out ? ", bf16 or none" : " or bf16");
}

static bool parse(Conversion *conversion, char *const *arguments,
                  GPtrArray *checkpoints, GError **error)
{
    MedalsConvertOptions *o = &conversion->options;
    const Option table[] = {
        {"stage", 0, OPTION_LIST, checkpoints},
        {"output", 'o', OPTION_STRING, &o->output},
        {"recipe", 0, OPTION_STRING, &o->recipe},
        {"text-encoder", 0, OPTION_STRING, &o->text_encoder},
        {"tower", 0, OPTION_STRING, &o->tower},
        {"vocab", 0, OPTION_STRING, &o->vocab},
        {"labels", 0, OPTION_STRING, &o->labels},
        {"license", 0, OPTION_STRING, &o->license},
        {"readme", 0, OPTION_STRING, &o->readme},
        {"network-storage", 0, OPTION_STRING, &conversion->network_storage},
        {"tower-storage", 0, OPTION_STRING, &conversion->tower_storage},
        {"threads", 0, OPTION_NUMBER, &conversion->threads},
        {"json", 0, OPTION_FLAG, &conversion->json},
        {"quiet", 'q', OPTION_FLAG, &conversion->quiet},
        {NULL, 0, 0, NULL}};
    if (!options_parse(table, arguments, checkpoints, error))
        return false;
    if (checkpoints->len == 0)
        return failure_set(error, EXIT_USAGE,
                           "convert: no checkpoint given; expected the "
                           "network of each stage");
    if (!o->output)
        return failure_set(error, EXIT_USAGE,
                           "convert: no output given; expected -o DIR");
    o->stages = (const char *const *) checkpoints->pdata;
    o->stage_count = checkpoints->len;
    return parse_storage("--network-storage", conversion->network_storage,
                         &o->network_storage, false, error) &&
           parse_storage("--tower-storage", conversion->tower_storage,
                         &o->tower_storage, true, error);
}

static void report(const Conversion *conversion,
                   const MedalsConvertReport *made, GString *out)
{
    const char *output = conversion->options.output;
    if (!conversion->json) {
        g_string_append_printf(
            out,
            "written    %s\nstages     %zu, %.1f million parameters\n"
            "tensors    %" G_GUINT64_FORMAT ", %.1f MB, %" G_GUINT64_FORMAT
            " sentence vectors\n",
            output, made->stages, (double) made->parameters / 1e6,
            made->tensors, (double) made->bytes / 1e6, made->vectors);
        return;
    }
    cJSON *root = cJSON_CreateObject();
    json_text(root, "output", output);
    json_number(root, "stages", (double) made->stages);
    json_number(root, "tensors", (double) made->tensors);
    json_number(root, "bytes", (double) made->bytes);
    json_number(root, "vectors", (double) made->vectors);
    json_number(root, "parameters", (double) made->parameters);
    json_take_line(root, out);
}

static bool convert(Conversion *conversion, MedalsConvertReport *made,
                    GError **error)
{
    MedalsError *cause = NULL;
    MedalsContext *context = NULL;
    MedalsContextOptions lane = MEDALS_CONTEXT_OPTIONS_INIT;
    lane.threads = (uint32_t) MIN(conversion->threads, UINT32_MAX);
    Progress *progress =
        progress_new(conversion->quiet ? PROGRESS_NONE : PROGRESS_STDERR, NULL);
    conversion->options.progress = progress_callback;
    conversion->options.progress_cookie = progress;
    interrupt_install();
    bool done = medals_context_new(&context, &lane, &cause) == MEDALS_OK &&
                medals_convert(context, &conversion->options, made, &cause) ==
                    MEDALS_OK;
    progress_free(progress);
    medals_context_free(&context);
    return done || failure_take(error, cause);
}

bool command_convert(char *const *arguments, GString *out, GError **error)
{
    Conversion conversion = {.options = MEDALS_CONVERT_OPTIONS_INIT};
    g_autoptr(GPtrArray) checkpoints = g_ptr_array_new();
    MedalsConvertReport made = {.struct_size = sizeof made};
    if (!parse(&conversion, arguments, checkpoints, error) ||
        !convert(&conversion, &made, error))
        return false;
    report(&conversion, &made, out);
    return true;
}
