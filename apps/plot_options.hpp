#pragma once

#include <memory>
#include <optional>
#include <string>

#include "command_line.hpp"
#include "figure.hpp"
#include "output.hpp"

namespace lapicque::program {

/// --plot and --size.
class PlotOptions {
 public:
  /// Adds both to the subcommand. @param description  of --plot: what is drawn
  /// @return --plot, for options that it cannot go with
  Option add_to(Command command, const std::string& description);

  const std::string& path() const noexcept { return path_; }

  /// The figure's file, or nothing where no figure is asked for: to be called before anything is computed.
  /// @throws FigureError, OutputError  it could not be drawn, or not be written
  std::unique_ptr<OutputFile> file() const;

  /// Draws into what file() gave, which is still to be committed. @throws FigureError
  void draw(const figures::Figure& figure, const OutputFile& file) const;

 private:
  std::string path_;
  std::optional<figures::Size> size_;
};

}  // namespace lapicque::program
