#include "curve_output.hpp"

#include "options.hpp"

namespace lapicque::program {

CurveOutput::CurveOutput(CLI::App& app) {
  add_choice(app, "--format", format_, {"csv", "json"}, "how the curve is printed");
  app.add_option("--plot", plot_, "draw the curve into this file")->type_name("FIGURE.png|.svg");
}

void CurveOutput::check() const {
  if (plot_.empty()) return;
  figures::figure_format(plot_);
  figures::require_gnuplot();
  OutputFile can_be_written(plot_);
}

void CurveOutput::write(const DataTable& table, const std::function<figures::Figure()>& figure) const {
  if (!plot_.empty()) {
    OutputFile file(plot_);
    figures::write_figure(figure(), file.temporary(), figures::figure_format(plot_));
    file.commit();
  }
  StandardOutput out;
  out << (format_ == "json" ? table.json() : table.csv());
  out.flush();
}

}  // namespace lapicque::program
