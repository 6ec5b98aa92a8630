#include <glib.h>
#include <string.h>

#include "memory.h"
#include "network.h"
#include "small_model.h"

static void test_full_size(void)
{
    MedalsWidths widths = medals_widths_full();
    g_assert_cmpint(medals_widths_tokens(&widths), ==, 1792);
    /* spec 1.1 */
    g_assert_cmpuint(medals_widths_parameters(&widths), ==, 109414272);
}

static void test_read(void)
{
    static const char *const prefixes[] = {"", "module."};
    for (int i = 0; i < 2; i++) {
        SmallModelChange change = {.prefix = prefixes[i],
                                   .extra = "mid_mask_embed_proj.0.0.bias"};
        MedalsWeights *weights = small_model_open(&change);
        MedalsWidths found, expected = small_model_widths();
        GError *error = NULL;
        g_assert_true(medals_widths_read(&found, weights, 4, &error));
        g_assert_no_error(error);
        g_assert_cmpmem(&found, sizeof found, &expected, sizeof expected);
        medals_weights_unref(weights);
    }
}

/* The file is refused in words, and before any memory is taken. */
static void refuse(const SmallModelChange *change, int64_t heads,
                   const char *words)
{
    MedalsWeights *weights = small_model_open(change);
    MedalsNetworkOptions options = {.heads = heads};
    GError *error = NULL;
    medals_alloc_fail_after(0);
    MedalsNetwork *network =
        medals_network_new(small_model_kernels(), weights, &options, &error);
    medals_alloc_fail_after(-1);
    g_assert_null(network);
    g_assert_error(error, MEDALS_ERROR, MEDALS_E_SHAPE);
    g_assert_nonnull(strstr(error->message, words));
    g_assert_null(strchr(error->message, '\n'));
    g_error_free(error);
    medals_weights_unref(weights);
}

static void test_missing(void)
{
    static const char *const names[] = {
        "backbone.encoder.stages.3.0.convs.1.norm.weight",
        "backbone.encoder.stages.0.0.convs.0.conv.bias",
        "backbone.decoder.transpconvs.4.bias",
        "transformer_decoder.layers.1.norm1.weight",
        "fusion_conv.convs.0.conv.weight",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        refuse(&(SmallModelChange){.drop = names[i]}, 4, names[i]);
}

/* Every tensor in turn gets a row too many. */
static bool refuse_reshaped(void *cookie, const char *name, int ndim,
                            const int64_t *shape, GError **error)
{
    refuse(&(SmallModelChange){.reshape = name}, 4, "expected");
    return true;
}

static void test_shapes(void)
{
    MedalsWidths widths = small_model_widths();
    g_assert_true(medals_widths_walk(&widths, refuse_reshaped, NULL, NULL));
}

static void test_unexpected(void)
{
    refuse(&(SmallModelChange){.extra = "backbone.extra"}, 4,
           "backbone.extra: unexpected");
    /* only one "module." is stripped */
    refuse(&(SmallModelChange){.extra = "module.module.x"}, 4, "unexpected");
}

static void test_integers(void)
{
    const char *name = "mask_embed_proj.0.weight";
    refuse(&(SmallModelChange){.integers = name}, 4, name);
}

static void test_heads(void)
{
    refuse(&(SmallModelChange){0}, 5, "heads");
    refuse(&(SmallModelChange){0}, 0, "heads");
}

/* Memory may end anywhere while the layers are built. */
static void test_no_memory(void)
{
    MedalsWeights *weights = small_model_open(&(SmallModelChange){0});
    MedalsNetworkOptions options = {.heads = 4};
    for (int64_t n = 0;; n += n < 40 ? 1 : 23) {
        GError *error = NULL;
        medals_alloc_fail_after(n);
        MedalsNetwork *network = medals_network_new(small_model_kernels(),
                                                    weights, &options, &error);
        bool untouched = medals_alloc_fail_after(-1) >= 0;
        if (network) {
            /* oneDNN does without some of its memory. */
            medals_network_free(network);
            if (!untouched)
                continue;
            g_assert_cmpint(n, >, 100);
            break;
        }
        g_assert_error(error, MEDALS_ERROR, MEDALS_E_NOMEM);
        g_error_free(error);
    }
    medals_weights_unref(weights);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/net/widths/full_size", test_full_size);
    g_test_add_func("/net/widths/read", test_read);
    g_test_add_func("/net/widths/missing", test_missing);
    g_test_add_func("/net/widths/shapes", test_shapes);
    g_test_add_func("/net/widths/unexpected", test_unexpected);
    g_test_add_func("/net/widths/integers", test_integers);
    g_test_add_func("/net/widths/heads", test_heads);
    g_test_add_func("/net/widths/no_memory", test_no_memory);
    return g_test_run();
}
