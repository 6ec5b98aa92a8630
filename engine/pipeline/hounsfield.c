/*
 * hounsfield.c - shares of a sorted sample of voxels
 */
#include "hounsfield.h"

#include <math.h>
#include <stdlib.h>

#include "memory.h"
#include "splitmix.h"
#include "tensor.h"

#define SAMPLE ((size_t) 1 << 16)
/* HU. Everything in a body, fluids and contrast aside, lies in SOFT. */
#define AIR -1000.0
#define CLIPPED_AIR -1024.0
#define AIR_LOW -1200.0
#define AIR_HIGH -700.0
#define BODY -500.0
#define SOFT_LOW -200.0
#define SOFT_HIGH 300.0
#define BONE 700.0
#define METAL 4500.0
/* Shares: of all voxels, and of the voxels of the body. */
#define LEAST_AIR 0.02
#define LEAST_LOW 0.05
#define LEAST_BODY 0.003
#define LEAST_SOFT 0.3
#define MOST_BONE 0.4
#define MOST_BETWEEN 0.5
#define MOST_METAL 0.01
#define LEAST_FAT 0.01
#define LEAST_MODE 0.15
#define MOST_OF_BODY 0.5
#define LEAST_BONE 0.002
/* Of what is darker than a body, at least this must be air or padding. */
#define LEAST_AIR_OF_LOW 0.8
/* Width of a mode in HU: noise of air, or of muscle. */
#define MODE_WIDTH 60.0
#define MUSCLE 45.0
/* An offset this near a usual one is taken for it: the mode may be lung, fat,
 * or filled with contrast. */
#define USUAL_WITHIN 150.0

/* Finite voxels, ascending. */
typedef struct Sample {
    float *value;
    size_t count;
} Sample;

static int compare_floats(const void *a, const void *b)
{
    float x = *(const float *) a, y = *(const float *) b;
    return (x > y) - (x < y);
}

/* One voxel of each of `take` equal parts, at a place of chance: an even step
 * could follow one column of the image. */
static void draw_sample(const MedalsVolume *volume, Sample *sample, size_t take)
{
    size_t voxels = medals_geometry_voxels(&volume->geometry);
    size_t size = medals_dtype_size(volume->dtype);
    const uint8_t *data = volume->data;
    uint64_t state = 1;
    for (size_t i = 0; i < take; i++) {
        size_t first = (size_t) ((double) voxels * (double) i / (double) take);
        size_t last =
            (size_t) ((double) voxels * (double) (i + 1) / (double) take);
        size_t part = MAX(MIN(last, voxels), first + 1) - first;
        size_t at = first + medals_splitmix_below(&state, part);
        float value;
        medals_convert_to_f32(&value, data + at * size, volume->dtype, 1);
        if (isfinite(value))
            sample->value[sample->count++] = value;
    }
    qsort(sample->value, sample->count, sizeof *sample->value, compare_floats);
}

/* How many values lie below `bound`. */
static size_t count_below(const Sample *sample, double bound)
{
    size_t low = 0, high = sample->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (sample->value[middle] < bound)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Share of the values in [low,high). */
static double share(const Sample *sample, double low, double high)
{
    return (double) (count_below(sample, high) - count_below(sample, low)) /
           (double) sample->count;
}

/* Number of voxels that have the least value: padding, or clipped air. */
static size_t count_least(const Sample *sample)
{
    return count_below(sample, nextafter((double) sample->value[0], INFINITY));
}

/* Middle of the densest stretch of MODE_WIDTH in [first,last), and how many
 * lie in it. */
static double densest(const Sample *sample, size_t first, size_t last,
                      size_t *most)
{
    size_t best = first, end = first;
    *most = 0;
    for (size_t i = first; i < last; i++) {
        while (end < last && sample->value[end] < sample->value[i] + MODE_WIDTH)
            end++;
        if (end - i > *most) {
            *most = end - i;
            best = i;
        }
    }
    return sample->value[MIN(best + *most / 2, sample->count - 1)];
}

/* Soft tissue where HU has it, and not too much that is denser. */
static bool has_body(const Sample *sample, double shift)
{
    double body = share(sample, shift + BODY, INFINITY);
    return body >= LEAST_BODY &&
           share(sample, shift + SOFT_LOW, shift + SOFT_HIGH) >=
               LEAST_SOFT * body &&
           share(sample, shift + BONE, INFINITY) <= MOST_BONE * body &&
           share(sample, shift + METAL, INFINITY) <= MOST_METAL;
}

/* Share of the padding: one value below the air, on many voxels. */
static double padding(const Sample *sample, double shift)
{
    return sample->value[0] < shift + AIR_LOW
               ? (double) count_least(sample) / (double) sample->count
               : 0;
}

static bool has_air(const Sample *sample, double shift)
{
    double low = share(sample, -INFINITY, shift + BODY);
    double air = share(sample, shift + AIR_LOW, shift + AIR_HIGH);
    return low >= LEAST_LOW && air >= LEAST_AIR &&
           air + padding(sample, shift) >= LEAST_AIR_OF_LOW * low;
}

/* Soft tissue is a narrow mode with most of the body around it, of more than
 * one value. Bone seen in the place of soft tissue is none. */
static bool is_soft(const Sample *sample, double shift)
{
    size_t first = count_below(sample, shift + SOFT_LOW), narrow;
    size_t last = count_below(sample, shift + SOFT_HIGH);
    double body = share(sample, shift + BODY, INFINITY);
    double mode = densest(sample, first, last, &narrow);
    return (double) narrow >= LEAST_MODE * body * (double) sample->count &&
           (double) (last - first) >=
               MOST_OF_BODY * body * (double) sample->count &&
           share(sample, mode - 0.5, mode + 0.5) <= MOST_OF_BODY * body;
}

/* Little lies between air and soft tissue: the edge of a lung. */
static bool is_hounsfield(const Sample *sample, double shift)
{
    return has_air(sample, shift) && has_body(sample, shift) &&
           is_soft(sample, shift) &&
           share(sample, shift + AIR_HIGH, shift + SOFT_LOW) <=
               MOST_BETWEEN *
                   share(sample, shift + SOFT_LOW, shift + SOFT_HIGH);
}

/* The same elsewhere; a CT turned about has no bone above its "soft tissue". */
static bool is_shifted(const Sample *sample, double shift)
{
    double body = share(sample, shift + BODY, INFINITY);
    return is_hounsfield(sample, shift) &&
           share(sample, shift + SOFT_HIGH, INFINITY) >= LEAST_BONE * body;
}

/* Fat and muscle on both sides of 0, and no air. */
static bool has_no_air(const Sample *sample)
{
    double body = share(sample, BODY, INFINITY);
    double low = share(sample, -INFINITY, BODY) - padding(sample, 0);
    return low < LEAST_LOW && has_body(sample, 0) && is_soft(sample, 0) &&
           share(sample, SOFT_LOW, 0) >= LEAST_FAT * body &&
           sample->value[sample->count / 1000] < -50 &&
           sample->value[sample->count - 1 - sample->count / 1000] > 50;
}

/* Scanners store HU + 1000 or 1024; programs add other round numbers. */
static double usual_shift(double shift)
{
    static const double usual[] = {-1024, -1000, 1000, 1024, 2000, 2048,
                                   3000,  3024,  4096, 8192, 32768};
    double best = round(shift);
    double least = USUAL_WITHIN;
    for (size_t i = 0; i < G_N_ELEMENTS(usual); i++)
        if (fabs(usual[i] - shift) < least) {
            least = fabs(usual[i] - shift);
            best = usual[i];
        }
    return best;
}

/* By the air that is no padding, if that is a narrow mode and not lung; else
 * the usual shift near the one that soft tissue suggests. */
static double shift_by_air(const Sample *sample, double shift)
{
    size_t first =
        MAX(count_below(sample, shift + AIR_LOW), count_least(sample));
    size_t last = count_below(sample, shift + AIR_HIGH), most;
    double mode = first < last ? densest(sample, first, last, &most) : 0;
    bool narrow = first < last && most >= (last - first) / 2;
    return usual_shift(narrow ? mode - AIR : shift);
}

/* Air is often clipped at -1024, the least that 12 bits hold; else the
 * strongest mode is air or soft tissue, perhaps behind padding. */
static bool find_shift(const Sample *sample, double *shift)
{
    size_t least = count_least(sample), most;
    *shift = usual_shift(sample->value[0] - CLIPPED_AIR);
    if (least >= sample->count / 100 && is_shifted(sample, *shift))
        return true;
    size_t starts[2] = {0, least};
    for (size_t i = 0; i < G_N_ELEMENTS(starts); i++) {
        if (starts[i] >= sample->count)
            continue;
        double mode = densest(sample, starts[i], sample->count, &most);
        double candidates[2] = {mode - AIR, mode - MUSCLE};
        for (size_t k = 0; k < G_N_ELEMENTS(candidates); k++)
            if (is_shifted(sample, candidates[k])) {
                *shift = shift_by_air(sample, candidates[k]);
                return true;
            }
    }
    *shift = 0;
    return false;
}

static void judge(const Sample *sample, MedalsHounsfield *found)
{
    size_t n = sample->count, edge = n / 1000;
    found->low = sample->value[edge];
    found->high = sample->value[n - 1 - edge];
    found->constant = sample->value[0] == sample->value[n - 1];
    if (found->constant)
        return;
    if (is_hounsfield(sample, 0))
        found->look = MEDALS_HU_CERTAIN;
    else if (has_no_air(sample))
        found->look = MEDALS_HU_NO_AIR;
    else if (find_shift(sample, &found->shift))
        found->look = MEDALS_HU_SHIFTED;
}

bool medals_hounsfield_look(const MedalsVolume *volume, MedalsHounsfield *found,
                            GError **error)
{
    *found = (MedalsHounsfield){.look = MEDALS_HU_NONE, .constant = true};
    size_t take = MIN(SAMPLE, medals_geometry_voxels(&volume->geometry));
    Sample sample = {
        .value = medals_alloc(take, sizeof *sample.value, "sample", error)};
    if (!sample.value)
        return false;
    draw_sample(volume, &sample, take);
    if (sample.count)
        judge(&sample, found);
    medals_free(sample.value);
    return true;
}

MedalsModality medals_hounsfield_modality(const MedalsHounsfield *found)
{
    return found->look == MEDALS_HU_CERTAIN ? MEDALS_MODALITY_CT
                                            : MEDALS_MODALITY_NONE;
}

static char *warn_ct(const MedalsHounsfield *found)
{
    switch (found->look) {
    case MEDALS_HU_CERTAIN:
        return NULL;
    case MEDALS_HU_SHIFTED:
        return g_strdup_printf("image: values of %g to %g look like Hounsfield "
                               "units %+g; %g was taken off",
                               found->low, found->high, found->shift,
                               found->shift);
    case MEDALS_HU_NO_AIR:
        return g_strdup_printf("image: values of %g to %g hold no air near "
                               "-1000; taken as Hounsfield units",
                               found->low, found->high);
    default:
        return g_strdup_printf(
            "image: values of %g to %g do not look like "
            "Hounsfield units (air near -1000, soft tissue "
            "near 0); taken as such, the answer may be wrong",
            found->low, found->high);
    }
}

char *medals_hounsfield_warning(const MedalsHounsfield *found,
                                MedalsModality modality,
                                MedalsModalitySource source)
{
    if (found->constant)
        return NULL;
    if (source == MEDALS_FROM_VALUES)
        return g_strdup_printf("image: values of %g to %g look like Hounsfield "
                               "units; taken as ct",
                               found->low, found->high);
    if (modality == MEDALS_MODALITY_CT)
        return warn_ct(found);
    bool guess = source == MEDALS_FROM_MODEL;
    if (found->look != MEDALS_HU_CERTAIN &&
        !(guess && found->look == MEDALS_HU_NO_AIR))
        return NULL;
    return g_strdup_printf(
        "image: values of %g to %g look like Hounsfield units; taken as %s, "
        "%s",
        found->low, found->high, medals_modality_name(modality),
        source == MEDALS_FROM_OPTION   ? "as asked"
        : source == MEDALS_FROM_HEADER ? "as its header says"
                                       : "a guess");
}

void medals_hounsfield_window(const MedalsHounsfield *found,
                              const double window[2], double bounds[2])
{
    for (int i = 0; i < 2; i++)
        bounds[i] = window[i] + found->shift;
}
