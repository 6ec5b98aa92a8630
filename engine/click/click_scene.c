/*
 * click_scene.c - reach, lists, distances
 */
#include "click_scene.h"

#include <math.h>
#include <string.h>

#include "box.h"
#include "components.h"
#include "distance_map.h"
#include "memory.h"

/* Steps of a unit by which voxels are ordered. */
#define ORDER 16

static size_t box_voxels(const MedalsClickScene *scene)
{
    return medals_box_product(scene->size);
}

static void split(int64_t v, const int64_t size[3], int64_t at[3])
{
    at[0] = v / (size[1] * size[2]);
    at[1] = v / size[2] % size[1];
    at[2] = v % size[2];
}

static int64_t window_voxel(const MedalsClickScene *scene, int64_t place)
{
    int64_t at[3];
    split(place, scene->size, at);
    return ((at[0] + scene->box[0]) * scene->field->w + at[1] + scene->box[2]) *
               scene->field->d +
           at[2] + scene->box[4];
}

static int64_t box_place(const MedalsClickScene *scene, int64_t voxel)
{
    const MedalsClickField *f = scene->field;
    int64_t window[3] = {f->h, f->w, f->d}, at[3];
    split(voxel, window, at);
    return ((at[0] - scene->box[0]) * scene->size[1] + at[1] - scene->box[2]) *
               scene->size[2] +
           at[2] - scene->box[4];
}

int32_t medals_click_neighbour(const MedalsClickScene *scene, size_t i, int a,
                               int step)
{
    int64_t next = scene->at[3 * i + (size_t) a] + step;
    if (next < 0 || next >= scene->size[a])
        return -1;
    int64_t stride = a == 2 ? 1 : scene->size[2];
    if (a == 0)
        stride *= scene->size[1];
    return scene->number[scene->place[i] + step * stride];
}

static bool is_right(const MedalsClickField *field, int64_t v)
{
    return (field->current[v] >= 0.5f) == field->positive;
}

/* ---- reach -------------------------------------------------------------- */

static void measure_class(MedalsClickScene *scene)
{
    const MedalsClickField *f = scene->field;
    int64_t n = f->h * f->w * f->d;
    double volume = 0;
    for (int64_t v = 0; v < n; v++) {
        volume += f->current[v];
        scene->mark_count += f->marks[v] != 0;
    }
    scene->empty = volume < 0.5;
    scene->object = (float) cbrt(volume * 3 / (4 * G_PI));
}

/* The seeds' bounds, grown by `reach` units and cut to the window. */
static void set_box(MedalsClickScene *scene, float reach)
{
    const MedalsClickField *f = scene->field;
    int64_t window[3] = {f->h, f->w, f->d};
    for (size_t i = 0; i < f->seed_count; i++) {
        int64_t at[3];
        split(f->seeds[i], window, at);
        for (int a = 0; a < 3; a++) {
            int64_t grow = (int64_t) ceilf(reach / scene->edge[a]);
            int64_t low = MAX(at[a] - grow, 0);
            int64_t high = MIN(at[a] + grow + 1, window[a]);
            int64_t *box = &scene->box[2 * a];
            box[0] = i ? MIN(box[0], low) : low;
            box[1] = i ? MAX(box[1], high) : high;
        }
    }
    for (int a = 0; a < 3; a++)
        scene->size[a] = scene->box[2 * a + 1] - scene->box[2 * a];
}

/* Distance in units of a seed to the nearest voxel of the right side, looked
 * for in shells of growing radius. */
static float seed_depth(const MedalsClickScene *scene, int64_t seed)
{
    const MedalsClickField *f = scene->field;
    int64_t window[3] = {f->h, f->w, f->d}, at[3];
    split(seed, window, at);
    float best = MEDALS_CLICK_REACH,
          least = MIN(scene->edge[0], MIN(scene->edge[1], scene->edge[2]));
    int64_t last = 0; /* shell that still touches the window */
    for (int a = 0; a < 3; a++)
        last = MAX(last, MAX(at[a], window[a] - 1 - at[a]));
    for (int64_t k = 0; k <= last && (float) k * least <= best; k++) {
        int64_t lo[3], hi[3];
        for (int a = 0; a < 3; a++) {
            lo[a] = MAX(at[a] - k, 0);
            hi[a] = MIN(at[a] + k, window[a] - 1);
        }
        for (int64_t h = lo[0]; h <= hi[0]; h++)
            for (int64_t w = lo[1]; w <= hi[1]; w++) {
                bool shell = h == at[0] - k || h == at[0] + k ||
                             w == at[1] - k || w == at[1] + k;
                int64_t step = shell ? 1 : MAX(2 * k, 1);
                for (int64_t d = shell ? lo[2] : at[2] - k; d <= hi[2];
                     d += step) {
                    if (d < 0 ||
                        !is_right(f, (h * window[1] + w) * window[2] + d))
                        continue;
                    float x = (float) (h - at[0]) * scene->edge[0];
                    float y = (float) (w - at[1]) * scene->edge[1];
                    float z = (float) (d - at[2]) * scene->edge[2];
                    best = MIN(best, sqrtf(x * x + y * y + z * z));
                }
            }
    }
    return best;
}

static float mean_depth(const MedalsClickScene *scene)
{
    const MedalsClickField *f = scene->field;
    size_t step = (f->seed_count + 31) / 32, n = 0;
    float sum = 0;
    for (size_t i = 0; i < f->seed_count; i += step, n++)
        sum += seed_depth(scene, f->seeds[i]);
    return sum / (float) n;
}

/* ---- distances ---------------------------------------------------------- */

/* Which voxels of the box a distance is measured to. */
typedef enum Site { SEED, RIGHT, WRONG, SAME, AGAINST, SITES } Site;

/* Sites of one kind and distances to them. */
typedef struct Measure {
    const MedalsClickScene *scene;
    Site site;
    size_t count;    /* sites */
    uint8_t *map;    /* [box] */
    double *squared; /* [box] units^2 */
    GError *error;
} Measure;

static bool measure_init(Measure *m, const MedalsClickScene *scene, Site site,
                         GError **error)
{
    size_t n = box_voxels(scene);
    *m = (Measure){.scene = scene, .site = site};
    return (m->map = medals_alloc(n, 1, "click: map", error)) &&
           (m->squared =
                medals_alloc(n, sizeof(double), "click: distances", error));
}

static void measure_clear(Measure *m)
{
    medals_free(m->map);
    medals_free(m->squared);
    g_clear_error(&m->error);
}

static bool is_site(const MedalsClickField *f, Site site, int64_t v)
{
    int mark = f->positive ? f->marks[v] : -f->marks[v];
    switch (site) {
    case RIGHT:
        return is_right(f, v);
    case WRONG:
        return !is_right(f, v);
    case SAME:
        return mark > 0;
    case AGAINST:
        return mark < 0;
    default:
        return false;
    }
}

/* The prompt itself is no earlier mark. */
static void draw_sites(Measure *m)
{
    const MedalsClickScene *scene = m->scene;
    const MedalsClickField *f = scene->field;
    const int64_t *box = scene->box;
    uint8_t *map = m->map;
    for (int64_t h = box[0]; h < box[1]; h++)
        for (int64_t w = box[2]; w < box[3]; w++)
            for (int64_t d = box[4]; d < box[5]; d++)
                *map++ = is_site(f, m->site, (h * f->w + w) * f->d + d);
    for (size_t i = 0; i < f->seed_count; i++) {
        uint8_t *at = &m->map[box_place(scene, f->seeds[i])];
        *at = m->site == SEED || (*at && m->site != SAME);
    }
    m->count = 0;
    for (size_t p = 0; p < box_voxels(scene); p++)
        m->count += m->map[p];
}

static void run_measure(void *context, size_t piece, unsigned worker)
{
    Measure *m = (Measure *) context + piece;
    const bool sites[256] = {[1] = true};
    double edge[3];
    for (int a = 0; a < 3; a++)
        edge[a] = m->scene->edge[a];
    draw_sites(m);
    if (m->count > 0 || m->site == SEED)
        medals_distance_map(m->map, sites, m->scene->size, edge, INFINITY,
                            m->squared, &m->error);
}

static void take_distances(MedalsClickScene *scene, const Measure *m)
{
    float far = 2 * MEDALS_CLICK_REACH;
    for (size_t i = 0; i < scene->count; i++) {
        float x = far;
        if (m->count)
            x = MIN((float) sqrt(m->squared[scene->place[i]]), far);
        if (m->site == RIGHT)
            scene->wrong[i] = MAX(x - 0.5f, 0);
        else if (m->site == WRONG)
            scene->wrong[i] -= MAX(x - 0.5f, 0);
        else if (m->site == SAME)
            scene->same[i] = x;
        else
            scene->against[i] = x;
    }
}

/* Distances to sites of two kinds, side by side. */
static bool measure_two(MedalsClickScene *scene, const MedalsExec *exec,
                        Site first, GError **error)
{
    Measure m[2] = {{NULL}, {NULL}};
    bool ok = measure_init(&m[0], scene, first, error) &&
              measure_init(&m[1], scene, first + 1, error);
    ok = ok && (medals_lane_run(exec->lane, 2, run_measure, m, exec->task, 0) ||
                medals_task_check(exec->task, error));
    for (int k = 0; k < 2; k++) {
        if (ok && m[k].error) {
            g_propagate_error(error, g_steal_pointer(&m[k].error));
            ok = false;
        }
        if (ok)
            take_distances(scene, &m[k]);
        measure_clear(&m[k]);
    }
    return ok;
}

/* ---- lists -------------------------------------------------------------- */

static bool reserve_distances(MedalsClickScene *scene, size_t n, GError **error)
{
    const char *what = "click: voxels";
    return (scene->voxel = medals_alloc(n, sizeof(int64_t), what, error)) &&
           (scene->place = medals_alloc(n, sizeof(int32_t), what, error)) &&
           (scene->at = medals_alloc(n, 3 * sizeof(int16_t), what, error)) &&
           (scene->joined = medals_alloc_zero(n, 1, what, error)) &&
           (scene->seed = medals_alloc(n, sizeof(float), what, error)) &&
           (scene->wrong = medals_alloc(n, sizeof(float), what, error)) &&
           (scene->same = medals_alloc(n, sizeof(float), what, error)) &&
           (scene->against = medals_alloc(n, sizeof(float), what, error));
}

static void put_voxel(MedalsClickScene *scene, size_t i, size_t p,
                      double squared)
{
    int64_t at[3];
    split((int64_t) p, scene->size, at);
    for (size_t a = 0; a < 3; a++)
        scene->at[3 * i + a] = (int16_t) at[a];
    scene->number[p] = (int32_t) i;
    scene->place[i] = (int32_t) p;
    scene->voxel[i] = window_voxel(scene, (int64_t) p);
    scene->seed[i] = (float) sqrt(squared);
}

/* Voxels within reach by their distance (a counting sort). */
static bool list_voxels(MedalsClickScene *scene, const double *squared,
                        float reach, GError **error)
{
    size_t n = box_voxels(scene);
    size_t begin[MEDALS_CLICK_REACH * ORDER + 2] = {0};
    size_t last = (size_t) (reach * ORDER);
    for (size_t p = 0; p < n; p++) {
        size_t k = (size_t) (MIN(sqrt(squared[p]), 1e6) * ORDER);
        scene->number[p] = k <= last ? (int32_t) k : -1;
        if (k <= last)
            begin[k + 1]++;
    }
    for (size_t k = 0; k <= last; k++)
        begin[k + 1] += begin[k];
    scene->count = begin[last + 1];
    if (!reserve_distances(scene, scene->count, error))
        return false;
    for (size_t p = 0; p < n; p++)
        if (scene->number[p] >= 0)
            put_voxel(scene, begin[scene->number[p]]++, p, squared[p]);
    return true;
}

static bool find_voxels(MedalsClickScene *scene, float reach, GError **error)
{
    Measure m = {NULL};
    scene->number = medals_alloc(box_voxels(scene), sizeof *scene->number,
                                 "click: voxels", error);
    bool ok = scene->number && measure_init(&m, scene, SEED, error);
    if (ok) {
        run_measure(&m, 0, 0);
        ok = !m.error;
    }
    if (m.error)
        g_propagate_error(error, g_steal_pointer(&m.error));
    ok = ok && list_voxels(scene, m.squared, reach, error);
    measure_clear(&m);
    return ok;
}

/* ---- parts -------------------------------------------------------------- */

/* Marks the parts of the class inside the box that hold a seed. */
static bool find_parts(MedalsClickScene *scene, GError **error)
{
    const MedalsClickField *f = scene->field;
    size_t n = box_voxels(scene), parts;
    uint32_t *ids = medals_alloc(n, sizeof *ids, "click: parts", error);
    uint8_t *map = ids ? medals_alloc(n, 1, "click: parts", error) : NULL;
    for (size_t p = 0; map && p < n; p++)
        map[p] = f->current[window_voxel(scene, (int64_t) p)] >= 0.5f;
    bool ok = map && medals_components_label(map, scene->size, ids, &parts,
                                             NULL, error);
    uint8_t *held =
        ok ? medals_alloc_zero(parts + 1, 1, "click: parts", error) : NULL;
    ok = held != NULL;
    for (size_t i = 0; ok && i < f->seed_count; i++)
        held[ids[box_place(scene, f->seeds[i])]] = 1;
    double volume = 0;
    for (size_t p = 0; ok && p < n; p++) {
        if (!map[p] || !held[ids[p]])
            continue;
        volume++;
        if (scene->number[p] >= 0)
            scene->joined[scene->number[p]] = 1;
    }
    double whole = pow(scene->object, 3) * 4 * G_PI / 3;
    scene->part = (float) MIN(volume / MAX(whole, 1), 1);
    medals_free(held);
    medals_free(map);
    medals_free(ids);
    return ok;
}

bool medals_click_scene_init(MedalsClickScene *scene, const MedalsExec *exec,
                             const MedalsClickField *field, GError **error)
{
    *scene = (MedalsClickScene){.field = field};
    scene->unit =
        cbrtf(field->spacing[0] * field->spacing[1] * field->spacing[2]);
    for (int a = 0; a < 3; a++)
        scene->edge[a] = field->spacing[a] / scene->unit;
    measure_class(scene);
    scene->depth = mean_depth(scene);
    float reach = CLAMP(2.5f * scene->depth + 6, 10, MEDALS_CLICK_REACH);
    set_box(scene, reach);
    if (find_voxels(scene, reach, error) &&
        measure_two(scene, exec, RIGHT, error) &&
        measure_two(scene, exec, SAME, error) && find_parts(scene, error))
        return true;
    medals_click_scene_clear(scene);
    return false;
}

void medals_click_scene_clear(MedalsClickScene *scene)
{
    medals_free(scene->number);
    medals_free(scene->voxel);
    medals_free(scene->place);
    medals_free(scene->at);
    medals_free(scene->joined);
    medals_free(scene->seed);
    medals_free(scene->wrong);
    medals_free(scene->same);
    medals_free(scene->against);
}
