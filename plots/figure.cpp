#include "figure.hpp"

#include <gnuplot-iostream.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <sstream>
#include <utility>

namespace lapicque::figures {
namespace {

constexpr double gap = std::numeric_limits<double>::quiet_NaN();
constexpr int width = 1100;
constexpr int panel_height = 360;
constexpr int title_height = 50;

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
std::string shape(std::size_t look) {
  static constexpr std::array<const char*, 10> shapes{"7", "13", "5", "9", "11", "6", "4", "8", "10", "12"};
  return shapes[look % shapes.size()];
}

std::string style(Mark mark, std::size_t look) {
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
      return "points pointtype 6 pointsize 0.9 linewidth 1.3";
    case Mark::crosses:
      return "points pointtype 2 pointsize 0.9 linewidth 1.3";
    case Mark::squares:
      return "points pointtype 4 pointsize 0.8 linewidth 1.3";
    case Mark::rings:
      return "points pointtype 6 pointsize 1.9 linewidth 1.6";
    case Mark::joined:
      return "linespoints linewidth 1.3 pointsize 1 pointtype " + shape(look);
    case Mark::bold:
      return "points pointsize 2.2 linewidth 1.3 pointtype " + shape(look);
    case Mark::specks:
      return "points pointtype 7 pointsize 0.4";
    case Mark::band:
      return "lines linewidth 4 dashtype 1";
  }
  std::abort();
}

/// Colours that people with any colour vision tell apart: Okabe and Ito, Color universal design, 2008.
std::string colour(std::size_t index) {
  static constexpr std::array<const char*, 6> colours{"#0072b2", "#d55e00", "#009e73", "#000000", "#cc79a7", "#e69f00"};
  return quoted(colours[index % colours.size()]);
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

void describe_axis(std::ostream& out, const char* name, const Axis& axis) {
  out << "set " << name << "label " << quoted(axis.label) << "\n"
      << (axis.logarithmic ? "set" : "unset") << " logscale " << name << "\n"
      << "set format " << name << (axis.logarithmic ? " '%g'" : " '%.10g'") << "\n"
      << "set " << name << "range [" << bound(axis.from) << ":" << bound(axis.to) << "]\n"
      << "set " << name << "tics " << (axis.counts && is_short(axis) ? "1" : "autofreq") << "\n";
}

void draw_panel(Gnuplot& out, const Panel& panel) {
  // A legend with more entries than the panel has room for would go on in a second column, beyond the figure.
  constexpr std::size_t roomy = 11;
  out << "set title " << quoted(panel.title) << "\n"
      << "set key spacing " << (panel.curves.size() > roomy ? 0.95 : 1.2) << "\n";
  describe_axis(out, "x", with_range(panel.x, panel.curves, &Curve::x));
  describe_axis(out, "y", with_range(panel.y, panel.curves, &Curve::y));
  // Some air above and below, except where the panel says how far an axis goes.
  out << "set offsets 0, 0, graph " << (panel.y.to ? 0 : 0.05) << ", graph " << (panel.y.from ? 0 : 0.05) << "\n";
  for (std::size_t i = 0; i < panel.curves.size(); ++i) {
    const Curve& curve = panel.curves[i];
    const std::size_t look = curve.look.value_or(i);
    out << (i == 0 ? "plot" : ",") << " '-' with " << style(curve.mark, look) << " linecolor rgb " << colour(look)
        << (curve.name.empty() ? " notitle" : " title " + quoted(curve.name));
  }
  out << "\n";
  for (const Curve& curve : panel.curves) out.send1d(std::make_pair(curve.x, curve.y));
}

void draw(Gnuplot& out, const Figure& figure, const std::filesystem::path& file, Format format) {
  const auto height = title_height + panel_height * static_cast<int>(figure.panels.size());
  const auto size = std::to_string(width) + "," + std::to_string(height);
  out.precision(17);
  out << "set encoding utf8\n";
  if (format == Format::svg) {
    out << "set terminal svg size " << size << " font 'sans,15' background '#ffffff' dynamic noenhanced\n";
  } else {
    out << "if (strstrt(GPVAL_TERMINALS, 'pngcairo')) {\n"
        << "set terminal pngcairo size " << size << " font 'sans,11' noenhanced\n"
        << "} else {\n"
        << "set terminal png size " << size << " noenhanced\n}\n";
  }
  out << "set output " << quoted(file.string()) << "\n"
      << "set multiplot layout " << figure.panels.size() << ",1 title " << quoted(figure.title) << "\n"
      << "set lmargin at screen 0.09\nset rmargin at screen 0.72\n"
      << "set key at screen 0.735, graph 1 left top vertical Left reverse samplen 2.5\n"
      << "set grid linetype 1 linecolor rgb '#e4e4e4' linewidth 0.5\nset tics nomirror\nset border 3\n"
      << "set autoscale noextend\n";
  for (const Panel& panel : figure.panels) draw_panel(out, panel);
  out << "unset multiplot\nunset output\n";
}

}  // namespace

Curve spike_lines(std::string name, const std::vector<double>& times, double from, double to) {
  Curve curve{std::move(name), Mark::thin_line, {}, {}};
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
  Curve result{curve.name, curve.mark, {}, {}, curve.look};
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
  Curve result{curve.name, curve.mark, {}, {}, curve.look};
  for (std::size_t k = 0; k < wanted; ++k) {
    const std::size_t i = k * (size - 1) / (wanted - 1);
    result.x.push_back(curve.x[i]);
    result.y.push_back(curve.y[i]);
  }
  return result;
}

Curve level_line(std::string name, Mark mark, double level, double from, double to) {
  return {std::move(name), mark, {from, to}, {level, level}};
}

Format figure_format(const std::filesystem::path& file) {
  const auto suffix = file.extension();
  if (suffix == ".png") return Format::png;
  if (suffix == ".svg") return Format::svg;
  throw FigureError(file.string() + ": a figure's file name must end in .png or .svg; write for example figure.png");
}

void require_gnuplot() {
  const char* path = std::getenv("PATH");
  std::istringstream folders(path != nullptr ? path : "");
  for (std::string folder; std::getline(folders, folder, ':');) {
    if (::access((folder + "/gnuplot").c_str(), X_OK) == 0) return;
  }
  throw FigureError("gnuplot: figures are drawn by gnuplot, which is not on the PATH; install the package gnuplot-nox");
}

void write_figure(const Figure& figure, const std::filesystem::path& file, Format format) {
  require_gnuplot();
  {
    Gnuplot gnuplot("gnuplot");
    draw(gnuplot, figure, file, format);
  }  // waits for gnuplot to end
  std::error_code error;
  const auto size = std::filesystem::file_size(file, error);
  if (error || size == 0) {
    throw FigureError(file.string() + ": gnuplot drew nothing; see its message, and whether the disk is full");
  }
}

}  // namespace lapicque::figures
