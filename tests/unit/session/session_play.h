/*
 * session_play.h - a random user of one image, in up to three sessions
 *
 * One is watched (session_oracle.h), one keeps no features, one has its image
 * stored along other axes. All must show the same bits after each step.
 */
#ifndef SESSION_PLAY_H
#define SESSION_PLAY_H

#include "session_oracle.h"

typedef struct SessionPlay {
    MedalsModel *model;
    MedalsVolume *image;
    MedalsModality modality;
    const char *const *texts; /* of the first classes */
    size_t text_count;
    bool forgetful;             /* play the one without features, too */
    const MedalsGeometry *like; /* play the one along these axes, or NULL */
    uint64_t seed;
    int steps;
    unsigned full; /* one step in so many runs the network */
} SessionPlay;

/** @return voxels that moved, over all steps */
uint64_t session_play(const SessionPlay *play);

#endif
