#include "plot_options.hpp"

#include <charconv>

#include "lapicque/error.hpp"
#include "options.hpp"

namespace lapicque::program {
namespace {

/// "1100x770".
figures::Size read_size(const std::string& text) {
  constexpr int least = 200;
  constexpr int most = 10000;
  figures::Size size{};
  const char* const end = text.data() + text.size();
  const auto width = std::from_chars(text.data(), end, size.width);
  const bool has_both = width.ptr != end && *width.ptr == 'x';
  const auto height = std::from_chars(has_both ? width.ptr + 1 : end, end, size.height);
  const auto is_usable = [](int pixels) { return pixels >= least && pixels <= most; };
  if (height.ptr == end && is_usable(size.width) && is_usable(size.height)) return size;
  throw InvalidArgument("--size", text,
                        "must be width and height in pixels, " + std::to_string(least) + " to " + std::to_string(most),
                        "write for example --size 1100x770");
}

}  // namespace

Option PlotOptions::add_to(Command command, const std::string& description) {
  auto plot = add_output(command, "--plot", path_, "figure.png", description).placeholder("FIGURE.png|.svg|.pdf");
  command
      .add_reader(
          "--size", [this](const std::string& text) { size_ = read_size(text); },
          "its width and height in pixels (96 to the inch in PDF); by default what its panels ask for")
      .placeholder("WIDTHxHEIGHT")
      .needs(plot);
  return plot;
}

std::unique_ptr<OutputFile> PlotOptions::file() const {
  if (path_.empty()) return nullptr;
  figures::figure_format(path_);
  figures::require_gnuplot();
  return std::make_unique<OutputFile>(path_);
}

void PlotOptions::draw(const figures::Figure& figure, const OutputFile& file) const {
  figures::write_figure(figure, file.temporary(), figures::figure_format(path_), size_);
}

}  // namespace lapicque::program
