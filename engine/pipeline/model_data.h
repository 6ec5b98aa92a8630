/*
 * model_data.h - what a MedalsModel holds
 *
 * Weights are mapped when the model opens; a stage's network is prepared when
 * it is first used, under the lane's turn, and kept. Stages that name one
 * weight file share one network.
 */
#ifndef MEDALS_MODEL_DATA_H
#define MEDALS_MODEL_DATA_H

#include <stdatomic.h>

#include "label_table.h"
#include "log.h"
#include "medals/model.h"
#include "network.h"
#include "package.h"
#include "query_encoder.h"

struct MedalsModel {
    atomic_int references;
    MedalsLane *lane; /* of the context, borrowed */
    const MedalsKernels *kernels;
    MedalsLog log; /* of the context; all zero: nowhere */
    MedalsPackage *package;
    MedalsDtype storage;        /* MEDALS_F32 or MEDALS_BF16 */
    MedalsWeights *weights[2];  /* by stage; shared files are one object */
    MedalsNetwork *networks[2]; /* by stage; NULL until used; may be equal */
    MedalsQueryEncoder *encoder;
    MedalsLabelTable *own;         /* labels.json of the package, or NULL */
    const MedalsLabelTable *table; /* the 243 classes */
};

/** @return NULL: see medals_model_open() */
MedalsModel *medals_model_create(MedalsLane *lane, const MedalsKernels *kernels,
                                 const char *folder, MedalsDtype storage,
                                 GError **error);

/** The network of a stage; prepares it on first use. In the lane's turn. */
const MedalsNetwork *medals_model_network(MedalsModel *model, size_t stage,
                                          GError **error);

/** Classes of the package first, then the table. NULL: index out of range. */
const MedalsClass *medals_model_peek_class(const MedalsModel *model,
                                           int64_t index);
/** Whether the class at that index is the package's own. */
bool medals_model_class_is_own(const MedalsModel *model, int64_t index);
/** Whether the model was trained on the class at that index. */
bool medals_model_class_trained(const MedalsModel *model, int64_t index);

/** "CT_Liver": modality and name as the rules write them; "" for -1.
 *  @owner g_free */
char *medals_model_class_label(const MedalsModel *model, int64_t index);

#endif
