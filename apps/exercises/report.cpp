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

/// Columns of cells: those from the number `right` on end below one another, the others begin so.
std::string table_text(const std::vector<std::string>& header, const std::vector<std::vector<std::string>>& rows,
                       std::size_t right) {
  std::vector<std::size_t> columns;
  for (const std::string& name : header) columns.push_back(name.size());
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) columns[i] = std::max(columns[i], row[i].size());
  }
  std::string text;
  const auto print_row = [&](const std::vector<std::string>& row) {
    std::string line = "       ";
    for (std::size_t i = 0; i < row.size(); ++i) line += (i > 0 ? "   " : "") + padded(row[i], columns[i], i >= right);
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  };
  print_row(header);
  for (const auto& row : rows) print_row(row);
  return text;
}

}  // namespace

std::string fixed(double value, int decimals) {
  std::string text = print("%.*f", decimals, value);
  const bool only_zeros = text.find_first_not_of("-0.") == std::string::npos;
  return only_zeros && text.front() == '-' ? text.substr(1) : text;
}

std::string scientific(double value, int digits) { return value == 0 ? "0" : print("%.*e", digits - 1, value); }

void Report::title(const std::string& text) { title_ = text; }

void Report::exercise(int number, const std::string& title) {
  const std::string line = std::to_string(number) + ". " + title;
  exercise_ = number;
  questions_ = 0;
  text_ += "\n" + line + "\n" + std::string(line.size(), '=') + "\n";
}

void Report::question(const std::string& text) {
  ++questions_;
  text_ += "\n" + wrapped(text, width, number() + "  ", "     ") + "\n";
}

void Report::answer(const std::string& quantity, const std::string& exact, const std::string& euler) {
  answers_.push_back({number(), quantity, exact, euler});
}

void Report::say(const std::string& text) {
  text_ += "\n";
  text_ += wrapped(text, width, "     ", "     ") + "\n";
}

void Report::formula(const std::string& text) { text_ += "\n       " + text + "\n"; }

void Report::table(const std::vector<std::string>& header, const std::vector<std::vector<std::string>>& rows,
                   Align others) {
  text_ += "\n" + table_text(header, rows, others == Align::right ? 1 : std::string::npos);
}

void Report::compare(const Comparison& c, int decimals) {
  std::vector<std::vector<std::string>> rows{{"exact", fixed(c.exact, decimals)}};
  for (std::size_t i = 0; i < euler_steps.size(); ++i) {
    rows.push_back({"Euler, dt = " + to_text(euler_steps[i], "ms"), fixed(c.euler[i], decimals),
                    scientific(c.euler[i] - c.exact), scientific(c.predicted[i] - c.exact)});
  }
  table({padded(c.quantity, 34, false), "", "difference", "as predicted"}, rows);
  answer(c.quantity, rows[0][1], rows[1][1]);
}

void Report::figure(const std::string& name, figures::Figure figure) {
  text_ +=
      std::string(text_.ends_with(".svg\n") ? "" : "\n") + "       figure      " + name + ".png, " + name + ".svg\n";
  figures_.emplace_back(name, std::move(figure));
}

void Report::data(const std::string& name, DataTable table) {
  text_ += "       data        " + name + ".csv\n";
  data_.emplace_back(name, std::move(table));
}

void Report::experiment(const std::string& name, const std::string& toml) {
  text_ += "       experiment  " + name + ".toml\n";
  experiments_.emplace_back(name, toml);
}

void Report::again(const std::string& command) {
  const std::string lead = "       again       $ ";
  std::string lines = wrapped(command, width - 2, lead, std::string(lead.size(), ' '));
  for (auto end = lines.find('\n'); end != std::string::npos; end = lines.find('\n', end + 3)) {
    lines.insert(end, " \\");
  }
  const bool is_below_files = text_.ends_with(".svg\n") || text_.ends_with(".csv\n") || text_.ends_with(".toml\n");
  text_ += (is_below_files ? "" : "\n") + lines + "\n";
}

std::string Report::text() const {
  return title_ + "\n\n" + table_text({"", "", "exact", "Euler, 0.1 ms"}, answers_, 2) + text_;
}

}  // namespace lapicque::program
