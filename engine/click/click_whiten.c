/*
 * click_whiten.c - covariance, its eigenvectors (Jacobi), projection
 */
#include "click_whiten.h"

#include <math.h>
#include <string.h>

#include "memory.h"

/* Numbers that the covariance is taken from, and voxels of one piece. */
#define SAMPLE (1 << 17)
#define SAMPLE_MOST 4096
#define PIECE 512
/* Sweeps of the Jacobi method: it converges quadratically. */
#define SWEEPS 12
/* Axes below this share of the mean variance carry rounding only. */
#define TINY 1e-4

typedef struct Whiten {
    const MedalsExec *exec;
    const MedalsClickScene *scene;
    MedalsClickFeatures *features;
    int64_t c;
    double *mean;       /* [c] */
    double *away;       /* [c] of one voxel from the mean */
    double *covariance; /* [c,c] */
    double *vectors;    /* [c,c], row k is axis k */
    float *axes;        /* [c][AXES], scaled */
    float shift[MEDALS_CLICK_AXES];
    float *lines; /* [threads][PIECE][c] */
} Whiten;

/* Rows first..first+rows of the scene's X as float32. */
static void load_rows(const Whiten *run, size_t first, size_t rows, float *dst)
{
    const MedalsClickField *field = run->scene->field;
    field->rows(field->rows_cookie, run->scene->voxel + first, rows, dst);
}

static void take_covariance(Whiten *run)
{
    size_t c = (size_t) run->c, count = run->scene->count;
    size_t most = CLAMP(SAMPLE / c, 1, SAMPLE_MOST);
    size_t step = (count + most - 1) / most, n = (count + step - 1) / step;
    for (size_t i = 0; i < n; i++) {
        load_rows(run, i * step, 1, run->lines);
        for (size_t a = 0; a < c; a++)
            run->mean[a] += (double) run->lines[a];
    }
    for (size_t a = 0; a < c; a++)
        run->mean[a] /= (double) n;
    for (size_t i = 0; i < n; i++) {
        load_rows(run, i * step, 1, run->lines);
        for (size_t a = 0; a < c; a++)
            run->away[a] = (double) run->lines[a] - run->mean[a];
        for (size_t a = 0; a < c; a++)
            for (size_t b = 0; b <= a; b++)
                run->covariance[a * c + b] += run->away[a] * run->away[b];
    }
    for (size_t a = 0; a < c; a++)
        for (size_t b = 0; b <= a; b++) {
            run->covariance[a * c + b] /= (double) n;
            run->covariance[b * c + a] = run->covariance[a * c + b];
        }
}

/* Turns axes p and q so that their covariance vanishes; false: it was 0. */
static bool turn(double *m, double *vectors, size_t c, size_t p, size_t q)
{
    double off = m[p * c + q];
    if (fabs(off) <= 1e-9 * sqrt(fabs(m[p * c + p] * m[q * c + q])))
        return false;
    double theta = (m[q * c + q] - m[p * c + p]) / (2 * off);
    double t = copysign(1, theta) / (fabs(theta) + sqrt(theta * theta + 1));
    double cosine = 1 / sqrt(t * t + 1), sine = t * cosine;
    for (size_t k = 0; k < c; k++) {
        double a = m[k * c + p], b = m[k * c + q];
        m[k * c + p] = cosine * a - sine * b;
        m[k * c + q] = sine * a + cosine * b;
    }
    for (size_t k = 0; k < c; k++) {
        double a = m[p * c + k], b = m[q * c + k];
        m[p * c + k] = cosine * a - sine * b;
        m[q * c + k] = sine * a + cosine * b;
        a = vectors[p * c + k];
        b = vectors[q * c + k];
        vectors[p * c + k] = cosine * a - sine * b;
        vectors[q * c + k] = sine * a + cosine * b;
    }
    return true;
}

static void find_axes(Whiten *run)
{
    size_t c = (size_t) run->c;
    double total = 0;
    for (size_t a = 0; a < c; a++) {
        run->vectors[a * c + a] = 1;
        total += run->covariance[a * c + a];
    }
    for (int sweep = 0; sweep < SWEEPS; sweep++)
        for (size_t p = 0; p < c; p++)
            for (size_t q = p + 1; q < c; q++)
                turn(run->covariance, run->vectors, c, p, q);
    for (int k = 0; k < MEDALS_CLICK_AXES; k++) {
        size_t best = 0;
        for (size_t a = 1; a < c; a++)
            if (run->covariance[a * c + a] > run->covariance[best * c + best])
                best = a;
        double variance = run->covariance[best * c + best];
        if (variance <= TINY * total / (double) c)
            break;
        run->covariance[best * c + best] = -1;
        for (size_t a = 0; a < c; a++) {
            double x = run->vectors[best * c + a] / sqrt(variance);
            run->axes[a * MEDALS_CLICK_AXES + (size_t) k] = (float) x;
            run->shift[k] += (float) (x * run->mean[a]);
        }
    }
}

static void project(void *context, size_t piece, unsigned worker)
{
    const Whiten *run = context;
    size_t first = piece * PIECE, rows = MIN(PIECE, run->scene->count - first),
           c = (size_t) run->c;
    float *line = run->lines + worker * PIECE * c;
    float *white = run->features->white + first * MEDALS_CLICK_AXES;
    int64_t offset[PIECE];
    load_rows(run, first, rows, line);
    for (size_t i = 0; i < rows; i++)
        offset[i] = (int64_t) (i * c);
    MedalsMultiply m = {.a = line,
                        .offset = offset,
                        .rows = (int64_t) rows,
                        .segments = 1,
                        .segment = medals_one_segment,
                        .k = run->c,
                        .b = run->axes,
                        .c = white,
                        .c_stride = MEDALS_CLICK_AXES};
    run->exec->kernels->multiply(&m);
    const float *embedding = run->scene->field->embedding;
    for (size_t i = 0; i < rows; i++) {
        float logit = 0;
        for (int k = 0; k < MEDALS_CLICK_AXES; k++)
            white[i * MEDALS_CLICK_AXES + (size_t) k] -= run->shift[k];
        for (size_t a = 0; embedding && a < c; a++)
            logit += line[i * c + a] * embedding[a];
        run->features->logit[first + i] = logit;
    }
}

bool medals_click_whiten(const MedalsExec *exec, const MedalsClickScene *scene,
                         MedalsClickFeatures *features, GError **error)
{
    size_t c = (size_t) scene->field->channels;
    size_t threads = medals_lane_threads(exec->lane);
    const char *what = "click: axes";
    Whiten run = {
        .exec = exec, .scene = scene, .features = features, .c = (int64_t) c};
    bool ok =
        (run.mean = medals_alloc_zero(c, sizeof(double), what, error)) &&
        (run.away = medals_alloc(c, sizeof(double), what, error)) &&
        (run.covariance =
             medals_alloc_zero(c * c, sizeof(double), what, error)) &&
        (run.vectors = medals_alloc_zero(c * c, sizeof(double), what, error)) &&
        (run.axes = medals_alloc_zero(c * MEDALS_CLICK_AXES, sizeof(float),
                                      what, error)) &&
        (run.lines =
             medals_alloc(threads * PIECE * c, sizeof(float), what, error));
    if (ok) {
        take_covariance(&run);
        find_axes(&run);
        ok = medals_lane_run(exec->lane, (scene->count + PIECE - 1) / PIECE,
                             project, &run, exec->task, 0) ||
             medals_task_check(exec->task, error);
    }
    medals_free(run.mean);
    medals_free(run.away);
    medals_free(run.covariance);
    medals_free(run.vectors);
    medals_free(run.axes);
    medals_free(run.lines);
    return ok;
}
