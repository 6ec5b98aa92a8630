/*
 * map_fixture.h - feature maps with guard bands, filled with known numbers
 *
 *   | band 0xA5 | voxel: c numbers, gap 0xA5 | voxel ... | band 0xA5 |
 */
#ifndef MEDALS_MAP_FIXTURE_H
#define MEDALS_MAP_FIXTURE_H

#include "tensor.h"

typedef enum FixtureFill {
    FIXTURE_INTEGERS, /* -2..2: products and sums are exact in float32 */
    FIXTURE_NOISE     /* about normal, variance 1 */
} FixtureFill;

typedef struct FixtureMap {
    MedalsTensor tensor;
    uint8_t *memory;
    size_t bytes;
} FixtureMap;

/** stride = c + gap; numbers are not set. Ends the test on failure. */
FixtureMap fixture_map(MedalsDtype dtype, int64_t h, int64_t w, int64_t d,
                       int64_t c, int64_t gap);
void fixture_map_clear(FixtureMap *map);
/** Whether bands and gaps still hold what they held. */
bool fixture_map_guarded(const FixtureMap *map);
void fixture_map_fill(FixtureMap *map, FixtureFill fill, uint64_t seed);
float fixture_get(const MedalsTensor *tensor, int64_t voxel, int64_t c);
void fixture_set(MedalsTensor *tensor, int64_t voxel, int64_t c, float value);
/** Whether both hold the same bits. */
bool fixture_same(const MedalsTensor *a, const MedalsTensor *b);
/** sum (a-b)^2 / sum b^2 */
double fixture_nmse(const MedalsTensor *a, const MedalsTensor *b);

float fixture_number(FixtureFill fill, uint64_t *state);
/** count numbers. @owner g_free */
float *fixture_numbers(FixtureFill fill, size_t count, uint64_t seed);

#endif
