/*
 * click_head_data.h - resources/click_head.json in the library
 */
#ifndef MEDALS_CLICK_HEAD_DATA_H
#define MEDALS_CLICK_HEAD_DATA_H

#include <stddef.h>

extern const unsigned char medals_click_head_json[];
extern const size_t medals_click_head_json_size;

#endif
