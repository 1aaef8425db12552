#include "heading.hpp"

#include <algorithm>
#include <array>

#include "lapicque/error.hpp"
#include "text.hpp"

namespace lapicque::detail {
namespace {

constexpr std::string_view time_words = " time times t timestamp timestamps spiketime spiketimes zeit temps ";

/// What stands behind a word for time without being its unit.
constexpr std::string_view words_after_time =
    " spike spikes stamp stamps point points value values axis vector column train trains series neuron id in of ";

bool is_capital(char c) { return c >= 'A' && c <= 'Z'; }
bool is_small(char c) { return c >= 'a' && c <= 'z'; }
bool is_letter(char c) {
  return is_capital(c) || is_small(c) || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80;
}

bool has_word(std::string_view list, const std::string& word) {
  return list.find(" " + word + " ") != std::string_view::npos;
}

std::string in_small_letters(std::string_view text) {
  std::string small(text);
  for (char& c : small) {
    if (is_capital(c)) c = static_cast<char>(c + ('a' - 'A'));
  }
  return small;
}

/// What stands between characters that are no letters, digits or of other alphabets.
std::vector<std::string_view> pieces_of(std::string_view text) {
  std::vector<std::string_view> pieces;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    while (end < text.size() && is_letter(text[end])) ++end;
    if (end > at) pieces.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return pieces;
}

/// Words in small letters; "spikeTimes" and "NeuronID" are two.
std::vector<std::string> words_of(const std::vector<std::string_view>& pieces) {
  std::vector<std::string> words;
  for (const auto piece : pieces) {
    std::size_t begin = 0;
    for (std::size_t at = 1; at < piece.size(); ++at) {
      if (!is_small(piece[at - 1]) || !is_capital(piece[at])) continue;
      words.push_back(in_small_letters(piece.substr(begin, at - begin)));
      begin = at;
    }
    words.push_back(in_small_letters(piece.substr(begin)));
  }
  return words;
}

Heading heading(std::string_view text, std::string_view name, std::string_view unit) {
  Heading result{std::string(text), words_of(pieces_of(name)), std::string(trimmed(unit))};
  if (result.words.size() > 1 && result.words.back() == "in") result.words.pop_back();
  return result;
}

/// Whether the last of several words is a unit. One letter is a unit of time, or V or A where the rest says so: other
/// letters are more likely somebody's index.
bool is_unit(std::string_view last, const Heading& rest) {
  const std::string unit(last);
  const auto dimension = dimension_of(unit);
  if (unit.size() == 1 && dimension != Dimension::time) {
    return (unit == "V" && (is_called(rest, potential_role) || is_called(rest, jump_role))) ||
           (unit == "A" && (is_called(rest, current_role) || is_called(rest, weight_role)));
  }
  if (dimension) return true;
  return rest.words.size() == 1 && has_word(time_words, rest.words.front()) &&
         !has_word(words_after_time, in_small_letters(unit));
}

}  // namespace

const Role time_role{
    "the time",
    "time_ms",
    "17.5",
    Dimension::time,
    time_words,
    " step steps offset offsets constant bin bins window isi isis interval intervals duration latency delay tau error "
    "errors "};
const Role potential_role{"the potential",
                          "potential_mV",
                          "2.5",
                          Dimension::voltage,
                          " potential potentials v vm u um voltage voltages vmem vsoma membrane vmembrane ",
                          " th thr thresh threshold reset rest clamp cmd command hold holding time "};
const Role current_role{"the current",
                        "current_nA",
                        "2.5",
                        Dimension::current,
                        " current currents i iinj istim iext stim stimulus input injected inj amplitude amplitudes ",
                        " time "};
const Role weight_role{"the weight", "weight_nA", "2.5", Dimension::current, " weight weights ", ""};
const Role jump_role{"the jump", "jump_mV", "2.5", Dimension::voltage, " jump jumps ", ""};
const Role interval_role{"the interval", "interval_ms", "2.5", Dimension::time, " interval intervals isi isis ",
                         " number n "};
const Role rate_role{
    "the rate",         "rate_Hz", "2.5", Dimension::frequency, " rate rates frequency frequencies freq f fr ",
    " checked counted "};
const Role neuron_role{
    "the neuron",
    "neuron",
    "1",
    std::nullopt,
    " sender senders neuron neurons node nodes cell cells gid gids id ids i idx index indices unit "
    "units cluster clusters channel channels ch electrode electrodes source sources src trial trials "
    "sweep sweeps train trains label labels name names nid nids neuronid cellid nodeid unitid "
    "clusterid neuronidx cellidx sourceid trialid channelid senderid neuronids nodeids cellids ",
    " spike spikes event events row rows time times "};
const Role population_role{"the population",
                           "population",
                           "v1",
                           std::nullopt,
                           " population populations pop pops layer layers group groups area areas region regions ",
                           ""};
const Role count_role{"the number",
                      "spike",
                      "1",
                      std::nullopt,
                      " spike spikes number nr no n k event events row rows count counter sample samples step steps "
                      "frame frames offset offsets port rport ",
                      ""};
const Role raster_role{"the raster",
                       "spike",
                       "1",
                       std::nullopt,
                       " spike spikes spiked spk fired firing fires raster event events output out s z ",
                       " time times "};

bool is_called(const Heading& heading, const Role& role) {
  const auto among = [&](std::string_view list) {
    return std::any_of(heading.words.begin(), heading.words.end(),
                       [&](const std::string& word) { return has_word(list, word); });
  };
  return among(role.words) && !among(role.but);
}

bool is_known(const Heading& heading) {
  constexpr std::array roles{&time_role, &potential_role, &current_role, &weight_role,    &jump_role,
                             &rate_role, &interval_role,  &neuron_role,  &population_role};
  return dimension_of(heading.unit) ||
         std::any_of(roles.begin(), roles.end(), [&](const Role* role) { return is_called(heading, *role); });
}

Heading heading_of(std::string_view text) {
  const auto whole = trimmed(text);
  if (whole.empty()) return {std::string(text)};
  for (const auto& brackets : {std::string_view("()"), std::string_view("[]"), std::string_view("{}")}) {
    if (whole.back() != brackets[1]) continue;
    const auto open = whole.rfind(brackets[0]);
    if (open == std::string_view::npos) continue;
    return heading(text, whole.substr(0, open), whole.substr(open + 1, whole.size() - open - 2));
  }
  if (const auto at = whole.find_last_of("/,"); at != std::string_view::npos) {
    return heading(text, whole.substr(0, at), whole.substr(at + 1));
  }
  auto pieces = pieces_of(whole);
  if (pieces.size() < 2) return heading(text, whole, "");
  const auto last = pieces.back();
  pieces.pop_back();
  auto rest = Heading{std::string(text), words_of(pieces), ""};
  if (rest.words.size() > 1 && rest.words.back() == "in") rest.words.pop_back();
  if (!is_unit(last, rest)) return heading(text, whole, "");
  rest.unit = last;
  return rest;
}

bool is_unit_of(const std::string& unit, Dimension dimension) {
  if (unit.empty()) return false;
  try {
    return parse_quantity("1 " + usual_spelling(unit, dimension), dimension) > 0;
  } catch (const InvalidArgument&) {  // of another dimension, or of none
    return false;
  }
}

std::optional<Dimension> dimension_of(const std::string& unit) {
  constexpr std::array all{Dimension::voltage,    Dimension::time,      Dimension::current,
                           Dimension::resistance, Dimension::frequency, Dimension::angle};
  const auto found = std::find_if(all.begin(), all.end(), [&](Dimension d) { return is_unit_of(unit, d); });
  return found != all.end() ? std::optional(*found) : std::nullopt;
}

std::string usual_spelling(const std::string& unit, Dimension dimension) {
  constexpr std::array<std::pair<Dimension, std::string_view>, 13> usual{{{Dimension::voltage, "mV"},
                                                                          {Dimension::voltage, "uV"},
                                                                          {Dimension::time, "ms"},
                                                                          {Dimension::time, "us"},
                                                                          {Dimension::time, "msec"},
                                                                          {Dimension::time, "sec"},
                                                                          {Dimension::time, "seconds"},
                                                                          {Dimension::time, "milliseconds"},
                                                                          {Dimension::current, "nA"},
                                                                          {Dimension::current, "pA"},
                                                                          {Dimension::current, "uA"},
                                                                          {Dimension::frequency, "Hz"},
                                                                          {Dimension::frequency, "kHz"}}};
  const std::string small = in_small_letters(unit);
  for (const auto& [known, spelling] : usual) {
    if (known == dimension && in_small_letters(spelling) == small) return std::string(spelling);
  }
  if (dimension == Dimension::frequency) {
    for (const std::string_view spikes : {"spikes/s", "spike/s", "sp/s", "spk/s", "per_s", "spikes per second"}) {
      if (small == spikes) return "Hz";
    }
  }
  return unit;
}

}  // namespace lapicque::detail
