/*
 * pipeline_fixture.c
 */
#include "pipeline_fixture.h"

#include "memory.h"

MedalsExec fixture_exec(unsigned threads)
{
    MedalsExec exec = {.lane = medals_lane_new(threads, NULL)};
    g_assert_nonnull(exec.lane);
    g_assert_true(medals_lane_enter(exec.lane, NULL, NULL));
    return exec;
}

void fixture_exec_free(MedalsExec *exec)
{
    medals_lane_leave(exec->lane);
    medals_lane_free(exec->lane);
}

uint32_t fixture_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t) (*state >> 33);
}

uint16_t *fixture_labels(const int64_t shape[3], unsigned values, uint64_t seed)
{
    uint16_t *labels = medals_alloc((size_t) (shape[0] * shape[1] * shape[2]),
                                    sizeof *labels, "labels", NULL);
    uint16_t *at = labels;
    for (int64_t h = 0; h < shape[0]; h++)
        for (int64_t w = 0; w < shape[1]; w++)
            for (int64_t d = 0; d < shape[2]; d++) {
                uint64_t state =
                    seed + (uint64_t) (h / 3 * 7919 + w / 3 * 104729 + d / 3);
                fixture_random(&state);
                *at++ = (uint16_t) (fixture_random(&state) % values);
            }
    return labels;
}

MedalsGeometry fixture_geometry(int64_t i, int64_t j, int64_t k)
{
    return (MedalsGeometry){.size = {i, j, k},
                            .spacing = {1, 1, 1},
                            .direction = {1, 0, 0, 0, 1, 0, 0, 0, 1}};
}

void fixture_assert_failed(bool ok, GError **error, MedalsStatus status)
{
    g_assert_false(ok);
    g_assert_nonnull(*error);
    g_assert_cmpint(medals_error_code(*error), ==, status);
    g_clear_error(error);
}
