/*
 * session_oracle.h - one session under watch: what every answer must keep
 *
 *   marked voxels obey                      session_law.h
 *   nothing outside the answer's windows    prompts and masks
 *   changes: each extent, added, removed    against a look at every voxel
 *   undo and redo                           back to the same bits
 */
#ifndef SESSION_ORACLE_H
#define SESSION_ORACLE_H

#include "session_law.h"
#include "session_script.h"

typedef struct SessionOracle {
    SessionView *view;
    SessionLaw *law;
    size_t voxels;
    uint8_t *labels;      /* of the last whole revision */
    uint8_t *provisional; /* of the last instant event */
    bool shown;           /* there was one */
    GArray *hashes;       /* uint64_t, by undo step, the first before all */
    uint32_t values[256]; /* of the classes, in order */
    size_t class_count;
    uint64_t revision;
    uint64_t changed; /* voxels, over all steps: a test that moves nothing
                         proves nothing */
} SessionOracle;

void session_oracle_init(SessionOracle *oracle, SessionView *view);
void session_oracle_clear(SessionOracle *oracle);
/** Runs a step and asserts all of the above. Ends the program on a breach. */
void session_oracle_play(SessionOracle *oracle, ScriptStep *step);
/** Runs a step that is told to stop at its n-th report: it must either succeed,
 * which counts as a play (true), or leave everything as it was. */
bool session_oracle_play_stopped(SessionOracle *oracle, ScriptStep *step,
                                 unsigned reports);
/** Asserts that labels, revision, classes and an undone step are as they
 * were. */
void session_oracle_unchanged(const SessionOracle *oracle);
/** Makes a step fit: no predict without texts, no step without classes. */
void session_oracle_fit(const SessionOracle *oracle, ScriptStep *step);
uint64_t session_oracle_hash(const uint8_t *labels, size_t voxels);

#endif
