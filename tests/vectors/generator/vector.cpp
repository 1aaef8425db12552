#include "vector.hpp"

#include <array>
#include <cmath>
#include <cstddef>
#include <span>

#include "lapicque/error.hpp"

namespace lapicque::vectors {
namespace {

/// Always a TOML float, so that a reader in a typed language meets one type only.
std::string number(double value) {
  std::string text = to_text(value);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

void write_key(std::string& toml, const char* key, double value) {
  toml.append(key).append(" = ").append(number(value)).append("\n");
}

template <class Values, class Get>
void write_list(std::string& toml, const char* key, const Values& values, const Get& get) {
  constexpr std::size_t widest = 120;
  std::string line = std::string(key) + " = [";
  bool first = true;
  for (const auto& value : values) {
    const std::string text = number(get(value));
    if (!first) line += ",";
    if (line.size() + text.size() + 3 > widest) {
      toml.append(line).append("\n");
      line = "  " + text;
    } else {
      line.append(first ? "" : " ").append(text);
    }
    first = false;
  }
  toml.append(line).append("]\n");
}

void write_events(std::string& toml, std::span<const Event> events, const char* sizes) {
  write_list(toml, "times", events, [](const Event& e) { return e.time; });
  write_list(toml, sizes, events, [](const Event& e) { return e.size; });
}

void begin_input(std::string& toml, const char* kind) {
  toml.append("\n[[input]]\nkind = \"").append(kind).append("\"\n");
}

void write_interval(std::string& toml, double start, double stop) {
  write_key(toml, "start", start);
  if (stop != forever) write_key(toml, "stop", stop);
}

}  // namespace

std::string to_toml(const Vector& vector) {
  std::string toml = "# " + vector.tests + ".\n# Wrong: " + vector.wrong + ".\n\n[neuron]\n";
  const Neuron& n = vector.neuron;
  write_key(toml, "rest", n.rest());
  write_key(toml, "reset", n.reset());
  write_key(toml, "threshold", n.threshold());
  write_key(toml, "resistance", n.resistance());
  write_key(toml, "tau", n.tau());
  write_key(toml, "refractory", n.refractory());
  write_key(toml, "initial", n.initial());
  toml += "\n[run]\n";
  write_key(toml, "until", vector.until);

  const auto write = Overloaded{
      [&](const Step& s) {
        begin_input(toml, "step");
        write_interval(toml, s.start, s.stop);
        write_key(toml, "amplitude", s.amplitude);
      },
      [&](const Ramp& r) {
        begin_input(toml, "ramp");
        write_interval(toml, r.start, r.stop);
        write_key(toml, "from", r.from);
        write_key(toml, "to", r.to);
      },
      [&](const Sinusoid& s) {
        begin_input(toml, "sinusoid");
        write_interval(toml, s.start, s.stop);
        write_key(toml, "amplitude", s.amplitude);
        write_key(toml, "frequency", s.frequency);
        write_key(toml, "phase", s.phase);
      },
      [&](const Samples& s) {
        begin_input(toml, "samples");
        write_key(toml, "start", s.start);
        write_key(toml, "step", s.step);
        toml.append("hold = \"").append(s.hold == Hold::linear ? "linear" : "previous").append("\"\n");
        write_list(toml, "values", *s.values, [](double x) { return x; });
      },
      [&](const Pulses& p) {
        begin_input(toml, "pulses");
        write_events(toml, *p.events, "jump");
      },
      [&](const Synapse& s) {
        begin_input(toml, "synapse");
        toml.append("shape = \"").append(s.shape == Shape::alpha ? "alpha" : "exponential").append("\"\n");
        write_key(toml, "tau", s.tau);
        write_events(toml, *s.events, "weights");
      },
  };
  for (const Piece& piece : vector.current.pieces()) std::visit(write, piece);
  return toml;
}

double neighbour(double x, int ulps) {
  for (; ulps > 0; --ulps) x = std::nextafter(x, forever);
  for (; ulps < 0; ++ulps) x = std::nextafter(x, -forever);
  return x;
}

std::span<const FamilyMaker> families() {
  static constexpr std::array<FamilyMaker, 15> all{{{"grazing", grazing},
                                                    {"equal-time-constants", equal_time_constants},
                                                    {"cancelling", cancelling},
                                                    {"refractoriness", refractoriness},
                                                    {"coincidence", coincidence},
                                                    {"landing", landing},
                                                    {"rheobase", rheobase_exactly},
                                                    {"self-firing", self_firing},
                                                    {"before-zero", before_zero},
                                                    {"late", late},
                                                    {"between-grid-points", between_grid_points},
                                                    {"samples", sampled},
                                                    {"high-frequency", high_frequency},
                                                    {"literature", literature},
                                                    {"mixtures", mixtures}}};
  return all;
}

}  // namespace lapicque::vectors
