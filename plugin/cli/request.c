#include "request.h"

#include <math.h>
#include <string.h>

#include "failure.h"
#include "file_name.h"
#include "image.h"
#include "options.h"
#include "texts.h"

enum { SIX = 6 };

/* The option values that need a second look. */
typedef struct {
    GPtrArray *texts;
    const char *text_file, *modality, *window, *precision, *overlap, *roi,
        *region;
} Raw;

/* Absent, empty and "auto" leave the choice to the program; viewers pass the
 * latter two. */
static bool is_automatic(const char *value)
{
    return !value || !*value || g_ascii_strcasecmp(value, "auto") == 0;
}

bool precision_parse(const char *name, MedalsPrecision *precision,
                     GError **error)
{
    *precision = MEDALS_PRECISION_AUTO;
    if (is_automatic(name))
        return true;
    *precision = MEDALS_PRECISION_F32;
    if (g_ascii_strcasecmp(name, "f32") == 0)
        return true;
    *precision = MEDALS_PRECISION_BF16;
    if (g_ascii_strcasecmp(name, "bf16") == 0)
        return true;
    return failure_set(error, EXIT_USAGE,
                       "--precision: \"%s\"; expected f32, bf16 or auto", name);
}

const char *precision_name(MedalsPrecision precision)
{
    return precision == MEDALS_PRECISION_F32    ? "f32"
           : precision == MEDALS_PRECISION_BF16 ? "bf16"
                                                : "auto";
}

bool modality_parse(const char *name, MedalsModality *modality, GError **error)
{
    *modality = MEDALS_MODALITY_NONE;
    if (is_automatic(name))
        return true;
    *modality = medals_modality_parse(name);
    if (*modality != MEDALS_MODALITY_NONE)
        return true;
    return failure_set(error, EXIT_USAGE,
                       "--modality: \"%s\"; expected ct, mr, us, pet or "
                       "microscopy",
                       name);
}

/* `count` numbers divided by commas. */
static bool parse_numbers(const char *list, int count, double *numbers)
{
    g_auto(GStrv) items = g_strsplit(list, ",", -1);
    if ((int) g_strv_length(items) != count)
        return false;
    for (int n = 0; n < count; n++)
        if (!number_parse(items[n], &numbers[n]))
            return false;
    return true;
}

/* Width and level of the four windows of medal-s.md 5.2. */
bool window_parse(const char *value, bool *has_window, double window[2],
                  GError **error)
{
    static const struct {
        const char *name;
        double width_level[2];
    } windows[] = {{"soft", {400, 40}},
                   {"lung", {1500, -160}},
                   {"brain", {80, 40}},
                   {"bone", {1800, 400}}};
    if (is_automatic(value))
        return true;
    double wl[2] = {0, 0};
    bool found = false;
    for (size_t i = 0; i < G_N_ELEMENTS(windows) && !found; i++)
        if ((found = g_ascii_strcasecmp(value, windows[i].name) == 0))
            memcpy(wl, windows[i].width_level, sizeof wl);
    if (!found && (!parse_numbers(value, 2, wl) || wl[0] <= 0))
        return failure_set(error, EXIT_USAGE,
                           "--window: \"%s\"; expected WIDTH,LEVEL with a "
                           "positive width, or soft, lung, brain, bone",
                           value);
    *has_window = true;
    window[0] = wl[1] - wl[0] / 2;
    window[1] = wl[1] + wl[0] / 2;
    return true;
}

static bool parse_roi(const char *value, Request *request, GError **error)
{
    if (is_automatic(value))
        return true;
    g_auto(GStrv) items = g_strsplit(value, ",", -1);
    bool good = g_strv_length(items) == SIX;
    for (int n = 0; n < SIX && good; n++)
        good = integer_parse(items[n], 0, INT64_MAX, &request->roi[n]);
    for (int n = 0; n < SIX && good; n += 2)
        good = request->roi[n] < request->roi[n + 1];
    request->has_roi = good;
    return good || failure_set(error, EXIT_USAGE,
                               "--roi: \"%s\"; expected i0,i1,j0,j1,k0,k1, "
                               "voxels from 0, each begin below its end",
                               value);
}

static bool parse_region(const char *value, Request *request, GError **error)
{
    if (is_automatic(value))
        return true;
    bool good = parse_numbers(value, SIX, request->region);
    for (int n = 3; n < SIX && good; n++)
        good = request->region[n] > 0;
    request->has_region = good;
    if (good && request->has_roi)
        return failure_set(error, EXIT_USAGE,
                           "--region: given together with --roi; expected one "
                           "of them");
    return good || failure_set(error, EXIT_USAGE,
                               "--region: \"%s\"; expected x,y,z,rx,ry,rz: LPS "
                               "centre and positive half sizes in mm",
                               value);
}

static bool parse_overlap(const char *value, Request *request, GError **error)
{
    if (!value || strcmp(value, "exclusive") == 0)
        return true;
    if (strcmp(value, "keep") != 0)
        return failure_set(error, EXIT_USAGE,
                           "--overlap: \"%s\"; expected exclusive or keep",
                           value);
    request->keep_overlap = true;
    if (request->out_dir && file_name_ends(request->suffix, ".seg.nrrd"))
        return true;
    for (guint i = 0; i < request->outputs->len; i++)
        if (file_name_ends(request->outputs->pdata[i], ".seg.nrrd"))
            return true;
    return failure_set(error, EXIT_USAGE,
                       "--overlap: keep without a .seg.nrrd output; expected "
                       "-o NAME.seg.nrrd, the format that holds overlaps");
}

static bool parse_texts(const Raw *raw, Request *request, GError **error)
{
    for (guint i = 0; i < raw->texts->len; i++)
        if (!texts_split(raw->texts->pdata[i], request->texts, error))
            return false;
    return !raw->text_file || texts_read(raw->text_file, request->texts, error);
}

static bool take_positionals(Request *request, GPtrArray *positionals,
                             bool output_is_positional, GError **error)
{
    if (positionals->len == 0)
        return failure_set(error, EXIT_USAGE,
                           "segment: no image given; expected a file or a "
                           "DICOM folder");
    request->image = positionals->pdata[0];
    request->images = g_ptr_array_ref(positionals);
    if (request->out_dir)
        return true;
    guint most = output_is_positional ? 2 : 1;
    if (positionals->len > most)
        return failure_set(error, EXIT_USAGE,
                           "%s: one argument too many; expected one image%s",
                           (const char *) positionals->pdata[most],
                           most == 1 ? ", outputs follow -o, several images "
                                       "need --out-dir"
                                     : ", one output");
    if (positionals->len == 2)
        g_ptr_array_insert(request->outputs, 0, positionals->pdata[1]);
    return true;
}

static bool check_counts(const Request *request, bool stages_given,
                         bool threads_given, GError **error)
{
    if (threads_given &&
        (request->threads == 0 || request->threads > REQUEST_THREADS_MAX))
        return failure_set(error, EXIT_USAGE,
                           "--threads: %" G_GUINT64_FORMAT "; expected 1 to %d",
                           request->threads, REQUEST_THREADS_MAX);
    if (stages_given && (request->stages == 0 || request->stages > 2))
        return failure_set(error, EXIT_USAGE,
                           "--stages: %" G_GUINT64_FORMAT "; expected 1 or 2",
                           request->stages);
    return true;
}

/* What goes only with several images, or not with them. */
static bool check_several(Request *request, GError **error)
{
    const char *alone = request->suffix      ? "--suffix"
                        : request->overwrite ? "--overwrite"
                                             : NULL;
    if (!request->out_dir)
        return !alone || failure_set(error, EXIT_USAGE,
                                     "%s: given without --out-dir; expected "
                                     "both",
                                     alone);
    if (!*request->out_dir)
        return failure_set(error, EXIT_USAGE,
                           "--out-dir: empty; expected a folder");
    const char *other = request->outputs->len    ? "--output"
                        : request->png           ? "--png"
                        : request->probabilities ? "--probabilities"
                                                 : NULL;
    if (other)
        return failure_set(error, EXIT_USAGE,
                           "%s: one file, given together with --out-dir; "
                           "expected one of them",
                           other);
    if (!request->suffix)
        request->suffix = ".seg.nrrd";
    bool plain = *request->suffix && !strchr(request->suffix, '/');
    return plain || failure_set(error, EXIT_USAGE,
                                "--suffix: \"%s\"; expected the end of a "
                                "file's name, for example .seg.nrrd",
                                request->suffix);
}

static bool check_outputs(const Request *request, GError **error)
{
    if (request->stats && !file_name_ends(request->stats, ".csv"))
        return failure_set(error, EXIT_USAGE,
                           "%s: no table has this ending; expected --stats "
                           "NAME.csv",
                           request->stats);
    if (request->out_dir)
        return true;
    if (request->outputs->len == 0 && !request->png &&
        !request->probabilities && !request->stats)
        return failure_set(error, EXIT_USAGE,
                           "segment: no output given; expected -o FILE");
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < request->outputs->len; i++)
        if (!g_hash_table_add(seen, request->outputs->pdata[i]))
            return failure_set(error, EXIT_USAGE,
                               "%s: given twice; expected different outputs",
                               (const char *) request->outputs->pdata[i]);
    if ((request->png && !g_hash_table_add(seen, (gpointer) request->png)) ||
        (request->probabilities &&
         !g_hash_table_add(seen, (gpointer) request->probabilities)))
        return failure_set(error, EXIT_USAGE,
                           "--png, --probabilities: a file that is an output "
                           "too; expected a name of its own");
    return true;
}

static bool check_combinations(const Request *request, GError **error)
{
    if (request->reference && !request->is_challenge && !request->out_dir)
        return failure_set(error, EXIT_USAGE,
                           "--reference: given for %s; expected an .npz, the "
                           "format of the published program",
                           request->image);
    if (!request->instances)
        return true;
    const char *other = request->keep_overlap    ? "--overlap keep"
                        : request->probabilities ? "--probabilities"
                        : request->label_list    ? "--labels"
                                                 : NULL;
    return !other || failure_set(error, EXIT_USAGE,
                                 "--instances: given together with %s; "
                                 "expected one of them",
                                 other);
}

/* The sentences of a challenge .npz serve where none is given. */
static bool texts_may_follow(const Request *request)
{
    bool challenge = request->is_challenge || request->out_dir;
    return challenge && request->texts->len == 0;
}

bool request_parse(Request *request, char *const *arguments,
                   bool output_is_positional, GError **error)
{
    memset(request, 0, sizeof *request);
    request->outputs = g_ptr_array_new();
    request->texts = g_ptr_array_new_with_free_func(g_free);
    request->stages = request->threads = UINT64_MAX;
    g_autoptr(GPtrArray) texts = g_ptr_array_new();
    g_autoptr(GPtrArray) positionals = g_ptr_array_new();
    Raw raw = {.texts = texts};
    const Option table[] = {
        {"text", 't', OPTION_LIST, texts},
        {"text-file", 0, OPTION_STRING, &raw.text_file},
        {"output", 'o', OPTION_LIST, request->outputs},
        {"out-dir", 0, OPTION_STRING, &request->out_dir},
        {"suffix", 0, OPTION_STRING, &request->suffix},
        {"overwrite", 0, OPTION_FLAG, &request->overwrite},
        {"labels", 0, OPTION_STRING, &request->label_list},
        {"model", 'm', OPTION_STRING, &request->model},
        {"modality", 0, OPTION_STRING, &raw.modality},
        {"window", 0, OPTION_STRING, &raw.window},
        {"precision", 0, OPTION_STRING, &raw.precision},
        {"threads", 0, OPTION_NUMBER, &request->threads},
        {"stages", 0, OPTION_NUMBER, &request->stages},
        {"seed", 0, OPTION_NUMBER, &request->seed},
        {"instances", 0, OPTION_FLAG, &request->instances},
        {"known-only", 0, OPTION_FLAG, &request->known_only},
        {"tta", 0, OPTION_FLAG, &request->tta},
        {"overlap", 0, OPTION_STRING, &raw.overlap},
        {"probabilities", 0, OPTION_STRING, &request->probabilities},
        {"stats", 0, OPTION_STRING, &request->stats},
        {"png", 0, OPTION_STRING, &request->png},
        {"roi", 0, OPTION_STRING, &raw.roi},
        {"region", 0, OPTION_STRING, &raw.region},
        {"series", 0, OPTION_STRING, &request->series},
        {"reference", 0, OPTION_FLAG, &request->reference},
        {"no-names", 0, OPTION_FLAG, &request->no_names},
        {"json", 0, OPTION_FLAG, &request->json},
        {"quiet", 'q', OPTION_FLAG, &request->quiet},
        {NULL, 0, 0, NULL}};
    if (!options_parse(table, arguments, positionals, error) ||
        !take_positionals(request, positionals, output_is_positional, error))
        return false;
    request->is_challenge = medals_image_is_npz(request->image);
    if (!check_counts(request, request->stages != UINT64_MAX,
                      request->threads != UINT64_MAX, error) ||
        !check_several(request, error) || !check_outputs(request, error) ||
        !modality_parse(raw.modality, &request->modality, error) ||
        !precision_parse(raw.precision, &request->precision, error) ||
        !window_parse(raw.window, &request->has_window, request->window,
                      error) ||
        !parse_roi(raw.roi, request, error) ||
        !parse_region(raw.region, request, error) ||
        !parse_overlap(raw.overlap, request, error) ||
        !check_combinations(request, error))
        return false;
    if (request->stages == UINT64_MAX)
        request->stages = 0;
    if (request->threads == UINT64_MAX)
        request->threads = 0;
    if (!parse_texts(&raw, request, error))
        return false;
    return texts_may_follow(request) || request_check_texts(request, error);
}

bool request_derive(Request *out, const Request *several, const char *image,
                    const char *output, GError **error)
{
    *out = *several;
    out->image = image;
    out->images = NULL;
    out->out_dir = NULL;
    out->stats = NULL;
    out->is_challenge = medals_image_is_npz(image);
    out->outputs = g_ptr_array_new();
    g_ptr_array_add(out->outputs, (gpointer) output);
    out->texts = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < several->texts->len; i++)
        g_ptr_array_add(out->texts, g_strdup(several->texts->pdata[i]));
    out->labels = NULL;
    return check_combinations(out, error) &&
           (texts_may_follow(out) || request_check_texts(out, error));
}

void request_clear(Request *request)
{
    g_clear_pointer(&request->images, g_ptr_array_unref);
    g_clear_pointer(&request->outputs, g_ptr_array_unref);
    g_clear_pointer(&request->texts, g_ptr_array_unref);
    g_clear_pointer(&request->labels, g_free);
}

bool request_check_texts(Request *request, GError **error)
{
    if (!texts_check(request->texts, error))
        return false;
    bool may_be_several = request->is_challenge && request->reference;
    if (request->instances && request->texts->len != 1 && !may_be_several)
        return failure_set(error, EXIT_USAGE,
                           "--instances: %u texts; expected one",
                           request->texts->len);
    if (!request->label_list)
        return true;
    g_free(request->labels);
    request->labels =
        labels_parse(request->label_list, &request->label_count, error);
    return request->labels != NULL;
}

/* world -> continuous index: solves direction * diag(spacing) * index. */
static bool invert_geometry(const MedalsGeometry *g, double inverse[9])
{
    double m[9];
    for (int n = 0; n < 9; n++)
        m[n] = g->direction[n] * g->spacing[n % 3];
    double determinant = 0;
    for (int r = 0; r < 3; r++)
        for (int c = 0; c < 3; c++) {
            int r1 = (r + 1) % 3, r2 = (r + 2) % 3;
            int c1 = (c + 1) % 3, c2 = (c + 2) % 3;
            inverse[3 * c + r] = m[3 * r1 + c1] * m[3 * r2 + c2] -
                                 m[3 * r1 + c2] * m[3 * r2 + c1];
            if (r == 0)
                determinant += m[c] * inverse[3 * c];
        }
    for (int n = 0; n < 9; n++)
        inverse[n] /= determinant;
    return isfinite(1 / determinant);
}

bool request_resolve_roi(const Request *request, const MedalsGeometry *geometry,
                         int64_t roi[6], GError **error)
{
    memcpy(roi, request->roi, SIX * sizeof *roi);
    if (!request->has_region)
        return true;
    double inverse[9];
    bool good = invert_geometry(geometry, inverse);
    for (int axis = 0; axis < 3 && good; axis++) {
        double centre = 0, half = 0;
        for (int w = 0; w < 3; w++) {
            double row = inverse[3 * axis + w];
            centre += row * (request->region[w] - geometry->origin[w]);
            half += fabs(row) * request->region[3 + w];
        }
        double last = (double) geometry->size[axis] - 1;
        double begin = MAX(0, ceil(centre - half));
        double end = MIN(last, floor(centre + half));
        good = begin <= end;
        roi[2 * axis] = good ? (int64_t) begin : 0;
        roi[2 * axis + 1] = good ? (int64_t) end + 1 : 0;
    }
    return good || failure_set(error, EXIT_USAGE,
                               "--region: holds no voxel; expected a box that "
                               "meets the image");
}
