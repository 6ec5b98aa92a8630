/*
 * challenge.h - the .npz cases of the CVPR 2025 challenge
 *
 *     imgs [D,H,W] 0..255, spacing, text_prompts --> volume + texts
 *     labelmap --> segs [D,H,W], spacing and text_prompts as they came
 *
 * The files know no origin and no direction: the volume has origin 0 and the
 * identity direction (i to Left, j to Posterior, k to Superior). Spacing is
 * stored as image toolkits order it, (x,y,z) = (i,j,k).
 */
#ifndef MEDALS_CHALLENGE_H
#define MEDALS_CHALLENGE_H

#include "medals/types.h"
#include "medals/volume.h"

MEDALS_BEGIN_DECLS

typedef struct MedalsChallenge MedalsChallenge;

/** One sentence and the label value that its answer gets. */
typedef struct MedalsChallengePrompt {
    uint32_t struct_size; /**< set by the caller */
    uint32_t label;
    const char *text; /**< UTF-8, borrowed */
} MedalsChallengePrompt;

/**
 * Reads a case. `imgs` may be of any integer or floating type, and 2-D (one
 * slice). Missing text_prompts: no prompts.
 * @return MEDALS_E_IO; MEDALS_E_INPUT no imgs, not 3-D, damaged, spacing not
 *         positive, label values that are not positive or come twice;
 *         MEDALS_E_NOMEM
 */
MEDALS_API MedalsStatus medals_challenge_open(MedalsChallenge **out,
                                              const char *path,
                                              MedalsError **error);
MEDALS_API void medals_challenge_free(MedalsChallenge **challenge);

/** The image. Borrowed; medals_volume_ref() keeps it. */
MEDALS_API MedalsVolume *
medals_challenge_peek_volume(const MedalsChallenge *challenge);
/** `segs`, else `gts`, as a volume on the same grid, or NULL. Borrowed. */
MEDALS_API MedalsVolume *
medals_challenge_peek_truth(const MedalsChallenge *challenge);
/** The three numbers of `spacing` as stored; 1,1,1 where there are none. */
MEDALS_API void medals_challenge_spacing(const MedalsChallenge *challenge,
                                         double spacing[3]);
/** @return 0 or 1 as the case says, -1 if it says nothing. */
MEDALS_API int
medals_challenge_instance_label(const MedalsChallenge *challenge);
MEDALS_API size_t
medals_challenge_prompt_count(const MedalsChallenge *challenge);
/** Prompts in the order of the file. @return false: index out of range. */
MEDALS_API bool medals_challenge_prompt(const MedalsChallenge *challenge,
                                        size_t index,
                                        MedalsChallengePrompt *prompt);

/**
 * Writes an answer: `segs` int16 (a wider type where a value needs it),
 * `spacing` and `text_prompts` bit for bit as in `from`.
 * @param labelmap uint8, uint16, int16, uint32 or int32
 * @param from NULL: spacing of the labelmap, no text_prompts
 * @return MEDALS_E_SHAPE another size than the image of `from`;
 *         MEDALS_E_USAGE another type; MEDALS_E_IO, MEDALS_E_NOSPACE,
 *         MEDALS_E_NOMEM
 */
MEDALS_API MedalsStatus medals_challenge_write(const char *path,
                                               const MedalsVolume *labelmap,
                                               const MedalsChallenge *from,
                                               MedalsError **error);

MEDALS_END_DECLS
#endif
