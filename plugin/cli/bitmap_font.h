/*
 * bitmap_font.h - a 5x7 font for the words of a montage
 */
#ifndef CLI_BITMAP_FONT_H
#define CLI_BITMAP_FONT_H

#include <stdbool.h>

enum { FONT_WIDTH = 5, FONT_HEIGHT = 7 };

/** @return whether pixel (column, row) of a printable ASCII character is set;
 * other characters look like a box. */
bool bitmap_font_pixel(char character, int column, int row);

#endif
