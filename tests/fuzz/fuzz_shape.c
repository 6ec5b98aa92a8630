/*
 * fuzz_shape.c - any bytes as a geometry and something drawn on it
 *
 *   byte 0     kind and space     byte 1-3   size
 *   then       15 doubles of geometry, radius, points or a mask's extent
 *
 * A byte before each double says whether its bits are taken as they are or
 * make a number that an image holds, so that both walls and rooms are met.
 */
#include "shape.h"

#include <string.h>

#include "memory.h"

#define MOST_POINTS 24

typedef struct Bytes {
    const uint8_t *data;
    size_t size;
} Bytes;

static uint8_t take_byte(Bytes *bytes)
{
    if (bytes->size == 0)
        return 0;
    bytes->size--;
    return *bytes->data++;
}

static double take_double(Bytes *bytes)
{
    uint8_t how = take_byte(bytes);
    if (how < 224)
        return (double) how / 4 - 4 + (double) take_byte(bytes) / 256;
    uint64_t bits = 0;
    for (int n = 0; n < 8; n++)
        bits = bits << 8 | take_byte(bytes);
    double number;
    memcpy(&number, &bits, sizeof number);
    return number;
}

static MedalsGeometry take_geometry(Bytes *bytes)
{
    static const double upright[9] = {1, 0, 0, 0, 1, 0, 0, 0, 1};
    MedalsGeometry g;
    for (int a = 0; a < 3; a++)
        g.size[a] = 1 + take_byte(bytes) % 20;
    bool simple = take_byte(bytes) % 2 == 0;
    for (int a = 0; a < 3; a++) {
        g.spacing[a] = simple ? 1 + a : take_double(bytes);
        g.origin[a] = simple ? 0 : take_double(bytes);
    }
    for (int n = 0; n < 9; n++)
        g.direction[n] = simple ? upright[n] : take_double(bytes);
    return g;
}

static void check_set(const MedalsGeometry *g, MedalsVoxelSet *set)
{
    if (medals_voxel_set_count(set) == 0 ||
        !medals_shape_check_extent(g, set->box, NULL))
        __builtin_trap();
    medals_voxel_set_clear(set);
}

static void draw_mask(const MedalsGeometry *g, MedalsPrompt *prompt,
                      Bytes *bytes)
{
    MedalsVoxelSet set;
    size_t voxels = 1;
    for (int a = 0; a < 3; a++) {
        prompt->extent[2 * a] = (int8_t) take_byte(bytes) / 8;
        int64_t end = prompt->extent[2 * a] + take_byte(bytes) % 24;
        prompt->extent[2 * a + 1] = end;
        voxels *= (size_t) MAX(end - prompt->extent[2 * a], 0);
    }
    uint8_t *mask = medals_alloc_zero(voxels, 1, "mask", NULL);
    memcpy(mask, bytes->data, MIN(voxels, bytes->size));
    prompt->mask = mask;
    prompt->mask_bytes = voxels;
    if (medals_shape_voxels(g, prompt, &set, NULL))
        check_set(g, &set);
    medals_free(mask);
}

static void draw_points(const MedalsGeometry *g, MedalsPrompt *prompt,
                        Bytes *bytes)
{
    double points[3 * MOST_POINTS];
    MedalsVoxelSet set;
    int64_t extent[6];
    size_t n = 0;
    while (n < MOST_POINTS && bytes->size > 0) {
        for (int a = 0; a < 3; a++)
            points[3 * n + a] = take_double(bytes);
        n++;
    }
    prompt->points = points;
    prompt->point_count = n;
    if (medals_shape_voxels(g, prompt, &set, NULL))
        check_set(g, &set);
    prompt->point_count = MIN(n, 2);
    if (medals_shape_box(g, prompt, extent, NULL) &&
        !medals_shape_check_extent(g, extent, NULL))
        __builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Bytes bytes = {data, size};
    uint8_t what = take_byte(&bytes);
    MedalsGeometry g = take_geometry(&bytes);
    if (!medals_geometry_check(&g, NULL))
        return 0;
    MedalsPrompt prompt = MEDALS_PROMPT_INIT;
    prompt.kind = (MedalsPromptKind) (what % 5);
    prompt.space = (MedalsSpace) (what / 5 % 3);
    prompt.radius_mm = take_double(&bytes);
    if (what >= 192)
        draw_mask(&g, &prompt, &bytes);
    else
        draw_points(&g, &prompt, &bytes);
    return 0;
}
