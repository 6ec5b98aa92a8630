/*
 * text_sides.c - words and short forms of sides
 */
#include "text_sides.h"

#include <string.h>

#include "text_words.h"

/* Words without accents, blanks between. English, Latin, German, Dutch,
 * French, Spanish, Portuguese, Italian, Romanian, Swedish, Danish, Norwegian,
 * Finnish, Polish, Czech, Turkish, Russian, Greek, Korean; then short forms. */
static const struct {
    MedalsSide side;
    const char *words;
} lists[] = {
    {MEDALS_SIDE_LEFT,
     "left leftside leftsided leftward sinister sinistra sinistrum sinistri "
     "sinistrae sinistro sinistris links linke linker linkes linken linkem "
     "linksseitig linksseitige linksseitiger linksseitiges linksseitigen "
     "linkse linkerzijde gauche gauches izquierdo izquierda izquierdos "
     "izquierdas esquerdo esquerda esquerdos esquerdas sinistre stang stanga "
     "vanster vanstra venstre vasen vasemman lewy lewa lewe lewej lewego levy "
     "leva leve sol левыи левая левое левые левого левои αριστερα αριστερος "
     "αριστερη αριστερο 왼쪽 좌측 "
     "l lt lft lh lhs li lks sx sin sinist sinistr izq izqdo izqda izdo izda "
     "esq va"},
    {MEDALS_SIDE_RIGHT,
     "right rightside rightsided rightward dexter dextra dextrum dextri "
     "dextrae dextro dextris destro destra destri destre rechts rechte "
     "rechter rechtes rechten rechtem rechtsseitig rechtsseitige "
     "rechtsseitiger rechtsseitiges rechtsseitigen rechtse rechterzijde droit "
     "droite droits droites derecho derecha derechos derechas direito direita "
     "direitos direitas drept dreapta hoger hogra hojre hoyre højre høyre "
     "oikea oikean prawy prawa prawe prawej prawego pravy prava prave sag "
     "правыи правая правое правые правого правои δεξια δεξιος δεξι 오른쪽 우측 "
     "r rt rgt rh rhs re rts rd dx dex dext dextr dcho dcha dch dta der dir "
     "ho"},
    {MEDALS_SIDE_BOTH,
     "both bilateral bilaterally bilat bilaterale bilaterales bilaterais "
     "bilateralis beide beiden beider beidseits beidseitig beidseitige "
     "beidseitigen beidseitiger bds ambos ambas entrambi entrambe ambedue "
     "ambo ambae"},
};

/* Short forms that are words of their own unless they end the text or a full
 * stop follows. */
static const char *const only_last[] = {"der", "dir", "sin", "va", "ho", "sol",
                                        "sag", "rd",  "re",  "li", "dta"};

/* What makes of "RT" the therapy. */
static const char *const radiotherapy[] = {"structure", "struct",   "dose",
                                           "plan",      "planning", "image"};

static gpointer read_lists(gpointer unused)
{
    GHashTable *sides =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(lists); i++) {
        g_auto(GStrv) words = g_strsplit(lists[i].words, " ", -1);
        for (char **word = words; *word; word++)
            g_hash_table_insert(sides, medals_text_fold(*word),
                                GINT_TO_POINTER(lists[i].side));
    }
    return sides;
}

static MedalsSide listed_side(const char *fold)
{
    static GOnce once = G_ONCE_INIT;
    GHashTable *sides = g_once(&once, read_lists, NULL);
    return (MedalsSide) GPOINTER_TO_INT(g_hash_table_lookup(sides, fold));
}

/* In Chinese and Japanese the side is a letter of the word. */
static MedalsSide ideographic_side(const char *fold)
{
    bool left = strstr(fold, "左"), right = strstr(fold, "右");
    if (strstr(fold, "双侧") || strstr(fold, "双側") || strstr(fold, "両側"))
        return MEDALS_SIDE_BOTH;
    return (MedalsSide) ((left ? MEDALS_SIDE_LEFT : 0) |
                         (right ? MEDALS_SIDE_RIGHT : 0));
}

static bool is_number(const char *word)
{
    return *word && strspn(word, "0123456789") == strlen(word);
}

/* Is a side's short form something else here? */
static bool is_other_word(const GArray *tokens, guint at)
{
    const MedalsToken *token = medals_token_at(tokens, at);
    bool last = at + 1 == tokens->len;
    const MedalsToken *next = last ? NULL : medals_token_at(tokens, at + 1);
    if (strlen(token->fold) == 1 && next) {
        /* L 5: a vertebra; l'hippocampe: an article */
        if (is_number(next->fold) || token->quote)
            return true;
    }
    for (size_t i = 0; next && i < G_N_ELEMENTS(radiotherapy); i++)
        if (!strcmp(token->fold, "rt") && !strcmp(next->word, radiotherapy[i]))
            return true;
    for (size_t i = 0; i < G_N_ELEMENTS(only_last); i++)
        if (!strcmp(token->fold, only_last[i]))
            return !token->dot && (!last || at == 0);
    return false;
}

MedalsSide medals_text_side(const GArray *tokens, guint at)
{
    const char *fold = medals_token_at(tokens, at)->fold;
    MedalsSide side = listed_side(fold);
    if (side == MEDALS_SIDE_NONE)
        return ideographic_side(fold);
    return is_other_word(tokens, at) ? MEDALS_SIDE_NONE : side;
}

MedalsSide medals_side_of_name(const char *name)
{
    g_autofree char *words = medals_text_words(name);
    bool left = medals_text_words_contain(words, " left ");
    bool right = medals_text_words_contain(words, " right ");
    return (MedalsSide) ((left ? MEDALS_SIDE_LEFT : 0) |
                         (right ? MEDALS_SIDE_RIGHT : 0));
}

const char *medals_side_word(MedalsSide side)
{
    return side == MEDALS_SIDE_LEFT ? "left" : "right";
}
