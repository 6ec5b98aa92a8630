#include <glib.h>
#include <math.h>
#include <stdbool.h>

#include "positional_encoding.h"

/* Q 50: 18 numbers an axis, the third axis cut to 14. */
static void test_values(void)
{
    float table[2 * 3 * 2 * 50];
    medals_positional_encoding(2, 3, 2, 50, table);
    const int64_t token = (1 * 3 + 2) * 2 + 1; /* h 1, w 2, d 1 */
    const float *row = table + token * 50;
    for (int axis = 0; axis < 3; axis++) {
        int p = axis == 1 ? 2 : 1, numbers = axis == 2 ? 14 : 18;
        for (int i = 0; i < numbers; i++) {
            double angle = p / pow(10000, (double) (i / 2 * 2) / 18);
            double expected = i % 2 ? cos(angle) : sin(angle);
            g_assert_cmpfloat_with_epsilon(row[axis * 18 + i], expected, 2e-6);
        }
    }
}

static void test_origin(void)
{
    float table[96];
    medals_positional_encoding(1, 1, 1, 96, table);
    for (int i = 0; i < 96; i++)
        g_assert_cmpfloat(table[i], ==, i % 2 ? 1 : 0);
}

/* h slowest, d fastest: moving along an axis changes its part only. */
static void test_order(void)
{
    float table[8 * 96];
    medals_positional_encoding(2, 2, 2, 96, table);
    const int64_t step[3] = {4, 2, 1};
    for (int axis = 0; axis < 3; axis++)
        for (int i = 0; i < 96; i++) {
            bool differs = table[i] != table[step[axis] * 96 + i];
            g_assert_true(!differs || i / 32 == axis);
            g_assert_true(differs || i % 32 != 0 || i / 32 != axis);
        }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/net/positional_encoding/values", test_values);
    g_test_add_func("/net/positional_encoding/origin", test_origin);
    g_test_add_func("/net/positional_encoding/order", test_order);
    return g_test_run();
}
