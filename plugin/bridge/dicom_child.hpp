/*
 * dicom_child.hpp - the program medals-dicom while it runs
 *
 * It is ended with its object, when it sends nothing for a minute and when the
 * caller wants no more. It allows itself as much memory as is available when it
 * starts, and asks the system to be ended when this process ends.
 *
 * $MEDALS_DICOM_MEMORY (bytes) and $MEDALS_DICOM_PATIENCE (seconds) set other
 * limits, for tests.
 */
#ifndef MEDALS_BRIDGE_DICOM_CHILD_HPP
#define MEDALS_BRIDGE_DICOM_CHILD_HPP

#include <sys/types.h>

#include "dicom_answer.hpp"

namespace medals::bridge
{

class DicomChild : public DicomSource
{
  public:
    /** Starts it on a file or folder. Throws MEDALS_E_IO if that fails.
     * @param what "image" or "list"
     * @param series, progress see MedalsImageReadOptions, may be NULL */
    DicomChild(const std::string &thing, const char *what, const char *series,
               bool (*progress)(void *cookie), void *cookie);
    ~DicomChild() override;

    /** Throws MEDALS_E_INPUT where the program died, ended or hangs;
     * MEDALS_E_CANCELLED. */
    void read(void *bytes, uint64_t length) override;

  private:
    void ask();
    void wait();
    [[noreturn]] void lost();

    bool (*const progress)(void *cookie);
    void *const cookie;
    const double patience; /* seconds */
    pid_t process = -1;
    int pipe = -1;
};

} // namespace medals::bridge
#endif
