#pragma once

#include <stdexcept>
#include <string>

namespace lapicque {

/// An argument that breaks a rule.
///
/// what() reads "SUBJECT = VALUE: RULE; MEND", and the pieces are members, so that a caller who knows better names for
/// them (the reader of experiment files knows line and key) can say the same thing in its own place.
class InvalidArgument : public std::invalid_argument {
 public:
  /// @param subject  what was wrong, in the words of the interface ("tau")
  /// @param value    what it was, with its unit ("-8 ms")
  /// @param rule     what it has to be ("a membrane time constant must be greater than 0")
  /// @param mend     how to put it right ("give for example 8"); may be empty
  InvalidArgument(std::string subject, std::string value, std::string rule, std::string mend = {});

  const std::string& subject() const noexcept { return subject_; }
  const std::string& value() const noexcept { return value_; }
  const std::string& rule() const noexcept { return rule_; }
  const std::string& mend() const noexcept { return mend_; }

 private:
  std::string subject_;
  std::string value_;
  std::string rule_;
  std::string mend_;
};

/// The shortest decimal that reads back as the same double ("2.5", "1e-300", "inf", "nan").
std::string to_text(double value);

/// The same with a unit behind it: "2.5 nA".
std::string to_text(double value, const char* unit);

}  // namespace lapicque
