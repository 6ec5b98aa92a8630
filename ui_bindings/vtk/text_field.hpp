/*
 * text_field.hpp - what is typed into the text panel: classes, one a line
 */
#ifndef MEDALS_TEXT_FIELD_HPP
#define MEDALS_TEXT_FIELD_HPP

#include <string>
#include <vector>

namespace medals::ui
{

class TextField
{
  public:
    /** Words that lines are completed with, in order of preference. */
    void set_words(std::vector<std::string> words);
    /** Types at the end; line breaks and ';' begin a new line. */
    void type(const std::string &text);
    void erase(); /**< the last letter or line break */
    void clear();
    void complete(); /**< takes the proposal */
    void set_lines(const std::vector<std::string> &texts);

    /** What stands there, at least one line. */
    const std::vector<std::string> &lines() const
    {
        return rows;
    }
    /** The end of the word that the last line begins, or "". */
    std::string proposal() const;
    /** Trimmed lines that are not empty, each once. */
    std::vector<std::string> texts() const;

  private:
    std::vector<std::string> rows = {""}, words;
};

} // namespace medals::ui
#endif
