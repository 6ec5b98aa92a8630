/*
 * lattice.h - the fixed windows of an image
 *
 *   image voxels (i,j,k) --permute, flip--> network axes --scale--> grid
 *   grid --7.8--> windows, overlapping by half
 *
 * The grid is that of the model's last stage on the whole image. It depends on
 * image, modality and model alone, so an answer does not depend on what was
 * asked before.
 */
#ifndef MEDALS_LATTICE_H
#define MEDALS_LATTICE_H

#include "canonical.h"
#include "model_data.h"
#include "stage.h"

typedef struct MedalsLattice {
    MedalsGeometry geometry; /* of the image */
    MedalsCanonical canonical;
    MedalsStage stage;
    MedalsStageGrid grid;
    int64_t padded[3];
    float spacing[3];   /* mm of a grid voxel */
    int64_t *starts[3]; /* of the windows, by axis */
    size_t count[3];
    float *image; /* [padded], 0..255, owned */
} MedalsLattice;

/**
 * @param image 0..255, image order
 * @return false: MEDALS_E_INPUT odd axes; MEDALS_E_NOMEM, also by estimate
 *         before the grid is made, MEDALS_E_CANCELLED (lattice cleared). In the lane's turn.
 */
bool medals_lattice_init(MedalsLattice *lattice, const MedalsExec *exec,
                         MedalsModel *model, MedalsModality modality,
                         const MedalsGeometry *geometry, const uint8_t *image,
                         GError **error);
void medals_lattice_clear(MedalsLattice *lattice);

size_t medals_lattice_windows(const MedalsLattice *lattice);
/** First grid voxel of a window, h,w,d. */
void medals_lattice_start(const MedalsLattice *lattice, size_t window,
                          int64_t start[3]);
/** Number of the window with that start; SIZE_MAX: none. */
size_t medals_lattice_find(const MedalsLattice *lattice,
                           const int64_t start[3]);
/** Image voxels whose centre lies in the window: half-open box. */
void medals_lattice_extent(const MedalsLattice *lattice, size_t window,
                           int64_t extent[6]);
/** The window whose centre is nearest to an image voxel (lowest number on
 * ties): the one that sees most around it. */
size_t medals_lattice_nearest(const MedalsLattice *lattice,
                              const int64_t voxel[3]);
/** The windows that are nearest to some voxel of a box, ascending: size_t
 * array. */
GArray *medals_lattice_cover(const MedalsLattice *lattice,
                             const int64_t box[6]);
/** Voxel of the window's grid that holds an image voxel's centre; -1: it lies
 * outside the window. */
int64_t medals_lattice_voxel(const MedalsLattice *lattice, size_t window,
                             const int64_t voxel[3]);
/** The window's image. @shape patch [crop] */
void medals_lattice_patch(const MedalsLattice *lattice, size_t window,
                          float *patch);
int64_t medals_lattice_crop_voxels(const MedalsLattice *lattice);

#endif
