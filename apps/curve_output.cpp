#include "curve_output.hpp"

#include <optional>

#include "options.hpp"

namespace lapicque::program {

CurveOutput::CurveOutput(CLI::App& app) {
  add_choice(app, "--format", format_, {"csv", "json"}, "how the curve is printed");
  add_output(app, "--plot", plot_, "figure.png", "draw the curve into this file")->type_name("FIGURE.png|.svg");
}

void CurveOutput::check() const {
  if (plot_.empty()) return;
  figures::figure_format(plot_);
  figures::require_gnuplot();
  OutputFile can_be_written(plot_);
}

void CurveOutput::write(const DataTable& table, const std::function<figures::Figure()>& figure) const {
  std::optional<OutputFile> file;
  if (!plot_.empty()) {
    file.emplace(plot_);
    figures::write_figure(figure(), file->temporary(), figures::figure_format(plot_));
  }
  StandardOutput out;
  out << (format_ == "json" ? table.json() : table.csv());
  out.flush();
  if (file) file->commit();
}

}  // namespace lapicque::program
