/*
 * click_scene.c - reach, lists, distances
 */
#include "click_scene.h"

#include <math.h>
#include <string.h>

#include "components.h"
#include "distance_map.h"
#include "memory.h"

/* Steps of a unit by which voxels are ordered. */
#define ORDER 16

static size_t box_voxels(const MedalsClickScene *scene)
{
    return (size_t) (scene->size[0] * scene->size[1] * scene->size[2]);
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
    int64_t at[3];
    split(scene->place[i], scene->size, at);
    at[a] += step;
    if (at[a] < 0 || at[a] >= scene->size[a])
        return -1;
    return scene
        ->number[(at[0] * scene->size[1] + at[1]) * scene->size[2] + at[2]];
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
    for (int64_t k = 0; (float) k * least <= best; k++) {
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

static bool is_site(const MedalsClickScene *scene, Site site, int64_t v)
{
    const MedalsClickField *f = scene->field;
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

static void draw_sites(const MedalsClickScene *scene, Site site, uint8_t *map)
{
    const MedalsClickField *f = scene->field;
    size_t n = box_voxels(scene);
    for (size_t p = 0; p < n; p++)
        map[p] = is_site(scene, site, window_voxel(scene, (int64_t) p));
    for (size_t i = 0; i < f->seed_count; i++)
        map[box_place(scene, f->seeds[i])] =
            site == SEED ||
            (site != SAME && map[box_place(scene, f->seeds[i])]);
}

/* Squared distances over the box in units. */
static bool measure(const MedalsClickScene *scene, Site site, uint8_t *map,
                    double *squared, GError **error)
{
    const bool sites[256] = {[1] = true};
    double edge[3];
    for (int a = 0; a < 3; a++)
        edge[a] = scene->edge[a];
    draw_sites(scene, site, map);
    return medals_distance_map(map, sites, scene->size, edge, INFINITY, squared,
                               error);
}

static void take_distances(const MedalsClickScene *scene, Site site,
                           const double *squared)
{
    float far = 2 * MEDALS_CLICK_REACH;
    for (size_t i = 0; i < scene->count; i++) {
        float x = MIN((float) sqrt(squared[scene->place[i]]), far);
        if (site == RIGHT)
            scene->wrong[i] = MAX(x - 0.5f, 0);
        else if (site == WRONG)
            scene->wrong[i] -= MAX(x - 0.5f, 0);
        else if (site == SAME)
            scene->same[i] = x;
        else
            scene->against[i] = x;
    }
}

/* ---- lists -------------------------------------------------------------- */

static bool reserve(MedalsClickScene *scene, size_t n, GError **error)
{
    const char *what = "click: voxels";
    return (scene->voxel = medals_alloc(n, sizeof(int64_t), what, error)) &&
           (scene->place = medals_alloc(n, sizeof(int32_t), what, error)) &&
           (scene->joined = medals_alloc_zero(n, 1, what, error)) &&
           (scene->seed = medals_alloc(n, sizeof(float), what, error)) &&
           (scene->wrong = medals_alloc(n, sizeof(float), what, error)) &&
           (scene->same = medals_alloc(n, sizeof(float), what, error)) &&
           (scene->against = medals_alloc(n, sizeof(float), what, error));
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
    if (!reserve(scene, scene->count, error))
        return false;
    for (size_t p = 0; p < n; p++) {
        if (scene->number[p] < 0)
            continue;
        size_t i = begin[scene->number[p]]++;
        scene->number[p] = (int32_t) i;
        scene->place[i] = (int32_t) p;
        scene->voxel[i] = window_voxel(scene, (int64_t) p);
        scene->seed[i] = (float) sqrt(squared[p]);
    }
    return true;
}

/* ---- parts -------------------------------------------------------------- */

/* Marks the parts of the class inside the box that hold a seed. */
static bool find_parts(MedalsClickScene *scene, uint8_t *map, GError **error)
{
    const MedalsClickField *f = scene->field;
    size_t n = box_voxels(scene), parts;
    uint32_t *ids = medals_alloc(n, sizeof *ids, "click: parts", error);
    if (!ids)
        return false;
    for (size_t p = 0; p < n; p++)
        map[p] = f->current[window_voxel(scene, (int64_t) p)] >= 0.5f;
    bool ok =
        medals_components_label(map, scene->size, ids, &parts, NULL, error);
    g_autofree uint8_t *held = ok ? g_malloc0(parts + 1) : NULL;
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
    medals_free(ids);
    return ok;
}

static bool fill(MedalsClickScene *scene, float reach, GError **error)
{
    size_t n = box_voxels(scene);
    uint8_t *map = medals_alloc(n, 1, "click: map", error);
    double *squared =
        map ? medals_alloc(n, sizeof *squared, "click: distances", error)
            : NULL;
    bool ok = squared &&
              (scene->number =
                   medals_alloc(n, sizeof *scene->number, "click", error)) &&
              measure(scene, SEED, map, squared, error) &&
              list_voxels(scene, squared, reach, error);
    for (Site site = RIGHT; ok && site < SITES; site++) {
        ok = measure(scene, site, map, squared, error);
        if (ok)
            take_distances(scene, site, squared);
    }
    ok = ok && find_parts(scene, map, error);
    medals_free(map);
    medals_free(squared);
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
    if (fill(scene, reach, error))
        return true;
    medals_click_scene_clear(scene);
    return false;
}

void medals_click_scene_clear(MedalsClickScene *scene)
{
    medals_free(scene->number);
    medals_free(scene->voxel);
    medals_free(scene->place);
    medals_free(scene->joined);
    medals_free(scene->seed);
    medals_free(scene->wrong);
    medals_free(scene->same);
    medals_free(scene->against);
}
