/*
 * click_fit_user.c - clicks, answers, scores
 */
#include "click_fit_user.h"

#include <math.h>
#include <string.h>

#include "components.h"
#include "distance_map.h"
#include "memory.h"
#include "tensor_rows.h"

static size_t product(const int64_t shape[3])
{
    return (size_t) (shape[0] * shape[1] * shape[2]);
}

bool fit_user_init(FitUser *user, FitCase *sample, uint8_t value, bool text,
                   GError **error)
{
    size_t n = product(sample->shape);
    *user = (FitUser){.sample = sample, .value = value, .text = text};
    user->clicks = g_array_new(FALSE, FALSE, sizeof(FitClick));
    user->labels = medals_alloc(n, 1, "labels", error);
    if (!user->labels)
        return false;
    memcpy(user->labels, sample->base, n);
    for (size_t v = 0; !text && v < n; v++)
        if (user->labels[v] == value)
            user->labels[v] = 0;
    return true;
}

void fit_user_clear(FitUser *user)
{
    medals_free(user->labels);
    g_array_free(user->clicks, TRUE);
}

double fit_user_dice(const FitUser *user)
{
    size_t n = product(user->sample->shape), both = 0, sum = 0;
    for (size_t v = 0; v < n; v++) {
        bool a = user->labels[v] == user->value;
        bool b = user->sample->truth[v] == user->value;
        both += a && b;
        sum += (size_t) a + b;
    }
    return sum ? 2 * (double) both / (double) sum : 1;
}

/* ---- clicks ------------------------------------------------------------- */

/* Box of everything wrong, one voxel of air included; false: all is right. */
static bool wrong_box(const FitUser *user, int64_t lo[3], int64_t hi[3])
{
    const int64_t *n = user->sample->shape;
    for (int a = 0; a < 3; a++) {
        lo[a] = n[a];
        hi[a] = 0;
    }
    size_t v = 0;
    for (int64_t h = 0; h < n[0]; h++)
        for (int64_t w = 0; w < n[1]; w++)
            for (int64_t d = 0; d < n[2]; d++, v++) {
                if ((user->labels[v] == user->value) ==
                    (user->sample->truth[v] == user->value))
                    continue;
                int64_t at[3] = {h, w, d};
                for (int a = 0; a < 3; a++) {
                    lo[a] = MIN(lo[a], at[a] - 1);
                    hi[a] = MAX(hi[a], at[a] + 2);
                }
            }
    return hi[0] > 0;
}

typedef struct Error {
    int64_t lo[3], size[3];
    uint8_t *mask; /* [size] */
    uint32_t *ids;
    uint64_t largest;
} Error;

/* Voxels of one kind of error; its largest component becomes mask 1. */
static void find_errors(const FitUser *user, bool missing, Error *e)
{
    const int64_t *n = user->sample->shape;
    size_t count, v = 0, all = product(e->size);
    for (int64_t h = 0; h < e->size[0]; h++)
        for (int64_t w = 0; w < e->size[1]; w++)
            for (int64_t d = 0; d < e->size[2]; d++, v++) {
                int64_t x = h + e->lo[0], y = w + e->lo[1], z = d + e->lo[2];
                e->mask[v] = 0;
                if (x < 0 || y < 0 || z < 0 || x >= n[0] || y >= n[1] ||
                    z >= n[2])
                    continue;
                int64_t at = (x * n[1] + y) * n[2] + z;
                bool truth = user->sample->truth[at] == user->value;
                bool now = user->labels[at] == user->value;
                e->mask[v] = truth != now && truth == missing;
            }
    g_autofree uint64_t *sizes = NULL;
    uint32_t best = 0;
    e->largest = 0;
    medals_components_label(e->mask, e->size, e->ids, &count, &sizes, NULL);
    for (size_t i = 1; i <= count; i++)
        if (sizes[i] > e->largest) {
            e->largest = sizes[i];
            best = (uint32_t) i;
        }
    for (v = 0; v < all; v++)
        e->mask[v] = best && e->ids[v] == best;
}

static void deepest(const FitUser *user, const Error *e, int64_t voxel[3])
{
    bool site[256] = {[0] = true};
    size_t n = product(e->size), best = 0;
    double *squared = medals_alloc(n, sizeof *squared, "distances", NULL);
    medals_distance_map(e->mask, site, e->size, user->sample->spacing, INFINITY,
                        squared, NULL);
    for (size_t v = 1; v < n; v++)
        if (squared[v] > squared[best])
            best = v;
    medals_free(squared);
    int64_t at = (int64_t) best;
    voxel[2] = at % e->size[2] + e->lo[2];
    voxel[1] = at / e->size[2] % e->size[1] + e->lo[1];
    voxel[0] = at / (e->size[1] * e->size[2]) + e->lo[0];
}

bool fit_user_click(FitUser *user)
{
    Error e[2];
    int64_t hi[3];
    if (!wrong_box(user, e[0].lo, hi))
        return false;
    for (int a = 0; a < 3; a++)
        e[0].size[a] = hi[a] - e[0].lo[a];
    e[1] = e[0];
    for (int kind = 0; kind < 2; kind++) {
        e[kind].mask = medals_alloc(product(e[0].size), 1, "errors", NULL);
        e[kind].ids = medals_alloc(product(e[0].size), 4, "errors", NULL);
        find_errors(user, kind, &e[kind]);
    }
    int kind = e[1].largest >= e[0].largest;
    FitClick click = {.positive = kind};
    deepest(user, &e[kind], click.voxel);
    g_array_append_val(user->clicks, click);
    for (int i = 0; i < 2; i++) {
        medals_free(e[i].mask);
        medals_free(e[i].ids);
    }
    return true;
}

/* ---- questions and answers ---------------------------------------------- */

/* Grid voxel of a click; -1: outside the window. */
static int64_t grid_voxel(const FitUser *user, const FitWindow *window,
                          const FitClick *click)
{
    const int64_t *crop = user->sample->crop;
    double at[3], voxel[3];
    int64_t v = 0;
    for (int a = 0; a < 3; a++)
        voxel[a] = (double) click->voxel[a];
    fit_case_to_window(user->sample, window, voxel, at);
    for (int a = 0; a < 3; a++) {
        int64_t i = (int64_t) floor(at[a] + 0.5);
        if (i < 0 || i >= crop[a])
            return -1;
        v = v * crop[a] + i;
    }
    return v;
}

bool fit_user_ask(const FitUser *user, FitQuestion *q, GError **error)
{
    FitCase *sample = user->sample;
    const FitClick *clicks = (FitClick *) user->clicks->data;
    const FitClick *last = &clicks[user->clicks->len - 1];
    size_t n = product(sample->crop);
    *q = (FitQuestion){.window = fit_case_window(sample, last->voxel, error)};
    if (!q->window)
        return false;
    q->current = medals_alloc(n, sizeof(float), "share", error);
    q->other = medals_alloc(n, sizeof(float), "share", error);
    q->marks = medals_alloc_zero(n, 1, "marks", error);
    fit_case_share(sample, q->window, user->labels, user->value, false,
                   q->current);
    fit_case_share(sample, q->window, user->labels, user->value, true,
                   q->other);
    for (guint i = 0; i < user->clicks->len; i++) {
        int64_t v = grid_voxel(user, q->window, &clicks[i]);
        if (v >= 0)
            q->marks[v] = clicks[i].positive ? 1 : -1;
    }
    q->seed = grid_voxel(user, q->window, last);
    q->field = (MedalsClickField){
        .h = sample->crop[0],
        .w = sample->crop[1],
        .d = sample->crop[2],
        .channels = q->window->x.c,
        .rows = tensor_rows,
        .rows_cookie = (void *) &q->window->x,
        .embedding = user->text ? q->window->embeddings +
                                      (user->value - 1) * q->window->x.c
                                : NULL,
        .image = q->window->image,
        .current = q->current,
        .other = q->other,
        .marks = q->marks,
        .seeds = &q->seed,
        .seed_count = 1,
        .positive = last->positive};
    for (int a = 0; a < 3; a++)
        q->field.spacing[a] =
            (float) (sample->spacing[a] * (double) sample->shape[a] /
                     (double) sample->grid.shape[a]);
    return true;
}

void fit_question_clear(FitQuestion *q)
{
    medals_free(q->current);
    medals_free(q->other);
    medals_free(q->marks);
}

/* flip interpolated to a scan voxel; outside the box it is -1. */
static float flip_at(const FitUser *user, const FitQuestion *q,
                     const float *flip, const int64_t box[6],
                     const int64_t voxel[3])
{
    const int64_t *crop = user->sample->crop;
    double at[3], from[3];
    int64_t low[3];
    float weight[3], sum = 0;
    for (int a = 0; a < 3; a++)
        from[a] = (double) voxel[a];
    fit_case_to_window(user->sample, q->window, from, at);
    for (int a = 0; a < 3; a++) {
        low[a] = (int64_t) floor(at[a]);
        weight[a] = (float) (at[a] - (double) low[a]);
    }
    for (int corner = 0; corner < 8; corner++) {
        float part = 1;
        int64_t v = 0;
        bool inside = true;
        for (int a = 0; a < 3; a++) {
            int bit = corner >> a & 1;
            int64_t i = CLAMP(low[a] + bit, 0, crop[a] - 1);
            part *= bit ? weight[a] : 1 - weight[a];
            inside = inside && i >= box[2 * a] && i < box[2 * a + 1];
            v = v * crop[a] + i;
        }
        sum += part * (inside ? flip[v] : -1);
    }
    return sum;
}

typedef struct Growth {
    FitUser *user;
    const FitQuestion *question;
    const float *flip;
    const int64_t *box;
    GArray *front; /* int64_t */
    uint8_t *seen;
} Growth;

static void visit(Growth *g, const int64_t at[3])
{
    const int64_t *n = g->user->sample->shape;
    for (int a = 0; a < 3; a++)
        if (at[a] < 0 || at[a] >= n[a])
            return;
    int64_t v = (at[0] * n[1] + at[1]) * n[2] + at[2];
    if (g->seen[v])
        return;
    g->seen[v] = 1;
    if (flip_at(g->user, g->question, g->flip, g->box, at) <= 0)
        return;
    g_array_append_val(g->front, v);
}

static void set_voxel(FitUser *user, int64_t v, bool positive)
{
    if (positive)
        user->labels[v] = user->value;
    else if (user->labels[v] == user->value)
        user->labels[v] = 0;
}

void fit_user_take(FitUser *user, const FitQuestion *q, const float *flip,
                   const int64_t box[6])
{
    const int64_t *n = user->sample->shape;
    const FitClick *clicks = (FitClick *) user->clicks->data;
    guint count = user->clicks->len;
    const FitClick *last = &clicks[count - 1];
    Growth g = {.user = user,
                .question = q,
                .flip = flip,
                .box = box,
                .front = g_array_new(FALSE, FALSE, sizeof(int64_t)),
                .seen = g_malloc0(product(n))};
    int64_t v =
        (last->voxel[0] * n[1] + last->voxel[1]) * n[2] + last->voxel[2];
    g.seen[v] = 1;
    g_array_append_val(g.front, v);
    for (guint i = 0; i < g.front->len; i++) {
        v = g_array_index(g.front, int64_t, i);
        set_voxel(user, v, last->positive);
        int64_t at[3] = {v / (n[1] * n[2]), v / n[2] % n[1], v % n[2]};
        for (int a = 0; a < 3; a++)
            for (int step = -1; step <= 1; step += 2) {
                int64_t next[3] = {at[0], at[1], at[2]};
                next[a] += step;
                visit(&g, next);
            }
    }
    for (guint i = 0; i < count; i++) {
        const int64_t *m = clicks[i].voxel;
        set_voxel(user, (m[0] * n[1] + m[1]) * n[2] + m[2], clicks[i].positive);
    }
    g_array_free(g.front, TRUE);
    g_free(g.seen);
}
