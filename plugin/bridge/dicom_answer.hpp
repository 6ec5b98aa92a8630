/*
 * dicom_answer.hpp - an image or a list out of the records of medals-dicom
 *
 *   bytes --> records (dicom_record.hpp) --> MedalsImage | MedalsSeriesList
 *
 * The other end may have died of its file, or talk nonsense: whatever comes is
 * understood or refused.
 */
#ifndef MEDALS_BRIDGE_DICOM_ANSWER_HPP
#define MEDALS_BRIDGE_DICOM_ANSWER_HPP

#include <memory>

#include "image_data.hpp"

struct MedalsSeriesList {
    struct Series {
        std::string uid, description, modality;
        uint64_t files;
    };
    std::vector<Series> series;
};

namespace medals::bridge
{

/** Where the records come from. */
class DicomSource
{
  public:
    explicit DicomSource(const std::string &thing) : thing(thing)
    {
    }
    virtual ~DicomSource() = default;
    DicomSource(const DicomSource &) = delete;
    DicomSource &operator=(const DicomSource &) = delete;

    /** Just so many bytes; throws a Failure where they do not come. */
    virtual void read(void *bytes, uint64_t length) = 0;

    const std::string thing; /* the file or folder, for messages */
};

/** An image and its slices. Throws the failure that was sent; MEDALS_E_INPUT
 * for what makes no sense, MEDALS_E_NOMEM for what would not fit. */
ImagePointer take_dicom_image(DicomSource &source);
/** The series of a folder. Throws likewise. */
std::unique_ptr<MedalsSeriesList> take_dicom_list(DicomSource &source);

} // namespace medals::bridge
#endif
