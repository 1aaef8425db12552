#include "curve_output.hpp"

namespace lapicque::program {

CurveOutput::CurveOutput(Command command) {
  add_choice(command, "--format", format_, {"csv", "json"}, "how the curve is printed");
  plot_.add_to(command, "draw the curve into this file");
}

void CurveOutput::check() const { plot_.file(); }

void CurveOutput::write(const DataTable& table, const std::function<figures::Figure()>& figure) const {
  const auto file = plot_.file();
  if (file) plot_.draw(figure(), *file);
  StandardOutput out;
  out << (format_ == "json" ? table.json() : table.csv());
  out.flush();
  if (file) file->commit();
}

}  // namespace lapicque::program
