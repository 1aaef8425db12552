#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <vector>

namespace lapicque {

/// One thing that is wrong with a file.
struct Problem {
  std::string file;
  std::size_t line;   ///< counted from 1; 0 where it is the file as a whole (it cannot be read)
  std::string key;    ///< "neuron.tau", "input[2].values[17]": lists are counted from 1; may be empty
  std::string value;  ///< as the user wrote it, shortened to 60 bytes; empty where no value is at fault
  std::string rule;   ///< what has to be, or what is wrong
  std::string mend;   ///< how to put it right; may be empty
};

/// "FILE:LINE: KEY = VALUE: RULE; MEND"; what is empty is left out ("FILE: RULE").
std::string to_text(const Problem& problem);

/// A file that cannot be used. what() has all its problems, one a line.
class FileError : public std::invalid_argument {
 public:
  /// @param problems  at least one
  explicit FileError(std::vector<Problem> problems);

  const std::vector<Problem>& problems() const noexcept { return problems_; }

 private:
  std::vector<Problem> problems_;
};

}  // namespace lapicque
