/*
 * tokenizer.h - WordPiece: a sentence becomes token ids
 *
 *   text -> words (no controls, lower case, no accents, punctuation apart)
 *        -> longest pieces of the vocabulary -> [CLS] ids [SEP]
 */
#ifndef MEDALS_TOKENIZER_H
#define MEDALS_TOKENIZER_H

#include "error.h"

typedef struct MedalsTokenizer MedalsTokenizer;

/**
 * Reads a vocabulary: one token a line, id = line number from 0.
 *
 * @param mpnet which words are special when typed in a text: those of MPNet
 *        (<s> <pad> </s> <mask> [UNK]) or those of BERT ([PAD] [UNK] [CLS]
 *        [SEP] [MASK])
 * @source spec 3.1, 3.5
 * @thread the result is only read, by any thread
 * @return NULL: MEDALS_E_IO; MEDALS_E_INPUT a line that is too long or not
 *         UTF-8, too many lines, or no [CLS], [SEP], [UNK]
 */
MedalsTokenizer *medals_tokenizer_read(const char *vocab_path, bool mpnet,
                                       GError **error);
void medals_tokenizer_free(MedalsTokenizer *tokenizer);
/** Number of lines: every id is below it. */
int64_t medals_tokenizer_count(const MedalsTokenizer *tokenizer);

/**
 * @param ids   [max] with room for max >= 2 ids
 * @param count receives how many there are: at least 2, at most max
 * @param cut   set when the text has more; the last id is [SEP] all the same
 * @return false: MEDALS_E_INPUT not UTF-8 (names the offset)
 */
bool medals_tokenizer_run(const MedalsTokenizer *tokenizer, const char *text,
                          int32_t *ids, size_t max, size_t *count, bool *cut,
                          GError **error);

#endif
