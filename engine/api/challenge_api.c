/*
 * challenge_api.c - challenge cases for callers
 */
#include <string.h>

#include "challenge_case.h"
#include "error_api.h"
#include "medals/challenge.h"

static const MedalsChallengeCase *case_of(const MedalsChallenge *challenge)
{
    return (const MedalsChallengeCase *) challenge;
}

MedalsStatus medals_challenge_open(MedalsChallenge **out, const char *path,
                                   MedalsError **error)
{
    GError *inner = NULL;
    *out = (MedalsChallenge *) medals_challenge_case_open(path, &inner);
    return *out ? MEDALS_OK : medals_error_take(inner, error);
}

void medals_challenge_free(MedalsChallenge **challenge)
{
    if (!challenge)
        return;
    medals_challenge_case_free((MedalsChallengeCase *) *challenge);
    *challenge = NULL;
}

MedalsVolume *medals_challenge_peek_volume(const MedalsChallenge *challenge)
{
    return case_of(challenge)->volume;
}

MedalsVolume *medals_challenge_peek_truth(const MedalsChallenge *challenge)
{
    return case_of(challenge)->truth;
}

void medals_challenge_spacing(const MedalsChallenge *challenge,
                              double spacing[3])
{
    memcpy(spacing, case_of(challenge)->spacing, 3 * sizeof *spacing);
}

int medals_challenge_instance_label(const MedalsChallenge *challenge)
{
    return case_of(challenge)->instance_label;
}

size_t medals_challenge_prompt_count(const MedalsChallenge *challenge)
{
    return case_of(challenge)->prompts->len;
}

bool medals_challenge_prompt(const MedalsChallenge *challenge, size_t index,
                             MedalsChallengePrompt *prompt)
{
    const GArray *prompts = case_of(challenge)->prompts;
    if (index >= prompts->len)
        return false;
    const MedalsCasePrompt *from =
        &g_array_index(prompts, MedalsCasePrompt, index);
    MedalsChallengePrompt out = {prompt->struct_size, from->label, from->text};
    memcpy(prompt, &out, MIN(prompt->struct_size, sizeof out));
    return true;
}

MedalsStatus medals_challenge_write(const char *path,
                                    const MedalsVolume *labelmap,
                                    const MedalsChallenge *from,
                                    MedalsError **error)
{
    GError *inner = NULL;
    if (medals_challenge_case_write(path, labelmap, from ? case_of(from) : NULL,
                                    &inner))
        return MEDALS_OK;
    return medals_error_take(inner, error);
}
