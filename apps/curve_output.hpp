#pragma once

#include <CLI/App.hpp>
#include <functional>
#include <string>

#include "figure.hpp"
#include "output.hpp"

namespace lapicque::program {

/// --format and --plot of the subcommands that print a curve.
class CurveOutput {
 public:
  explicit CurveOutput(CLI::App& app);

  /// To be called before anything is computed: whether the figure can be drawn, if one is asked for.
  /// @throws FigureError, OutputError
  void check() const;

  /// Prints the table and draws the figure, if one is asked for; without the table there is no figure.
  /// @throws FigureError, OutputError
  void write(const DataTable& table, const std::function<figures::Figure()>& figure) const;

 private:
  std::string format_;
  std::string plot_;
};

}  // namespace lapicque::program
