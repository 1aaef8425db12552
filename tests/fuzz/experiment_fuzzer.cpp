// Any text is an experiment, or is refused with a FileError that has lines, rules and a message; nothing else happens.
//
//     experiment_fuzzer -dict=tests/fuzz/toml.dict -max_len=4096 NEW_CORPUS tests/fuzz/corpus

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "lapicque/files/experiment.hpp"

namespace {

/// Whether a text might name a data file outside of the (missing) folder, as a path or escaped.
bool might_read_elsewhere(std::string_view text) {
  const auto has = [&](std::string_view part) { return text.find(part) != std::string_view::npos; };
  return has("\\") || (has("file") && has("/"));
}

void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (might_read_elsewhere(text)) return -1;  // not for the corpus
  try {
    const auto experiment = lapicque::parse_experiment(text, "fuzz.toml", "/no-such-folder");
    require(experiment.until > 0);
  } catch (const lapicque::FileError& error) {
    require(!error.problems().empty());
    for (const auto& problem : error.problems()) {
      require(problem.line > 0 && !problem.rule.empty());
      require(problem.value.find('\n') == std::string::npos);
    }
  }
  return 0;
}
