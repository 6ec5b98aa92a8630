/*
 * challenge_api.c - challenge cases for callers
 */
#include <string.h>

#include "challenge_case.h"
#include "error_api.h"
#include "medals/challenge.h"
#include "versioned.h"

static const MedalsChallengeCase *case_of(const MedalsChallenge *challenge)
{
    return (const MedalsChallengeCase *) challenge;
}

MedalsStatus medals_challenge_open(MedalsChallenge **out, const char *path,
                                   MedalsError **error)
{
    GError *inner = NULL;
    if (out)
        *out = NULL;
    if (medals_check_given(out, "out", &inner) &&
        medals_check_given(path, "path", &inner))
        *out = (MedalsChallenge *) medals_challenge_case_open(path, &inner);
    return inner ? medals_error_take(inner, error) : MEDALS_OK;
}

void medals_challenge_free(MedalsChallenge **challenge)
{
    if (!challenge || !*challenge)
        return;
    medals_challenge_case_free((MedalsChallengeCase *) *challenge);
    *challenge = NULL;
}

MedalsVolume *medals_challenge_peek_volume(const MedalsChallenge *challenge)
{
    return challenge ? case_of(challenge)->volume : NULL;
}

MedalsVolume *medals_challenge_peek_truth(const MedalsChallenge *challenge)
{
    return challenge ? case_of(challenge)->truth : NULL;
}

void medals_challenge_spacing(const MedalsChallenge *challenge,
                              double spacing[3])
{
    if (!spacing)
        return;
    memset(spacing, 0, 3 * sizeof *spacing);
    if (challenge)
        memcpy(spacing, case_of(challenge)->spacing, 3 * sizeof *spacing);
}

int medals_challenge_instance_label(const MedalsChallenge *challenge)
{
    return challenge ? case_of(challenge)->instance_label : -1;
}

size_t medals_challenge_prompt_count(const MedalsChallenge *challenge)
{
    return challenge ? case_of(challenge)->prompts->len : 0;
}

bool medals_challenge_prompt(const MedalsChallenge *challenge, size_t index,
                             MedalsChallengePrompt *prompt)
{
    if (index >= medals_challenge_prompt_count(challenge))
        return false;
    const GArray *prompts = case_of(challenge)->prompts;
    const MedalsCasePrompt *from =
        &g_array_index(prompts, MedalsCasePrompt, index);
    MedalsChallengePrompt out = {.label = from->label, .text = from->text};
    return medals_versioned_write(prompt, &out, sizeof out);
}

MedalsStatus medals_challenge_write(const char *path,
                                    const MedalsVolume *labelmap,
                                    const MedalsChallenge *from,
                                    MedalsError **error)
{
    GError *inner = NULL;
    if (medals_check_given(path, "path", &inner) &&
        medals_check_given(labelmap, "labelmap", &inner) &&
        medals_challenge_case_write(path, labelmap, from ? case_of(from) : NULL,
                                    &inner))
        return MEDALS_OK;
    return medals_error_take(inner, error);
}
