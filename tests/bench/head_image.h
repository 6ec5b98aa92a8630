/*
 * head_image.h - images for benchmarks that need no file
 */
#ifndef HEAD_IMAGE_H
#define HEAD_IMAGE_H

#include "medals/volume.h"

/**
 * Something like an MR of a head: scalp, skull, brain with a cortex that folds,
 * ventricles, a pair of nuclei, noise. The same for each seed. Fills the image
 * but for a margin of air. i runs to the left, j to posterior, k to superior.
 * @param spacing mm of every axis
 * @return i16; ends the program when memory is out
 */
MedalsVolume *head_image_new(const int64_t size[3], double spacing,
                             uint64_t seed);
/**
 * An image on a grid of another size over the same place, linearly.
 * @return i16; ends the program when memory is out
 */
MedalsVolume *head_image_resized(const MedalsVolume *image,
                                 const int64_t size[3]);

#endif
