/*
 * scene.h - what the network sees of one image
 *
 *   volume --modality, window--> image 0..255 --> lattice --> windows
 *   window --run without prompts--> features X, tokens      (kept, LRU)
 *   text --> query --tokens of a window--> mask embedding
 *
 * Modality and CT window are settled once, by the first texts or the first
 * prompt, and hold for the session.
 */
#ifndef MEDALS_SCENE_H
#define MEDALS_SCENE_H

#include "feature_cache.h"
#include "hounsfield.h"
#include "lattice.h"
#include "medals/segment.h"

typedef struct MedalsScene {
    MedalsModel *model;   /* a reference */
    MedalsVolume *volume; /* a reference */
    bool settled;
    MedalsModality modality, header_modality; /* option until settled */
    MedalsModalitySource source;              /* when settled */
    MedalsHounsfield hounsfield; /* what the image's values look like */
    bool told;                   /* the user was told of it */
    bool has_window;
    double window[2];
    bool ready;    /* the lattice is there */
    bool constant; /* all voxels are equal */
    MedalsLattice lattice;
    MedalsFeatureCache *cache;
    GHashTable *queries; /* text -> float [Q], owned */
} MedalsScene;

void medals_scene_init(MedalsScene *scene, MedalsModel *model,
                       MedalsVolume *volume, uint64_t feature_bytes);
void medals_scene_clear(MedalsScene *scene);

/**
 * Settles modality and CT window.
 * @param texts of the classes that have one; count may be 0
 * @return false: as medals_text_request_settle
 */
bool medals_scene_settle(MedalsScene *scene, const char *const *texts,
                         size_t count, GError **error);
/** What was settled as a word ("ct -160 240", "mri"), g_free; and from it.
 * A word that is none settles nothing. */
char *medals_scene_settled_word(const MedalsScene *scene);
void medals_scene_settle_word(MedalsScene *scene, const char *word);

/* The following run in the lane's turn. */

/** Makes the lattice if it is not there. Settles first when nothing was. */
bool medals_scene_prepare(MedalsScene *scene, const MedalsExec *exec,
                          GError **error);
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
