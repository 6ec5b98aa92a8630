#include "map_fixture.h"

#include <string.h>

#include "memory.h"

#define BAND 256
#define MARK 0xa5

static size_t element(const MedalsTensor *tensor)
{
    return medals_dtype_size(tensor->dtype);
}

FixtureMap fixture_map(MedalsDtype dtype, int64_t h, int64_t w, int64_t d,
                       int64_t c, int64_t gap)
{
    FixtureMap map = {
        .tensor = {
            .dtype = dtype, .h = h, .w = w, .d = d, .c = c, .stride = c + gap}};
    size_t voxels = (size_t) (h * w * d);
    map.bytes = voxels * (size_t) (c + gap) * medals_dtype_size(dtype);
    map.memory = medals_alloc(1, map.bytes + 2 * BAND, "map", NULL);
    g_assert_nonnull(map.memory);
    memset(map.memory, MARK, map.bytes + 2 * BAND);
    map.tensor.data = map.memory + BAND;
    return map;
}

void fixture_map_clear(FixtureMap *map)
{
    medals_free(map->memory);
    map->memory = NULL;
}

static bool all_marks(const uint8_t *at, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        if (at[i] != MARK)
            return false;
    return true;
}

bool fixture_map_guarded(const FixtureMap *map)
{
    const MedalsTensor *tensor = &map->tensor;
    const size_t used = (size_t) tensor->c * element(tensor);
    const size_t step = (size_t) tensor->stride * element(tensor);
    const uint8_t *data = map->memory + BAND;
    for (size_t at = 0; at < map->bytes; at += step)
        if (!all_marks(data + at + used, step - used))
            return false;
    return all_marks(map->memory, BAND) && all_marks(data + map->bytes, BAND);
}

float fixture_get(const MedalsTensor *tensor, int64_t voxel, int64_t c)
{
    int64_t at = voxel * tensor->stride + c;
    if (tensor->dtype == MEDALS_BF16)
        return medals_bf16_to_f32(((const uint16_t *) tensor->data)[at]);
    return ((const float *) tensor->data)[at];
}

void fixture_set(MedalsTensor *tensor, int64_t voxel, int64_t c, float value)
{
    int64_t at = voxel * tensor->stride + c;
    if (tensor->dtype == MEDALS_BF16)
        ((uint16_t *) tensor->data)[at] = medals_bf16_from_f32(value);
    else
        ((float *) tensor->data)[at] = value;
}

bool fixture_same(const MedalsTensor *a, const MedalsTensor *b)
{
    for (int64_t v = 0; v < medals_tensor_voxels(a); v++) {
        const uint8_t *left = a->data, *right = b->data;
        if (memcmp(left + (size_t) (v * a->stride) * element(a),
                   right + (size_t) (v * b->stride) * element(b),
                   (size_t) a->c * element(a)) != 0)
            return false;
    }
    return true;
}

double fixture_nmse(const MedalsTensor *a, const MedalsTensor *b)
{
    double error = 0, power = 0;
    for (int64_t v = 0; v < medals_tensor_voxels(a); v++) {
        for (int64_t c = 0; c < a->c; c++) {
            double left = fixture_get(a, v, c), right = fixture_get(b, v, c);
            error += (left - right) * (left - right);
            power += right * right;
        }
    }
    return error / power;
}

/* SplitMix64 */
static uint64_t next(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

float fixture_number(FixtureFill fill, uint64_t *state)
{
    if (fill == FIXTURE_INTEGERS)
        return (float) (int) (next(state) % 5) - 2;
    float sum = 0; /* of 12 uniforms: variance 1 */
    for (int i = 0; i < 12; i++)
        sum += (float) (next(state) >> 40) / (1 << 24);
    return sum - 6;
}

void fixture_map_fill(FixtureMap *map, FixtureFill fill, uint64_t seed)
{
    MedalsTensor *tensor = &map->tensor;
    for (int64_t v = 0; v < medals_tensor_voxels(tensor); v++)
        for (int64_t c = 0; c < tensor->c; c++)
            fixture_set(tensor, v, c, fixture_number(fill, &seed));
}

float *fixture_numbers(FixtureFill fill, size_t count, uint64_t seed)
{
    float *numbers = g_new(float, count);
    for (size_t i = 0; i < count; i++)
        numbers[i] = fixture_number(fill, &seed);
    return numbers;
}
