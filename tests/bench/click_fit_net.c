/*
 * click_fit_net.c - a small net, its gradient, Adam
 *
 *   x [B,F] -> z1 = W1 x + b1 -> relu -> z2 = W2 h1 + b2 -> relu -> y
 */
#include "click_fit_net.h"

#include <math.h>
#include <string.h>

#include "click_inputs.h"
#include "splitmix.h"

#define F MEDALS_CLICK_INPUTS
#define BATCH 256
#define WIDEST 64
#define LAYERS 3

typedef struct Net {
    int width[LAYERS + 1];
    size_t count;                        /* parameters */
    size_t weight[LAYERS], bias[LAYERS]; /* where they begin */
    float *value, *gradient, *first, *second;
    float mean[F], scale[F];
    float h[LAYERS + 1][BATCH][WIDEST]; /* activations; h[0] inputs */
    float d[BATCH][WIDEST], e[BATCH][WIDEST];
} Net;

void fit_rows_init(FitRows *rows)
{
    rows->input = g_array_new(FALSE, FALSE, sizeof(float));
    rows->target = g_array_new(FALSE, FALSE, sizeof(float));
    rows->weight = g_array_new(FALSE, FALSE, sizeof(float));
}

void fit_rows_empty(FitRows *rows)
{
    g_array_set_size(rows->input, 0);
    g_array_set_size(rows->target, 0);
    g_array_set_size(rows->weight, 0);
}

void fit_rows_clear(FitRows *rows)
{
    g_array_free(rows->input, TRUE);
    g_array_free(rows->target, TRUE);
    g_array_free(rows->weight, TRUE);
}

static double uniform(uint64_t *state)
{
    return (double) (medals_splitmix_next(state) >> 11) * 0x1p-53;
}

/* About normal: the sum of four uniform numbers out of one draw. */
static double bell(uint64_t *state)
{
    uint64_t bits = medals_splitmix_next(state);
    double sum = -2;
    for (int k = 0; k < 4; k++)
        sum += (double) (bits >> 16 * k & 0xffff) / 65536;
    return sum * 1.7320508;
}

static Net *net_new(const FitPlan *plan, uint64_t *state)
{
    Net *net = g_new0(Net, 1);
    net->width[0] = F;
    net->width[1] = plan->hidden[0];
    net->width[2] = plan->hidden[1];
    net->width[3] = 1;
    for (int l = 0; l < LAYERS; l++) {
        net->weight[l] = net->count;
        net->count += (size_t) (net->width[l] * net->width[l + 1]);
        net->bias[l] = net->count;
        net->count += (size_t) net->width[l + 1];
    }
    net->value = g_new0(float, net->count);
    net->gradient = g_new0(float, net->count);
    net->first = g_new0(float, net->count);
    net->second = g_new0(float, net->count);
    for (int l = 0; l < LAYERS; l++) {
        double reach = sqrt(6.0 / net->width[l]);
        for (size_t i = net->weight[l]; i < net->bias[l]; i++)
            net->value[i] = (float) (reach * (2 * uniform(state) - 1));
    }
    return net;
}

static void net_free(Net *net)
{
    g_free(net->value);
    g_free(net->gradient);
    g_free(net->first);
    g_free(net->second);
    g_free(net);
}

/* Mean and one over the standard deviation of each input. */
static void standardise(Net *net, const FitRows *rows)
{
    size_t n = rows->target->len;
    const float *x = (const float *) rows->input->data;
    for (int k = 0; k < F; k++) {
        double sum = 0, square = 0;
        for (size_t i = 0; i < n; i++)
            sum += x[i * F + (size_t) k];
        double mean = sum / (double) n;
        for (size_t i = 0; i < n; i++) {
            double away = x[i * F + (size_t) k] - mean;
            square += away * away;
        }
        net->mean[k] = (float) mean;
        net->scale[k] = (float) (1 / (sqrt(square / (double) n) + 1e-3));
    }
}

/* Largest weight of a row, in mean weights. */
#define WEIGHT_MOST 8.0

/* What the weights of rows are multiplied by: to a mean of 1. */
static double weight_scale(const FitRows *rows)
{
    double sum = 0;
    for (guint i = 0; i < rows->weight->len; i++)
        sum += g_array_index(rows->weight, float, i);
    return rows->weight->len / sum;
}

static void forward(Net *net)
{
    for (int l = 0; l < LAYERS; l++) {
        int in = net->width[l], out = net->width[l + 1];
        const float *w = net->value + net->weight[l];
        for (int i = 0; i < BATCH; i++)
            for (int j = 0; j < out; j++) {
                const float *x = net->h[l][i], *row = w + j * in;
                float sum = net->value[net->bias[l] + (size_t) j];
                for (int k = 0; k < in; k++)
                    sum += x[k] * row[k];
                net->h[l + 1][i][j] = l + 1 < LAYERS ? MAX(sum, 0) : sum;
            }
    }
}

/* From d = loss by h[LAYERS] down to all parameters. */
static void backward(Net *net)
{
    memset(net->gradient, 0, net->count * sizeof *net->gradient);
    for (int l = LAYERS - 1; l >= 0; l--) {
        int in = net->width[l], out = net->width[l + 1];
        const float *w = net->value + net->weight[l];
        float *dw = net->gradient + net->weight[l];
        memset(net->e, 0, sizeof net->e);
        for (int i = 0; i < BATCH; i++)
            for (int j = 0; j < out; j++) {
                float d = net->d[i][j];
                if (d == 0)
                    continue;
                const float *x = net->h[l][i], *row = w + j * in;
                float *drow = dw + j * in, *e = net->e[i];
                net->gradient[net->bias[l] + (size_t) j] += d;
                for (int k = 0; k < in; k++) {
                    drow[k] += d * x[k];
                    e[k] += d * row[k];
                }
            }
        for (int i = 0; i < BATCH; i++)
            for (int k = 0; k < in; k++)
                net->d[i][k] = net->h[l][i][k] > 0 ? net->e[i][k] : 0;
    }
}

static void adam(Net *net, double rate, double decay, int64_t t)
{
    float c1 = (float) (1 / (1 - pow(0.9, (double) t)));
    float c2 = (float) (1 / (1 - pow(0.999, (double) t)));
    for (size_t i = 0; i < net->count; i++) {
        float g = net->gradient[i];
        net->first[i] = 0.9f * net->first[i] + 0.1f * g;
        net->second[i] = 0.999f * net->second[i] + 0.001f * g * g;
        net->value[i] -=
            (float) rate *
            (net->first[i] * c1 / (sqrtf(net->second[i] * c2) + 1e-8f) +
             (float) decay * net->value[i]);
    }
}

/* One batch of random rows; returns its loss. */
static double step(Net *net, const FitRows *rows, const uint32_t *order,
                   double noise, double scale, uint64_t *state)
{
    const float *x = (const float *) rows->input->data;
    double loss = 0;
    for (int i = 0; i < BATCH; i++)
        for (int k = 0; k < F; k++)
            net->h[0][i][k] =
                (x[(size_t) order[i] * F + (size_t) k] - net->mean[k]) *
                    net->scale[k] +
                (float) (noise * bell(state));
    forward(net);
    for (int i = 0; i < BATCH; i++) {
        double y = net->h[LAYERS][i][0];
        double t = g_array_index(rows->target, float, order[i]);
        double w = scale * g_array_index(rows->weight, float, order[i]);
        w = MIN(w, WEIGHT_MOST);
        double p = 1 / (1 + exp(-y));
        loss += w * (MAX(y, 0) - y * t + log1p(exp(-fabs(y)))) / BATCH;
        net->d[i][0] = (float) (w * (p - t) / BATCH);
    }
    backward(net);
    return loss;
}

static void shuffle(uint32_t *order, size_t n, uint64_t *state)
{
    for (size_t i = n - 1; i > 0; i--) {
        size_t j = (size_t) medals_splitmix_below(state, i + 1);
        uint32_t other = order[i];
        order[i] = order[j];
        order[j] = other;
    }
}

/* ---- JSON --------------------------------------------------------------- */

static void add_numbers(cJSON *object, const char *name, const float *value,
                        size_t n)
{
    cJSON *list = cJSON_AddArrayToObject(object, name);
    for (size_t i = 0; i < n; i++) {
        char text[32];
        g_snprintf(text, sizeof text, "%.5g", (double) value[i]);
        cJSON_AddItemToArray(list, cJSON_CreateRaw(text));
    }
}

static cJSON *net_json(const Net *net)
{
    cJSON *object = cJSON_CreateObject();
    cJSON_AddItemToObject(object, "hidden",
                          cJSON_CreateIntArray(net->width + 1, 2));
    add_numbers(object, "mean", net->mean, F);
    add_numbers(object, "scale", net->scale, F);
    for (int l = 0; l < LAYERS; l++) {
        g_autofree char *weights = g_strdup_printf("weights%d", l + 1);
        g_autofree char *bias = g_strdup_printf("bias%d", l + 1);
        add_numbers(object, weights, net->value + net->weight[l],
                    net->bias[l] - net->weight[l]);
        add_numbers(object, bias, net->value + net->bias[l],
                    (size_t) net->width[l + 1]);
    }
    return object;
}

cJSON *fit_net(const FitRows *rows, const FitPlan *plan, double *loss)
{
    uint64_t state = plan->seed;
    size_t n = rows->target->len, steps = n / BATCH;
    Net *net = net_new(plan, &state);
    standardise(net, rows);
    g_autofree uint32_t *order = g_new(uint32_t, n);
    for (size_t i = 0; i < n; i++)
        order[i] = (uint32_t) i;
    int64_t t = 0;
    double scale = weight_scale(rows);
    double all = (double) steps * plan->epochs;
    for (int epoch = 0; epoch < plan->epochs; epoch++) {
        shuffle(order, n, &state);
        *loss = 0;
        for (size_t s = 0; s < steps; s++) {
            *loss +=
                step(net, rows, order + s * BATCH, plan->noise, scale, &state) /
                (double) steps;
            double left = 1 - (double) t / all;
            adam(net, plan->rate * (0.02 + 0.98 * left), plan->decay, ++t);
        }
    }
    net->value[net->bias[LAYERS - 1]] += (float) plan->bias;
    cJSON *json = net_json(net);
    net_free(net);
    return json;
}
