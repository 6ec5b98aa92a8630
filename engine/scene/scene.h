/*
 * scene.h - what the network sees of one image
 *
 *   volume --modality, window--> image 0..255 --> lattice --> windows
 *   window --run without prompts--> features X, tokens      (kept, LRU)
 *   text --> query --tokens of a window--> mask embedding
 *
 * Modality and CT window are settled by the first texts or the first prompt
 * (settled.h). Everything here follows from them and the image: it is made
 * when it is needed, and what a failed call made may stay.
 */
#ifndef MEDALS_SCENE_H
#define MEDALS_SCENE_H

#include "feature_cache.h"
#include "hounsfield.h"
#include "lattice.h"
#include "medals/segment.h"
#include "settled.h"

typedef struct MedalsScene {
    MedalsModel *model;   /* a reference */
    MedalsVolume *volume; /* a reference */
    /* what the caller said when the session was opened */
    MedalsModality modality, header_modality;
    bool has_window;
    double window[2];
    MedalsHounsfield hounsfield; /* what the image's values look like */
    uint64_t feature_bytes;
    /* what was made when it was first needed */
    bool ready;             /* the lattice is there */
    MedalsSettled prepared; /* for this */
    bool constant;          /* all voxels are equal */
    MedalsLattice lattice;
    MedalsFeatureCache *cache;
    GHashTable *queries; /* text -> float [Q], owned */
} MedalsScene;

void medals_scene_init(MedalsScene *scene, MedalsModel *model,
                       MedalsVolume *volume, uint64_t feature_bytes);
void medals_scene_clear(MedalsScene *scene);

/**
 * Settles modality and CT window, if they are not.
 * @param texts of the classes that have one; count may be 0
 * @return false: as medals_text_request_settle
 */
bool medals_scene_settle(const MedalsScene *scene, MedalsSettled *settled,
                         const char *const *texts, size_t count,
                         GError **error);

/* The following run in the lane's turn. */

/** Makes the lattice if it is not there, or anew for another modality or
 * window. Settles first when nothing was.
 * @return false: MEDALS_E_NOMEM, also by estimate; MEDALS_E_CANCELLED; as
 *         medals_scene_settle */
bool medals_scene_prepare(MedalsScene *scene, const MedalsExec *exec,
                          MedalsSettled *settled, GError **error);
/** Features of a window, run without prompts; from the cache if they are
 * there. Borrowed until the next call for another window. */
const MedalsFeatures *medals_scene_features(MedalsScene *scene,
                                            const MedalsExec *exec,
                                            size_t window, GError **error);
/** The query of a text, [Q]. Borrowed. */
const float *medals_scene_query(MedalsScene *scene, const MedalsExec *exec,
                                const char *text, GError **error);
/** The cache as a stage of the pipeline uses it. */
void medals_scene_store(MedalsScene *scene, MedalsFeatureStore *store);

#endif
