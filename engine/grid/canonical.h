/*
 * canonical.h - bring a volume to the network's axes and back, exactly
 *
 * A network axis has an anatomical direction (model.json: "RAS", "PLS"). The
 * image axis closest to it is permuted there and flipped if it runs the other
 * way. No interpolation: the map is a bijection of voxels.
 */
#ifndef MEDALS_CANONICAL_H
#define MEDALS_CANONICAL_H

#include "kernels.h"
#include "volume_data.h"

/** network axis a <- image axis axis[a], flipped where flip[a]. */
typedef struct MedalsCanonical {
    int axis[3];
    bool flip[3];
    int64_t shape[3];  /* of the network-axes array, C-order */
    double spacing[3]; /* mm along network axes */
} MedalsCanonical;

/** @param axes three letters of R L A P S I, one of each pair
 *  @return false: MEDALS_E_INPUT axes or direction make no sense */
bool medals_canonical_init(MedalsCanonical *canonical,
                           const MedalsGeometry *geometry, const char *axes,
                           GError **error);
/** The literal order of challenge input: array [k,j,i] = [d,h,w] -> [h,w,d],
 * no flips. */
void medals_canonical_literal(MedalsCanonical *canonical,
                              const MedalsGeometry *geometry);
/** Image order (i fastest) -> C-order network axes, elements of `size` bytes
 * (1, 2 or 4). */
bool medals_canonical_forward(const MedalsExec *exec,
                              const MedalsCanonical *canonical, const void *src,
                              void *dst, size_t size, GError **error);
/** And back. */
bool medals_canonical_backward(const MedalsExec *exec,
                               const MedalsCanonical *canonical,
                               const void *src, void *dst, size_t size,
                               GError **error);
/** A half-open box of image indices [i0,i1,j0,j1,k0,k1] in network axes
 * [a0,a1,b0,b1,c0,c1]. */
void medals_canonical_box(const MedalsCanonical *canonical,
                          const int64_t image_box[6], int64_t network_box[6]);

#endif
