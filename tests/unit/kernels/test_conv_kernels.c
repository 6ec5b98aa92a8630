/*
 * test_conv_kernels.c - every convolution against the naive one
 *
 * Integers whose sums are exact must agree bit for bit, noise within a limit,
 * a second run bit for bit, and nothing outside of dst may change.
 */
#include <stdio.h>
#include <string.h>

#include "conv_kernel.h"
#include "kernel_tables.h"
#include "map_fixture.h"
#include "memory.h"

typedef struct Candidate {
    MedalsKernels kernels;
    const MedalsConvKernel *conv;
} Candidate;

#define MAX_CANDIDATES 16
static Candidate candidates[MAX_CANDIDATES];
static int candidate_count;

static void add_candidate(MedalsIsa isa, const MedalsConvKernel *conv)
{
    Candidate *candidate = &candidates[candidate_count++];
    candidate->kernels = *medals_kernels_get(isa);
    candidate->conv = conv;
}

/* All that this processor runs; oneDNN also where it is not the choice. */
static void find_candidates(void)
{
    for (int isa = 0; isa <= (int) medals_cpu_best(); isa++) {
        add_candidate((MedalsIsa) isa, &medals_conv_packed);
        if (isa >= MEDALS_ISA_AVX2)
            add_candidate((MedalsIsa) isa, &medals_conv_onednn);
    }
}

/* One convolution, tile by tile, with as many threads pretended.
 * Returns false when the kernel does not serve the shape. */
static bool convolve(const Candidate *candidate, const MedalsConvShape *shape,
                     const float *weight, unsigned threads,
                     const MedalsTensor *src, MedalsTensor *dst, double *mean,
                     double *square)
{
    GError *error = NULL;
    MedalsConvRun run = {.kernels = &candidate->kernels,
                         .shape = shape,
                         .src = src,
                         .dst = dst,
                         .threads = threads};
    run.weights = candidate->conv->weights_new(shape, weight,
                                               candidate->kernels.isa, &error);
    if (!run.weights) {
        g_assert_error(error, MEDALS_ERROR, MEDALS_E_SHAPE);
        g_error_free(error);
        return false;
    }
    g_assert_true(candidate->conv->begin(&run, &error));
    void *scratch = medals_alloc(1, run.scratch, "scratch", NULL);
    double *part = g_new(double, 2 * shape->cout);
    for (int64_t c0 = 0; c0 < shape->cout; c0 += run.group) {
        MedalsConvTile tile = {.c0 = c0, .c = MIN(run.group, shape->cout - c0)};
        double n = 0;
        memset(mean + c0, 0, (size_t) tile.c * sizeof *mean);
        memset(square + c0, 0, (size_t) tile.c * sizeof *square);
        for (int64_t i = 0; i < medals_conv_tiles(&run); i++) {
            medals_conv_tile_at(&run, i, &tile);
            g_assert_true(candidate->conv->tile(&run, &tile, scratch, part,
                                                part + tile.c));
            double n2 =
                (double) (tile.count[0] * tile.count[1] * tile.count[2]);
            medals_moments_merge(n, mean + c0, square + c0, n2, part,
                                 part + tile.c, tile.c);
            n += n2;
        }
    }
    g_free(part);
    medals_free(scratch);
    candidate->conv->weights_free(run.weights);
    return true;
}

/* Moments against those of the stored numbers (float32 storage). */
static void check_moments(const MedalsTensor *dst, const double *mean,
                          const double *square)
{
    const int64_t n = medals_tensor_voxels(dst);
    for (int64_t c = 0; c < dst->c; c++) {
        double sum = 0, distance = 0;
        for (int64_t v = 0; v < n; v++)
            sum += fixture_get(dst, v, c);
        sum /= (double) n;
        for (int64_t v = 0; v < n; v++)
            distance +=
                (fixture_get(dst, v, c) - sum) * (fixture_get(dst, v, c) - sum);
        double scale = 1e-5 * (distance + sum * sum + 1);
        g_assert_cmpfloat_with_epsilon(mean[c], sum, 1e-5 * (ABS(sum) + 1));
        g_assert_cmpfloat_with_epsilon(square[c], distance, scale);
    }
}

typedef struct Case {
    MedalsConvShape shape;
    int64_t size[3];
    int64_t src_channels; /* of cin */
} Case;

static void run_case(const Case *one, FixtureFill fill)
{
    const MedalsConvShape *shape = &one->shape;
    const int64_t s = shape->stride, *size = one->size;
    FixtureMap src = fixture_map(shape->storage, size[0], size[1], size[2],
                                 one->src_channels, 3);
    fixture_map_fill(&src, fill, 1);
    float *weight =
        fixture_numbers(fill, 27 * (size_t) (shape->cin * shape->cout), 2);
    double *mean = g_new(double, 2 * shape->cout);
    FixtureMap map[3];
    for (int i = 0; i < 3; i++)
        map[i] = fixture_map(shape->storage, (size[0] + s - 1) / s,
                             (size[1] + s - 1) / s, (size[2] + s - 1) / s,
                             shape->cout, i == 1 ? 5 : 0);
    Candidate naive = {.kernels = medals_kernels_ref, .conv = &medals_conv_ref};
    g_assert_true(convolve(&naive, shape, weight, 1, &src.tensor,
                           &map[0].tensor, mean, mean + shape->cout));
    for (int i = 0; i < candidate_count; i++) {
        const Candidate *candidate = &candidates[i];
        g_test_message("%s/%s %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT
                       " -> %" G_GINT64_FORMAT " stride %d type %d",
                       candidate->kernels.name, candidate->conv->name,
                       one->src_channels, shape->cin, shape->cout,
                       shape->stride, (int) shape->storage);
        if (!convolve(candidate, shape, weight, 1, &src.tensor, &map[1].tensor,
                      mean, mean + shape->cout))
            continue;
        g_assert_true(fixture_map_guarded(&map[1]));
        if (shape->storage == MEDALS_F32)
            check_moments(&map[1].tensor, mean, mean + shape->cout);
        if (fill == FIXTURE_INTEGERS)
            g_assert_true(fixture_same(&map[1].tensor, &map[0].tensor));
        double limit = shape->storage == MEDALS_F32 ? 1e-10 : 1e-5;
        g_assert_cmpfloat(fixture_nmse(&map[1].tensor, &map[0].tensor), <,
                          limit);
        g_assert_true(convolve(candidate, shape, weight, 64, &src.tensor,
                               &map[2].tensor, mean, mean + shape->cout));
        g_assert_true(fixture_same(&map[1].tensor, &map[2].tensor));
    }
    for (int i = 0; i < 3; i++)
        fixture_map_clear(&map[i]);
    fixture_map_clear(&src);
    g_free(mean);
    g_free(weight);
}

/* Each line of the shape file in both types; a third of the channels missing
 * now and then. */
static void test_shapes(gconstpointer data)
{
    const FixtureFill fill = (FixtureFill) GPOINTER_TO_INT(data);
    FILE *file = fopen(MEDALS_CONV_SHAPES, "r");
    char line[256];
    int lines = 0;
    g_assert_nonnull(file);
    while (fgets(line, sizeof line, file)) {
        long v[6];
        if (*line == '#')
            continue;
        g_assert_cmpint(sscanf(line, "%ld %ld %ld %ld %ld %ld", &v[0], &v[1],
                               &v[2], &v[3], &v[4], &v[5]),
                        ==, 6);
        for (int type = 0; type < 2; type++) {
            Case one = {.shape = {.cin = v[0],
                                  .cout = v[1],
                                  .stride = (int) v[2],
                                  .storage = type ? MEDALS_BF16 : MEDALS_F32},
                        .size = {v[3], v[4], v[5]},
                        .src_channels = v[0]};
            run_case(&one, fill);
            one.src_channels = MAX(1, v[0] / 2);
            if (lines % 3 == 0)
                run_case(&one, fill);
        }
        lines++;
    }
    fclose(file);
    g_assert_cmpint(lines, >, 20);
}

/* A map cut into many tiles: the seams must not show. */
static void test_seams(void)
{
    Case one = {.shape = {.cin = 16, .cout = 16, .stride = 1},
                .size = {19, 33, 70},
                .src_channels = 16};
    run_case(&one, FIXTURE_INTEGERS);
    one.shape.stride = 2;
    run_case(&one, FIXTURE_INTEGERS);
}

/* A float32 map into a layer stored as bf16: the first layer does so. */
static void test_mixed_types(void)
{
    const MedalsConvShape shape = {
        .cin = 2, .cout = 16, .stride = 1, .storage = MEDALS_BF16};
    FixtureMap src = fixture_map(MEDALS_F32, 5, 6, 7, 2, 0);
    FixtureMap a = fixture_map(MEDALS_BF16, 5, 6, 7, 16, 0);
    FixtureMap b = fixture_map(MEDALS_BF16, 5, 6, 7, 16, 0);
    double moments[32];
    float *weight = fixture_numbers(FIXTURE_INTEGERS, 27 * 32, 3);
    fixture_map_fill(&src, FIXTURE_INTEGERS, 4);
    /* 131 is not a bf16 number: it must not have been rounded on the way */
    fixture_set(&src.tensor, 100, 0, 131);
    Candidate naive = {.kernels = medals_kernels_ref, .conv = &medals_conv_ref};
    g_assert_true(convolve(&naive, &shape, weight, 1, &src.tensor, &a.tensor,
                           moments, moments + 16));
    for (int i = 0; i < candidate_count; i++)
        if (convolve(&candidates[i], &shape, weight, 1, &src.tensor, &b.tensor,
                     moments, moments + 16))
            g_assert_true(fixture_same(&a.tensor, &b.tensor));
    fixture_map_clear(&src);
    fixture_map_clear(&a);
    fixture_map_clear(&b);
    g_free(weight);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    find_candidates();
    g_test_add_data_func("/kernels/conv/integers",
                         GINT_TO_POINTER(FIXTURE_INTEGERS), test_shapes);
    g_test_add_data_func("/kernels/conv/noise", GINT_TO_POINTER(FIXTURE_NOISE),
                         test_shapes);
    g_test_add_func("/kernels/conv/seams", test_seams);
    g_test_add_func("/kernels/conv/mixed_types", test_mixed_types);
    return g_test_run();
}
