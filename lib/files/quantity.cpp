#include "lapicque/files/quantity.hpp"

#include <udunits2.h>

#include <algorithm>
#include <array>
#include <boost/math/constants/constants.hpp>
#include <boost/multiprecision/cpp_dec_float.hpp>
#include <cmath>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "lapicque/error.hpp"
#include "text.hpp"

namespace lapicque {
namespace {

using Decimal = boost::multiprecision::cpp_dec_float_100;

struct Row {
  DimensionText text;
  const char* coherent;  ///< the SI unit without a factor
  const char* scale;     ///< base units in one of those
};

/// The units of the program, in the order of Dimension.
constexpr std::array<Row, 8> table{{
    {{"voltage", "a voltage", "mV", "-70 mV"}, "V", "1e3"},
    {{"time", "a time", "ms", "8 ms"}, "s", "1e3"},
    {{"current", "a current", "nA", "2.5 nA"}, "A", "1e9"},
    {{"resistance", "a resistance", "MOhm", "10 Mohm"}, "ohm", "1e-6"},
    {{"frequency", "a frequency", "Hz", "250 Hz"}, "Hz", "1"},
    {{"angle", "an angle", "rad", "90 degree"}, "rad", "1"},
    {{"capacitance", "a capacitance", "nF", "800 pF"}, "F", "1e9"},
    {{"conductance", "a conductance", "uS", "100 nS"}, "S", "1e6"},
}};

/// What UDUNITS says a unit is: scale times a product of powers of basic units.
struct Meaning {
  double scale = 1;
  std::map<std::string, int> powers;  ///< by the basic unit's symbol or name; the radian counts as one
};

ut_status visit_basic(const ut_unit* unit, void* meaning) {
  const char* symbol = ut_get_symbol(unit, UT_ASCII);
  const char* name = symbol != nullptr ? symbol : ut_get_name(unit, UT_ASCII);
  static_cast<Meaning*>(meaning)->powers[name != nullptr ? name : "?"] = 1;
  return UT_SUCCESS;
}

ut_status visit_product(const ut_unit* /*unit*/, int count, const ut_unit* const* basics, const int* powers,
                        void* meaning) {
  for (int i = 0; i < count; ++i) {
    Meaning basic;
    visit_basic(basics[i], &basic);
    static_cast<Meaning*>(meaning)->powers[basic.powers.begin()->first] = powers[i];
  }
  return UT_SUCCESS;
}

extern const ut_visitor visitor;

ut_status visit_galilean(const ut_unit* /*unit*/, double scale, const ut_unit* underlying, double offset,
                         void* meaning) {
  if (offset != 0) return UT_MEANINGLESS;
  static_cast<Meaning*>(meaning)->scale *= scale;
  return ut_accept_visitor(underlying, &visitor, meaning);
}

ut_status visit_timestamp(const ut_unit* /*unit*/, const ut_unit* /*time*/, double /*origin*/, void* /*meaning*/) {
  return UT_MEANINGLESS;
}

ut_status visit_logarithmic(const ut_unit* /*unit*/, double /*base*/, const ut_unit* /*reference*/, void* /*meaning*/) {
  return UT_MEANINGLESS;
}

const ut_visitor visitor{visit_basic, visit_product, visit_galilean, visit_timestamp, visit_logarithmic};

/// The fraction p/q with p, q <= 1e6 that x (1 <= x < 10) is but for some roundings of a double, by continued
/// fractions. That some x is one by accident has a chance of 1e12 fractions times 1e-15.
std::optional<Decimal> short_fraction(const Decimal& x) {
  const Decimal tolerance = x * 1e-15;
  Decimal p0 = 1, q0 = 0;
  Decimal p1 = floor(x), q1 = 1;
  Decimal rest = x - p1;
  while (abs(x - p1 / q1) > tolerance) {  // p1 grows at least as the Fibonacci numbers do: 30 turns at most
    rest = 1 / rest;
    const Decimal digit = floor(rest);
    rest -= digit;
    p0 = std::exchange(p1, Decimal(digit * p1 + p0));
    q0 = std::exchange(q1, Decimal(digit * q1 + q0));
    if (p1 > 1e6) return std::nullopt;
  }
  return p1 / q1;
}

/// What a factor of UDUNITS stands for: 1.0000000000000002e-12 for 1e-12, 0.0174532925199433 for pi/180.
Decimal exact_factor(double factor) {
  for (const Decimal& whole : {Decimal(1), boost::math::constants::pi<Decimal>()}) {
    const Decimal ratio = Decimal(factor) / whole;
    const Decimal power("1e" + std::to_string(static_cast<int>(floor(log10(ratio)))));
    if (const auto mantissa = short_fraction(ratio / power)) return *mantissa * power * whole;
  }
  return factor;
}

/// A text looked up among the units.
struct Unit {
  enum class Kind { unknown, not_proportional, proportional };
  Kind kind;
  std::optional<Dimension> dimension;  ///< empty for what is not in the table
  Decimal base_units;                  ///< how many it is, where it has a dimension
  double decades = 0;                  ///< the distance from the base unit
};

/// UDUNITS behind a lock: its parser and its status live in global variables.
class UnitSystem {
 public:
  static UnitSystem& instance() {
    static UnitSystem system;
    return system;
  }

  Unit look_up(const std::string& text) {
    const std::lock_guard lock(mutex_);
    if (const auto known = known_.find(text); known != known_.end()) return known->second;
    if (known_.size() >= most_known) known_.clear();
    return known_.emplace(text, parse(text)).first->second;
  }

 private:
  static constexpr std::size_t most_known = 1000;

  UnitSystem() : system_((ut_set_error_message_handler(ut_ignore), ut_read_xml(nullptr)), ut_free_system) {
    if (!system_)
      throw std::runtime_error("the unit database of UDUNITS-2 cannot be read; set UDUNITS2_XML_PATH to it");
    // UDUNITS knows degree, degrees and arc_degree, but not the usual short form.
    const std::unique_ptr<ut_unit, void (*)(ut_unit*)> degree(ut_parse(system_.get(), "degree", UT_UTF8), ut_free);
    if (degree) ut_map_name_to_unit("deg", UT_UTF8, degree.get());
    for (const auto& unit : table) powers_.push_back(meaning_of(unit.coherent).second.powers);
  }

  std::pair<Unit::Kind, Meaning> meaning_of(const std::string& text) const {
    const std::unique_ptr<ut_unit, void (*)(ut_unit*)> unit(ut_parse(system_.get(), text.c_str(), UT_UTF8), ut_free);
    Meaning meaning;
    if (!unit) return {Unit::Kind::unknown, meaning};
    if (ut_accept_visitor(unit.get(), &visitor, &meaning) != UT_SUCCESS) return {Unit::Kind::not_proportional, meaning};
    return {Unit::Kind::proportional, meaning};
  }

  Unit parse(const std::string& text) const {
    const auto [kind, meaning] = meaning_of(text);
    if (kind != Unit::Kind::proportional) return {kind, std::nullopt, 0};
    if (!(meaning.scale > 0 && std::isfinite(meaning.scale))) return {Unit::Kind::not_proportional, std::nullopt, 0};
    const auto found = std::find(powers_.begin(), powers_.end(), meaning.powers);
    if (found == powers_.end()) return {kind, std::nullopt, 0};
    const auto row = static_cast<std::size_t>(found - powers_.begin());
    const Decimal base_units = exact_factor(meaning.scale) * Decimal(table[row].scale);
    return {kind, static_cast<Dimension>(row), base_units, std::fabs(std::log10(base_units.convert_to<double>()))};
  }

  std::mutex mutex_;
  std::unique_ptr<ut_system, void (*)(ut_system*)> system_;
  std::vector<std::map<std::string, int>> powers_;  ///< of each row of the table
  std::map<std::string, Unit> known_;               ///< so that a long list does not parse its unit again and again
};

/// The exact product of a plain decimal number and a factor, rounded once; empty if that is infinite.
std::optional<double> product(std::string_view number, const Decimal& factor) {
  const bool negative = number[0] == '-';  // set aside, as cpp_dec_float knows no -0
  if (negative || number[0] == '+') number.remove_prefix(1);
  std::optional<double> result;
  try {
    const Decimal value = Decimal(std::string(number)) * factor;
    // cpp_dec_float's own conversion to double rounds more than once.
    result = detail::nearest_double(value.str(std::numeric_limits<Decimal>::digits10, std::ios_base::scientific));
  } catch (const std::runtime_error&) {
    result = detail::nearest_double(number);  // an exponent of a billion and more: 0 or infinite with any factor
  }
  return result && negative ? -*result : result;
}

std::string in_quotes(std::string_view text) { return std::string("\"").append(text).append("\""); }

}  // namespace

const DimensionText& text_of(Dimension dimension) noexcept { return table[static_cast<std::size_t>(dimension)].text; }

double parse_quantity(std::string_view text, Dimension dimension) {
  const auto& words = text_of(dimension);
  const auto refuse = [&](const std::string& rule) -> InvalidArgument {
    return {words.name, std::string(text), rule, "write for example " + in_quotes(words.example)};
  };
  const std::string expected = std::string("expected ") + words.article;

  const auto all = detail::trimmed(text);
  const auto length = detail::decimal_length(all);
  const auto number = all.substr(0, length);
  const std::string unit(detail::trimmed(all.substr(length)));
  if (number.empty()) {
    if (detail::is_not_finite(all.substr(0, all.find_first_of(" \t")))) throw refuse("must be a finite number");
    throw refuse(expected + ", a number with a unit");
  }
  if (unit.empty()) throw refuse(expected + ", and its unit is missing");
  // UDUNITS would multiply: "1 000 ms" would be 0, "1.5.2 ms" 0.3 ms.
  if (unit.find_first_of("0123456789+-.,") == 0 && unit.substr(0, 2) != "1/") {
    throw refuse(expected + ", one number with a unit");
  }

  const std::string shown = detail::shown(unit);
  // A character of code 0 would end the text for UDUNITS.
  const auto found = unit.find('\0') == std::string::npos ? UnitSystem::instance().look_up(unit)
                                                          : Unit{Unit::Kind::unknown, std::nullopt, 0};
  if (found.kind == Unit::Kind::unknown) throw refuse(expected + ", and there is no unit " + in_quotes(shown));
  if (found.kind == Unit::Kind::not_proportional) throw refuse(expected + ", and " + shown + " has no fixed size");
  if (found.dimension != dimension) {
    throw refuse(expected + ", " + shown + " is " +
                 (found.dimension ? text_of(*found.dimension).article : "something else"));
  }
  if (const auto value = product(number, found.base_units)) return *value;
  throw refuse("must be a finite number");
}

double parse_number_or_quantity(std::string_view text, Dimension dimension) {
  const auto number = detail::trimmed(text);
  const bool is_number = !number.empty() && detail::decimal_length(number) == number.size();
  const auto value = is_number ? detail::nearest_double(number) : std::nullopt;
  return value ? *value : parse_quantity(text, dimension);
}

std::string prefix_warning(std::string_view text, Dimension dimension) {
  struct Prefix {
    char letter;
    const char* name;
    const char* other;
  };
  constexpr std::array<Prefix, 4> prefixes{
      {{'m', "milli", "mega"}, {'M', "mega", "milli"}, {'p', "pico", "peta"}, {'P', "peta", "pico"}}};
  std::string swapped(detail::trimmed(text));
  const auto length = detail::decimal_length(swapped);
  const auto at = swapped.find_first_not_of(" \t", length);
  if (at == std::string::npos) return {};
  const auto prefix = std::find_if(prefixes.begin(), prefixes.end(), [&](auto p) { return p.letter == swapped[at]; });
  if (prefix == prefixes.end()) return {};
  const std::string unit = swapped.substr(at);
  swapped[at] = static_cast<char>(swapped[at] ^ 0x20);  // the other capital, in ASCII
  auto& units = UnitSystem::instance();
  const auto written = units.look_up(unit);
  const auto other = units.look_up(swapped.substr(at));
  if (written.dimension != dimension || other.dimension != dimension) return {};
  if (other.decades >= written.decades) return {};
  return std::string(1, prefix->letter) + " is " + prefix->name + ", and this is " +
         to_text(parse_quantity(text, dimension), text_of(dimension).unit) + "; for " + prefix->other + " write \"" +
         swapped + "\"";
}

}  // namespace lapicque
