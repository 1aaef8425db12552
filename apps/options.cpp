#include "options.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <limits>
#include <sstream>

#include "files/membrane.hpp"
#include "lapicque/error.hpp"
#include "lapicque/files/file_error.hpp"
#include "lapicque/spike_train.hpp"
#include "output.hpp"

namespace lapicque::program {
namespace {

double read_quantity(const std::string& name, const std::string& text, Dimension dimension) {
  try {
    const double value = parse_number_or_quantity(text, dimension);
    const auto warning = prefix_warning(text, dimension);
    if (!warning.empty()) std::cerr << printable(name + " = " + text + ": " + warning) << "\n";
    return value;
  } catch (const InvalidArgument& error) {
    throw InvalidArgument(name, text, error.rule(), error.mend());
  }
}

/// The number of points of a range.
int read_count(const std::string& name, const std::string& text) {
  constexpr int most = 1000000;
  int count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc{} || end != text.data() + text.size() || count < 2 || count > most) {
    throw InvalidArgument(name, text, "must be a whole number from 2 to " + std::to_string(most),
                          "write for example " + name + " 31");
  }
  return count;
}

/// "2nA", "", "3nA" of "2nA,,3nA".
std::vector<std::string> items(const std::string& text) {
  std::vector<std::string> result;
  std::size_t begin = 0;
  for (auto comma = text.find(','); comma != std::string::npos; comma = text.find(',', begin)) {
    result.push_back(text.substr(begin, comma - begin));
    begin = comma + 1;
  }
  result.push_back(text.substr(begin));
  return result;
}

/// What an option takes: TIME.
std::string placeholder(Dimension dimension) {
  std::string name = text_of(dimension).name;
  std::transform(name.begin(), name.end(), name.begin(),
                 [](char c) { return static_cast<char>(std::toupper(static_cast<unsigned char>(c))); });
  return name;
}

}  // namespace

Option add_quantity(Command command, const std::string& name, double& value, Dimension dimension,
                    const std::string& description) {
  return command
      .add_reader(
          name, [=, &value](const std::string& text) { value = read_quantity(name, text, dimension); }, description)
      .placeholder(placeholder(dimension))
      .default_text(to_text(value, text_of(dimension).unit));
}

Option add_quantity(Command command, const std::string& name, std::optional<double>& value, Dimension dimension,
                    const std::string& description) {
  return command
      .add_reader(
          name, [=, &value](const std::string& text) { value = read_quantity(name, text, dimension); }, description)
      .placeholder(placeholder(dimension));
}

Option add_quantities(Command command, const std::string& name, std::vector<double>& values, Dimension dimension,
                      const std::string& description) {
  const auto read = [=, &values](const std::vector<std::string>& texts) {
    for (const std::string& text : texts) {
      for (const std::string& item : items(text)) {
        if (item.find_first_not_of(' ') == std::string::npos) {
          throw InvalidArgument(name, text.empty() ? "(empty)" : text, "has an empty place",
                                "write one value between two commas");
        }
        try {
          values.push_back(read_quantity(name, item, dimension));
        } catch (const InvalidArgument& error) {
          if (!std::filesystem::exists(item)) throw;
          throw InvalidArgument(name, item, error.rule(), "name an experiment file before " + name);
        }
      }
    }
  };
  return command.add_list_reader(name, read, description).placeholder(placeholder(dimension) + ",...");
}

Option add_choice(Command command, const std::string& name, std::string& value, const std::vector<std::string>& choices,
                  const std::string& description) {
  value = choices.front();
  std::string list;
  for (const std::string& choice : choices) list += (list.empty() ? "" : "|") + choice;
  const auto check = [name, list, choices, &value](const std::string& text) {
    if (std::find(choices.begin(), choices.end(), text) == choices.end()) {
      throw InvalidArgument(name, text, "must be one of " + list, "write for example " + name + " " + choices.front());
    }
    value = text;
  };
  return command.add_reader(name, check, description).placeholder(list).default_text(choices.front());
}

Option add_output(Command command, const std::string& name, std::string& path, const std::string& example,
                  const std::string& description) {
  const auto check = [=, &path](const std::string& text) {
    if (text.empty()) {
      throw InvalidArgument(name, "(empty)", "must have a name", "write for example " + name + " " + example);
    }
    path = text;
  };
  return command.add_reader(name, check, description);
}

namespace {

/// "leak_conductance" of a file is --leak-conductance.
std::string option_name(std::string key) {
  std::replace(key.begin(), key.end(), '_', '-');
  return "--" + key;
}

/// What is said of keys, in the words of the options.
std::string with_dashes(std::string text) {
  const std::string key = "leak_conductance";
  for (auto at = text.find(key); at != std::string::npos; at = text.find(key, at)) text[at + 4] = '-';
  return text;
}

/// "a", "a and b", "a, b and c".
std::string listed(const std::vector<std::string>& items) {
  std::string text;
  for (std::size_t k = 0; k < items.size(); ++k) {
    text += (k == 0 ? "" : k + 1 == items.size() ? " and " : ", ") + items[k];
  }
  return text;
}

}  // namespace

NeuronOptions::NeuronOptions(Command command, Initial initial, Base base) : initial_(initial), base_(base) {
  const NeuronParameters exercises;
  const auto by_default = [&](double value) {
    return base == Base::file ? std::nullopt : std::optional<double>(value);
  };
  if (base == Base::exercises_or_file) {
    command.add("FILE", file_, "experiment file (TOML) whose neuron is taken; that of the exercises by default");
  }
  add(command, "rest", Dimension::voltage, "resting potential", by_default(exercises.rest));
  add(command, "reset", Dimension::voltage, "reset potential", by_default(exercises.reset));
  add(command, "threshold", Dimension::voltage, "firing threshold", by_default(exercises.threshold));
  add(command, "resistance", Dimension::resistance, "membrane resistance", by_default(exercises.resistance));
  add(command, "tau", Dimension::time, "membrane time constant", by_default(exercises.tau));
  add(command, "capacitance", Dimension::capacitance,
      "membrane capacitance, tau / resistance: two of these four give the membrane", std::nullopt);
  add(command, "leak_conductance", Dimension::conductance, "leak conductance, 1 / resistance", std::nullopt);
  add(command, "refractory", Dimension::time, "absolute refractory period", by_default(exercises.refractory));
  if (initial == Initial::offered) {
    add(command, "initial", Dimension::voltage, "potential at time 0; the resting potential by default", std::nullopt);
  }
}

void NeuronOptions::add(Command command, const std::string& key, Dimension dimension, const std::string& description,
                        std::optional<double> default_value) {
  const std::string name = option_name(key);
  const auto read = [=, this](const std::string& text) {
    values_[key] = read_quantity(name, text, dimension);
    texts_[key] = text;
  };
  auto option = command.add_reader(name, read, description).placeholder(placeholder(dimension)).heading("Neuron");
  if (default_value) option.default_text(to_text(*default_value, text_of(dimension).unit));
}

InvalidArgument NeuronOptions::of_options(const InvalidArgument& error) const {
  const auto text = texts_.find(error.subject());
  const auto threshold = texts_.find("threshold");
  const bool is_default = text == texts_.end();
  const bool at_rest = error.subject() == "rest" && initial_ == Initial::is_rest;
  std::string mend = at_rest ? "choose a rest below the threshold" : error.mend();
  // A default breaks no rule of its own accord: it is the threshold given that is too low for it.
  if (is_default && threshold != texts_.end()) mend += ", or raise --threshold, which is " + threshold->second;
  return {option_name(error.subject()), is_default ? error.value() + " (default)" : text->second,
          with_dashes(error.rule()), with_dashes(mend)};
}

Neuron NeuronOptions::neuron_with_given(NeuronParameters parameters) const {
  const auto put = [&](const char* key, double& parameter) {
    if (const auto value = values_.find(key); value != values_.end()) parameter = value->second;
  };
  put("rest", parameters.rest);
  put("reset", parameters.reset);
  put("threshold", parameters.threshold);
  put("refractory", parameters.refractory);
  if (const auto value = values_.find("initial"); value != values_.end()) parameters.initial = value->second;

  const auto keys = detail::effective_membrane_keys(values_, {"tau", "resistance"});
  if (const auto problem = detail::membrane_problem(keys)) {
    const std::string key(keys.back());
    throw InvalidArgument(key, texts_.find(key)->second, problem->rule, problem->mend);
  }
  std::map<std::string_view, double> membrane{{"tau", parameters.tau}, {"resistance", parameters.resistance}};
  std::erase_if(membrane,
                [&](const auto& value) { return std::find(keys.begin(), keys.end(), value.first) == keys.end(); });
  for (const auto key : keys) {
    if (const auto value = values_.find(key); value != values_.end()) membrane[key] = value->second;
  }
  const auto [resistance, tau] = detail::membrane(membrane);
  parameters.resistance = resistance;
  parameters.tau = tau;
  return parameters;
}

Neuron NeuronOptions::neuron(const NeuronParameters& defaults) const {
  try {
    if (file_.empty()) return neuron_with_given(defaults);
    auto [neuron, remarks] = read_neuron(file_, values_);
    remarks_ = std::move(remarks);
    if (!neuron.is_plain()) {
      throw FileError({{file_, 0, "neuron", "",
                        "the closed forms are of neurons that are reset to their reset, clamped "
                        "there, and raise nothing",
                        "leave reset_rule, refractory_rule and after_spike out"}});
    }
    if (initial_ == Initial::offered || neuron.initial() == neuron.rest()) return neuron;
    if (neuron.rest() >= neuron.threshold()) {
      throw FileError(
          {{file_, 0, "neuron.rest", to_text(neuron.rest(), "mV"),
            "the answer is that of a neuron at rest, and this one fires there", "choose a rest below the threshold"}});
    }
    remarks_.push_back(file_ + ": the answer is that of a neuron at rest; neuron.initial = " +
                       to_text(neuron.initial(), "mV") + " has no part in it");
    auto parameters = neuron.parameters();
    parameters.initial.reset();
    return parameters;
  } catch (const InvalidArgument& error) {
    throw of_options(error);
  }
}

Experiment NeuronOptions::experiment(const std::string& file) const {
  try {
    auto experiment = read_experiment(file, values_);
    remarks_ = experiment.remarks;
    return experiment;
  } catch (const InvalidArgument& error) {
    throw of_options(error);
  }
}

void NeuronOptions::say_which() const {
  say(remarks_);
  if (base_ == Base::file || !file_.empty() || values_.empty()) return;
  const auto neuron = neuron_with_given({});
  std::vector<std::string> given;
  std::vector<std::string> defaults;
  const auto tell = [&](const char* key, double value, const char* unit, bool is_given) {
    (is_given ? given : defaults).push_back(std::string(key) + " = " + to_text(value, unit));
  };
  tell("rest", neuron.rest(), "mV", values_.contains("rest"));
  tell("reset", neuron.reset(), "mV", values_.contains("reset"));
  tell("threshold", neuron.threshold(), "mV", values_.contains("threshold"));
  const bool from_other_two = values_.contains("capacitance") || values_.contains("leak_conductance");
  tell("resistance", neuron.resistance(), "MOhm", from_other_two || values_.contains("resistance"));
  tell("tau", neuron.tau(), "ms", from_other_two || values_.contains("tau"));
  tell("refractory", neuron.refractory(), "ms", values_.contains("refractory"));
  if (values_.contains("initial")) tell("initial", neuron.initial(), "mV", true);
  if (defaults.empty()) return;
  std::cerr << "neuron: " << listed(given) << (given.size() == 1 ? " is as given, " : " are as given, ")
            << listed(defaults) << (defaults.size() == 1 ? " is that" : " are those") << " of the exercises\n";
}

void Solver::require_few_steps(double time) const {
  if (!method || time / dt <= most_steps) return;
  std::array<char, 32> count{};
  std::snprintf(count.data(), count.size(), "%.3g", time / dt);
  throw InvalidArgument("--dt", to_text(dt, "ms"),
                        std::string("takes ") + count.data() + " steps, and " + to_text(most_steps) + " are the most",
                        "choose a longer step, or ask for less");
}

bool Solver::is_stable(const Neuron& neuron) const { return method != Method::euler || dt < 2 * neuron.tau(); }

void Solver::require_stable(const Neuron& neuron) const {
  if (is_stable(neuron)) return;
  throw InvalidArgument("--dt", to_text(dt, "ms"),
                        "forward Euler overshoots ever more from 2 tau = " + to_text(2 * neuron.tau(), "ms") +
                            " on, and no answer of it means anything",
                        "shorten it, or take --method exponential-euler");
}

std::vector<double> Solver::spikes(const Neuron& neuron, const Current& current, double until) const {
  return method ? stepped_spike_times(neuron, current, until, dt, *method) : spike_times(neuron, current, until);
}

bool Solver::fires(const Neuron& neuron, const Current& current, double until) const {
  if (!method) return SpikeTrain(neuron, current, until).next().has_value();
  Stepper stepper(neuron, current, dt, *method);
  while (!stepper.spiked() && stepper.next_time() <= until) stepper.step();
  return stepper.spiked();
}

SolverOptions::SolverOptions(Command command, const std::string& description) {
  add_choice(command, "--method", method_, {"exact", "euler", "exponential-euler"}, description);
  add_quantity(command, "--dt", dt_, Dimension::time, "time step of the Euler methods, which need it");
}

Solver SolverOptions::solver() const {
  if (method_ == "exact") {
    if (dt_) {
      throw InvalidArgument("--dt", to_text(*dt_, "ms"), "the exact method has no time step",
                            "leave it out, or add --method euler");
    }
    return {};
  }
  if (!dt_) {
    throw InvalidArgument("--method", method_, "needs a time step", "add for example --dt 0.1ms");
  }
  if (!(*dt_ > 0)) {
    throw InvalidArgument("--dt", to_text(*dt_, "ms"), "a time step must be greater than 0",
                          "write for example --dt 0.1ms");
  }
  return {method_ == "euler" ? Method::euler : Method::exponential_euler, *dt_};
}

double multiple(double k, double step) {
  constexpr double whole_numbers = 0x1p53;  // up to here each is a double, and so is each power of ten up to 10^22
  double power = 1;
  for (int decimals = 0; decimals <= 15; ++decimals, power *= 10) {
    const double numerator = std::round(step * power);
    if (numerator / power != step) continue;
    if (std::fabs(k * numerator) > whole_numbers) break;
    return k * numerator / power;  // of exact numbers: rounded once
  }
  return k * step;
}

namespace {

/// The number of at most 12 digits that a point of a range misses by roundings only, or the point itself.
double without_roundings(double point) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.12g", point);
  const double rounded = std::strtod(text.data(), nullptr);
  return std::fabs(rounded - point) <= 16 * std::numeric_limits<double>::epsilon() * std::fabs(point) ? rounded : point;
}

}  // namespace

GridOptions::GridOptions(Command command, const std::string& name, Dimension dimension, Spacing spacing,
                         const Default& range, const std::string& description)
    : name_(name), dimension_(dimension), spacing_(spacing), from_(range.from), to_(range.to), points_(range.points) {
  auto values = add_quantities(command, name, values_, dimension, description);
  add_quantity(command, "--from", from_, dimension, "or a range: its start,").excludes(values);
  add_quantity(command, "--to", to_, dimension, "its end,").excludes(values);
  const char* spaced = spacing == Spacing::linear ? "and the number of points, evenly spaced"
                                                  : "and the number of points, evenly spaced on a logarithmic scale";
  const auto read_points = [this](const std::string& text) { points_ = read_count("--points", text); };
  command.add_reader("--points", read_points, spaced)
      .placeholder("N")
      .default_text(std::to_string(points_))
      .excludes(values);
}

std::vector<double> GridOptions::values() const {
  const char* unit = text_of(dimension_).unit;
  if (!values_.empty()) return values_;
  if (spacing_ == Spacing::logarithmic && !(from_ > 0)) {
    throw InvalidArgument("--from", to_text(from_, unit), "a range on a logarithmic scale starts above 0",
                          "write for example --from " + to_text(to_ > 0 ? to_ / 100 : 1) + unit);
  }
  if (!(to_ > from_)) {
    throw InvalidArgument("--to", to_text(to_, unit), "a range must end above its start, " + to_text(from_, unit),
                          "change --from or --to");
  }
  std::vector<double> result;
  for (int i = 0; i < points_; ++i) {
    const double part = static_cast<double>(i) / (points_ - 1);
    result.push_back(without_roundings(spacing_ == Spacing::linear ? std::lerp(from_, to_, part)
                                                                   : from_ * std::pow(to_ / from_, part)));
  }
  result.front() = from_;
  result.back() = to_;
  return result;
}

}  // namespace lapicque::program
