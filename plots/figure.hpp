#pragma once

#include <cstddef>
#include <filesystem>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace lapicque::figures {

/// How a curve is drawn. Marks differ in shape or dash, so that curves can be told apart without their colours; points
/// on a line (joined) and large ones (bold) have a shape for each look. Rings go around other points. Specks and a band
/// are for many points, and stay to be seen on either side of a line on top of them.
enum class Mark { line, thin_line, dashes, dots, circles, crosses, squares, rings, joined, bold, specks, band };

/// What a curve stands for, which has one colour in all figures (and, joined or bold, one shape).
enum class Role : std::size_t {
  exact,    ///< the exact solution, a formula
  stepped,  ///< what a stepper makes of it, or what was recorded or printed by somebody else
  spikes,   ///< exact spike times
  level,    ///< the threshold, the rheobase, a limit, a tolerance
  other,    ///< what has to be told apart from all of these
  input,    ///< the injected current
  another,  ///< what has to be told apart from the others too
};

/// The role of number `index` among curves that have none but to be told apart.
constexpr Role series(std::size_t index) { return static_cast<Role>(index); }

/// Points (x[i], y[i]), joined in this order by the line marks. A not-a-number breaks the line.
struct Curve {
  std::string name;  ///< for the legend; none if empty
  Role role;
  Mark mark;
  std::vector<double> x;
  std::vector<double> y;
};

struct Axis {
  std::string label;  ///< with the unit: "current (nA)"
  bool logarithmic = false;
  std::optional<double> from{};  ///< chosen to fit the curves if not given
  std::optional<double> to{};
  bool counts = false;  ///< its values are whole numbers: no ticks between them, where `from` and `to` are given
};

struct Panel {
  std::string title;
  Axis x;
  Axis y;
  std::vector<Curve> curves;
};

/// Panels below one another, of one width, each with its legend above it.
struct Figure {
  std::string title;
  std::string subtitle;  ///< a line below the title, none if empty: the neuron's parameters
  std::vector<Panel> panels;
};

/// Spikes as what they are: a vertical line at each exact time, from the potential `from` to `to` (mV). Of spikes so
/// close together that they would be drawn on top of one another (4000 to the span of all), one is drawn.
Curve spike_lines(std::string name, const std::vector<double>& times, double from, double to);

/// Of each of `bins` runs of points, the lowest and the highest in their order, so that no peak is lost; all points
/// where they are not more than twice as many. Their y are no not-a-numbers.
Curve thinned(const Curve& curve, std::size_t bins);

/// The same curve where it is drawn as a line or has up to 100 points; else about 50 of them, evenly by number, as more
/// marks hide what is below them.
Curve sparse(const Curve& curve);

/// The straight line y = level from x = from to x = to.
Curve level_line(std::string name, Mark mark, double level, double from, double to);

/// The threshold's line, in all figures.
Curve threshold_line(double threshold, double from, double to);

/// The numbers at a logarithmic axis from `from` > 0 to `to`: 1, 2 and 5 of each decade; over more than three decades
/// powers of ten, over less than 0.8 decades round numbers evenly apart.
std::vector<double> logarithmic_labels(double from, double to);

enum class Format { png, svg, pdf };

/// In pixels, 96 to the inch.
struct Size {
  int width;
  int height;
};

/// A figure that cannot be drawn; what() has "SUBJECT: what is wrong; how to mend it".
class FigureError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The format that a file name ends in: .png, .svg or .pdf. @throws FigureError  it ends in none of them
Format figure_format(const std::filesystem::path& file);

/// @throws FigureError  there is no gnuplot on the PATH
void require_gnuplot();

/// Has gnuplot draw the figure into `file`, whatever its name.
/// @param size  by default 1100 pixels wide and as high as the panels and legends ask for
/// @throws FigureError  there is no gnuplot, or it left no picture behind
void write_figure(const Figure& figure, const std::filesystem::path& file, Format format,
                  const std::optional<Size>& size = {});

}  // namespace lapicque::figures
