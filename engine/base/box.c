/*
 * box.c - products that do not wrap around
 */
#include "box.h"

#include "memory.h"

size_t medals_box_product(const int64_t edges[3])
{
    size_t product = 1;
    for (int a = 0; a < 3; a++)
        if (edges[a] < 0)
            return SIZE_MAX;
    if (edges[0] == 0 || edges[1] == 0 || edges[2] == 0)
        return 0;
    for (int a = 0; a < 3; a++)
        if (!medals_size_multiply(&product, (size_t) edges[a]))
            return SIZE_MAX;
    return product;
}

size_t medals_box_voxels(const int64_t box[6])
{
    int64_t edges[3];
    for (int a = 0; a < 3; a++)
        if (__builtin_sub_overflow(box[2 * a + 1], box[2 * a], &edges[a]))
            return SIZE_MAX;
    return medals_box_product(edges);
}

void medals_box_whole(const int64_t size[3], int64_t box[6])
{
    for (int a = 0; a < 3; a++) {
        box[2 * a] = 0;
        box[2 * a + 1] = size[a];
    }
}

bool medals_box_inside(const int64_t size[3], const int64_t box[6])
{
    for (int a = 0; a < 3; a++)
        if (box[2 * a] < 0 || box[2 * a] >= box[2 * a + 1] ||
            box[2 * a + 1] > size[a])
            return false;
    return true;
}
