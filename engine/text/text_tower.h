/*
 * text_tower.h - the sentence encoder: MPNet (Medal S) or BERT (compact model)
 *
 *   ids [T] -> word + position (+ token type) -> LN = h [T,W]
 *   each layer, post-norm:
 *     h = LN(h + Wo attention(Wq h, Wk h, Wv h, bias) + bo)
 *     h = LN(h + W2 gelu(W1 h + b1) + b2)
 *   mean over T -> [divide by its L2 norm] -> sentence vector [W]
 *
 * MPNet adds one table of relative distances to the scores of all layers
 * (relative_bias.h) and has no token types. Widths and layers are read off
 * the tensors.
 */
#ifndef MEDALS_TEXT_TOWER_H
#define MEDALS_TEXT_TOWER_H

#include "kernels.h"
#include "tokenizer.h"
#include "weights.h"

typedef struct MedalsTextTower MedalsTextTower;

typedef struct MedalsTextTowerOptions {
    bool mpnet; /* else BERT */
    int64_t heads;
    double norm_eps;
    bool l2_normalise; /* sentence vectors have length 1 */
} MedalsTextTowerOptions;

/**
 * Builds the tower from named tensors (spec 3.4, 3.5), with or without the
 * prefixes "module." and "text_tower.biolord.". The embedding tables stay in
 * the file, which is kept open; the rest is copied as float32.
 * @return NULL: MEDALS_E_SHAPE names the tensor; MEDALS_E_INPUT heads do not
 *         divide the width; MEDALS_E_NOMEM
 */
MedalsTextTower *medals_text_tower_new(MedalsWeights *weights,
                                       const MedalsTextTowerOptions *options,
                                       GError **error);
void medals_text_tower_free(MedalsTextTower *tower);
/** W */
int64_t medals_text_tower_width(const MedalsTextTower *tower);
/** Rows of the word embedding: ids must be below. */
int64_t medals_text_tower_words(const MedalsTextTower *tower);
/** The longest sequence that has position embeddings. */
int64_t medals_text_tower_max_tokens(const MedalsTextTower *tower);

/**
 * Names of tensors in the tower's file that neither the tower nor a text
 * projection reads (R20): a sign of a wrong or incomplete file. Known leftovers
 * (pooler, position ids, atlas tower, temperature) do not count.
 * @return NULL-terminated, maybe empty. @owner g_strfreev
 */
char **medals_text_tower_unexpected(const MedalsTextTower *tower);

/**
 * One sentence, alone and unpadded.
 *
 * @shape  ids [count], vector [W], hidden [count,W] or NULL (the last layer)
 * @thread several at once on one tower; `exec` as everywhere
 * @return false: MEDALS_E_INPUT too many ids or one out of range;
 *         MEDALS_E_NOMEM; MEDALS_E_CANCELLED
 */
bool medals_text_tower_run(const MedalsExec *exec, const MedalsTextTower *tower,
                           const int32_t *ids, size_t count, float *vector,
                           float *hidden, GError **error);

/**
 * Sentence vectors of several texts, for storing in a package.
 *
 * @param vectors [count,W] @param cut [count] or NULL, see tokenizer.h
 * @return false: MEDALS_E_INPUT the vocabulary has more lines than the tower
 *         has rows, or a text is not UTF-8; as medals_text_tower_run()
 */
bool medals_sentence_vectors(const MedalsExec *exec,
                             const MedalsTextTower *tower,
                             const MedalsTokenizer *tokenizer,
                             size_t max_tokens, const char *const *texts,
                             size_t count, float *vectors, bool *cut,
                             GError **error);

/** "" or "module." and so on: what stands before `name` in this file; NULL
 * when the file has no such tensor. */
const char *medals_text_prefix(const MedalsWeights *weights, const char *name);

#endif
