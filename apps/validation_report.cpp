#include "validation_report.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "output.hpp"

namespace lapicque::program {
namespace {

/// Six digits, for people to read.
std::string brief(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.6g", value);
  return text.data();
}

std::string with_unit(const std::string& number, const std::string& unit) {
  return unit.empty() ? number : number + " " + unit;
}

std::string brief(double value, const std::string& unit) { return with_unit(brief(value), unit); }

/// "0.1 ms late"
std::string lateness(double error) { return brief(std::abs(error), "ms") + (error < 0 ? " early" : " late"); }

std::string counted(std::size_t count, const char* thing) {
  return std::to_string(count) + " " + thing + (count == 1 ? "" : "s");
}

std::string in_quotes(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + "\"";
}

const char* name_of(Parting::Kind kind) {
  return kind == Parting::Kind::off ? "off" : kind == Parting::Kind::missed ? "missed" : "invented";
}

std::string parting_text(const Comparison& comparison) {
  const Parting& parting = *comparison.parting;
  const std::string place = "spike " + std::to_string(parting.index + 1);
  const std::string time = " (" + brief(parting.time, "ms") + ")";
  if (parting.kind == Parting::Kind::invented) return "their " + place + time + ", which is invented";
  if (parting.kind == Parting::Kind::missed) return place + time + ", which is missed";
  const auto spike = std::find_if(comparison.matched.begin(), comparison.matched.end(),
                                  [&](const MatchedSpike& matched) { return matched.exact == parting.index; });
  return place + time + ", " + lateness(spike->error);
}

/// "tau = 9.000 ms in place of 8 ms": with as many decimals as the train tells.
std::string words(const FittedNumber& number) {
  constexpr int most = 9;
  const double width = number.high - number.low;
  int decimals = width > 0 ? std::clamp(static_cast<int>(std::floor(-std::log10(width))), 0, most) : most;
  const auto shown = [&] {
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%.*f", decimals, number.value);
    return std::string(text.data());
  };
  while (decimals < most && std::abs(std::stod(shown()) - number.value) > 1e-12 * std::abs(number.value)) ++decimals;
  if (number.given == 0 && number.quantity == "shift") return "a shift of " + with_unit(shown(), number.unit);
  return number.quantity + " = " + with_unit(shown(), number.unit) + " in place of " + brief(number.given, number.unit);
}

/// Whether two explanations differ by their step only.
bool differ_by_step(const Explanation& one, const Explanation& other) {
  const auto number = [](const Explanation& e) { return e.fitted ? e.fitted->quantity : std::string(); };
  const auto value = [](const Explanation& e) { return e.fitted ? e.fitted->value : 0; };
  return one.convention == other.convention && one.changes == other.changes && one.traits == other.traits &&
         number(one) == number(other) && value(one) == value(other) && one.dt > 0 && other.dt > 0;
}

/// "0.1 ms, or 0.05 or 0.2"
std::string steps_text(const std::vector<double>& steps) {
  std::string result = brief(steps.front(), "ms");
  for (std::size_t k = 1; k < steps.size(); ++k) result += (k == 1 ? ", or " : " or ") + brief(steps[k]);
  return result;
}

/// "brian2 at dt = 0.1 ms, but refractoriness lasts one step longer (refractory-one-step-long)"
std::string words(const Explanation& explanation, const std::vector<double>& steps) {
  const bool exact = explanation.convention == "exact";
  std::string result = exact ? "the exact solution" : explanation.convention + " at dt = " + steps_text(steps);
  std::string names;
  for (const auto change : explanation.changes) {
    if (explanation.fitted) {
      result += " with " + words(*explanation.fitted);
    } else {
      result.append(names.empty() ? ", but " : ", and ").append(describe_diagnosis(change));
    }
    names.append(names.empty() ? "" : ", ").append(change);
  }
  if (exact && explanation.dt > 0) result += ", dt = " + steps_text(steps);
  if (const auto& printed = explanation.printed) {
    result += std::string(", ") + (printed->may_be_rounded ? "rounded" : "") +
              (printed->may_be_rounded && printed->may_be_cut ? " or " : "") + (printed->may_be_cut ? "cut" : "") +
              " to " + brief(printed->unit, "ms") + " when printed";
  }
  for (const auto trait : explanation.traits) names.append(names.empty() ? "" : ", ").append(trait);
  return names.empty() ? result : result + " (" + names + ")";
}

/// Times in another unit: what to do about them, and nothing of the exact solution where they are not its own.
std::string unit_text(const Explanation& explanation, double tolerance) {
  const bool are_steps = explanation.changes.front() == "unit-steps";
  const bool fits = explanation.residual <= tolerance && explanation.convention == "exact";
  return std::string("diagnosis: the times ") + (fits ? "are the exact solution's" : "fit") + " when read as " +
         (are_steps ? "steps of " + brief(explanation.dt, "ms") : "seconds") + " (" +
         std::string(explanation.changes.front()) + "), residual " + brief(explanation.residual, "ms") +
         ": run again with --unit " + (are_steps ? "steps --dt " + brief(explanation.dt) + "ms" : "s") + "\n";
}

/// All that explain the train, those that differ by their step in one line.
std::string explanations_text(const std::vector<Explanation>& found) {
  constexpr std::size_t most = 12;  // lines
  std::vector<bool> is_said(found.size(), false);
  std::string result;
  std::size_t lines = 0;
  std::size_t unsaid = 0;
  for (std::size_t k = 0; k < found.size(); ++k) {
    if (is_said[k]) continue;
    if (lines == most) {
      ++unsaid;
      continue;
    }
    std::vector<double> steps{found[k].dt};
    for (std::size_t j = k + 1; j < found.size(); ++j) {
      if (is_said[j] || !differ_by_step(found[k], found[j])) continue;
      steps.push_back(found[j].dt);
      is_said[j] = true;
    }
    result += (lines == 0 ? "diagnosis: " : "or: ") + words(found[k], steps);
    if (!std::isnan(found[k].residual)) result += "; residual " + brief(found[k].residual, "ms");
    result += "\n";
    ++lines;
  }
  if (unsaid > 0) result += "or: " + std::to_string(unsaid) + " more, all of them with --format json\n";
  if (found.size() > 1) result += "this train does not tell these " + std::to_string(found.size()) + " apart\n";
  return result;
}

std::string diagnosis_text(const Validation& v) {
  if (v.is_undiagnosable() && v.close_decision && v.close_decision->time <= v.reference.front()) {
    return "diagnosis: " + v.spikes + " has no spike, and whether there is one hangs on less than rounding\n";
  }
  if (!v.knows_neuron)
    return "diagnosis: none, as it takes a neuron without reset_rule, refractory_rule and after_spike\n";
  if (v.is_undiagnosable()) return "diagnosis: none, as " + v.spikes + " has no spike to tell by\n";
  if (v.are_milliseconds) {
    return "diagnosis: all times lie after the end of the run, and fit it when read as milliseconds: run again with "
           "--unit ms\n";
  }
  const Diagnosis& d = v.diagnosis;
  const auto& found = d.explanations;
  if (!found.empty() && !found.front().changes.empty() && found.front().changes.front().starts_with("unit-")) {
    return unit_text(found.front(), v.options.tolerance);
  }
  if (!found.empty()) return explanations_text(found);
  std::string result = "diagnosis: none of " + std::to_string(d.tested) + " hypotheses fits";
  if (d.cut_short) result += ", and more were not tried, as the run is too long";
  if (!d.untried_steps.empty()) {
    result += "; without --dt no step was tried of which the run takes more than 1e6, as those of " +
              brief(d.untried_steps.front(), "ms");
  }
  if (d.nearest && !d.is_near) result += ", and none comes near";
  if (d.nearest && d.is_near) {
    const Comparison left = compare(d.nearest->predicted, v.theirs, v.options);
    result += "; the nearest is " + words(*d.nearest, {d.nearest->dt}) + ", which leaves " +
              std::to_string(left.missed.size()) + " missed, " + std::to_string(left.invented.size()) + " invented";
    if (left.worst) result += ", largest error " + brief(left.max_error, "ms");
    if (left.parting) result += "; they first part at " + parting_text(left);
  }
  return result + "\n";
}

/// Pairs with one spike until the end and one after it, which make up for counts that differ.
std::string crossings_text(const Validation& v) {
  std::string result;
  for (const MatchedSpike& spike : v.comparison.matched) {
    const double own = v.reference[spike.exact];
    const double other = v.theirs[spike.theirs];
    if ((own > v.options.until) == (other > v.options.until)) continue;
    const auto place = [](double time) { return " (" + brief(time, "ms") + ")"; };
    const std::string owner = v.convention.empty() ? "the exact one" : "that of " + v.convention;
    result += own > v.options.until ? "their spike " + std::to_string(spike.theirs + 1) + place(other) +
                                          " is matched with " + owner + " after the end" + place(own) + "\n"
                                    : "spike " + std::to_string(spike.exact + 1) + place(own) +
                                          " is matched with theirs after the end" + place(other) + "\n";
  }
  return result;
}

std::string close_decision_text(const CloseDecision& close) {
  return std::string(close.fires ? "the exact spike at " : "the exact solution has no spike at ") +
         brief(close.time, "ms") + (close.fires ? " hangs" : ", which hangs") + " on less than rounding: a threshold " +
         brief(close.margin, "mV") + (close.fires ? " higher" : " lower") +
         " decides otherwise, and so may a program that computes in doubles\n";
}

/// "null", or {"kind": "missed", "spike": 3, "time_ms": 17.5}
std::string parting_json(const Comparison& comparison) {
  const auto& parting = comparison.parting;
  if (!parting) return "null";
  return "{\"kind\": " + in_quotes(name_of(parting->kind)) + ", \"spike\": " + std::to_string(parting->index + 1) +
         ", \"time_ms\": " + json_number(parting->time) + "}";
}

std::string nearest_json(const Validation& v) {
  const auto& nearest = v.diagnosis.nearest;
  if (!nearest) return "null";
  const Comparison left = compare(nearest->predicted, v.theirs, v.options);
  return "{\"convention\": " + in_quotes(nearest->convention) +
         ", \"dt_ms\": " + (nearest->dt > 0 ? json_number(nearest->dt) : "null") +
         ", \"is_near\": " + (v.diagnosis.is_near ? "true" : "false") +
         ", \"missed\": " + std::to_string(left.missed.size()) +
         ", \"invented\": " + std::to_string(left.invented.size()) +
         ", \"max_error_ms\": " + json_number(left.max_error) + ", \"first_difference\": " + parting_json(left) + "}";
}

/// "null", or {"unit_ms": 0.01, "rounded": true, "cut": false}
std::string printed_json(const std::optional<PrintedDigits>& printed) {
  if (!printed) return "null";
  const auto yes_or_no = [](bool holds) { return holds ? "true" : "false"; };
  return "{\"unit_ms\": " + json_number(printed->unit) + ", \"rounded\": " + yes_or_no(printed->may_be_rounded) +
         ", \"cut\": " + yes_or_no(printed->may_be_cut) + "}";
}

/// "null", or {"quantity": "tau", "unit": "ms", "value": 9, "low": 8.9, "high": 9.1, "in_place_of": 8}
std::string fitted_json(const std::optional<FittedNumber>& fitted) {
  if (!fitted) return "null";
  return "{\"quantity\": " + in_quotes(fitted->quantity) + ", \"unit\": " + in_quotes(fitted->unit) +
         ", \"value\": " + json_number(fitted->value) + ", \"low\": " + json_number(fitted->low) +
         ", \"high\": " + json_number(fitted->high) + ", \"in_place_of\": " + json_number(fitted->given) + "}";
}

std::string explanations_json(const std::vector<Explanation>& explanations) {
  std::string list;
  for (const Explanation& explanation : explanations) {
    std::string names;
    for (const auto change : explanation.changes) names += (names.empty() ? "" : ", ") + in_quotes(std::string(change));
    list += (list.empty() ? "\n  " : ",\n  ") + ("{\"convention\": " + in_quotes(explanation.convention)) +
            ", \"dt_ms\": " + (explanation.dt > 0 ? json_number(explanation.dt) : "null") + ", \"changes\": [" + names +
            "], \"fitted\": " + fitted_json(explanation.fitted) +
            ", \"printed\": " + printed_json(explanation.printed) +
            ", \"residual_ms\": " + json_number(explanation.residual) + "}";
  }
  return "[" + list + "]";
}

/// "null", or {"fires": true, "time_ms": 287.5, "margin_mV": 2e-12}
std::string close_decision_json(const std::optional<CloseDecision>& close) {
  if (!close) return "null";
  return std::string("{\"fires\": ") + (close->fires ? "true" : "false") +
         ", \"time_ms\": " + json_number(close->time) + ", \"margin_mV\": " + json_number(close->margin) + "}";
}

std::string names_json(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ", ") + in_quotes(name);
  return "[" + list + "]";
}

}  // namespace

std::string Validation::reference_name() const {
  return convention.empty() ? "the exact spikes" : "what " + convention + " prints at " + brief(*dt, "ms");
}

bool Validation::is_undiagnosable() const { return theirs.empty() && spikes_until_end(reference) > 0; }

std::size_t Validation::spikes_until_end(const std::vector<double>& train) const {
  return static_cast<std::size_t>(std::upper_bound(train.begin(), train.end(), options.until) - train.begin());
}

std::string text_report(const Validation& v) {
  const Comparison& c = v.comparison;
  std::string result = (v.convention.empty() ? v.file + " has " : v.convention + " prints ") +
                       counted(v.spikes_until_end(v.reference), "spike") + " until " + brief(v.options.until, "ms") +
                       ", " + v.spikes + " has " + std::to_string(v.spikes_until_end(v.theirs)) + "\n";
  result += std::to_string(c.matched.size()) + " matched, " + std::to_string(c.missed.size()) + " missed, " +
            std::to_string(c.invented.size()) + " invented\n";
  result += crossings_text(v);
  if (!c.left_out.empty()) {
    result += "left out: " + counted(c.left_out.size(), "spike") +
              " of theirs after the end of the run, the first at " + brief(v.theirs[c.left_out.front()], "ms") + "\n";
  }
  if (c.parting) result += "they part at " + parting_text(c) + "\n";
  if (v.close_decision) result += close_decision_text(*v.close_decision);
  if (c.worst) {
    const MatchedSpike& worst = c.matched[*c.worst];
    result += "errors: mean " + brief(c.shift, "ms") + ", drift " + brief(c.drift, "ms") + " per spike, largest " +
              brief(c.max_error, "ms") + " at spike " + std::to_string(worst.exact + 1) + " (" +
              brief(v.reference[worst.exact], "ms") + ")\n";
  }
  result += "distances: Victor-Purpura " + brief(c.victor_purpura) + " at a cost of " + brief(c.cost) +
            "/ms, van Rossum " + brief(c.van_rossum) + " at " + brief(v.options.van_rossum_tau, "ms") +
            ", coincidence factor " + (std::isnan(c.coincidence) ? "undefined" : brief(c.coincidence)) + " within " +
            brief(v.options.coincidence_window, "ms") + "\n";
  result += diagnosis_text(v);
  return result + (c.within ? "within" : "outside") + " the tolerance of " + brief(v.options.tolerance, "ms") + "\n";
}

std::string json_report(const Validation& v) {
  const Comparison& c = v.comparison;
  const Diagnosis& d = v.diagnosis;
  std::string result = "{\"within_tolerance\": " + std::string(c.within ? "true" : "false");
  const auto add = [&](const std::string& name, const std::string& value) {
    result += ",\n \"" + name + "\": " + value;
  };
  const auto times = [](const std::vector<std::size_t>& spikes, const std::vector<double>& train) {
    std::string list;
    for (const std::size_t spike : spikes) list += (list.empty() ? "" : ", ") + json_number(train[spike]);
    return "[" + list + "]";
  };
  add("tolerance_ms", json_number(v.options.tolerance));
  add("reference", in_quotes(v.convention.empty() ? "exact" : v.convention));
  add("diagnosis", names_json(d.names));
  add("explanations", explanations_json(d.explanations));
  add("nearest", nearest_json(v));
  add("hypotheses_tested", std::to_string(d.tested));
  add("search_complete", d.cut_short || !d.untried_steps.empty() ? "false" : "true");
  add("grid_ms", d.grid ? json_number(*d.grid) : "null");
  add("close_decision", close_decision_json(v.close_decision));
  add("matched", std::to_string(c.matched.size()));
  add("missed", std::to_string(c.missed.size()));
  add("invented", std::to_string(c.invented.size()));
  add("missed_ms", times(c.missed, v.reference));
  add("invented_ms", times(c.invented, v.theirs));
  add("left_out_ms", times(c.left_out, v.theirs));
  add("first_difference", parting_json(c));
  add("shift_ms", json_number(c.shift));
  add("drift_ms_per_spike", json_number(c.drift));
  add("max_error_ms", json_number(c.max_error));
  add("max_error_spike", c.worst ? std::to_string(c.matched[*c.worst].exact + 1) : "null");
  add("max_error_time_ms", c.worst ? json_number(v.reference[c.matched[*c.worst].exact]) : "null");
  add("victor_purpura", json_number(c.victor_purpura));
  add("vp_cost_per_ms", json_number(c.cost));
  add("van_rossum", json_number(c.van_rossum));
  add("van_rossum_tau_ms", json_number(v.options.van_rossum_tau));
  add("coincidence_factor", json_number(c.coincidence));
  add("coincidence_window_ms", json_number(v.options.coincidence_window));
  return result + "}\n";
}

std::string csv_report(const Validation& v) {
  const Comparison& c = v.comparison;
  return DataTable{{{"matched", {static_cast<double>(c.matched.size())}},
                    {"missed", {static_cast<double>(c.missed.size())}},
                    {"invented", {static_cast<double>(c.invented.size())}},
                    {"shift_ms", {c.shift}},
                    {"drift_ms_per_spike", {c.drift}},
                    {"max_error_ms", {c.max_error}},
                    {"victor_purpura", {c.victor_purpura}},
                    {"vp_cost_per_ms", {c.cost}},
                    {"van_rossum", {c.van_rossum}},
                    {"van_rossum_tau_ms", {v.options.van_rossum_tau}},
                    {"coincidence_factor", {c.coincidence}},
                    {"coincidence_window_ms", {v.options.coincidence_window}},
                    {"left_out", {static_cast<double>(c.left_out.size())}}}}
      .csv();
}

}  // namespace lapicque::program
