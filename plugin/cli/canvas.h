/*
 * canvas.h - an RGB picture in memory: points, boxes, words
 */
#ifndef CLI_CANVAS_H
#define CLI_CANVAS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct {
    int width, height;
    uint8_t *rgb; /* [height, width, 3] */
} Canvas;

typedef struct {
    uint8_t r, g, b;
} Color;

/** A canvas of one color. @return false: EXIT_NO_ROOM */
bool canvas_init(Canvas *canvas, int width, int height, Color color,
                 GError **error);
void canvas_clear(Canvas *canvas);

/** Points outside of the canvas are dropped. */
void canvas_point(Canvas *canvas, int x, int y, Color color);
void canvas_box(Canvas *canvas, int x, int y, int width, int height,
                Color color);
/** Writes UTF-8 text, each pixel of the font as scale x scale; (x,y) is the
 * upper left corner. Characters beyond ASCII become boxes.
 * @return the x where the text ends */
int canvas_text(Canvas *canvas, int x, int y, int scale, Color color,
                const char *text);
/** @return the width that canvas_text() takes. */
int canvas_text_width(int scale, const char *text);

/** Colors that differ well from one index to the next. */
Color palette_color(uint64_t index);

#endif
