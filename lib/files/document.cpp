#include "document.hpp"

#include <algorithm>
#include <array>
#include <regex>

#include "lapicque/error.hpp"
#include "text.hpp"

namespace lapicque::detail {
namespace {

constexpr std::array run_keys{Key{"until", R"("200 ms")", Dimension::time, 1}};

/// The first line on which a chain of dotted keys is longer than any that has a meaning; 0 if there is none. toml++
/// (3.3) recurses once for each dot, and a chain of some 50000 uses up the stack.
std::size_t overlong_key(std::string_view text) {
  constexpr std::size_t longest = 100;
  std::size_t line = 1, dots = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\n') ++line;
    if (std::string_view("\n,={}#").find(text[at]) != std::string_view::npos) dots = 0;
    if (text[at] == '.' && ++dots > longest) return line;
    if (text.substr(at, 2) == "..") dots = 0;  // a row of dots in a comment is no key
  }
  return 0;
}

/// How to mend a line that is no TOML, where that can be told.
std::string syntax_mend(std::string_view line) {
  const auto equals = line.find('=');
  if (equals != std::string_view::npos) {
    const auto value = trimmed(line.substr(equals + 1));
    const auto number = decimal_length(value);
    if (number > 0 && number < value.size() && value.find_first_of("\"',[]{}") == std::string_view::npos) {
      return "write a quantity with its unit in double quotes, for example \"2.5 nA\"";
    }
  }
  return "see https://toml.io for how TOML is written";
}

FileError syntax_error(const Source& source, const std::string& name, const toml::parse_error& error) {
  const std::size_t line = error.source().begin.line;
  const auto text = source.line(line);
  const bool is_plain = std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
  return FileError(
      {{name, line, "", is_plain ? shown(text) : "", std::string(error.description()), syntax_mend(text)}});
}

/// The text with seeds beyond TOML's integers, which have 64 bits and a sign, in quotes: seeds have all 64 bits.
std::string with_long_seeds_quoted(std::string_view text) {
  static const std::regex seed(R"((\bseed[ \t]{0,20}=[ \t]{0,20})([0-9]{19,20})\b)");
  std::string quoted;
  std::cregex_iterator match(text.data(), text.data() + text.size(), seed);
  const char* copied = text.data();
  for (; match != std::cregex_iterator(); ++match) {
    const std::string digits = (*match)[2];
    if (digits.size() == 19 && digits <= "9223372036854775807") continue;
    quoted.append(copied, (*match)[2].first).append("\"" + digits + "\"");
    copied = (*match)[2].second;
  }
  return quoted.append(copied, text.data() + text.size());
}

}  // namespace

toml::table parse_toml(const Source& source, std::string_view text, const std::string& name) {
  if (const auto line = overlong_key(text); line > 0) {
    throw FileError({{name, line, "", "", "too many dots in one key", "write [neuron], [run] or [[input]]"}});
  }
  try {
    return toml::parse(with_long_seeds_quoted(text), std::string_view(name));
  } catch (const toml::parse_error& error) {
    throw syntax_error(source, name, error);
  }
}

double read_until(Problems& problems, const toml::table& root, const Section& sections) {
  const auto read = [](Section& section) {
    const auto until = [&] {
      const double value = section.number("until");
      if (value > 0) return value;
      throw InvalidArgument("until", to_text(value, "ms"), "the end of a run must be greater than 0");
    };
    return section.build(until, 1.0);
  };
  return read_table(problems, root, sections, "run", run_keys, read, 1.0);
}

}  // namespace lapicque::detail
