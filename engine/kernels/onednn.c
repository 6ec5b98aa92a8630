/*
 * onednn.c - convolutions by oneDNN: AVX-512, bf16 dot products, AMX tiles
 *
 *   source under a tile, halo included --copy--> dense [D,H,W,ic] f32|bf16
 *       --one oneDNN convolution without padding, on one thread-->
 *   sums [voxels][oc] float32 --> dst, moments
 *
 * Our lane cuts the work, not oneDNN's OpenMP: each worker runs one tile at a
 * time, and the result does not depend on the number of threads. A tile lives
 * in the second cache, so the copies are cheap, channel views need no special
 * case, and the moments are taken before bf16 rounds.
 *
 * What oneDNN cannot prepare or refuses to run falls to our packed kernel: a
 * whole pass in onednn_begin(), a single tile in compute_tile().
 *
 * oneDNN's D, H, W are our h, w, d.
 */
#define _GNU_SOURCE
#include <oneapi/dnnl/dnnl.h>
#include <string.h>

#include "conv_kernel.h"
#include "memory.h"
#include "mutex.h"
#include "symbol.h"

/* Fewer channels leave vectors empty. */
#define LEAST_CHANNELS 16
/* Dense source and sums of a tile: with the weights of 64 channels in bf16
 * they fill the second cache of 1 MB. 64 channels in bf16 move 1.6 kB a voxel
 * through it for 1700 cycles of dot products, 3 %; from the third cache it
 * would be 9 %. */
#define SOURCE_BYTES (256 << 10)
#define SUMS_BYTES (256 << 10)
/* A tile like those of the large layers, to choose the order of the weights. */
#define TYPICAL_EDGE 8
#define TYPICAL_EDGE_D 16
/* Output channels of a tile at most, and when tiles are few. */
#define GROUP 128
#define LEAST_GROUP 64

/* A primitive for tiles of one size, input channels and output channels. */
typedef struct Plan Plan;
struct Plan {
    Plan *next;
    int64_t count[3], ic, c0, c;
    dnnl_primitive_desc_t desc;
    dnnl_primitive_t primitive;
    dnnl_memory_t weights; /* a range of the layer's, or its own copy */
    void *copy;            /* owned memory of that copy, or NULL */
    size_t scratchpad;     /* bytes */
};

typedef struct Weights {
    MedalsConvShape shape;
    dnnl_data_type_t type; /* of source and weights */
    dnnl_engine_t engine;
    dnnl_memory_desc_t md; /* of all weights */
    void *data;
    dnnl_memory_t memory;
    MedalsMutex mutex; /* guards plans and packed */
    Plan *plans;       /* newest first; a plan never changes */
    void *packed;      /* the packed kernel's weights, once they were needed */
} Weights;

/* --- one thread --------------------------------------------------------- */

/* oneDNN asks the calling thread's OpenMP how many threads to use, when it
 * plans and when it runs. We say one, and restore the host's choice. The
 * functions come from whichever OpenMP oneDNN brought along. */
static int (*get_threads)(void);
static void (*set_threads)(int);

static void find_openmp(void)
{
    static gsize once;
    if (!g_once_init_enter(&once))
        return;
    *(void **) &get_threads = medals_symbol_find("omp_get_max_threads");
    *(void **) &set_threads = medals_symbol_find("omp_set_num_threads");
    g_once_init_leave(&once, 1);
}

static int begin_single(void)
{
    find_openmp();
    int before = get_threads ? get_threads() : 1;
    if (set_threads)
        set_threads(1);
    return before;
}

static void end_single(int before)
{
    if (set_threads)
        set_threads(before);
}

/* The first layer of the process decides; oneDNN takes it only once, before
 * it makes any primitive. It may have served the host before us: then it keeps
 * to what the processor has, which is right, if not the level asked for. */
static void limit_isa(MedalsIsa isa)
{
    static gsize once;
    if (!g_once_init_enter(&once))
        return;
    static const dnnl_cpu_isa_t levels[] = {
        [MEDALS_ISA_REF] = dnnl_cpu_isa_sse41,
        [MEDALS_ISA_AVX2] = dnnl_cpu_isa_avx2,
        [MEDALS_ISA_AVX512] = dnnl_cpu_isa_avx512_core,
        [MEDALS_ISA_AVX512_BF16] = dnnl_cpu_isa_avx512_core_bf16,
        [MEDALS_ISA_AMX] = dnnl_cpu_isa_avx512_core_amx};
    dnnl_set_max_cpu_isa(levels[isa]);
    g_once_init_leave(&once, 1);
}

/* --- plans -------------------------------------------------------------- */

static void plan_free(Plan *plan)
{
    if (plan->primitive)
        dnnl_primitive_destroy(plan->primitive);
    if (plan->desc)
        dnnl_primitive_desc_destroy(plan->desc);
    if (plan->weights)
        dnnl_memory_destroy(plan->weights);
    medals_free(plan->copy);
    medals_free(plan);
}

/* Describes the tile's convolution; the weights' order is oneDNN's choice. */
static bool describe(const Weights *weights, Plan *plan)
{
    const int64_t s = weights->shape.stride;
    dnnl_dims_t src = {1, plan->ic}, dst = {1, plan->c};
    const dnnl_dims_t kernel = {plan->c, plan->ic, 3, 3, 3};
    const dnnl_dims_t strides = {s, s, s}, none = {0, 0, 0};
    for (int axis = 0; axis < 3; axis++) {
        src[2 + axis] = s * (plan->count[axis] - 1) + 3;
        dst[2 + axis] = plan->count[axis];
    }
    dnnl_memory_desc_t src_md, dst_md, any;
    dnnl_convolution_desc_t conv;
    dnnl_primitive_attr_t attr = NULL;
    bool good =
        dnnl_memory_desc_init_by_tag(&src_md, 5, src, weights->type,
                                     dnnl_ndhwc) == dnnl_success &&
        dnnl_memory_desc_init_by_tag(&dst_md, 5, dst, dnnl_f32, dnnl_ndhwc) ==
            dnnl_success &&
        dnnl_memory_desc_init_by_tag(&any, 5, kernel, weights->type,
                                     dnnl_format_tag_any) == dnnl_success &&
        dnnl_convolution_forward_desc_init(
            &conv, dnnl_forward_inference, dnnl_convolution_direct, &src_md,
            &any, NULL, &dst_md, strides, none, none) == dnnl_success &&
        dnnl_primitive_attr_create(&attr) == dnnl_success &&
        dnnl_primitive_attr_set_scratchpad_mode(
            attr, dnnl_scratchpad_mode_user) == dnnl_success &&
        dnnl_primitive_desc_create(&plan->desc, &conv, attr, weights->engine,
                                   NULL) == dnnl_success;
    if (attr)
        dnnl_primitive_attr_destroy(attr);
    return good;
}

/* oneDNN always finds some way; generic ones lose to our own kernel. */
static bool is_fast(const Plan *plan)
{
    const char *name = NULL;
    dnnl_primitive_desc_query(plan->desc, dnnl_query_impl_info_str, 0, &name);
    return name && !strstr(name, "ref") && !strstr(name, "gemm");
}

static const dnnl_memory_desc_t *weights_md(const Plan *plan)
{
    return dnnl_primitive_desc_query_md(plan->desc, dnnl_query_weights_md, 0);
}

static bool reorder(const Weights *weights, dnnl_memory_t from,
                    const dnnl_memory_desc_t *from_md, dnnl_memory_t to,
                    const dnnl_memory_desc_t *to_md)
{
    dnnl_primitive_desc_t desc = NULL;
    dnnl_primitive_t primitive = NULL;
    dnnl_stream_t stream = NULL;
    const dnnl_exec_arg_t args[] = {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}};
    bool good =
        dnnl_reorder_primitive_desc_create(&desc, from_md, weights->engine,
                                           to_md, weights->engine,
                                           NULL) == dnnl_success &&
        dnnl_primitive_create(&primitive, desc) == dnnl_success &&
        dnnl_stream_create(&stream, weights->engine,
                           dnnl_stream_default_flags) == dnnl_success &&
        dnnl_primitive_execute(primitive, stream, 2, args) == dnnl_success &&
        dnnl_stream_wait(stream) == dnnl_success;
    if (stream)
        dnnl_stream_destroy(stream);
    if (primitive)
        dnnl_primitive_destroy(primitive);
    if (desc)
        dnnl_primitive_desc_destroy(desc);
    return good;
}

/* Whether the plan's weights are a range of whole rows of the layer's. */
static bool is_range(const Weights *weights, const Plan *plan,
                     size_t *first_byte)
{
    const dnnl_memory_desc_t *all = &weights->md, *part = weights_md(plan);
    const dnnl_blocking_desc_t *a = &all->format_desc.blocking;
    const dnnl_blocking_desc_t *b = &part->format_desc.blocking;
    int64_t block = 1;
    if (plan->ic != weights->shape.cin || all->format_kind != dnnl_blocked ||
        part->format_kind != dnnl_blocked || a->inner_nblks != b->inner_nblks ||
        memcmp(a->strides, b->strides, 5 * sizeof *a->strides) != 0 ||
        memcmp(all->padded_dims + 1, part->padded_dims + 1,
               4 * sizeof *all->padded_dims) != 0)
        return false;
    for (int i = 0; i < a->inner_nblks; i++) {
        if (a->inner_blks[i] != b->inner_blks[i] ||
            a->inner_idxs[i] != b->inner_idxs[i])
            return false;
        if (a->inner_idxs[i] == 0)
            block *= a->inner_blks[i];
    }
    for (int axis = 1; axis < 5; axis++)
        if (a->strides[axis] > a->strides[0])
            return false;
    *first_byte = (size_t) (plan->c0 / block * a->strides[0]) *
                  (weights->type == dnnl_bf16 ? 2 : 4);
    return plan->c0 % block == 0;
}

static bool plan_weights(const Weights *weights, Plan *plan, GError **error)
{
    size_t first_byte;
    const dnnl_memory_desc_t *md = weights_md(plan);
    if (is_range(weights, plan, &first_byte))
        return dnnl_memory_create(&plan->weights, md, weights->engine,
                                  (uint8_t *) weights->data + first_byte) ==
               dnnl_success;
    dnnl_memory_desc_t part;
    const dnnl_dims_t dims = {plan->c, plan->ic, 3, 3, 3};
    const dnnl_dims_t first = {plan->c0};
    dnnl_memory_t from = NULL;
    plan->copy = medals_alloc(1, dnnl_memory_desc_get_size(md),
                              "convolution weights", error);
    if (!plan->copy)
        return false;
    bool good = dnnl_memory_create(&plan->weights, md, weights->engine,
                                   plan->copy) == dnnl_success &&
                dnnl_memory_desc_init_submemory(&part, &weights->md, dims,
                                                first) == dnnl_success &&
                dnnl_memory_create(&from, &part, weights->engine,
                                   weights->data) == dnnl_success &&
                reorder(weights, from, &part, plan->weights, md);
    if (from)
        dnnl_memory_destroy(from);
    return good;
}

static const Plan *find_plan(const Plan *plan, const int64_t count[3],
                             int64_t ic, int64_t c0, int64_t c)
{
    while (plan && (memcmp(plan->count, count, sizeof plan->count) != 0 ||
                    plan->ic != ic || plan->c0 != c0 || plan->c != c))
        plan = plan->next;
    return plan;
}

/* A plan that is only described: no primitive, no weights. */
static Plan *plan_new(const Weights *weights, const int64_t count[3],
                      int64_t ic, int64_t c0, int64_t c, GError **error)
{
    Plan *plan = medals_alloc_zero(1, sizeof *plan, "convolution", error);
    if (!plan)
        return NULL;
    memcpy(plan->count, count, sizeof plan->count);
    plan->ic = ic;
    plan->c0 = c0;
    plan->c = c;
    if (describe(weights, plan) && is_fast(plan))
        return plan;
    plan_free(plan);
    medals_fail(error, MEDALS_E_SHAPE,
                "convolution: oneDNN has no fast way from %" G_GINT64_FORMAT
                " to %" G_GINT64_FORMAT " channels",
                ic, c);
    return NULL;
}

/* Adds the plan for one kind of tile, unless it is there. Mutex held. */
static bool ensure_plan(Weights *weights, const int64_t count[3], int64_t ic,
                        int64_t c0, int64_t c, GError **error)
{
    if (find_plan(weights->plans, count, ic, c0, c))
        return true;
    Plan *plan = plan_new(weights, count, ic, c0, c, error);
    if (!plan)
        return false;
    plan->scratchpad = dnnl_memory_desc_get_size(
        dnnl_primitive_desc_query_md(plan->desc, dnnl_query_scratchpad_md, 0));
    if (!plan_weights(weights, plan, error) ||
        dnnl_primitive_create(&plan->primitive, plan->desc) != dnnl_success) {
        plan_free(plan);
        if (!error || !*error)
            medals_fail(error, MEDALS_E_NOMEM,
                        "convolution: oneDNN could not prepare it");
        return false;
    }
    plan->next = weights->plans;
    weights->plans = plan;
    return true;
}

/* --- weights ------------------------------------------------------------ */

static void weights_free(void *pointer)
{
    Weights *weights = pointer;
    while (weights->plans) {
        Plan *next = weights->plans->next;
        plan_free(weights->plans);
        weights->plans = next;
    }
    if (weights->memory)
        dnnl_memory_destroy(weights->memory);
    if (weights->engine)
        dnnl_engine_destroy(weights->engine);
    medals_mutex_clear(&weights->mutex);
    if (weights->packed)
        medals_conv_packed.weights_free(weights->packed);
    medals_free(weights->data);
    medals_free(weights);
}

/* Takes the order that oneDNN likes for a typical tile of all channels. */
static bool fill_weights(Weights *weights, const float *weight, GError **error)
{
    const int64_t typical[3] = {TYPICAL_EDGE, TYPICAL_EDGE, TYPICAL_EDGE_D};
    const int64_t cin = weights->shape.cin, cout = weights->shape.cout;
    Plan *plan = plan_new(weights, typical, cin, 0, cout, error);
    if (!plan)
        return false;
    weights->md = *weights_md(plan);
    plan_free(plan);
    weights->data = medals_alloc(1, dnnl_memory_desc_get_size(&weights->md),
                                 "convolution weights", error);
    if (!weights->data)
        return false;
    const dnnl_dims_t dims = {cout, cin, 3, 3, 3};
    dnnl_memory_desc_t plain;
    dnnl_memory_t from = NULL;
    bool good =
        dnnl_memory_desc_init_by_tag(&plain, 5, dims, dnnl_f32, dnnl_oidhw) ==
            dnnl_success &&
        dnnl_memory_create(&weights->memory, &weights->md, weights->engine,
                           weights->data) == dnnl_success &&
        dnnl_memory_create(&from, &plain, weights->engine, (void *) weight) ==
            dnnl_success &&
        reorder(weights, from, &plain, weights->memory, &weights->md);
    if (from)
        dnnl_memory_destroy(from);
    return good || medals_fail(error, MEDALS_E_SHAPE,
                               "convolution: oneDNN refused the weights");
}

static float *round_weights(const float *weight, size_t count, GError **error)
{
    float *rounded =
        medals_alloc(count, sizeof *rounded, "convolution weights", error);
    for (size_t i = 0; rounded && i < count; i++)
        rounded[i] = medals_bf16_to_f32(medals_bf16_from_f32(weight[i]));
    return rounded;
}

static void *weights_new(const MedalsConvShape *shape, const float *weight,
                         MedalsIsa isa, GError **error)
{
    if (shape->cin < LEAST_CHANNELS || shape->cout < LEAST_CHANNELS) {
        medals_fail(error, MEDALS_E_SHAPE, "convolution: too few channels");
        return NULL;
    }
    limit_isa(isa);
    Weights *weights =
        medals_alloc_zero(1, sizeof *weights, "convolution", error);
    if (!weights)
        return NULL;
    bool bf16 = shape->storage == MEDALS_BF16;
    float *rounded = NULL;
    weights->shape = *shape;
    weights->type =
        bf16 && isa >= MEDALS_ISA_AVX512_BF16 ? dnnl_bf16 : dnnl_f32;
    medals_mutex_init(&weights->mutex);
    int before = begin_single();
    bool good =
        dnnl_engine_create(&weights->engine, dnnl_cpu, 0) == dnnl_success;
    if (!good)
        medals_fail(error, MEDALS_E_SHAPE, "oneDNN: no engine");
    if (good && bf16) {
        rounded = round_weights(
            weight, 27 * (size_t) (shape->cin * shape->cout), error);
        good = rounded != NULL;
    }
    good = good && fill_weights(weights, rounded ? rounded : weight, error);
    end_single(before);
    medals_free(rounded);
    if (good)
        return weights;
    weights_free(weights);
    return NULL;
}

/* --- passes ------------------------------------------------------------- */

static size_t round_up(size_t bytes)
{
    return (bytes + MEDALS_ALIGNMENT - 1) / MEDALS_ALIGNMENT * MEDALS_ALIGNMENT;
}

/* Channels that a pass computes with: zeros are added unless whole blocks of
 * the weights are unused. */
static int64_t pass_channels(const MedalsConvRun *run)
{
    return run->src->c % LEAST_CHANNELS == 0 ? run->src->c : run->shape->cin;
}

static size_t source_bytes(const Weights *weights, const int64_t count[3],
                           int64_t ic)
{
    const int64_t s = weights->shape.stride;
    int64_t numbers = ic;
    for (int axis = 0; axis < 3; axis++)
        numbers *= s * (count[axis] - 1) + 3;
    return round_up((size_t) numbers * (weights->type == dnnl_bf16 ? 2 : 4));
}

static size_t sums_bytes(const int64_t count[3], int64_t c)
{
    return round_up((size_t) (count[0] * count[1] * count[2] * c) *
                    sizeof(float));
}

static void cut_tiles(MedalsConvRun *run)
{
    const Weights *weights = run->weights;
    const int64_t element = weights->type == dnnl_bf16 ? 2 : 4;
    run->group = MIN(run->shape->cout, GROUP);
    medals_conv_cut(run, MAX(pass_channels(run) * element / 4, 1), SOURCE_BYTES,
                    SUMS_BYTES / 4 / run->group);
    while (run->group >= 2 * LEAST_GROUP &&
           medals_conv_tiles(run) *
                   ((run->shape->cout + run->group - 1) / run->group) <
               (int64_t) run->threads * 4)
        run->group =
            (run->group / 2 + LEAST_GROUP - 1) / LEAST_GROUP * LEAST_GROUP;
}

/* Plans for the sizes that tiles of this run have: two an axis at most. */
static bool ensure_plans(Weights *weights, const MedalsConvRun *run,
                         size_t *scratch, GError **error)
{
    const int64_t size[3] = {run->dst->h, run->dst->w, run->dst->d};
    const int64_t ic = pass_channels(run);
    *scratch = 0;
    for (int i = 0; i < 8; i++) {
        int64_t count[3];
        for (int axis = 0; axis < 3; axis++)
            count[axis] =
                (size[axis] + (i >> axis & 1) * (run->cells[axis] - 1)) /
                run->cells[axis];
        for (int64_t c0 = 0; c0 < run->shape->cout; c0 += run->group) {
            int64_t c = MIN(run->group, run->shape->cout - c0);
            if (!ensure_plan(weights, count, ic, c0, c, error))
                return false;
            const Plan *plan = find_plan(weights->plans, count, ic, c0, c);
            size_t bytes = source_bytes(weights, count, ic) +
                           sums_bytes(count, c) + plan->scratchpad;
            *scratch = MAX(*scratch, bytes);
        }
    }
    return true;
}

/* --- the packed kernel instead ------------------------------------------- */

/* Weights of the layer as they came, [cout,cin,3,3,3] float32; NULL: no
 * memory. */
static float *plain_weights(const Weights *weights, GError **error)
{
    const int64_t cin = weights->shape.cin, cout = weights->shape.cout;
    const dnnl_dims_t dims = {cout, cin, 3, 3, 3};
    dnnl_memory_desc_t plain;
    dnnl_memory_t to = NULL;
    float *data = medals_alloc(27 * (size_t) (cin * cout), sizeof *data,
                               "convolution weights", error);
    if (!data)
        return NULL;
    bool good = dnnl_memory_desc_init_by_tag(&plain, 5, dims, dnnl_f32,
                                             dnnl_oidhw) == dnnl_success &&
                dnnl_memory_create(&to, &plain, weights->engine, data) ==
                    dnnl_success &&
                reorder(weights, weights->memory, &weights->md, to, &plain);
    if (to)
        dnnl_memory_destroy(to);
    if (good)
        return data;
    medals_free(data);
    medals_fail(error, MEDALS_E_NOMEM, "convolution: oneDNN has no memory");
    return NULL;
}

/* The same run on the packed kernel's weights, made at the first need. */
static bool packed_run(const MedalsConvRun *run, MedalsConvRun *packed,
                       GError **error)
{
    Weights *weights = run->weights;
    *packed = *run;
    int before = begin_single();
    medals_mutex_lock(&weights->mutex);
    if (!weights->packed) {
        float *plain = plain_weights(weights, error);
        if (plain)
            weights->packed = medals_conv_packed.weights_new(
                &weights->shape, plain, run->kernels->isa, error);
        medals_free(plain);
    }
    packed->weights = weights->packed;
    medals_mutex_unlock(&weights->mutex);
    end_single(before);
    return packed->weights != NULL;
}

/* All tiles of this pass by the packed kernel: run->plan is NULL. */
static bool begin_packed(MedalsConvRun *run, GError **error)
{
    MedalsConvRun packed;
    if (!packed_run(run, &packed, error) ||
        !medals_conv_packed.begin(&packed, error))
        return false;
    packed.weights = run->weights;
    *run = packed;
    run->plan = NULL;
    return true;
}

/* One tile by the packed kernel. scratch NULL: takes its own. */
static bool tile_packed(const MedalsConvRun *run, const MedalsConvTile *tile,
                        void *scratch, double *mean, double *square)
{
    MedalsConvRun packed;
    void *own = NULL;
    if (!packed_run(run, &packed, NULL))
        return false;
    if (!scratch)
        scratch = own = medals_alloc(
            1, medals_conv_packed_scratch(&packed, tile->count, tile->c),
            "scratch", NULL);
    bool good = scratch &&
                medals_conv_packed.tile(&packed, tile, scratch, mean, square);
    medals_free(own);
    return good;
}

static bool onednn_begin(MedalsConvRun *run, GError **error)
{
    Weights *weights = run->weights;
    GError *reason = NULL;
    cut_tiles(run);
    int before = begin_single();
    medals_mutex_lock(&weights->mutex);
    bool good = ensure_plans(weights, run, &run->scratch, &reason);
    run->plan = weights->plans;
    medals_mutex_unlock(&weights->mutex);
    end_single(before);
    g_clear_error(&reason);
    return good || begin_packed(run, error);
}

/* Rows of n bf16 numbers, two at a time where they pair up. */
static void copy_halves(const MedalsKernels *kernels, uint8_t *to,
                        int64_t to_stride, const uint8_t *from,
                        int64_t from_stride, int64_t rows, int64_t n)
{
    if (((to_stride | from_stride | n) & 1) == 0 && (uintptr_t) from % 4 == 0) {
        kernels->load((float *) to, to_stride / 2, from, from_stride / 2,
                      MEDALS_F32, rows, n / 2);
        return;
    }
    for (int64_t i = 0; i < rows; i++)
        memcpy(to + (size_t) (i * to_stride) * 2,
               from + (size_t) (i * from_stride) * 2, (size_t) n * 2);
}

/* One line of the dense source, ic channels; zeros where there is nothing. */
static void copy_line(const MedalsConvRun *run, int64_t h, int64_t w,
                      int64_t d0, int64_t voxels, int64_t ic, uint8_t *to)
{
    const Weights *weights = run->weights;
    const MedalsTensor *src = run->src;
    const size_t element = weights->type == dnnl_bf16 ? 2 : 4;
    const int64_t first = MAX(d0, 0), last = MIN(d0 + voxels, src->d);
    const int64_t rows = last - first, c = src->c;
    bool inside = h >= 0 && h < src->h && w >= 0 && w < src->w;
    if (!inside || rows < voxels || c < ic)
        memset(to, 0, (size_t) (voxels * ic) * element);
    if (!inside)
        return;
    const uint8_t *from = medals_tensor_at(src, h, w, first);
    to += (size_t) ((first - d0) * ic) * element;
    if (weights->type == dnnl_f32) {
        run->kernels->load((float *) to, ic, from, src->stride, src->dtype,
                           rows, c);
    } else if (src->dtype == MEDALS_F32) {
        run->kernels->store(to, ic, (const float *) from, src->stride,
                            MEDALS_BF16, rows, c);
    } else {
        copy_halves(run->kernels, to, ic, from, src->stride, rows, c);
    }
}

static void copy_source(const MedalsConvRun *run, const MedalsConvTile *tile,
                        uint8_t *to)
{
    const Weights *weights = run->weights;
    const int64_t s = run->shape->stride, ic = pass_channels(run);
    const int64_t voxels = s * (tile->count[2] - 1) + 3;
    const size_t line =
        (size_t) (voxels * ic) * (weights->type == dnnl_bf16 ? 2 : 4);
    for (int64_t h = -1; h < s * (tile->count[0] - 1) + 2; h++) {
        for (int64_t w = -1; w < s * (tile->count[1] - 1) + 2; w++) {
            copy_line(run, s * tile->first[0] + h, s * tile->first[1] + w,
                      s * tile->first[2] - 1, voxels, ic, to);
            to += line;
        }
    }
}

static bool execute(const Weights *weights, const Plan *plan, void *source,
                    float *sums, void *scratchpad)
{
    dnnl_memory_t memory[3] = {NULL};
    void *const data[3] = {source, sums, scratchpad};
    const dnnl_query_t what[3] = {dnnl_query_src_md, dnnl_query_dst_md,
                                  dnnl_query_scratchpad_md};
    dnnl_stream_t stream = NULL;
    bool good = dnnl_stream_create(&stream, weights->engine,
                                   dnnl_stream_default_flags) == dnnl_success;
    for (int i = 0; i < 3 && good; i++)
        good = dnnl_memory_create(
                   &memory[i],
                   dnnl_primitive_desc_query_md(plan->desc, what[i], 0),
                   weights->engine, data[i]) == dnnl_success;
    const dnnl_exec_arg_t args[] = {{DNNL_ARG_SRC, memory[0]},
                                    {DNNL_ARG_WEIGHTS, plan->weights},
                                    {DNNL_ARG_DST, memory[1]},
                                    {DNNL_ARG_SCRATCHPAD, memory[2]}};
    good = good &&
           dnnl_primitive_execute(plan->primitive, stream, 4, args) ==
               dnnl_success &&
           dnnl_stream_wait(stream) == dnnl_success;
    for (int i = 0; i < 3; i++)
        if (memory[i])
            dnnl_memory_destroy(memory[i]);
    if (stream)
        dnnl_stream_destroy(stream);
    return good;
}

static bool compute_tile(const MedalsConvRun *run, const MedalsConvTile *tile,
                         void *scratch, double *mean, double *square)
{
    if (!run->plan)
        return tile_packed(run, tile, scratch, mean, square);
    const Weights *weights = run->weights;
    const int64_t ic = pass_channels(run);
    const Plan *plan = find_plan(run->plan, tile->count, ic, tile->c0, tile->c);
    uint8_t *source = scratch;
    float *sums = (float *) (source + source_bytes(weights, tile->count, ic));
    uint8_t *scratchpad = (uint8_t *) sums + sums_bytes(tile->count, tile->c);
    copy_source(run, tile, source);
    int before = begin_single();
    bool good = execute(weights, plan, source, sums, scratchpad);
    end_single(before);
    /* Only a lack of a few bytes for oneDNN's handles can fail here. */
    if (!good)
        return tile_packed(run, tile, NULL, mean, square);
    medals_conv_finish(run, tile, sums, tile->c, mean, square);
    return true;
}

const MedalsConvKernel medals_conv_onednn = {.name = "onednn",
                                             .weights_new = weights_new,
                                             .weights_free = weights_free,
                                             .begin = onednn_begin,
                                             .tile = compute_tile};
