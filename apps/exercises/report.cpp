#include "exercises/report.hpp"

#include <algorithm>
#include <cstdio>

#include "lapicque/error.hpp"

namespace lapicque::program {
namespace {

constexpr std::size_t width = 98;

std::string print(const char* format, int digits, double value) {
  std::array<char, 400> buffer;
  const int length = std::snprintf(buffer.data(), buffer.size(), format, digits, value);
  return {buffer.data(), static_cast<std::size_t>(length)};
}

std::string padded(const std::string& text, std::size_t columns, bool to_the_right) {
  const std::string padding(columns > text.size() ? columns - text.size() : 0, ' ');
  return to_the_right ? padding + text : text + padding;
}

}  // namespace

std::string fixed(double value, int decimals) {
  std::string text = print("%.*f", decimals, value);
  const bool only_zeros = text.find_first_not_of("-0.") == std::string::npos;
  return only_zeros && text.front() == '-' ? text.substr(1) : text;
}

std::string scientific(double value, int digits) { return value == 0 ? "0" : print("%.*e", digits - 1, value); }

void Report::title(const std::string& text) { text_ += text + "\n"; }

void Report::exercise(const std::string& title) {
  const std::string line = std::to_string(++exercises_) + ". " + title;
  questions_ = 0;
  text_ += "\n" + line + "\n" + std::string(line.size(), '=') + "\n";
}

void Report::question(const std::string& text) {
  const std::string number = std::to_string(exercises_) + "." + std::to_string(++questions_);
  text_ += "\n";
  text_ += wrapped(text, width, number + "  ", "     ") + "\n";
}

void Report::say(const std::string& text) {
  text_ += "\n";
  text_ += wrapped(text, width, "     ", "     ") + "\n";
}

void Report::formula(const std::string& text) { text_ += "\n       " + text + "\n"; }

void Report::table(const std::vector<std::string>& header, const std::vector<std::vector<std::string>>& rows,
                   Align others) {
  std::vector<std::size_t> columns;
  for (const std::string& name : header) columns.push_back(name.size());
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) columns[i] = std::max(columns[i], row[i].size());
  }
  const auto print_row = [&](const std::vector<std::string>& row) {
    std::string line = "       ";
    for (std::size_t i = 0; i < row.size(); ++i)
      line += (i > 0 ? "   " : "") + padded(row[i], columns[i], i > 0 && others == Align::right);
    text_ += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  };
  text_ += "\n";
  print_row(header);
  for (const auto& row : rows) print_row(row);
}

void Report::compare(const Comparison& c, int decimals) {
  std::vector<std::vector<std::string>> rows{{"exact", fixed(c.exact, decimals)}};
  for (std::size_t i = 0; i < euler_steps.size(); ++i) {
    rows.push_back({"Euler, dt = " + to_text(euler_steps[i], "ms"), fixed(c.euler[i], decimals),
                    scientific(c.euler[i] - c.exact), scientific(c.predicted[i] - c.exact)});
  }
  table({padded(c.quantity, 34, false), "", "difference", "as predicted"}, rows);
}

}  // namespace lapicque::program
