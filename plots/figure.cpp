#include "figure.hpp"

#include <fcntl.h>
#include <gnuplot-iostream.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <utility>

namespace lapicque::figures {
namespace {

constexpr double gap = std::numeric_limits<double>::quiet_NaN();
constexpr int usual_width = 1100;  // pixels
constexpr int panel_height = 320;  // without its legend
constexpr int line_height = 22;
constexpr double left = 0.085;  // of the width
constexpr double right = 0.965;
constexpr double svg_point_scale = 0.62;
constexpr double least_split_decades = 0.8;  // of a logarithmic axis with labels at 1, 2 and 5
constexpr double most_split_decades = 3;

/// A literal string: gnuplot interprets nothing between single quotes.
std::string quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) {
    if (c == '\'') result += '\'';
    result += c == '\n' ? ' ' : c;
  }
  return result + "'";
}

/// gnuplot's numbers of shapes that are told apart at a glance: filled ones first, then hollow ones.
std::string shape(Role role) {
  static constexpr std::array<const char*, 10> shapes{"7", "13", "5", "9", "11", "6", "4", "8", "10", "12"};
  return shapes[static_cast<std::size_t>(role) % shapes.size()];
}

/// The words of a plot command for points of this size in a PNG. gnuplot's SVG draws them twice as large.
std::string points(double size, double line_width, const std::string& type, Format format) {
  std::ostringstream text;
  text << "pointtype " << type << " pointsize " << (format == Format::svg ? svg_point_scale : 1) * size << " linewidth "
       << line_width;
  return text.str();
}

std::string style(Mark mark, Role role, Format format) {
  switch (mark) {
    case Mark::line:
      return "lines linewidth 2 dashtype 1";
    case Mark::thin_line:
      return "lines linewidth 1 dashtype 1";
    case Mark::dashes:
      return "lines linewidth 2 dashtype (14,7)";
    case Mark::dots:
      return "lines linewidth 1.5 dashtype (3,5)";
    case Mark::circles:
      return "points " + points(0.9, 1.3, "6", format);
    case Mark::crosses:
      return "points " + points(0.9, 1.3, "2", format);
    case Mark::squares:
      return "points " + points(0.8, 1.3, "4", format);
    case Mark::rings:
      return "points " + points(1.9, 1.6, "6", format);
    case Mark::joined:
      return "linespoints " + points(1, 1.3, shape(role), format);
    case Mark::bold:
      return "points " + points(2.2, 1.3, shape(role), format);
    case Mark::specks:
      return "points " + points(0.4, 1, "7", format);
    case Mark::band:
      return "lines linewidth 4 dashtype 1";
  }
  std::abort();
}

/// Colours that people with any colour vision tell apart: Okabe and Ito, Color universal design, 2008.
std::string colour(Role role) {
  static constexpr std::array<const char*, 7> colours{"#0072b2", "#d55e00", "#009e73", "#000000",
                                                      "#cc79a7", "#e69f00", "#56b4e9"};
  return quoted(colours[static_cast<std::size_t>(role) % colours.size()]);
}

std::string bound(const std::optional<double>& value) {
  if (!value) return "*";
  std::ostringstream text;
  text.precision(17);
  text << *value;
  return text.str();
}

/// The axis, with a range of its own where the values on it leave none: gnuplot warns of an empty one.
Axis with_range(Axis axis, const std::vector<Curve>& curves, std::vector<double> Curve::*values) {
  double least = std::numeric_limits<double>::infinity();
  double most = -least;
  for (const Curve& curve : curves) {
    for (const double value : curve.*values) {
      if (!std::isfinite(value) || (axis.logarithmic && value <= 0)) continue;
      least = std::min(least, value);
      most = std::max(most, value);
    }
  }
  const double from = axis.from.value_or(least);
  const double to = axis.to.value_or(most);
  const double size = std::max(std::abs(from), std::abs(to));
  if (!std::isfinite(size) || to - from > 1e-9 * size) return axis;
  const double air = size > 0 ? size / 10 : 1;
  if (!axis.from) axis.from = axis.logarithmic ? from / 2 : from - air;
  if (!axis.to) axis.to = axis.logarithmic ? to * 2 : to + air;
  return axis;
}

/// Whether gnuplot would put ticks between whole numbers.
bool is_short(const Axis& axis) { return axis.from && axis.to && *axis.to - *axis.from <= 10; }

/// gnuplot's list of ticks: the labels, and short ticks at the whole multiples of powers of ten between them.
std::string logarithmic_tics(double from, double to) {
  std::ostringstream list;
  const auto labels = logarithmic_labels(from, to);
  for (const double& label : labels) list << (&label == labels.data() ? "" : ", ") << "'" << label << "' " << label;
  const bool by_decades = std::log10(to / from) > most_split_decades;
  for (double decade = std::pow(10, std::floor(std::log10(from))); decade <= to; decade *= 10) {
    for (int digit = 1; digit <= (by_decades ? 1 : 9); ++digit) {
      if (const double at = digit * decade; from <= at && at <= to) list << ", '' " << at << " 1";
    }
  }
  return "(" + list.str() + ")";
}

void describe_axis(std::ostream& out, const char* name, const Axis& axis) {
  out << "set " << name << "label " << quoted(axis.label) << "\n"
      << (axis.logarithmic ? "set" : "unset") << " logscale " << name << "\n"
      << "set format " << name << " '%.10g'\n"
      << "set " << name << "range [" << bound(axis.from) << ":" << bound(axis.to) << "]\n"
      << "set " << name << "tics "
      << (axis.logarithmic && axis.from && axis.to ? logarithmic_tics(*axis.from, *axis.to)
          : axis.counts && is_short(axis)          ? "1"
                                                   : "autofreq")
      << "\n";
}

/// Lines that the legend takes: gnuplot gives all entries the width of the longest.
int legend_lines(const Panel& panel, int width) {
  constexpr int character = 8;  // pixels
  constexpr int sample = 60;
  int entries = 0;
  int longest = 0;
  for (const Curve& curve : panel.curves) {
    if (curve.name.empty()) continue;
    ++entries;
    longest = std::max(longest, character * static_cast<int>(curve.name.size()) + sample);
  }
  if (entries == 0) return 0;
  const int columns = std::max(1, static_cast<int>((right - left) * width) / longest);
  return (entries + columns - 1) / columns;
}

Size usual_size(const Figure& figure) {
  int most = 0;
  for (const Panel& panel : figure.panels) most = std::max(most, legend_lines(panel, usual_width));
  const int titles = line_height * (figure.subtitle.empty() ? 2 : 3);
  const int panels = static_cast<int>(figure.panels.size());
  return {usual_width, titles + panels * (panel_height + line_height * most)};
}

void draw_panel(Gnuplot& out, const Panel& panel, Format format) {
  out << "set key title " << quoted(panel.title) << " center\n";
  describe_axis(out, "x", with_range(panel.x, panel.curves, &Curve::x));
  describe_axis(out, "y", with_range(panel.y, panel.curves, &Curve::y));
  // Some air above and below, except where the panel says how far an axis goes.
  out << "set offsets 0, 0, graph " << (panel.y.to ? 0 : 0.05) << ", graph " << (panel.y.from ? 0 : 0.05) << "\n";
  for (const Curve& curve : panel.curves) {
    out << (&curve == panel.curves.data() ? "plot" : ",") << " '-' with " << style(curve.mark, curve.role, format)
        << " linecolor rgb " << colour(curve.role)
        << (curve.name.empty() ? " notitle" : " title " + quoted(curve.name));
  }
  out << "\n";
  for (const Curve& curve : panel.curves) out.send1d(std::make_pair(curve.x, curve.y));
}

/// gnuplot counts the sizes of its terminals each in its own way: these settings look the same on a screen.
std::string terminal(Format format, const Size& size) {
  std::ostringstream text;
  if (format == Format::svg) {
    text << "set terminal svg size " << size.width << "," << size.height
         << " font 'sans,14.5' background '#ffffff' dynamic noenhanced\n";
  } else if (format == Format::pdf) {
    constexpr double pixels = 96;  // to the inch
    text << "set terminal pdfcairo size " << size.width / pixels << "," << size.height / pixels
         << " font 'sans,11' fontscale 0.75 linewidth 1.4 noenhanced\n";
  } else {
    const std::string pixels = std::to_string(size.width) + "," + std::to_string(size.height);
    text << "if (strstrt(GPVAL_TERMINALS, 'pngcairo')) {\n"
         << "set terminal pngcairo size " << pixels << " font 'sans,11' noenhanced\n"
         << "} else {\n"
         << "set terminal png size " << pixels << " noenhanced\n}\n";
  }
  return text.str();
}

void draw(Gnuplot& out, const Figure& figure, Format format, const Size& size) {
  out.precision(17);
  out << "set encoding utf8\n"
      << terminal(format, size) << "set multiplot layout " << figure.panels.size() << ",1 title "
      << quoted(figure.title);
  if (!figure.subtitle.empty()) out << " . \"\\n\" . " << quoted(figure.subtitle);
  out << " . \"\\n \"\nset lmargin at screen " << left << "\nset rmargin at screen " << right << "\n"
      << "set key tmargin center horizontal Left reverse samplen 2.5 spacing " << (format == Format::png ? 1.25 : 1)
      << "\nset grid linetype 1 linecolor rgb '#e4e4e4' linewidth 0.5\nset tics nomirror\nset border 3\n"
      << "set autoscale noextend\n";
  for (const Panel& panel : figure.panels) draw_panel(out, panel, format);
  out << "unset multiplot\n";
}

/// Opened here and handed to gnuplot as its output, so that a program that is ended meanwhile leaves no gnuplot behind
/// that makes the file anew.
class PictureFile {
 public:
  explicit PictureFile(const std::filesystem::path& file)
      : descriptor_(::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666)) {
    if (descriptor_ < 0)
      throw FigureError(std::string("gnuplot: its output cannot be written: ") + std::strerror(errno));
  }
  PictureFile(const PictureFile&) = delete;
  PictureFile& operator=(const PictureFile&) = delete;
  ~PictureFile() { ::close(descriptor_); }

  std::string gnuplot() const { return "exec gnuplot > /dev/fd/" + std::to_string(descriptor_); }

 private:
  int descriptor_;
};

}  // namespace

Curve spike_lines(std::string name, const std::vector<double>& times, double from, double to) {
  Curve curve{std::move(name), Role::spikes, Mark::thin_line, {}, {}};
  const double nearest = times.empty() ? 0 : (times.back() - times.front()) / 4000;
  double last = -std::numeric_limits<double>::infinity();
  for (const double time : times) {
    if (time - last < nearest) continue;
    last = time;
    curve.x.insert(curve.x.end(), {time, time, time});
    curve.y.insert(curve.y.end(), {from, to, gap});
  }
  return curve;
}

Curve thinned(const Curve& curve, std::size_t bins) {
  const std::size_t size = curve.x.size();
  if (size <= 2 * bins) return curve;
  Curve result{curve.name, curve.role, curve.mark, {}, {}};
  const auto at = [&](std::size_t i) { return curve.y.begin() + static_cast<std::ptrdiff_t>(i); };
  for (std::size_t bin = 0; bin < bins; ++bin) {
    const auto [least, most] = std::minmax_element(at(bin * size / bins), at((bin + 1) * size / bins));
    for (const auto& point : {std::min(least, most), std::max(least, most)}) {
      result.x.push_back(curve.x[static_cast<std::size_t>(point - curve.y.begin())]);
      result.y.push_back(*point);
    }
  }
  return result;
}

Curve sparse(const Curve& curve) {
  constexpr std::size_t crowd = 100;
  constexpr std::size_t wanted = 50;
  const std::size_t size = curve.x.size();
  const bool is_marks = curve.mark == Mark::circles || curve.mark == Mark::crosses || curve.mark == Mark::squares;
  if (!is_marks || size <= crowd) return curve;
  Curve result{curve.name, curve.role, curve.mark, {}, {}};
  for (std::size_t k = 0; k < wanted; ++k) {
    const std::size_t i = k * (size - 1) / (wanted - 1);
    result.x.push_back(curve.x[i]);
    result.y.push_back(curve.y[i]);
  }
  return result;
}

Curve level_line(std::string name, Mark mark, double level, double from, double to) {
  return {std::move(name), Role::level, mark, {from, to}, {level, level}};
}

Curve threshold_line(double threshold, double from, double to) {
  return level_line("threshold", Mark::dots, threshold, from, to);
}

std::vector<double> logarithmic_labels(double from, double to) {
  constexpr std::size_t most_decades = 8;  // more labels meet
  const double decades = std::log10(to / from);
  std::vector<double> labels;
  if (decades < least_split_decades) {
    // A fifth of the range, rounded up to 1, 2 or 5 of a power of ten.
    const double wanted = (to - from) / 5;
    const double power = std::pow(10, std::floor(std::log10(wanted)));
    const double step = power * (wanted <= power ? 1 : wanted <= 2 * power ? 2 : wanted <= 5 * power ? 5 : 10);
    for (double k = std::ceil(from / step); k * step <= to; ++k) labels.push_back(k * step);
    return labels;
  }
  const double stride = decades > most_split_decades ? std::ceil(decades / most_decades) : 1;
  for (double exponent = std::floor(std::log10(from)); exponent <= std::log10(to); ++exponent) {
    if (std::fmod(exponent, stride) != 0) continue;
    for (const double digit : {1.0, 2.0, 5.0}) {
      // A power of ten that is a double, times a digit or under it: rounded once.
      const double power = std::pow(10, std::abs(exponent));
      const double label = exponent < 0 ? digit / power : digit * power;
      if (from <= label && label <= to) labels.push_back(label);
      if (decades > most_split_decades) break;
    }
  }
  return labels;
}

Format figure_format(const std::filesystem::path& file) {
  const auto suffix = file.extension();
  if (suffix == ".png") return Format::png;
  if (suffix == ".svg") return Format::svg;
  if (suffix == ".pdf") return Format::pdf;
  throw FigureError(file.string() +
                    ": a figure's file name must end in .png, .svg or .pdf; write for example figure.png");
}

void require_gnuplot() {
  const char* path = std::getenv("PATH");
  std::istringstream folders(path != nullptr ? path : "");
  for (std::string folder; std::getline(folders, folder, ':');) {
    if (::access((folder + "/gnuplot").c_str(), X_OK) == 0) return;
  }
  throw FigureError("gnuplot: figures are drawn by gnuplot, which is not on the PATH; install the package gnuplot-nox");
}

void write_figure(const Figure& figure, const std::filesystem::path& file, Format format,
                  const std::optional<Size>& size) {
  require_gnuplot();
  {
    const PictureFile picture(file);
    Gnuplot gnuplot(picture.gnuplot());
    draw(gnuplot, figure, format, size.value_or(usual_size(figure)));
  }  // waits for gnuplot to end
  std::error_code error;
  const auto bytes = std::filesystem::file_size(file, error);
  if (error || bytes == 0) {
    throw FigureError("gnuplot: drew nothing; see its message, and whether the disk is full");
  }
}

}  // namespace lapicque::figures
