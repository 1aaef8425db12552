// Any text is a train of finite ascending times, or is refused with a FileError that has rules and a message; nothing
// else happens.
//
//     spike_file_fuzzer -dict=tests/fuzz/spikes.dict -max_len=4096 NEW_CORPUS tests/fuzz/spikes

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "lapicque/files/spike_file.hpp"

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

void read(std::string_view text, const lapicque::SpikeFileFormat& format) {
  try {
    const auto file = lapicque::parse_spikes(text, "fuzz.dat", format);
    for (std::size_t k = 0; k < file.times.size(); ++k) {
      require(std::isfinite(file.times[k]) && (k == 0 || file.times[k - 1] <= file.times[k]));
    }
  } catch (const lapicque::FileError& error) {
    require(!error.problems().empty());
    for (const auto& problem : error.problems()) {
      require(!problem.rule.empty());
      require(problem.value.find('\n') == std::string::npos);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  read(text, {});
  read(text, {.unit = "s", .neuron = "1", .column = "2"});
  read(text, {.step = 0.1});
  return 0;
}
