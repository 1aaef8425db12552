#include "answer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <limits>
#include <set>
#include <stdexcept>

#include "lapicque/certificates/certify.hpp"
#include "lapicque/certificates/check.hpp"
#include "lapicque/error.hpp"
#include "lapicque/spike_train.hpp"
#include "oracle.hpp"

namespace lapicque::vectors {
namespace {

using testing::Real;

constexpr int digits = 40;

/// All digits of a double, without an exponent.
std::string exact_decimal(double value) {
  std::array<char, 1500> buffer;
  const int exponent = value == 0 ? 0 : std::ilogb(value);
  const int decimals = std::max(0, 52 - exponent);
  const auto end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed, decimals).ptr;
  std::string text(buffer.data(), end);
  if (text.find('.') != std::string::npos) {
    while (text.back() == '0') text.pop_back();
    if (text.back() == '.') text.pop_back();
  }
  return text;
}

/// `digits` significant digits, correctly rounded, without an exponent.
std::string rounded_decimal(const Real& value) {
  if (value == 0) return "0";
  const std::string scientific = value.str(digits - 1, std::ios_base::scientific);
  const std::size_t e = scientific.find('e');
  const int exponent = std::stoi(scientific.substr(e + 1));
  const std::string all = scientific.substr(0, 1) + scientific.substr(2, e - 2);
  if (exponent < 0) return std::string("0.").append(static_cast<std::size_t>(-exponent - 1), '0').append(all);
  if (exponent + 1 >= digits) throw std::runtime_error("a time too great for " + std::to_string(digits) + " digits");
  const auto whole = static_cast<std::size_t>(exponent) + 1;
  return all.substr(0, whole).append(".").append(all, whole);
}

std::string decimal(const Real& time) {
  const double nearest = static_cast<double>(time);
  return time == nearest ? exact_decimal(nearest) : rounded_decimal(time);
}

/// Every time at which the input changes.
std::set<double> events(const Current& current) {
  std::set<double> all;
  const auto add_events = [&](const std::vector<Event>& list) {
    for (const Event& e : list) all.insert(e.time);
  };
  const auto add = Overloaded{
      [&](const Step& s) {
        all.insert({s.start, s.stop});
      },
      [&](const Ramp& r) {
        all.insert({r.start, r.stop});
      },
      [&](const Sinusoid& s) {
        all.insert({s.start, s.stop});
      },
      [&](const Samples& s) {
        for (std::size_t k = 0; k <= s.values->size(); ++k) all.insert(s.breakpoint(k));
      },
      [&](const Pulses& p) { add_events(*p.events); },
      [&](const Synapse& s) { add_events(*s.events); },
  };
  for (const Piece& piece : current.pieces()) std::visit(add, piece);
  all.erase(all.begin(), all.lower_bound(0));
  all.erase(forever);
  return all;
}

void keep_least(std::optional<double>& least, double value) { least = least ? std::min(*least, value) : value; }

/// The least distance of an event from a spike that it did not make, or from an end of refractoriness.
std::optional<double> gap(const Vector& vector, const std::vector<Real>& spikes, const std::vector<bool>& by_jump) {
  std::optional<double> least;
  const std::set<double> all = events(vector.current);
  const auto look = [&](const Real& time, bool own) {
    auto next = all.lower_bound(static_cast<double>(time));
    if (next != all.begin()) --next;
    for (int k = 0; k < 4 && next != all.end(); ++k, ++next) {
      if (own && time == *next) continue;
      keep_least(least, static_cast<double>(abs(time - *next)));
    }
  };
  for (std::size_t k = 0; k < spikes.size(); ++k) {
    look(spikes[k], by_jump[k]);
    const Real end = spikes[k] + vector.neuron.refractory();
    if (vector.neuron.refractory() > 0 && end <= vector.until) look(end, false);
  }
  return least;
}

/// Three significant digits.
std::string brief(const std::optional<double>& value) {
  if (!value) return "";
  std::array<char, 32> buffer;
  return {buffer.data(),
          std::to_chars(buffer.data(), buffer.data() + buffer.size(), *value, std::chars_format::general, 3).ptr};
}

}  // namespace

Answer answer(const Vector& vector) {
  const auto fail = [&](const std::string& why) {
    throw std::runtime_error(vector.family + "/" + vector.name + ": " + why);
  };
  Answer answer;
  // What no digits decide for the oracle, a landing exactly on the threshold, is for the certificate to prove.
  const auto truth = testing::oracle_spikes(vector.neuron, vector.current, vector.until);

  constexpr double width = 1e-60;  // ms: 40 digits of a time of 1e-15 ms, and some to spare
  const Certificate certificate = certify(vector.neuron, vector.current, vector.until, width);
  const Verdict verdict = check(vector.neuron, vector.current, vector.until, certificate);
  if (!verdict.valid) fail("the certificate is refused: " + verdict.fault);
  if (certificate.assumptions() > 0) fail("not all is proven");
  if (certificate.spikes.size() != truth.times.size()) fail("certificate and oracle differ in the number of spikes");
  for (std::size_t k = 0; k < truth.times.size(); ++k) {
    const auto& [low, high, kind] = certificate.spikes[k];
    const std::string digits = rounded_decimal(truth.times[k]);
    if (rounded_decimal(Real(low)) != digits || rounded_decimal(Real(high)) != digits)
      fail("certificate and oracle differ at spike " + std::to_string(k + 1));
    answer.times.push_back(decimal(truth.times[k]));
  }

  std::vector<bool> by_jump;
  for (const Spike& spike : SpikeTrain(vector.neuron, vector.current, vector.until)) {
    const std::size_t k = by_jump.size();
    if (k == truth.times.size() || testing::error_in_ulp(spike.time, truth.times[k]) > 1)
      fail("the solver has a spike at " + to_text(spike.time, "ms"));
    by_jump.push_back(std::isinf(spike.slope));
    if (!by_jump.back() && !(answer.sensitivity > 1 / spike.slope)) answer.sensitivity = 1 / spike.slope;
  }
  if (by_jump.size() != truth.times.size()) fail("the solver lacks spikes");
  if (truth.closest < std::numeric_limits<Real>::max()) answer.closest = static_cast<double>(truth.closest);
  answer.gap = gap(vector, truth.times, by_jump);
  return answer;
}

std::string to_csv(const Vector& vector, const Answer& answer) {
  std::string csv = "# " + vector.family + "/" + vector.name +
                    ".toml: exact spike times, 0 <= t <= " + exact_decimal(vector.until) + " ms.\nspike,time_ms\n";
  for (std::size_t k = 0; k < answer.times.size(); ++k)
    csv.append(std::to_string(k + 1)).append(",").append(answer.times[k]).append("\n");
  return csv;
}

std::string index_header() { return "file,family,spikes,closest_mV,gap_ms,sensitivity_ms_per_mV,tests\n"; }

std::string to_index_row(const Vector& vector, const Answer& answer) {
  return vector.family + "/" + vector.name + ".toml," + vector.family + "," + std::to_string(answer.times.size()) +
         "," + brief(answer.closest) + "," + brief(answer.gap) + "," + brief(answer.sensitivity) + ",\"" +
         vector.tests + "\"\n";
}

}  // namespace lapicque::vectors
