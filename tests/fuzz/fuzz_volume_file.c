/*
 * fuzz_volume_file.c - any bytes as an image and as a label map
 *
 * NIfTI, NRRD and MetaImage are told apart by their first bytes. What is read
 * must be whole: every voxel is looked at.
 */
#include "fuzz_place.h"

#include "image.h"
#include "labelmap.h"

static unsigned sum_of(const MedalsVolume *volume)
{
    const MedalsGeometry *g = medals_volume_peek_geometry(volume);
    const uint8_t *data = medals_volume_peek_data(volume);
    size_t bytes = (size_t) (g->size[0] * g->size[1] * g->size[2]) *
                   medals_dtype_size(medals_volume_dtype(volume));
    unsigned sum = 0;
    for (size_t i = 0; i < bytes; i++)
        sum += data[i];
    return sum;
}

static volatile unsigned kept;

static void read_image(const char *path)
{
    MedalsImageReadOptions options = MEDALS_IMAGE_READ_OPTIONS_INIT;
    options.first_layer = true;
    MedalsImage *image = NULL;
    char *message = NULL;
    if (medals_image_read(&image, path, &options, &message) == MEDALS_OK)
        kept = sum_of(medals_image_peek_volume(image));
    medals_bridge_free(message);
    medals_image_free(&image);
}

static void read_labelmap(const char *path)
{
    MedalsLabelmap *labelmap = NULL;
    if (medals_labelmap_read(&labelmap, path, NULL) != MEDALS_OK)
        return;
    MedalsGeometry grid =
        *medals_volume_peek_geometry(medals_labelmap_peek_layer(labelmap, 0));
    grid.size[0] += 2;
    MedalsVolume *joined = NULL;
    uint64_t overlap;
    medals_labelmap_place(labelmap, &grid, NULL);
    if (medals_labelmap_join(labelmap, &joined, &overlap, NULL) == MEDALS_OK)
        kept = sum_of(joined);
    medals_volume_free(&joined);
    medals_labelmap_free(&labelmap);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *path = fuzz_place_write("volume", data, size);
    read_image(path);
    read_labelmap(path);
    return 0;
}
