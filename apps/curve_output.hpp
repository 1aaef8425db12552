#pragma once

#include <functional>
#include <string>

#include "command_line.hpp"
#include "figure.hpp"
#include "options.hpp"
#include "output.hpp"
#include "plot_options.hpp"

namespace lapicque::program {

/// --format, --plot and --size of the subcommands that print a curve.
class CurveOutput {
 public:
  explicit CurveOutput(Command command);

  /// To be called before anything is computed: whether the figure can be drawn, if one is asked for.
  /// @throws FigureError, OutputError
  void check() const;

  /// Prints the table and draws the figure, if one is asked for; without the table there is no figure.
  /// @throws FigureError, OutputError
  void write(const DataTable& table, const std::function<figures::Figure()>& figure) const;

 private:
  std::string format_;
  PlotOptions plot_;
};

/// What points that `solver` found stand for.
inline figures::Role role_of(const Solver& solver) {
  return solver.method ? figures::Role::stepped : figures::Role::exact;
}

}  // namespace lapicque::program
