#include "segment_stats.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "failure.h"
#include "voxel.h"

const char stats_header[] =
    "image,label,class,voxels,ml,mean,sd,min,max,confidence\n";

/* Of the values of one class; Welford's sums. */
typedef struct {
    uint64_t voxels, finite;
    double mean, squares, min, max;
} Moments;

static void moments_add(Moments *m, double value)
{
    m->voxels++;
    if (!isfinite(value))
        return;
    double step = value - m->mean;
    m->finite++;
    m->mean += step / (double) m->finite;
    m->squares += step * (value - m->mean);
    m->min = m->finite == 1 ? value : MIN(m->min, value);
    m->max = m->finite == 1 ? value : MAX(m->max, value);
}

static void add_layer(const Job *job, const MedalsVolume *layer, Moments *m)
{
    const uint8_t *inside = medals_volume_peek_data(layer);
    const void *values = medals_volume_peek_data(job->volume);
    MedalsDtype dtype = medals_volume_dtype(job->volume);
    size_t count = voxel_count(layer);
    for (size_t n = 0; n < count; n++)
        if (inside[n])
            moments_add(m, voxel_value(dtype, values, n));
}

/* Every class in one pass; neighbours mostly have the same label. */
static void add_labelmap(const Job *job, const SegmentNames *names, Moments *m)
{
    const MedalsVolume *map = medals_segmentation_peek_labelmap(job->result);
    const void *labels = medals_volume_peek_data(map);
    const void *values = medals_volume_peek_data(job->volume);
    MedalsDtype label_dtype = medals_volume_dtype(map);
    MedalsDtype dtype = medals_volume_dtype(job->volume);
    g_autoptr(GHashTable) places = g_hash_table_new(NULL, NULL);
    for (size_t c = 0; c < names->count; c++)
        g_hash_table_insert(places, GUINT_TO_POINTER(names->segments[c].label),
                            &m[c]);
    size_t count = voxel_count(map);
    guint last = 0;
    Moments *place = NULL;
    for (size_t n = 0; n < count; n++) {
        guint label = (guint) voxel_value(label_dtype, labels, n);
        if (label != last)
            place = label ? g_hash_table_lookup(places, GUINT_TO_POINTER(label))
                          : NULL;
        last = label;
        if (place)
            moments_add(place, voxel_value(dtype, values, n));
    }
}

static void put_text(GString *out, const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    if (!strpbrk(valid, ",\"\r\n")) {
        g_string_append(out, valid);
        return;
    }
    g_string_append_c(out, '"');
    for (const char *c = valid; *c; c++)
        g_string_append(out, *c == '"' ? "\"\"" : (char[]){*c, '\0'});
    g_string_append_c(out, '"');
}

static void put_number(GString *out, bool exists, double value)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    g_string_append_c(out, ',');
    if (exists)
        g_string_append(out, g_ascii_formatd(text, sizeof text, "%.9g", value));
}

static double voxel_ml(const MedalsVolume *volume)
{
    const MedalsGeometry *g = medals_volume_peek_geometry(volume);
    return g->spacing[0] * g->spacing[1] * g->spacing[2] / 1000;
}

void stats_rows(const Job *job, const SegmentNames *names, GString *rows)
{
    g_autofree Moments *moments = g_new0(Moments, names->count + 1);
    if (job->request.keep_overlap)
        for (size_t c = 0; c < names->count; c++)
            add_layer(job, medals_segmentation_peek_layer(job->result, c),
                      &moments[c]);
    else
        add_labelmap(job, names, moments);
    for (size_t c = 0; c < names->count; c++) {
        const Moments *m = &moments[c];
        put_text(rows, job->request.image);
        g_string_append_printf(rows, ",%u,", names->segments[c].label);
        put_text(rows, names->segments[c].name);
        g_string_append_printf(rows, ",%" G_GUINT64_FORMAT, m->voxels);
        put_number(rows, true, (double) m->voxels * voxel_ml(job->volume));
        put_number(rows, m->finite > 0, m->mean);
        put_number(rows, m->finite > 1,
                   sqrt(m->squares / ((double) m->finite - 1)));
        put_number(rows, m->finite > 0, m->min);
        put_number(rows, m->finite > 0, m->max);
        g_string_append(rows, ",\n"); /* no model has a calibration */
    }
}

/* Behind the record at `row`: a line end within quotes is none. */
static const char *record_end(const char *row)
{
    bool quoted = false;
    for (; *row && (quoted || *row != '\n'); row++)
        quoted ^= *row == '"';
    return *row ? row + 1 : row;
}

/* The first field of the record, as it was before it was quoted. */
static char *first_field(const char *row, const char *end)
{
    GString *field = g_string_new(NULL);
    bool quoted = *row == '"';
    for (row += quoted; row < end; row++) {
        bool stops = quoted ? *row == '"' : *row == ',';
        if (stops && (!quoted || row[1] != '"'))
            break;
        row += stops; /* the second of two quotes */
        g_string_append_c(field, *row);
    }
    return g_string_free(field, FALSE);
}

GHashTable *stats_read(const char *path)
{
    GHashTable *by_image =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_autofree char *content = NULL;
    if (!g_file_test(path, G_FILE_TEST_IS_REGULAR) ||
        !g_file_get_contents(path, &content, NULL, NULL) ||
        !g_str_has_prefix(content, stats_header))
        return by_image;
    const char *end, *row = content + strlen(stats_header);
    for (; *row; row = end) {
        end = record_end(row);
        char *image = first_field(row, end);
        const char *before = g_hash_table_lookup(by_image, image);
        g_autofree char *record = g_strndup(row, (gsize) (end - row));
        char *rows = g_strconcat(before ? before : "", record, NULL);
        g_hash_table_insert(by_image, image, rows);
    }
    return by_image;
}

bool stats_write(const char *staged, const char *target, const GString *rows,
                 GError **error)
{
    errno = 0;
    FILE *file = fopen(staged, "wb");
    bool good = file && fputs(stats_header, file) >= 0 &&
                fwrite(rows->str, 1, rows->len, file) == rows->len &&
                fflush(file) == 0 && fsync(fileno(file)) == 0;
    int code = errno;
    if (file && fclose(file) != 0 && good) {
        good = false;
        code = errno;
    }
    return good || failure_set(error, failure_of_errno(code),
                               "%s: cannot be written: %s; expected room for "
                               "%zu bytes",
                               target, g_strerror(code), rows->len);
}
