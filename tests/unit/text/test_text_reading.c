/*
 * test_text_reading.c - what people type, and the classes that it names
 *
 * Expected: names of classes with "|" between, "" for none, "!" for a text
 * that is refused, "?" for one that is left empty.
 */
#include "text_reading.h"

#include <string.h>

typedef struct Case {
    const char *text, *classes;
} Case;

static MedalsVocabulary compact, table;

static char *read_as(const MedalsTextReader *reader, const char *text,
                     GPtrArray *notes)
{
    g_autoptr(GPtrArray) parts =
        g_ptr_array_new_with_free_func((GDestroyNotify) medals_text_part_free);
    g_autoptr(GError) error = NULL;
    if (!medals_text_read(reader, text, parts, notes, &error)) {
        g_assert_error(error, MEDALS_ERROR, MEDALS_E_INPUT);
        return g_strdup("!");
    }
    g_assert_cmpuint(parts->len, >, 0);
    GString *names = g_string_new(NULL);
    for (guint i = 0; i < parts->len; i++) {
        const MedalsTextPart *part = parts->pdata[i];
        const MedalsClass *info =
            medals_vocabulary_at(reader->vocabulary, part->class_index);
        g_string_append_printf(names, "%s%s", i ? "|" : "",
                               part->empty ? "?"
                               : info      ? info->name
                                           : "");
    }
    return g_string_free(names, FALSE);
}

static unsigned count_wrong(const MedalsVocabulary *vocabulary,
                            MedalsModality modality, const Case *cases,
                            size_t count)
{
    const MedalsTextReader reader = {vocabulary, modality, false, false};
    unsigned wrong = 0;
    for (size_t i = 0; i < count; i++) {
        g_autoptr(GPtrArray) notes = g_ptr_array_new_with_free_func(g_free);
        g_autofree char *found = read_as(&reader, cases[i].text, notes);
        bool many = strchr(found, '|') != NULL;
        if (!strcmp(found, cases[i].classes) && (!many || notes->len > 0))
            continue;
        g_test_message("\"%s\": %s; expected %s", cases[i].text, found,
                       cases[i].classes);
        wrong++;
    }
    return wrong;
}

static void check(const MedalsVocabulary *vocabulary, MedalsModality modality,
                  const Case *cases, size_t count)
{
    g_assert_cmpuint(count_wrong(vocabulary, modality, cases, count), ==, 0);
}

/* ---- sides -------------------------------------------------------------- */

static const char *const left_forms[] = {
    "left %s",
    "Left %s",
    "LEFT %s",
    "%s left",
    "%s, left",
    "%s (left)",
    "left-%s",
    "left_%s",
    "lt %s",
    "Lt. %s",
    "LT %s",
    "lt-%s",
    "%s lt",
    "%s lt.",
    "%s (Lt)",
    "%s_lt",
    "l %s",
    "L %s",
    "L. %s",
    "l. %s",
    "L-%s",
    "L_%s",
    "%s L",
    "%s (L)",
    "%s [L]",
    "%s_L",
    "%s-l",
    "%s, L",
    "%s l.",
    "lft %s",
    "left-sided %s",
    "left sided %s",
    "%s left side",
    "%s on the left",
    "the %s on the left side",
    "%s of the left side",
    "the left %s",
    "please segment the left %s",
    "linke %s",
    "linker %s",
    "linkes %s",
    "linken %s",
    "%s links",
    "Linke %s",
    "%s li.",
    "%s gauche",
    "%s gauches",
    "%s izquierdo",
    "%s izquierda",
    "%s izq.",
    "%s IZQUIERDO",
    "%s sinistro",
    "%s sinistra",
    "%s sinister",
    "%s sinistrum",
    "%s sin.",
    "%s sin",
    "%s sx",
    "%s esquerdo",
    "%s esquerda",
    "%s esq.",
    "v\xc3\xa4nster %s",
    "venstre %s",
    "lewy %s",
    "lev\xc3\xa1 %s",
    "\xd0\xbb\xd0\xb5\xd0\xb2\xd1\x8b\xd0\xb9 %s",
    "lh %s",
    "LH-%s",
    "ctx-lh-%s",
    "  left   %s  ",
    "left %s.",
    "\"left %s\"",
    "l'%s gauche",
    "left%s"};

static const char *const right_forms[] = {
    "right %s",
    "Right %s",
    "RIGHT %s",
    "%s right",
    "%s, right",
    "%s (right)",
    "right-%s",
    "right_%s",
    "rt %s",
    "Rt. %s",
    "RT %s",
    "rt-%s",
    "%s rt",
    "%s rt.",
    "%s (Rt)",
    "%s_rt",
    "r %s",
    "R %s",
    "R. %s",
    "r. %s",
    "R-%s",
    "R_%s",
    "%s R",
    "%s (R)",
    "%s [R]",
    "%s_R",
    "%s-r",
    "%s, R",
    "%s r.",
    "rgt %s",
    "right-sided %s",
    "right sided %s",
    "%s right side",
    "%s on the right",
    "the %s on the right side",
    "%s of the right side",
    "the right %s",
    "please segment the right %s",
    "rechte %s",
    "rechter %s",
    "rechtes %s",
    "rechten %s",
    "%s rechts",
    "Rechte %s",
    "%s re.",
    "%s droit",
    "%s droite",
    "%s derecho",
    "%s derecha",
    "%s der.",
    "%s DERECHO",
    "%s destro",
    "%s destra",
    "%s dexter",
    "%s dextrum",
    "%s dex.",
    "%s dext",
    "%s dx",
    "%s direito",
    "%s direita",
    "%s dir.",
    "h\xc3\xb6ger %s",
    "h\xc3\xb8yre %s",
    "prawy %s",
    "prav\xc3\xa1 %s",
    "\xd0\xbf\xd1\x80\xd0\xb0\xd0\xb2\xd1\x8b\xd0\xb9 %s",
    "rh %s",
    "RH-%s",
    "ctx-rh-%s",
    "  right   %s  ",
    "right %s.",
    "\"right %s\"",
    "l'%s droit",
    "right%s"};

/* Things of the package, as people call them, and the class without side. */
static const struct {
    MedalsModality modality;
    const char *thing, *class;
} things[] = {
    {MEDALS_MODALITY_MRI, "hippocampus", "hippocampus"},
    {MEDALS_MODALITY_MRI, "Thalamus", "thalamus"},
    {MEDALS_MODALITY_MRI, "PUTAMEN", "putamen"},
    {MEDALS_MODALITY_MRI, "lateral ventricle", "lateral ventricle"},
    {MEDALS_MODALITY_MRI, "cerebellum cortex", "cerebellum cortex"},
    {MEDALS_MODALITY_MRI, "cerebellar grey matter", "cerebellum cortex"},
    {MEDALS_MODALITY_MRI, "globus pallidus", "pallidum"},
    {MEDALS_MODALITY_CT, "parotid", "parotid gland"},
    {MEDALS_MODALITY_CT, "Parotid Gland", "parotid gland"},
};

static void check_forms(const char *const *forms, size_t count,
                        const char *side)
{
    unsigned wrong = 0;
    for (size_t t = 0; t < G_N_ELEMENTS(things); t++)
        for (size_t f = 0; f < count; f++) {
            g_auto(GStrv) around = g_strsplit(forms[f], "%s", 2);
            g_autofree char *text =
                g_strconcat(around[0], things[t].thing, around[1], NULL);
            g_autofree char *class =
                g_strconcat(side, " ", things[t].class, NULL);
            /* A side that is glued to the first of two words is rare. */
            if (!strcmp(around[0], side) && strchr(things[t].thing, ' '))
                continue;
            const Case one = {text, class};
            wrong += count_wrong(&compact, things[t].modality, &one, 1);
        }
    g_assert_cmpuint(wrong, ==, 0);
}

static void test_sides(void)
{
    check_forms(left_forms, G_N_ELEMENTS(left_forms), "left");
    check_forms(right_forms, G_N_ELEMENTS(right_forms), "right");
}

static void test_sides_of_table(void)
{
    static const Case cases[] = {
        {"lt kidney", "Left kidney"},
        {"L kidney", "Left kidney"},
        {"Rt. kidney", "Right kidney"},
        {"kidney R", "Right kidney"},
        {"lt. lung", "Left lung"},
        {"femur rt", "Right femur"},
        {"lung upper lobe L", "Lung upper lobe left"},
        {"LT upper lung lobe", "Lung upper lobe left"},
        {"a. iliac artery sin.", "Left iliac artery"},
        {"L adrenal", "Left adrenal gland"},
        {"R. anterior eyeball", "Right anterior segment of the eyeball"},
        {"lt optic nerve", "Left optic nerve"},
        {"cochlea dx", "Right cochlea"},
    };
    check(&compact, MEDALS_MODALITY_CT, cases, G_N_ELEMENTS(cases));
    check(&table, MEDALS_MODALITY_CT, cases, G_N_ELEMENTS(cases));
}

/* What looks like a side and is none. */
static void test_false_friends(void)
{
    static const Case ct[] = {
        {"vertebrae L1", "Vertebrae L1"},
        {"Vertebrae L 5", ""},
        {"vertebrae l5", "Vertebrae L5"},
        {"L5 vertebra", ""},
        {"vertebra R1", ""},
        {"RT structure mandible", "mandible"},
        {"mandible", "mandible"},
        {"write the mandible", "mandible"},
        {"der Larynx", "larynx"},
        {"l'esophagus", "esophagus"},
        {"bright esophagus", "esophagus"},
        {"Larynx (re-segment)", "larynx"},
    };
    static const Case mri[] = {
        {"right atrium", "Right atrium"},
        {"left ventricle", "Left ventricle"},
        {"right ventricle", "Right Ventricle"},
        {"rt ventricle", "Right Ventricle"},
        {"L ventricle", "Left ventricle"},
        {"brain stem", "brain stem"},
        {"l'hippocampus", "left hippocampus|right hippocampus"},
        {"hippocampus upright", ""},
        {"the lefthanded hippocampus", ""},
    };
    check(&compact, MEDALS_MODALITY_CT, ct, G_N_ELEMENTS(ct));
    check(&compact, MEDALS_MODALITY_MRI, mri, G_N_ELEMENTS(mri));
}

/* ---- lists -------------------------------------------------------------- */

static void test_lists_mri(void)
{
    static const Case cases[] = {
        {"left & right thalamus", "left thalamus|right thalamus"},
        {"left and right thalamus", "left thalamus|right thalamus"},
        {"right and left thalamus", "left thalamus|right thalamus"},
        {"left/right thalamus", "left thalamus|right thalamus"},
        {"L/R thalamus", "left thalamus|right thalamus"},
        {"L+R thalamus", "left thalamus|right thalamus"},
        {"thalamus L+R", "left thalamus|right thalamus"},
        {"thalamus, left and right", "left thalamus|right thalamus"},
        {"thalamus (left and right)", "left thalamus|right thalamus"},
        {"lateral ventricle left right",
         "left lateral ventricle|right lateral ventricle"},
        {"left right thalamus", "left thalamus|right thalamus"},
        {"left thalamus right", "left thalamus|right thalamus"},
        {"left thalamus, right thalamus", "left thalamus|right thalamus"},
        {"both thalami", "left thalamus|right thalamus"},
        {"bilateral hippocampi", "left hippocampus|right hippocampus"},
        {"hippocampi bilat.", "left hippocampus|right hippocampus"},
        {"beide Hippocampus", "left hippocampus|right hippocampus"},
        {"Hippocampus beidseits", "left hippocampus|right hippocampus"},
        {"ambos hippocampus", "left hippocampus|right hippocampus"},
        {"hippocampus links und rechts", "left hippocampus|right hippocampus"},
        {"hippocampus", "left hippocampus|right hippocampus"},
        {"the hippocampus", "left hippocampus|right hippocampus"},
        {"Hippocampi on MRI", "left hippocampus|right hippocampus"},
        {"cerebellar grey matter",
         "left cerebellum cortex|right cerebellum cortex"},
        {"brain stem & left lateral ventricle",
         "brain stem|left lateral ventricle"},
        {"left thalamus plus brain stem", "left thalamus|brain stem"},
        {"brain stem with left cerebellum cortex",
         "brain stem|left cerebellum cortex"},
        {"left thalamus with brain stem", "left thalamus|brain stem"},
        {"brain stem and the third ventricle", "brain stem|third ventricle"},
        {"brain stem, third ventricle, fourth ventricle",
         "brain stem|third ventricle|fourth ventricle"},
        {"brain stem, third ventricle and 4th ventricle",
         "brain stem|third ventricle|fourth ventricle"},
        {"brain stem as well as the third ventricle",
         "brain stem|third ventricle"},
        {"brain stem along with third ventricle", "brain stem|third ventricle"},
        {"Segment the brain stem and left putamen in this MRI",
         "brain stem|left putamen"},
        {"brainstem + hippocampus",
         "brain stem|left hippocampus|right hippocampus"},
        {"left thalamus and putamen", "left thalamus|left putamen"},
        {"lt thalamus, rt putamen", "left thalamus|right putamen"},
        {"left thalamus right putamen", "left thalamus|right putamen"},
        {"thalamus left putamen right", "left thalamus|right putamen"},
        {"brain stem left thalamus", "brain stem|left thalamus"},
        {"left thalamus right putamen, brain stem",
         "left thalamus|right putamen|brain stem"},
        {"left and right hippocampus and brain stem",
         "left hippocampus|right hippocampus|brain stem"},
        {"brain stem, left and right hippocampus",
         "brain stem|left hippocampus|right hippocampus"},
        {"both hippocampi and both thalami",
         "left hippocampus|right hippocampus|left thalamus|right thalamus"},
        {"hippocampus left thalamus", "?"},
        {"tumor and brain stem", "tumor|brain stem"},
        /* what is no list */
        {"body and tail of the hippocampus", "posterior hippocampus"},
        {"hippocampal body and tail", "posterior hippocampus"},
        {"tumor in the brain stem", "tumor"},
        {"tumor left thalamus", "tumor"},
        {"tumor in the brain stem and left thalamus", "tumor"},
        {"left hippocampus in T1 MRI", "left hippocampus"},
        {"left hippocampus, brain MRI", "left hippocampus"},
        {"hippocampus left, axial, T1", "left hippocampus"},
        {"brain stem, corpus callosum", "brain stem"},
        {"the cerebellar gray matter on the left", "left cerebellum cortex"},
        {"left cerebellar grey matter", "left cerebellum cortex"},
        {"left corpus callosum", ""},
        {"portal vein and splenic vein", "Portal vein and splenic vein"},
        {"portal vein and splenic vein, spleen",
         "Portal vein and splenic vein|Spleen"},
        {"prostate/uterus", "Prostate/uterus"},
        {"GTVp and GTVn", "GTVp and GTVn tumor"},
        {"vertebrae and intervertebral discs",
         "Vertebrae|Intervertebral discs"},
    };
    check(&compact, MEDALS_MODALITY_MRI, cases, G_N_ELEMENTS(cases));
}

static void test_lists_ct(void)
{
    static const Case cases[] = {
        {"left and right parotid", "left parotid gland|right parotid gland"},
        {"parotids", "left parotid gland|right parotid gland"},
        {"parotid glands, both sides",
         "left parotid gland|right parotid gland"},
        {"liver and spleen", "Liver|Spleen"},
        {"liver & spleen on CT", "Liver|Spleen"},
        {"both kidneys", "Left kidney|Right kidney"},
        {"kidneys", "Left kidney|Right kidney"},
        {"kidneys in CT", "Left kidney|Right kidney"},
        {"mandible; larynx", "mandible|larynx"},
        {"mandible\nlarynx", "mandible|larynx"},
        {"mandible, larynx, spinal cord", "mandible|larynx|spinal cord"},
        {"mandible, mandible", "mandible"},
        {"prostate/uterus", "Prostate/uterus"},
        {"prostate/uterus and bladder", "Prostate/uterus|Urinary bladder"},
        {"Vertebrae T1 and Vertebrae T12 CT", "Vertebrae T1|Vertebrae T12"},
        {"kidney stones", ""},
        {"both mandibles", "mandible"},
        {"left mandible", "mandible"},
        {"right kidney, CT", "Right kidney"},
        {"CT: kidney on the right side", "Right kidney"},
        {"femoral shaft, right, CT", "Right femur"},
    };
    check(&compact, MEDALS_MODALITY_CT, cases, G_N_ELEMENTS(cases));
}

/* ---- denial ------------------------------------------------------------- */

static void test_denial(void)
{
    static const Case cases[] = {
        {"no mandible", "!"},
        {"NO MANDIBLE", "!"},
        {"everything except the liver", "!"},
        {"without mandible", "!"},
        {"liver without tumor", "!"},
        {"w/o mandible", "!"},
        {"all but the mandible", "!"},
        {"everything but the mandible", "!"},
        {"exclude the brainstem", "!"},
        {"excluding brainstem", "!"},
        {"excl. brainstem", "!"},
        {"brainstem not present", "!"},
        {"never the brainstem", "!"},
        {"minus left parotid", "!"},
        {"larynx minus mandible", "!"},
        {"non-mandible", "!"},
        {"non brainstem", "!"},
        {"don't segment the mandible", "!"},
        {"don\xe2\x80\x99t segment the mandible", "!"},
        {"do not segment the mandible", "!"},
        {"neither mandible nor larynx", "!"},
        {"mandible absent", "!"},
        {"apart from the mandible", "!"},
        {"other than mandible", "!"},
        {"ignore the mandible", "!"},
        {"kein Mandible", "!"},
        {"keine Mandibula", "!"},
        {"ohne Mandibula", "!"},
        {"nicht die Mandibula", "!"},
        {"sans mandible", "!"},
        {"pas de mandible", "!"},
        {"sin mandibula", "!"},
        {"sem mandibula", "!"},
        {"senza mandibola", "!"},
        {"excepto mandibula", "!"},
        {"tranne mandibula", "!"},
        {"no foo", "!"},
        {"not left but right parotid", "!"},
        /* how, not what */
        {"mandible, non-contrast CT", "mandible"},
        {"mandible on CT without contrast", "mandible"},
        {"mandible without intravenous contrast", "!"},
        {"larynx in non-small CT", "larynx"},
        {"tumor no. 3", "tumor"},
        {"node", ""},
        {"nose", ""},
    };
    static const Case mri[] = {
        {"non-enhancing tumor core", "Non-enhancing tumor core"},
        {"the non-enhancing tumor core on MRI", "Non-enhancing tumor core"},
        {"surrounding non-enhancing FLAIR hyperintensity",
         "Surrounding non-enhancing FLAIR hyperintensity"},
        {"non-enhancing tissue", "!"},
        {"ventriculus lateralis sin", "left lateral ventricle"},
    };
    check(&compact, MEDALS_MODALITY_CT, cases, G_N_ELEMENTS(cases));
    check(&compact, MEDALS_MODALITY_MRI, mri, G_N_ELEMENTS(mri));
}

/* ---- terms -------------------------------------------------------------- */

typedef struct Terms {
    const MedalsTextReader *reader;
    int64_t index;
    unsigned wrong;
} Terms;

static void check_term(Terms *terms, const char *written)
{
    g_autofree char *upper = g_utf8_strup(written, -1);
    g_autofree char *title = g_strdup(written);
    title[0] = g_ascii_toupper(title[0]);
    g_autofree char *wide = g_strconcat("  ", written, " ", NULL);
    const char *forms[] = {written, upper, title, wide};
    const char *name =
        medals_vocabulary_at(terms->reader->vocabulary, terms->index)->name;
    for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
        g_autoptr(GPtrArray) notes = g_ptr_array_new_with_free_func(g_free);
        g_autofree char *found = read_as(terms->reader, forms[i], notes);
        if (!g_ascii_strcasecmp(found, name) && notes->len == 0)
            continue;
        g_test_message("\"%s\": %s; expected %s", forms[i], found, name);
        terms->wrong++;
    }
}

/* Every name and synonym gives its class, alone and without a word. */
static void check_vocabulary(const MedalsVocabulary *vocabulary)
{
    unsigned wrong = 0;
    for (size_t i = 0; i < medals_vocabulary_count(vocabulary); i++) {
        const MedalsClass *info = medals_vocabulary_at(vocabulary, (int64_t) i);
        const MedalsTextReader reader = {vocabulary, info->modality,
                                         info->lesion, false};
        Terms terms = {&reader, (int64_t) i, 0};
        check_term(&terms, info->name);
        for (char **s = info->synonyms; *s; s++)
            check_term(&terms, *s);
        for (char **s = info->inactive_synonyms; *s; s++)
            check_term(&terms, *s);
        wrong += terms.wrong;
    }
    g_assert_cmpuint(wrong, ==, 0);
}

static void test_terms(void)
{
    check_vocabulary(&compact);
    check_vocabulary(&table);
}

/* ---- the rest ----------------------------------------------------------- */

static void test_whole(void)
{
    const MedalsTextReader reader = {&compact, MEDALS_MODALITY_CT, false, true};
    static const Case cases[] = {{"left and right parotid", ""},
                                 {"lt parotid", "left parotid gland"},
                                 {"no mandible", "mandible"},
                                 {"parotid", ""}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GPtrArray) notes = g_ptr_array_new_with_free_func(g_free);
        g_autofree char *found = read_as(&reader, cases[i].text, notes);
        g_assert_cmpstr(found, ==, cases[i].classes);
    }
}

/* Long and odd texts end soon and in one part. */
static void test_odd(void)
{
    const MedalsTextReader reader = {&compact, MEDALS_MODALITY_CT, false,
                                     false};
    static const char *const pieces[] = {"l,",
                                         "mandible,",
                                         "left ",
                                         "and ",
                                         "left mandible right parotid ",
                                         "\xf0\x9f\x92\xa9",
                                         ", ",
                                         "l' "};
    for (size_t i = 0; i < G_N_ELEMENTS(pieces); i++) {
        GString *text = g_string_new("x");
        while (text->len < 10000)
            g_string_append(text, pieces[i]);
        g_autoptr(GPtrArray) notes = g_ptr_array_new_with_free_func(g_free);
        g_autofree char *found = read_as(&reader, text->str, notes);
        g_assert_nonnull(found);
        g_string_free(text, TRUE);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    GError *error = NULL;
    MedalsLabelTable *own = medals_label_table_read(
        MEDALS_SOURCE_DIR "/resources/models/compact/labels.json", &error);
    g_assert_no_error(error);
    table.table = compact.table = medals_label_table_builtin(&error);
    g_assert_no_error(error);
    compact.own = own;
    g_test_add_func("/text/reading/sides", test_sides);
    g_test_add_func("/text/reading/sides_of_table", test_sides_of_table);
    g_test_add_func("/text/reading/false_friends", test_false_friends);
    g_test_add_func("/text/reading/lists_mri", test_lists_mri);
    g_test_add_func("/text/reading/lists_ct", test_lists_ct);
    g_test_add_func("/text/reading/denial", test_denial);
    g_test_add_func("/text/reading/terms", test_terms);
    g_test_add_func("/text/reading/whole", test_whole);
    g_test_add_func("/text/reading/odd", test_odd);
    int code = g_test_run();
    medals_label_table_free(own);
    return code;
}
