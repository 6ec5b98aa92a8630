/*
 * soak_round.h - one session's life: opened, used at random, looked at
 *
 * A round is its seed and what became of each step: calls that were cancelled
 * midway left nothing behind, so a replay leaves them out and still comes to
 * the same labels.
 */
#ifndef SOAK_ROUND_H
#define SOAK_ROUND_H

#include "session_script.h"

typedef struct SoakRound {
    uint64_t seed;
    GArray *status; /* MedalsStatus of each step */
    uint64_t revision;
    char *digest; /* of the labels after the last step */
} SoakRound;

SoakRound *soak_round_new(uint64_t seed);
void soak_round_free(SoakRound *round);

/** Opens a session on the image and, where it is new, asks for the classes.
 * @param journal folder, or NULL */
void soak_round_open(SessionView *view, MedalsModel *model, MedalsVolume *image,
                     const char *journal, uint64_t feature_bytes);
/** The next step, sometimes cancelled midway; notes what became of
 * it. @param state of the step's random numbers, begins as the seed
 *  @param luck of cancelling, of its own: a replay has none
 *  @param until medals_now() at which it is cancelled in any case */
void soak_round_step(SoakRound *round, SessionView *view, uint64_t *state,
                     uint64_t *luck, double until);
/** Notes labels and revision. */
void soak_round_end(SoakRound *round, const SessionView *view);
/** Whether a session shows what the round ended with. */
bool soak_round_is(const SoakRound *round, const SessionView *view);
/** Whether it still shows that after a walk back to its beginning and again to
 * where it was. */
bool soak_round_walk(const SoakRound *round, SessionView *view);
/** Plays the steps again, but those that were cancelled.
 * @return whether each came out as noted, and the labels too */
bool soak_round_replay(const SoakRound *round, SessionView *view);

#endif
