#include <string.h>

#include "command.h"
#include "failure.h"
#include "json.h"
#include "medals/journal.h"
#include "options.h"

typedef struct {
    bool json, quiet;
    GPtrArray *words; /* list or delete, then folders */
} Choice;

static bool parse(Choice *choice, char *const *arguments, GError **error)
{
    const Option table[] = {{"json", 0, OPTION_FLAG, &choice->json},
                            {"quiet", 'q', OPTION_FLAG, &choice->quiet},
                            {NULL, 0, 0, NULL}};
    if (!options_parse(table, arguments, choice->words, error))
        return false;
    const char *verb = choice->words->len ? choice->words->pdata[0] : "";
    if (strcmp(verb, "list") != 0 && strcmp(verb, "delete") != 0)
        return failure_set(error, EXIT_USAGE,
                           "journal: \"%s\"; expected list or delete", verb);
    return choice->words->len > 1 ||
           failure_set(error, EXIT_USAGE,
                       "journal %s: no folder; expected at least one", verb);
}

static char *time_words(int64_t seconds)
{
    g_autoptr(GDateTime) when = g_date_time_new_from_unix_utc(seconds);
    return seconds > 0 && when ? g_date_time_format_iso8601(when)
                               : g_strdup("");
}

static cJSON *describe(const char *folder, const MedalsJournalInfo *info)
{
    cJSON *object = cJSON_CreateObject();
    g_autofree char *created = time_words(info->created);
    g_autofree char *edited = time_words(info->edited);
    json_text(object, "folder", folder);
    json_text(object, "image", info->image);
    json_integers(object, "size", info->size, 3);
    json_text(object, "model", info->model);
    json_number(object, "revision", (double) info->revision);
    json_number(object, "steps", (double) info->steps);
    json_number(object, "redo_steps", (double) info->redo_steps);
    json_number(object, "classes", (double) info->classes);
    json_number(object, "bytes", (double) info->bytes);
    json_text(object, "created", *created ? created : NULL);
    json_text(object, "edited", *edited ? edited : NULL);
    cJSON_AddBoolToObject(object, "damaged", info->damaged);
    return object;
}

static void add_row(const char *folder, const MedalsJournalInfo *info,
                    GString *out)
{
    g_autofree char *edited = time_words(info->edited);
    g_string_append_printf(
        out,
        "%s\n  image %.12s..., %" G_GINT64_FORMAT " x %" G_GINT64_FORMAT
        " x %" G_GINT64_FORMAT
        " voxels, model %s\n  revision %" G_GUINT64_FORMAT
        ", %" G_GUINT64_FORMAT " steps to undo, %" G_GUINT64_FORMAT
        " to redo, %" G_GUINT64_FORMAT " classes, %" G_GUINT64_FORMAT
        " bytes%s%s%s\n",
        folder, info->image, info->size[0], info->size[1], info->size[2],
        *info->model ? info->model : "unknown", info->revision, info->steps,
        info->redo_steps, info->classes, info->bytes,
        *edited ? ", last used " : "", edited,
        info->damaged ? "; damaged: opens up to this revision" : "");
}

static bool list(const Choice *choice, GString *out, GError **error)
{
    cJSON *all = cJSON_CreateArray();
    bool done = true;
    for (guint n = 1; done && n < choice->words->len; n++) {
        const char *folder = choice->words->pdata[n];
        MedalsJournalInfo info = {.struct_size = sizeof info};
        MedalsError *cause = NULL;
        done = medals_journal_read(folder, &info, &cause) == MEDALS_OK ||
               failure_take(error, cause);
        if (done && choice->json)
            cJSON_AddItemToArray(all, describe(folder, &info));
        else if (done)
            add_row(folder, &info, out);
    }
    if (done && choice->json) {
        cJSON *object = cJSON_CreateObject();
        cJSON_AddItemToObject(object, "journals", all);
        json_take_line(object, out);
    } else {
        cJSON_Delete(all);
    }
    return done;
}

static bool delete_all(const Choice *choice, GError **error)
{
    for (guint n = 1; n < choice->words->len; n++) {
        MedalsError *cause = NULL;
        if (medals_journal_delete(choice->words->pdata[n], &cause) != MEDALS_OK)
            return failure_take(error, cause);
    }
    return true;
}

bool command_journal(char *const *arguments, GString *out, GError **error)
{
    Choice choice = {.words = g_ptr_array_new()};
    bool done =
        parse(&choice, arguments, error) &&
        (!strcmp(choice.words->pdata[0], "list") ? list(&choice, out, error)
                                                 : delete_all(&choice, error));
    g_ptr_array_unref(choice.words);
    return done;
}
