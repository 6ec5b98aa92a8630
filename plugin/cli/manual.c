/* The manual pages. Each fits a screen: at most 45 lines of 80 columns. */
#include <string.h>

#include "command.h"

static const char program_page[] =
    "medals - segment medical images by text, on an ordinary processor\n"
    "\n"
    "  medals segment IMAGE --text \"left hippocampus; brain stem\" -o OUT\n"
    "\n"
    "Commands (\"medals help COMMAND\" or \"medals COMMAND --help\" explains)\n"
    "  segment   texts and an image in, a label map out\n"
    "  classes   the structures that a model knows\n"
    "  inspect   what a file holds: image, label map, model, checkpoint\n"
    "  convert   published checkpoints to a model package\n"
    "  eval      a label map against the truth: DSC, NSD, F1, DSC TP\n"
    "  bench     how fast this machine runs a model\n"
    "  help      this page, or a command's\n"
    "  --version\n"
    "\n"
    "Images: NIfTI (.nii .nii.gz), NRRD (.nrrd .nhdr), MetaImage (.mha .mhd),\n"
    "DICOM (a folder or a file), challenge .npz. The label map has the "
    "image's\n"
    "geometry; it appears under its name only when it is complete.\n"
    "\n"
    "Exit code  0 done   2 usage   3 bad input, or a file that cannot be read "
    "or\n"
    "           written   4 out of memory or disk space   5 cancelled\n"
    "Results go to stdout, progress and errors to stderr. Ctrl-C cancels, a\n"
    "second one kills.\n"
    "\n"
    "Environment\n"
    "  MEDALS_MODEL  model package to use when --model is not given\n"
    "  MEDALS_ISA    highest instruction set: ref, avx2, avx512, avx512_bf16,\n"
    "                amx\n"
    "\n"
    "Not a medical device: for research, every result needs an expert's eye.\n";

static const char segment_page[] =
    "medals segment IMAGE --text TEXT -o OUT [options]\n"
    "\n"
    "IMAGE is a file, a DICOM folder or a challenge .npz (whose sentences "
    "serve\n"
    "when no text is given). OUT ends in .nii.gz, .nii, .nrrd, .mha, "
    ".seg.nrrd\n"
    "or, for .npz input, .npz; -o may repeat.\n"
    "\n"
    "What\n"
    "  --text TEXT          what to find; `;` and line ends divide; may "
    "repeat\n"
    "  --text-file FILE     more of it, from a file\n"
    "  --labels 3,7         values in the label map (default 1, 2, ...)\n"
    "  --modality M         ct, mr, us, pet or microscopy (default: the DICOM\n"
    "                       header, the texts, the model, in this order)\n"
    "  --window W           CT window: WIDTH,LEVEL in HU, or soft, lung, "
    "brain,\n"
    "                       bone (default: what the first text asks for)\n"
    "  --roi i0,i1,j0,j1,k0,k1       only these voxels, begin to end - 1\n"
    "  --region x,y,z,rx,ry,rz       the same in mm: LPS centre, half sizes\n"
    "  --series S           DICOM series of a folder: number or UID\n"
    "How\n"
    "  --model DIR          model package ($MEDALS_MODEL, else the compact "
    "one)\n"
    "  --instances          lesions of one text, a value each\n"
    "  --stages N           only the first N stages of the model\n"
    "  --tta                mean of eight mirrored passes\n"
    "  --precision P        f32, bf16 or auto (bf16 where it is native)\n"
    "  --threads N          default: one a core\n"
    "  --seed N             of the prompt masks between stages (default 0)\n"
    "  --reference          .npz: the published program's literal behaviour\n"
    "Results\n"
    "  --overlap keep       classes may overlap (.seg.nrrd); else exclusive\n"
    "  --probabilities FILE one float32 component a class\n"
    "  --png FILE           picture: slices in three directions, outlines\n"
    "  --no-names           no NAME.label.txt beside a .nii.gz\n"
    "  --json               one object instead of the table\n"
    "  --quiet              nothing on stderr but an error\n"
    "\n"
    "  medals segment ct/ --text \"liver; spleen\" -o s.seg.nrrd --png s.png\n";

static const char classes_page[] =
    "medals classes [--model DIR] [--modality M] [--all] [--json]\n"
    "\n"
    "Lists the structures that the model was trained on, by modality. A text\n"
    "that names none of them is answered as free text, with a warning.\n"
    "\n"
    "  --model DIR      model package ($MEDALS_MODEL, else the compact one)\n"
    "  --modality M     only those of ct, mr, us, pet or microscopy\n"
    "  --all            also the classes that it was not trained on\n"
    "  --json           one object: model, license, classes (name, modality,\n"
    "                   trained, lesion, color, synonyms)\n";

static const char inspect_page[] =
    "medals inspect FILE|DIR [--json]\n"
    "\n"
    "Says what a file holds:\n"
    "  image            size, spacing, origin, direction (LPS), type, range\n"
    "  label map        the same, and voxels and ml of each value, with the\n"
    "                   names that a .seg.nrrd has\n"
    "  DICOM folder     its series\n"
    "  model package    name, license, stages, number of classes\n"
    "  checkpoint       tensors of a .pth or .safetensors file; a .pth is "
    "read\n"
    "                   without running anything that is in it\n"
    "\n"
    "  --labels         count values also where they look like grey levels\n"
    "  --series S       DICOM series of a folder: number or UID\n"
    "  --json           one object instead of a table\n";

static const char convert_page[] =
    "medals convert CHECKPOINT... -o DIR [options]\n"
    "\n"
    "Makes a model package from published PyTorch checkpoints, without "
    "running\n"
    "anything that is in them. Give the network of each stage in order.\n"
    "\n"
    "  --stage FILE       the same as a CHECKPOINT; may repeat\n"
    "  -o DIR             the new package; an older package is replaced\n"
    "  --recipe R         medal-s, compact, or a model.json to start from\n"
    "  --text-encoder F   checkpoint with the projection of the texts (and, "
    "as\n"
    "                     published, the sentence encoder)\n"
    "  --tower DIR        folder of the sentence encoder, if it is not in F\n"
    "  --vocab FILE       its vocabulary (default DIR/vocab.txt)\n"
    "  --labels FILE      classes of the package (labels.json)\n"
    "  --license FILE     default: LICENSE beside the first checkpoint\n"
    "  --readme FILE      model card (default: a short one is written)\n"
    "  --network-storage S  as-is, f32 or bf16 (default as-is)\n"
    "  --tower-storage S    as-is, f32, bf16 or none (default bf16)\n"
    "  --threads N        default: one a core\n"
    "  --json             one object: output, stages, tensors, bytes, "
    "vectors,\n"
    "                     parameters\n"
    "  --quiet            nothing on stderr but an error\n";

static const char eval_page[] =
    "medals eval PREDICTION TRUTH [options]\n"
    "\n"
    "Compares two label maps of one grid, for every value of the truth:\n"
    "  DSC      Dice similarity\n"
    "  NSD      share of the surfaces that lie within 2 mm of each other\n"
    "  F1       with --instances: found objects, at an overlap of half\n"
    "  DSC TP   with --instances: mean Dice of the found ones\n"
    "\n"
    "  --instances      values are objects of one kind; a prediction of 0 and "
    "1\n"
    "                   is split into its connected parts\n"
    "  --labels 1,2     only these values\n"
    "  --map 1:37,2:38  value of the prediction : value of the truth\n"
    "  --tolerance MM   of NSD (default 2)\n"
    "  --literal        as the challenge computes it: 8-bit values, and the\n"
    "                   spacing in the order that its script passes it\n"
    "  --json           one object instead of the table\n";

static const char bench_page[] =
    "medals bench [--full] [--layers] [--size H,W,D] [options]\n"
    "\n"
    "Times the network on this machine; one JSON object a line and case, with\n"
    "TFLOP/s, the share of the measured matrix peak and the peak RSS:\n"
    "  peak     what the processor multiplies on registers alone\n"
    "  network  a window of 96^3 and 8 texts, each with a prompt\n"
    "  classes  24 texts in one pass, against one text (ratio) and against 24\n"
    "           passes of one (saving, a share)\n"
    "\n"
    "  --full           windows of 192^3 and 24 texts: 11 TFLOP each, minutes\n"
    "  --size H,W,D     other windows, multiples of 32\n"
    "  --layers         each convolution of its own as well, and as a table "
    "on\n"
    "                   stderr\n"
    "  --classes N      N texts in both cases\n"
    "  --run-singles    measure those passes instead of multiplying one\n"
    "  --model DIR      a model package instead of the published widths with\n"
    "                   random weights; its own window unless --size is given\n"
    "  --compact        the model that `segment` uses when none is named\n"
    "  --repeats N      the fastest of N runs counts (default 2)\n"
    "  --precision P    f32, bf16 or auto\n"
    "  --threads N      default: one a core\n"
    "  --quiet          nothing on stderr but an error\n";

const char *manual_page(const char *command)
{
    static const struct {
        const char *name, *page;
    } pages[] = {{"segment", segment_page}, {"classes", classes_page},
                 {"inspect", inspect_page}, {"convert", convert_page},
                 {"eval", eval_page},       {"bench", bench_page}};
    if (!command)
        return program_page;
    for (size_t i = 0; i < G_N_ELEMENTS(pages); i++)
        if (strcmp(command, pages[i].name) == 0)
            return pages[i].page;
    return NULL;
}
