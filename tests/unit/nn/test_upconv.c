#include <math.h>

#include "../kernels/map_fixture.h"
#include "upconv.h"

/* dst against the definition (spec 1.5). */
static void check_corners(const MedalsTensor *src, const float *weight,
                          const float *bias, const MedalsTensor *dst,
                          double limit)
{
    for (int64_t v = 0; v < medals_tensor_voxels(dst); v++) {
        int64_t h = v / (dst->w * dst->d), w = v / dst->d % dst->w;
        int64_t d = v % dst->d;
        int64_t from = (h / 2 * src->w + w / 2) * src->d + d / 2;
        int64_t corner = (h % 2 * 2 + w % 2) * 2 + d % 2;
        for (int64_t o = 0; o < dst->c; o++) {
            double sum = bias[o];
            for (int64_t i = 0; i < src->c; i++)
                sum += (double) fixture_get(src, from, i) *
                       weight[(i * dst->c + o) * 8 + corner];
            g_assert_cmpfloat(fabs(sum - fixture_get(dst, v, o)), <=,
                              limit * (1 + fabs(sum)));
        }
    }
}

static void run_case(MedalsIsa isa, MedalsDtype storage, int64_t cin,
                     int64_t cout, const int64_t size[3])
{
    const MedalsKernels *kernels = medals_kernels_get(isa);
    const FixtureFill fill =
        storage == MEDALS_F32 ? FIXTURE_NOISE : FIXTURE_INTEGERS;
    MedalsExec exec = {.lane = medals_lane_new(2, NULL), .kernels = kernels};
    GError *error = NULL;
    float *weight = fixture_numbers(fill, (size_t) (8 * cin * cout), 1);
    float *bias = fixture_numbers(fill, (size_t) cout, 2);
    FixtureMap src = fixture_map(storage, size[0], size[1], size[2], cin, 3);
    FixtureMap dst =
        fixture_map(storage, 2 * size[0], 2 * size[1], 2 * size[2], cout, 5);
    MedalsUpconv *upconv =
        medals_upconv_new(kernels, cin, cout, weight, bias, storage, &error);
    g_assert_no_error(error);
    fixture_map_fill(&src, fill, 3);
    g_assert_true(
        medals_upconv_forward(&exec, upconv, &src.tensor, &dst.tensor, &error));
    g_assert_true(fixture_map_guarded(&dst));
    check_corners(&src.tensor, weight, bias, &dst.tensor,
                  storage == MEDALS_F32 ? 1e-5 : 4e-3);
    g_assert_cmpfloat(
        medals_upconv_flops(upconv, size[0], size[1], size[2]), ==,
        16.0 * (double) (cin * cout * size[0] * size[1] * size[2]));
    medals_upconv_free(upconv);
    fixture_map_clear(&src);
    fixture_map_clear(&dst);
    g_free(weight);
    g_free(bias);
    medals_lane_free(exec.lane);
}

static void test_definition(void)
{
    for (int isa = 0; isa <= (int) medals_cpu_best(); isa++) {
        for (int type = 0; type < 2; type++) {
            MedalsDtype storage = type ? MEDALS_BF16 : MEDALS_F32;
            run_case((MedalsIsa) isa, storage, 16, 8, (int64_t[]){2, 3, 4});
            run_case((MedalsIsa) isa, storage, 32, 32, (int64_t[]){5, 6, 7});
            run_case((MedalsIsa) isa, storage, 7, 19, (int64_t[]){1, 1, 97});
        }
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/nn/upconv/definition", test_definition);
    return g_test_run();
}
