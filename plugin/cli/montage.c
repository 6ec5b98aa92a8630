#include "montage.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bitmap_font.h"
#include "failure.h"
#include "montage_slices.h"
#include "voxel.h"

enum {
    VIEWS = 3,
    COLUMNS = 4,
    CELL = 320, /* pixels of the longest side of the volume */
    CELL_MINIMUM = 16,
    GAP = 8,
    SCALE = 2, /* of the font */
    LINE = (FONT_HEIGHT + 5) * SCALE,
    LEGEND_ROWS = 60,
    LEGEND_CHARACTERS = 36,
    OUTLINE = 2, /* pixels */
    GREY_SAMPLES = 200000
};

static const Color black = {0, 0, 0}, white = {255, 255, 255},
                   faint = {140, 140, 140}, letter = {255, 220, 90};

typedef struct {
    const char *name;
    int across, down, through; /* index axes */
    bool flip_across, flip_down;
    char letters[4]; /* at left, right, top, bottom */
    int width, height;
    int64_t slices[COLUMNS];
    int slice_count;
} View;

typedef struct {
    const Montage *montage;
    const MedalsGeometry *geometry;
    const void *grey, *labels;
    MedalsDtype grey_type, label_type;
    double low, high;     /* grey levels shown black and white */
    GHashTable *color_of; /* value -> index of the class + 1 */
    View views[VIEWS];
} Scene;

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *) a, y = *(const double *) b;
    return (x > y) - (x < y);
}

/* 1st and 99.5th percentile of a sample of the finite voxels. */
static void grey_percentiles(Scene *scene, size_t voxels)
{
    size_t stride = voxels / GREY_SAMPLES + 1, n = 0;
    g_autofree double *sample = g_new(double, voxels / stride + 1);
    for (size_t i = 0; i < voxels; i += stride) {
        double value = voxel_value(scene->grey_type, scene->grey, i);
        if (isfinite(value))
            sample[n++] = value;
    }
    qsort(sample, n, sizeof *sample, compare_doubles);
    scene->low = n ? sample[n / 100] : 0;
    scene->high = n ? sample[n - 1 - n / 200] : 0;
}

/* Pixels that an axis of the image takes. */
static int pixels_along(const MedalsGeometry *g, int axis, double pixels_per_mm)
{
    double mm = (double) g->size[axis] * g->spacing[axis];
    return (int) MAX(CELL_MINIMUM, lrint(pixels_per_mm * mm));
}

static void set_view(View *view, const Scene *scene, const char *name,
                     int across, int down, int through, bool down_is_up,
                     const char *letters)
{
    const MedalsGeometry *g = scene->geometry;
    int axis[3], sign[3];
    voxel_closest_axes(g, axis, sign);
    view->name = name;
    view->across = axis[across];
    view->down = axis[down];
    view->through = axis[through];
    view->flip_across = sign[across] < 0;
    view->flip_down = (sign[down] < 0) != down_is_up;
    memcpy(view->letters, letters, sizeof view->letters);

    double longest = 0;
    for (int a = 0; a < 3; a++)
        longest = MAX(longest, (double) g->size[a] * g->spacing[a]);
    view->width = pixels_along(g, view->across, CELL / longest);
    view->height = pixels_along(g, view->down, CELL / longest);
}

static bool scene_init(Scene *scene, const Montage *montage, GError **error)
{
    memset(scene, 0, sizeof *scene);
    scene->montage = montage;
    scene->geometry = medals_volume_peek_geometry(montage->image);
    scene->grey = medals_volume_peek_data(montage->image);
    scene->grey_type = medals_volume_dtype(montage->image);
    scene->labels = medals_volume_peek_data(montage->labelmap);
    scene->label_type = medals_volume_dtype(montage->labelmap);
    if (montage->has_window) {
        scene->low = montage->window[0];
        scene->high = montage->window[1];
    } else {
        grey_percentiles(scene, voxel_count(montage->image));
    }
    SliceCounts counts;
    if (!slice_counts_init(&counts, montage->labelmap, error))
        return false;
    set_view(&scene->views[0], scene, "axial", 0, 1, 2, false, "RLAP");
    set_view(&scene->views[1], scene, "coronal", 0, 2, 1, true, "RLSI");
    set_view(&scene->views[2], scene, "sagittal", 1, 2, 0, true, "APSI");
    for (int v = 0; v < VIEWS; v++)
        scene->views[v].slice_count = slices_choose(
            &counts, scene->views[v].through, COLUMNS, scene->views[v].slices);
    slice_counts_clear(&counts);
    scene->color_of = g_hash_table_new(NULL, NULL);
    for (size_t c = 0; c < montage->class_count; c++)
        g_hash_table_insert(scene->color_of,
                            GUINT_TO_POINTER(montage->classes[c].value),
                            GSIZE_TO_POINTER(c + 1));
    return true;
}

static Color color_of_value(const Scene *scene, uint32_t value)
{
    size_t found = GPOINTER_TO_SIZE(
        g_hash_table_lookup(scene->color_of, GUINT_TO_POINTER(value)));
    return found ? scene->montage->classes[found - 1].color
                 : palette_color(value);
}

/* Continuous index of the middle of pixel p of n along an axis of the cell. */
static double index_of_pixel(int p, int n, int64_t size, bool flip)
{
    double index = (p + 0.5) / n * (double) size - 0.5;
    return flip ? (double) size - 1 - index : index;
}

static int64_t nearest(double index, int64_t size)
{
    return CLAMP((int64_t) floor(index + 0.5), 0, size - 1);
}

static size_t offset_of(const Scene *scene, const View *view, int64_t across,
                        int64_t down, int64_t slice)
{
    int64_t at[3];
    at[view->across] = across;
    at[view->down] = down;
    at[view->through] = slice;
    const int64_t *size = scene->geometry->size;
    return (size_t) (at[0] + size[0] * (at[1] + size[1] * at[2]));
}

/* Grey 0..255 at a continuous place of the slice, bilinear. */
static double grey_at(const Scene *scene, const View *view, double across,
                      double down, int64_t slice)
{
    int64_t na = scene->geometry->size[view->across];
    int64_t nd = scene->geometry->size[view->down];
    across = CLAMP(across, 0, (double) na - 1);
    down = CLAMP(down, 0, (double) nd - 1);
    int64_t a = (int64_t) across, d = (int64_t) down;
    double fa = across - (double) a, fd = down - (double) d, sum = 0;
    for (int corner = 0; corner < 4; corner++) {
        int64_t ca = MIN(a + (corner & 1), na - 1);
        int64_t cd = MIN(d + (corner >> 1), nd - 1);
        double weight =
            (corner & 1 ? fa : 1 - fa) * (corner >> 1 ? fd : 1 - fd);
        double value = voxel_value(scene->grey_type, scene->grey,
                                   offset_of(scene, view, ca, cd, slice));
        if (weight > 0 && isfinite(value))
            sum += weight * value;
    }
    double range = scene->high > scene->low ? scene->high - scene->low : 1;
    return 255 * CLAMP((sum - scene->low) / range, 0, 1);
}

static size_t pixel_of(int width, int x, int y)
{
    return (size_t) y * (size_t) width + (size_t) x;
}

/* Whether a pixel lies within OUTLINE pixels of another value. */
static bool is_outline(const uint32_t *values, int width, int height, int x,
                       int y)
{
    uint32_t value = values[pixel_of(width, x, y)];
    for (int step = 1; step <= OUTLINE; step++) {
        if ((x >= step && values[pixel_of(width, x - step, y)] != value) ||
            (x + step < width &&
             values[pixel_of(width, x + step, y)] != value) ||
            (y >= step && values[pixel_of(width, x, y - step)] != value) ||
            (y + step < height &&
             values[pixel_of(width, x, y + step)] != value))
            return true;
    }
    return false;
}

static Color blend(double grey, Color color, double share)
{
    return (Color){(uint8_t) (grey + share * (color.r - grey)),
                   (uint8_t) (grey + share * (color.g - grey)),
                   (uint8_t) (grey + share * (color.b - grey))};
}

static void draw_letters(Canvas *canvas, const View *view, int x, int y)
{
    int em = FONT_WIDTH * SCALE, high = FONT_HEIGHT * SCALE;
    char text[2] = {0};
    const int left = x + 3, top = y + 3;
    const int right = x + view->width - em - 3;
    const int bottom = y + view->height - high - 3;
    const int middle_x = x + (view->width - em) / 2;
    const int middle_y = y + (view->height - high) / 2;
    const int place[4][2] = {{left, middle_y},
                             {right, middle_y},
                             {middle_x, top},
                             {middle_x, bottom}};
    for (int i = 0; i < 4; i++) {
        if ((i < 2 ? view->width : view->height) < 4 * high)
            continue;
        text[0] = view->letters[i];
        canvas_text(canvas, place[i][0], place[i][1], SCALE, letter, text);
    }
}

static void draw_cell(Canvas *canvas, const Scene *scene, const View *view,
                      int64_t slice, int x0, int y0)
{
    int64_t na = scene->geometry->size[view->across];
    int64_t nd = scene->geometry->size[view->down];
    int width = view->width, height = view->height;
    g_autofree uint32_t *values =
        g_new(uint32_t, (size_t) width * (size_t) height);
    for (int y = 0; y < height; y++) {
        double down = index_of_pixel(y, height, nd, view->flip_down);
        for (int x = 0; x < width; x++) {
            double across = index_of_pixel(x, width, na, view->flip_across);
            values[pixel_of(width, x, y)] =
                label_at(scene->labels, scene->label_type,
                         offset_of(scene, view, nearest(across, na),
                                   nearest(down, nd), slice));
        }
    }
    for (int y = 0; y < height; y++) {
        double down = index_of_pixel(y, height, nd, view->flip_down);
        for (int x = 0; x < width; x++) {
            double across = index_of_pixel(x, width, na, view->flip_across);
            double grey = grey_at(scene, view, across, down, slice);
            uint32_t value = values[pixel_of(width, x, y)];
            double share = 0;
            if (value)
                share = is_outline(values, width, height, x, y) ? 1 : 0.25;
            canvas_point(canvas, x0 + x, y0 + y,
                         blend(grey, color_of_value(scene, value), share));
        }
    }
    draw_letters(canvas, view, x0, y0);
}

static int draw_view(Canvas *canvas, const Scene *scene, const View *view,
                     int y)
{
    for (int c = 0; c < view->slice_count; c++) {
        int x = GAP + c * (view->width + GAP);
        char title[48];
        g_snprintf(title, sizeof title, "%s %c=%" G_GINT64_FORMAT,
                   c == 0 ? view->name : "", "ijk"[view->through],
                   view -> slices[c]);
        if (canvas_text_width(SCALE, title) <= view->width)
            canvas_text(canvas, x, y, SCALE, white, g_strchug(title));
        draw_cell(canvas, scene, view, view->slices[c], x, y + LINE);
    }
    return y + LINE + view->height + GAP;
}

static void draw_legend(Canvas *canvas, const Montage *montage, int x)
{
    int y = GAP;
    size_t rows = MIN(montage->class_count, LEGEND_ROWS);
    for (size_t c = 0; c < rows; c++, y += LINE) {
        const MontageClass *class = &montage->classes[c];
        int side = FONT_HEIGHT * SCALE;
        canvas_box(canvas, x, y, side, side,
                   class->present ? class->color : faint);
        if (!class->present)
            canvas_box(canvas, x + 2, y + 2, side - 4, side - 4, black);
        g_autofree char *valid = g_utf8_make_valid(class->name, -1);
        g_autofree char *name =
            g_utf8_strlen(valid, -1) > LEGEND_CHARACTERS
                ? g_utf8_substring(valid, 0, LEGEND_CHARACTERS)
                : g_strdup(valid);
        canvas_text(canvas, x + side + GAP, y, SCALE,
                    class->present ? white : faint, name);
    }
    if (rows < montage->class_count) {
        g_autofree char *more =
            g_strdup_printf("and %zu more", montage->class_count - rows);
        canvas_text(canvas, x, y, SCALE, faint, more);
    }
}

static int legend_width(const Montage *montage)
{
    int characters = 12;
    for (size_t c = 0; c < MIN(montage->class_count, LEGEND_ROWS); c++) {
        g_autofree char *valid =
            g_utf8_make_valid(montage->classes[c].name, -1);
        characters = MAX(characters, (int) g_utf8_strlen(valid, -1));
    }
    return (MIN(characters, LEGEND_CHARACTERS) * (FONT_WIDTH + 1) +
            FONT_HEIGHT) *
               SCALE +
           3 * GAP;
}

bool montage_draw(const Montage *montage, Canvas *canvas, GError **error)
{
    Scene scene;
    if (!scene_init(&scene, montage, error))
        return false;
    int grid = 0, height = GAP;
    for (int v = 0; v < VIEWS; v++) {
        const View *view = &scene.views[v];
        grid = MAX(grid, view->slice_count * (view->width + GAP));
        height += LINE + view->height + GAP;
    }
    size_t rows = MIN(montage->class_count, LEGEND_ROWS) + 1;
    height = MAX(height, (int) rows * LINE + 2 * GAP);
    bool done = canvas_init(canvas, GAP + grid + legend_width(montage), height,
                            black, error);
    if (done) {
        int y = GAP;
        for (int v = 0; v < VIEWS; v++)
            y = draw_view(canvas, &scene, &scene.views[v], y);
        draw_legend(canvas, montage, 2 * GAP + grid);
    }
    g_hash_table_unref(scene.color_of);
    return done;
}
