/* From the command line to an open session. */
#include <string.h>

#include "failure.h"
#include "interact.h"
#include "interrupt.h"
#include "label_source.h"
#include "model_folder.h"
#include "options.h"
#include "request.h"

/* Shares of the progress bar. */
static const double read_end = 0.3;

static bool take_image(InteractOptions *options, const GPtrArray *positionals,
                       GError **error)
{
    if (positionals->len == 0)
        return failure_set(error, EXIT_USAGE,
                           "interact: no image given; expected a file or a "
                           "DICOM folder");
    if (positionals->len > 1)
        return failure_set(error, EXIT_USAGE,
                           "%s: one argument too many; expected one image",
                           (const char *) positionals->pdata[1]);
    options->image = positionals->pdata[0];
    return true;
}

static bool check_folder(const char *option, const char *value, GError **error)
{
    return !value || *value ||
           failure_set(error, EXIT_USAGE, "%s: an empty name; expected a path",
                       option);
}

bool interact_parse(InteractOptions *options, char *const *arguments,
                    GError **error)
{
    const char *modality = NULL, *precision = NULL, *window = NULL;
    uint64_t threads = UINT64_MAX;
    g_autoptr(GPtrArray) positionals = g_ptr_array_new();
    const Option table[] = {{"model", 'm', OPTION_STRING, &options->model},
                            {"modality", 0, OPTION_STRING, &modality},
                            {"journal", 0, OPTION_STRING, &options->journal},
                            {"labelmap", 0, OPTION_STRING, &options->labelmap},
                            {"series", 0, OPTION_STRING, &options->series},
                            {"window", 0, OPTION_STRING, &window},
                            {"precision", 0, OPTION_STRING, &precision},
                            {"threads", 0, OPTION_NUMBER, &threads},
                            {"quiet", 'q', OPTION_FLAG, &options->quiet},
                            {NULL, 0, 0, NULL}};
    if (!options_parse(table, arguments, positionals, error) ||
        !take_image(options, positionals, error) ||
        !check_folder("--journal", options->journal, error) ||
        !check_folder("--labelmap", options->labelmap, error) ||
        !modality_parse(modality, &options->modality, error) ||
        !precision_parse(precision, &options->precision, error) ||
        !window_parse(window, &options->has_window, options->window, error))
        return false;
    if (threads == UINT64_MAX)
        return true;
    options->threads = threads;
    return (threads > 0 && threads <= REQUEST_THREADS_MAX) ||
           failure_set(error, EXIT_USAGE,
                       "--threads: %" G_GUINT64_FORMAT "; expected 1 to %d",
                       threads, REQUEST_THREADS_MAX);
}

static bool open_model(Interact *interact, GError **error)
{
    MedalsError *cause = NULL;
    MedalsContextOptions context = MEDALS_CONTEXT_OPTIONS_INIT;
    context.threads = (uint32_t) interact->options.threads;
    if (medals_context_new(&interact->context, &context, &cause) != MEDALS_OK)
        return failure_take(error, cause);
    g_autofree char *folder = model_folder(interact->options.model);
    MedalsModelOptions model = MEDALS_MODEL_OPTIONS_INIT;
    model.precision = interact->options.precision;
    if (medals_model_open(&interact->model, interact->context, folder, &model,
                          &cause) != MEDALS_OK)
        return failure_take(error, cause);
    return true;
}

static bool read_image(Interact *interact, GError **error)
{
    const char *series = interact->options.series;
    MedalsImageReadOptions options = MEDALS_IMAGE_READ_OPTIONS_INIT;
    options.series = series && *series ? series : NULL;
    options.progress = interrupt_not_asked;
    char *message = NULL;
    progress_show(interact->progress, "read", 0, -1);
    MedalsStatus status = medals_image_read(
        &interact->image, interact->options.image, &options, &message);
    return status == MEDALS_OK || failure_take_bridge(error, status, message);
}

/* The names of a labelmap's values, as the session takes them. */
static GArray *initial_classes(const LabelSource *source)
{
    GArray *classes = g_array_new(FALSE, FALSE, sizeof(MedalsInitialClass));
    GHashTableIter iter;
    gpointer value, name;
    g_hash_table_iter_init(&iter, source->names);
    while (g_hash_table_iter_next(&iter, &value, &name)) {
        MedalsInitialClass one = MEDALS_INITIAL_CLASS_INIT;
        one.value = GPOINTER_TO_UINT(value);
        one.name = name;
        g_array_append_val(classes, one);
    }
    return classes;
}

static bool open_session(Interact *interact, const LabelSource *source,
                         GError **error)
{
    const InteractOptions *given = &interact->options;
    MedalsImageInfo info = {.struct_size = sizeof info};
    medals_image_info(interact->image, &info);
    g_autoptr(GArray) initial = source ? initial_classes(source) : NULL;
    MedalsSessionOptions options = MEDALS_SESSION_OPTIONS_INIT;
    options.modality = given->modality;
    options.header_modality = info.modality;
    options.has_window = given->has_window;
    memcpy(options.window, given->window, sizeof options.window);
    options.journal = given->journal;
    if (source) {
        options.labelmap = source->volume;
        options.initial = (const MedalsInitialClass *) initial->data;
        options.initial_count = initial->len;
    }
    progress_span(interact->progress, read_end, 1);
    options.progress = progress_callback;
    options.progress_cookie = interact->progress;
    MedalsError *cause = NULL;
    if (medals_session_open(&interact->session, interact->model,
                            medals_image_peek_volume(interact->image), &options,
                            &cause) != MEDALS_OK)
        return failure_take(error, cause);
    return true;
}

static bool open_with_labelmap(Interact *interact, GError **error)
{
    LabelSource source;
    uint64_t overlap = 0;
    const MedalsGeometry *grid =
        medals_volume_peek_geometry(medals_image_peek_volume(interact->image));
    bool done = label_source_open(&source, interact->options.labelmap, error) &&
                label_source_place(&source, grid, error) &&
                label_source_join(&source, &overlap, error) &&
                open_session(interact, &source, error);
    label_source_clear(&source);
    if (overlap > 0)
        interact->labelmap_warning = g_strdup_printf(
            "%s: %" G_GUINT64_FORMAT " times a voxel lies in one more segment: "
            "that of the last layer has it",
            interact->options.labelmap, overlap);
    return done;
}

static bool check_interrupt(const Interact *interact, GError **error)
{
    return !interrupt_asked() ||
           failure_set(error, EXIT_CANCELLED,
                       "%s: cancelled by a signal; expected time to open it",
                       interact->options.image);
}

bool interact_open(Interact *interact, GError **error)
{
    progress_span(interact->progress, 0, read_end);
    if (!open_model(interact, error) || !read_image(interact, error) ||
        !check_interrupt(interact, error))
        return false;
    bool done = interact->options.labelmap
                    ? open_with_labelmap(interact, error)
                    : open_session(interact, NULL, error);
    return done && check_interrupt(interact, error);
}

void interact_close(Interact *interact)
{
    g_clear_pointer(&interact->reader, interact_reader_free);
    medals_session_close(&interact->session);
    g_clear_pointer(&interact->labelmap_warning, g_free);
    medals_image_free(&interact->image);
    medals_model_free(&interact->model);
    medals_context_free(&interact->context);
}
