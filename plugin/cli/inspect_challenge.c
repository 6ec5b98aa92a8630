/* `medals inspect` of a challenge .npz. */
#include "failure.h"
#include "inspect.h"
#include "json.h"
#include "medals/challenge.h"
#include "voxel.h"

static cJSON *describe(const Inspection *inspection,
                       const MedalsChallenge *challenge)
{
    MedalsVolume *volume = medals_challenge_peek_volume(challenge);
    const MedalsGeometry *g = medals_volume_peek_geometry(volume);
    int instance = medals_challenge_instance_label(challenge);
    cJSON *root = cJSON_CreateObject();
    json_text(root, "file", inspection->path);
    json_text(root, "kind", "challenge");
    json_integers(root, "size", g->size, 3);
    json_doubles(root, "spacing", g->spacing, 3);
    json_text(root, "type", voxel_type_name(medals_volume_dtype(volume)));
    if (instance < 0)
        cJSON_AddNullToObject(root, "instance_label");
    else
        json_number(root, "instance_label", instance);
    cJSON_AddBoolToObject(root, "truth",
                          medals_challenge_peek_truth(challenge) != NULL);
    cJSON *prompts = cJSON_AddArrayToObject(root, "prompts");
    for (size_t p = 0; p < medals_challenge_prompt_count(challenge); p++) {
        MedalsChallengePrompt prompt = {.struct_size = sizeof prompt};
        medals_challenge_prompt(challenge, p, &prompt);
        cJSON *entry = cJSON_CreateObject();
        json_number(entry, "label", prompt.label);
        json_text(entry, "text", prompt.text);
        cJSON_AddItemToArray(prompts, entry);
    }
    return root;
}

static void put_table(const Inspection *inspection,
                      const MedalsChallenge *challenge, GString *out)
{
    MedalsVolume *volume = medals_challenge_peek_volume(challenge);
    const MedalsGeometry *g = medals_volume_peek_geometry(volume);
    g_string_append_printf(
        out, "file       %s\nkind       challenge case, %s%s\n",
        inspection->path,
        medals_challenge_instance_label(challenge) == 1 ? "instances"
                                                        : "classes",
        medals_challenge_peek_truth(challenge) ? ", with truth" : "");
    g_string_append_printf(out,
                           "size       %d x %d x %d voxels, %s\n"
                           "spacing    %g x %g x %g mm\n",
                           (int) g->size[0], (int) g->size[1], (int) g->size[2],
                           voxel_type_name(medals_volume_dtype(volume)),
                           g->spacing[0], g->spacing[1], g->spacing[2]);
    for (size_t p = 0; p < medals_challenge_prompt_count(challenge); p++) {
        MedalsChallengePrompt prompt = {.struct_size = sizeof prompt};
        medals_challenge_prompt(challenge, p, &prompt);
        g_string_append_printf(out, "%10u  %s\n", prompt.label, prompt.text);
    }
}

bool inspect_challenge(const Inspection *inspection, GString *out,
                       GError **error)
{
    MedalsError *cause = NULL;
    MedalsChallenge *challenge = NULL;
    if (medals_challenge_open(&challenge, inspection->path, &cause) !=
        MEDALS_OK)
        return failure_take(error, cause);
    if (inspection->json)
        json_take_line(describe(inspection, challenge), out);
    else
        put_table(inspection, challenge, out);
    medals_challenge_free(&challenge);
    return true;
}
