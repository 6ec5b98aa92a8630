#include "canvas.h"

#include <math.h>

#include "bitmap_font.h"
#include "failure.h"

bool canvas_init(Canvas *canvas, int width, int height, Color color,
                 GError **error)
{
    canvas->width = width;
    canvas->height = height;
    canvas->rgb = g_try_malloc_n((gsize) width * (gsize) height, 3);
    if (!canvas->rgb)
        return failure_set(error, EXIT_NO_ROOM,
                           "montage: no memory for %d x %d pixels; expected "
                           "%zu bytes",
                           width, height, (size_t) width * (size_t) height * 3);
    canvas_box(canvas, 0, 0, width, height, color);
    return true;
}

void canvas_clear(Canvas *canvas)
{
    g_clear_pointer(&canvas->rgb, g_free);
}

void canvas_point(Canvas *canvas, int x, int y, Color color)
{
    if (x < 0 || y < 0 || x >= canvas->width || y >= canvas->height)
        return;
    uint8_t *pixel =
        canvas->rgb + 3 * ((size_t) y * (size_t) canvas->width + (size_t) x);
    pixel[0] = color.r;
    pixel[1] = color.g;
    pixel[2] = color.b;
}

void canvas_box(Canvas *canvas, int x, int y, int width, int height,
                Color color)
{
    for (int row = 0; row < height; row++)
        for (int column = 0; column < width; column++)
            canvas_point(canvas, x + column, y + row, color);
}

static void draw_character(Canvas *canvas, int x, int y, int scale, Color color,
                           char character)
{
    for (int row = 0; row < FONT_HEIGHT; row++)
        for (int column = 0; column < FONT_WIDTH; column++)
            if (bitmap_font_pixel(character, column, row))
                canvas_box(canvas, x + column * scale, y + row * scale, scale,
                           scale, color);
}

int canvas_text(Canvas *canvas, int x, int y, int scale, Color color,
                const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    for (const char *p = valid; *p; p = g_utf8_next_char(p)) {
        draw_character(canvas, x, y, scale, color, (*p & 0x80) ? '\x7f' : *p);
        x += (FONT_WIDTH + 1) * scale;
    }
    return x;
}

int canvas_text_width(int scale, const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    return (int) g_utf8_strlen(valid, -1) * (FONT_WIDTH + 1) * scale;
}

/* One component of a fully saturated hue in 0..1. */
static uint8_t hue_component(double hue, double shift)
{
    double phase = fmod(hue + shift, 1.0) * 6;
    double level = CLAMP(fabs(phase - 3) - 1, 0, 1);
    return (uint8_t) lrint(255 * (0.25 + 0.75 * level));
}

Color palette_color(uint64_t index)
{
    /* the golden ratio spreads any number of hues evenly */
    double hue = fmod((double) (index % 100000) * 0.61803398875 + 0.02, 1.0);
    return (Color){hue_component(hue, 0), hue_component(hue, 2.0 / 3),
                   hue_component(hue, 1.0 / 3)};
}
