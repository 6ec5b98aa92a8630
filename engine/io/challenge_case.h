/*
 * challenge_case.h - a case of the challenge (.npz) in and out
 *
 * medals/challenge.h has the words; this is the same without the public
 * error type.
 */
#ifndef MEDALS_CHALLENGE_CASE_H
#define MEDALS_CHALLENGE_CASE_H

#include "error.h"
#include "medals/volume.h"

/** A copy of one file of the archive, as it was. */
typedef struct MedalsNpzEntry {
    uint8_t *bytes; /* medals_free; NULL: there is none */
    size_t size;
} MedalsNpzEntry;

typedef struct MedalsCasePrompt {
    uint32_t label;
    char *text;
} MedalsCasePrompt;

typedef struct MedalsChallengeCase {
    MedalsVolume *volume; /* owned reference */
    MedalsVolume *truth;  /* the same, or NULL */
    double spacing[3];    /* as stored: x, y, z */
    int instance_label;   /* 0, 1, or -1: not told */
    GArray *prompts;      /* MedalsCasePrompt, in the order of the dict */
    MedalsNpzEntry spacing_entry, prompts_entry;
} MedalsChallengeCase;

/** @return NULL: see medals_challenge_open() */
MedalsChallengeCase *medals_challenge_case_open(const char *path,
                                                GError **error);
void medals_challenge_case_free(MedalsChallengeCase *data);
/** @return false: see medals_challenge_write() */
bool medals_challenge_case_write(const char *path, const MedalsVolume *labelmap,
                                 const MedalsChallengeCase *from,
                                 GError **error);

/**
 * Reads the dict of text_prompts: label values to sentences, instance_label.
 * @param bytes a .npy of one Python object
 * @param prompts of MedalsCasePrompt, appended to
 * @param instance_label 0, 1, or untouched
 * @return false: MEDALS_E_INPUT
 */
bool medals_case_prompts_read(const char *name, const uint8_t *bytes,
                              size_t size, GArray *prompts, int *instance_label,
                              GError **error);
/** An empty list of prompts that frees its texts. */
GArray *medals_case_prompts_new(void);

#endif
