/*
 * click_features.c - ridges, likeness, ways
 */
#include "click_features.h"

#include <math.h>
#include <string.h>

#include "click_ridge.h"
#include "click_whiten.h"
#include "memory.h"

#define AXES MEDALS_CLICK_AXES
/* Logit that a click asks for, and what holds the correction down. */
#define WANTED 2.0
#define HOLD_MOVED 4.0
#define HOLD_LOCAL 0.02
/* Voxels that the local ridge looks at. */
#define SAMPLE 4096
/* Standard deviation of the image that noise alone could give. */
#define NOISE 4.0f

/* Voxels of one piece. */
#define PIECE 2048

/* What all voxels are compared with. */
typedef struct Reference {
    const MedalsClickScene *scene;
    MedalsClickFeatures *features;
    float moved[AXES + 1], local[AXES + 1]; /* of the ridges; last: constant */
    float white[AXES];                      /* of the seeds */
    float bright, scale;                    /* of the seeds; 1 / deviation */
} Reference;

/* In four sums, so that the compiler may take four at once. */
static float dot(const float *a, const float *b)
{
    float sum[4] = {0};
    for (int k = 0; k < AXES; k += 4)
        for (int j = 0; j < 4; j++)
            sum[j] += a[k + j] * b[k + j];
    return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

static float distance(const float *a, const float *b)
{
    float sum[4] = {0};
    for (int k = 0; k < AXES; k += 4)
        for (int j = 0; j < 4; j++)
            sum[j] += (a[k + j] - b[k + j]) * (a[k + j] - b[k + j]);
    return sqrtf(((sum[0] + sum[1]) + (sum[2] + sum[3])) / AXES);
}

/* ---- ridges ------------------------------------------------------------- */

static void solve(MedalsClickRidge *ridge, float *x)
{
    double exact[MEDALS_RIDGE_MAX];
    medals_click_ridge_solve(ridge, exact);
    for (int k = 0; k <= AXES; k++)
        x[k] = (float) exact[k];
}

/* Moves the logit to +-WANTED at the marks, where it is not beyond already. */
static void move_logit(Reference *run)
{
    const MedalsClickScene *scene = run->scene;
    const MedalsClickFeatures *f = run->features;
    MedalsClickRidge ridge;
    medals_click_ridge_init(&ridge, AXES + 1, HOLD_MOVED);
    for (size_t i = 0; i < scene->count; i++) {
        int mark = scene->field->marks[scene->voxel[i]];
        if (scene->seed[i] == 0)
            mark = scene->field->positive ? 1 : -1;
        if (!mark)
            continue;
        double now = mark * (double) f->logit[i];
        medals_click_ridge_add(&ridge, f->white + i * AXES,
                               mark * MAX(WANTED - now, 0), 1);
    }
    solve(&ridge, run->moved);
}

/* What a voxel surely is, +1 in or -1 out, as far as prompt and mask tell; 0:
 * unknown. group: 0 the class, 1 its surroundings, 2 the prompt's ball. */
static int certain(const MedalsClickScene *scene, size_t i, int *group)
{
    int sign = scene->field->positive ? 1 : -1;
    if (scene->seed[i] <= MAX(0.6f * scene->depth, 0.75f) ||
        scene->same[i] < 0.75f) {
        *group = 2;
        return sign;
    }
    if (scene->wrong[i] <= -0.5f) {
        *group = sign > 0 ? 0 : 1;
        return sign;
    }
    bool far = scene->seed[i] > 2 * scene->depth + 2;
    if (!(far && scene->wrong[i] >= 0.5f) && scene->against[i] >= 0.75f)
        return 0;
    *group = sign > 0 ? 1 : 0;
    return -sign;
}

static void fit_local(Reference *run)
{
    const MedalsClickScene *scene = run->scene;
    const float *white = run->features->white;
    size_t step = (scene->count + SAMPLE - 1) / SAMPLE, number[3] = {0};
    int group;
    for (size_t i = 0; i < scene->count; i += scene->seed[i] < 4 ? 1 : step)
        if (certain(scene, i, &group))
            number[group]++;
    MedalsClickRidge ridge;
    medals_click_ridge_init(&ridge, AXES + 1, HOLD_LOCAL);
    for (size_t i = 0; i < scene->count; i += scene->seed[i] < 4 ? 1 : step) {
        int is = certain(scene, i, &group);
        if (is)
            medals_click_ridge_add(&ridge, white + i * AXES, is,
                                   1 / (double) number[group]);
    }
    solve(&ridge, run->local);
}

/* ---- likeness ----------------------------------------------------------- */

/* What the seeds and the voxels next to them look like. */
static void take_core(Reference *run)
{
    const MedalsClickScene *scene = run->scene;
    MedalsClickFeatures *f = run->features;
    size_t n = 0;
    while (n < scene->count && scene->seed[n] < 1.05f)
        n++;
    float part = 1 / (float) n;
    for (size_t i = 0; i < n; i++) {
        const float *white = f->white + i * AXES;
        for (int k = 0; k < AXES; k++)
            run->white[k] += white[k] * part;
        run->bright += scene->field->image[scene->voxel[i]] * part;
        f->seed_logit += f->logit[i] * part;
        f->seed_local += (dot(white, run->local) + run->local[AXES]) * part;
    }
}

static void take_contrast(Reference *run)
{
    const MedalsClickScene *scene = run->scene;
    double sum = 0, square = 0, n = (double) scene->count;
    for (size_t i = 0; i < scene->count; i++) {
        double v = scene->field->image[scene->voxel[i]];
        sum += v;
        square += v * v;
    }
    double variance = MAX(square / n - sum / n * (sum / n), 0);
    run->scale = 1 / ((float) sqrt(variance) + NOISE);
}

static void compare(void *context, size_t piece, unsigned worker)
{
    const Reference *run = context;
    const MedalsClickScene *scene = run->scene;
    MedalsClickFeatures *f = run->features;
    size_t end = MIN((piece + 1) * PIECE, scene->count);
    for (size_t i = piece * PIECE; i < end; i++) {
        const float *white = f->white + i * AXES;
        float image = scene->field->image[scene->voxel[i]];
        f->moved[i] = f->logit[i] + dot(white, run->moved) + run->moved[AXES];
        f->local[i] = dot(white, run->local) + run->local[AXES];
        f->unlike[i] = distance(white, run->white);
        f->bright[i] = fabsf(image - run->bright) * run->scale;
    }
}

/* ---- ways --------------------------------------------------------------- */

/* Values of the neighbours nearer to the seeds, mixed by how much nearer. */
static bool upwind(const MedalsClickScene *scene, size_t i, float *const *from,
                   int count, float *value)
{
    float all = 0;
    for (int k = 0; k < count; k++)
        value[k] = 0;
    for (int a = 0; a < 3; a++)
        for (int step = -1; step <= 1; step += 2) {
            int32_t j = medals_click_neighbour(scene, i, a, step);
            if (j < 0 || (size_t) j >= i || scene->seed[j] >= scene->seed[i])
                continue;
            float weight = scene->seed[i] - scene->seed[j];
            all += weight;
            for (int k = 0; k < count; k++)
                value[k] += weight * from[k][j];
        }
    for (int k = 0; all > 0 && k < count; k++)
        value[k] /= all;
    return all > 0;
}

static void walk(const MedalsClickScene *scene, MedalsClickFeatures *f)
{
    float sign = scene->field->positive ? 1 : -1;
    float *const ways[4] = {f->way_unlike, f->way_bright, f->way_local,
                            f->way_wrong};
    for (size_t i = 0; i < scene->count; i++) {
        float value[4];
        f->way_unlike[i] = f->unlike[i];
        f->way_bright[i] = f->bright[i];
        f->way_local[i] = sign * f->local[i];
        f->way_wrong[i] = scene->wrong[i];
        if (scene->seed[i] == 0 || !upwind(scene, i, ways, 4, value))
            continue;
        f->way_unlike[i] = MAX(f->way_unlike[i], value[0]);
        f->way_bright[i] = MAX(f->way_bright[i], value[1]);
        f->way_local[i] = MIN(f->way_local[i], value[2]);
        f->way_wrong[i] = MIN(f->way_wrong[i], value[3]);
    }
}

/* ---- life --------------------------------------------------------------- */

static float **planes(MedalsClickFeatures *f, float **list[9])
{
    float **all[9] = {&f->logit,      &f->moved,     &f->local,
                      &f->unlike,     &f->bright,    &f->way_unlike,
                      &f->way_bright, &f->way_local, &f->way_wrong};
    memcpy(list, all, sizeof all);
    return all[0];
}

static bool reserve_features(MedalsClickFeatures *f, size_t n, GError **error)
{
    float **list[9];
    planes(f, list);
    f->white = medals_alloc(n, AXES * sizeof(float), "click: features", error);
    bool ok = f->white != NULL;
    for (int i = 0; ok && i < 9; i++)
        ok = (*list[i] = medals_alloc(n, sizeof(float), "click: features",
                                      error)) != NULL;
    return ok;
}

bool medals_click_features_init(MedalsClickFeatures *features,
                                const MedalsExec *exec,
                                const MedalsClickScene *scene, GError **error)
{
    memset(features, 0, sizeof *features);
    if (!reserve_features(features, scene->count, error) ||
        !medals_click_whiten(exec, scene, features, error)) {
        medals_click_features_clear(features);
        return false;
    }
    Reference run = {.scene = scene, .features = features};
    move_logit(&run);
    fit_local(&run);
    take_core(&run);
    take_contrast(&run);
    if (!medals_lane_run(exec->lane, (scene->count + PIECE - 1) / PIECE,
                         compare, &run, exec->task, 0)) {
        medals_click_features_clear(features);
        return medals_task_check(exec->task, error);
    }
    walk(scene, features);
    return true;
}

void medals_click_features_clear(MedalsClickFeatures *features)
{
    float **list[9];
    planes(features, list);
    medals_free(features->white);
    for (int i = 0; i < 9; i++)
        medals_free(*list[i]);
    memset(features, 0, sizeof *features);
}
