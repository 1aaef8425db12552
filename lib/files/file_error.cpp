#include "lapicque/files/file_error.hpp"

#include <utility>

namespace lapicque {
namespace {

std::string joined(const std::vector<Problem>& problems) {
  std::string text;
  for (const auto& problem : problems) {
    if (!text.empty()) text += '\n';
    text += to_text(problem);
  }
  return text;
}

}  // namespace

std::string to_text(const Problem& problem) {
  std::string text = problem.file;
  if (problem.line > 0) text.append(":").append(std::to_string(problem.line));
  text += ": ";
  if (!problem.value.empty()) {
    if (!problem.key.empty()) text.append(problem.key).append(" = ");
    text.append(problem.value).append(": ");
  }
  text += problem.rule;
  if (!problem.mend.empty()) text.append("; ").append(problem.mend);
  return text;
}

FileError::FileError(std::vector<Problem> problems)
    : std::invalid_argument(joined(problems)), problems_(std::move(problems)) {}

}  // namespace lapicque
