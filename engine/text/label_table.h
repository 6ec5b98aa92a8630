/*
 * label_table.h - classes: the 243 of the table, and a package's own
 */
#ifndef MEDALS_LABEL_TABLE_H
#define MEDALS_LABEL_TABLE_H

#include "error.h"

/** Flags of labels.md, one bit each, plus MEDALS_CLASS_LARGEST. */
typedef enum MedalsClassFlags {
    MEDALS_CLASS_STAGE1_ONLY = 1 << 0,
    MEDALS_CLASS_STAGE2_ONLY = 1 << 1,
    MEDALS_CLASS_UNIT_SPACING = 1 << 2,
    MEDALS_CLASS_STAGE2_SPACING_X11 = 1 << 3,
    MEDALS_CLASS_SPACING_DIV_145_135 = 1 << 4,
    MEDALS_CLASS_EXTENT_CAP_16 = 1 << 5,
    MEDALS_CLASS_ROI_EXTENT_CAP_16 = 1 << 6,
    MEDALS_CLASS_EXTENT_CAP_12 = 1 << 7,
    MEDALS_CLASS_ROI_EXTENT_CAP_12 = 1 << 8,
    MEDALS_CLASS_ROI_SCALE_15 = 1 << 9,
    MEDALS_CLASS_NO_REFINE = 1 << 10,
    MEDALS_CLASS_NO_REFINE_STAGE2 = 1 << 11,
    MEDALS_CLASS_LARGEST = 1 << 12 /* postprocess "largest" (section 10) */
} MedalsClassFlags;

typedef struct MedalsClass {
    char *name;
    MedalsModality modality;
    bool lesion;         /* kind "lesion": the instance table */
    int64_t table_index; /* number inside (modality, kind), from 1 */
    uint32_t flags;      /* MedalsClassFlags */
    char **synonyms;     /* NULL-terminated */
    char **inactive_synonyms;
    bool has_rgb; /* always, once the table is made */
    uint8_t rgb[3];
    char *terminology; /* Slicer's string, or NULL */
} MedalsClass;

/** A name or synonym as the rules of text_rules.h compare it. */
typedef struct MedalsTerm {
    const char *written; /* borrowed from the class */
    char *lower;         /* lower case */
    char *words;         /* plain words, see text_words.h */
    char *sided;         /* the same with its side in front */
    int64_t chars;       /* length of `written` in characters */
    size_t class_index;
    bool inactive; /* of inactive_synonyms */
} MedalsTerm;

typedef struct MedalsLabelTable MedalsLabelTable;

/** The 243 classes, built into the library. Never freed; NULL:
 * MEDALS_E_INTERNAL. @thread any */
const MedalsLabelTable *medals_label_table_builtin(GError **error);
/**
 * A labels.json of the same form (a package's own). `modality` may be a list:
 * one class per modality. Further optional fields: "rgb" [r,g,b] and
 * "terminology", Slicer's string or an object of "category", "type",
 * "modifier", each [scheme, code, meaning]. What is absent is filled in:
 * colour and codes of common structures, else a colour of its own.
 * @return NULL: MEDALS_E_IO; MEDALS_E_INPUT names the entry and field
 */
MedalsLabelTable *medals_label_table_read(const char *path, GError **error);
/** The same from bytes; `name` stands in messages. */
MedalsLabelTable *medals_label_table_parse(const char *name, const char *json,
                                           size_t size, GError **error);
void medals_label_table_free(MedalsLabelTable *table);
size_t medals_label_table_count(const MedalsLabelTable *table);
const MedalsClass *medals_label_table_at(const MedalsLabelTable *table,
                                         size_t index);
/** Terms of a (modality, kind), longest first, then by code point. */
const MedalsTerm *medals_label_table_terms(const MedalsLabelTable *table,
                                           MedalsModality modality, bool lesion,
                                           size_t *count);

#endif
