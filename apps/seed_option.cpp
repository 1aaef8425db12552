#include "seed_option.hpp"

#include <charconv>
#include <system_error>

#include "lapicque/error.hpp"

namespace lapicque::program {

Option add_seed(Command command, std::uint64_t& seed, const std::string& when) {
  const auto read = [&seed](const std::string& text) {
    const char* const end = text.data() + text.size();
    if (const auto result = std::from_chars(text.data(), end, seed); result.ec == std::errc{} && result.ptr == end)
      return;
    throw InvalidArgument("--seed", text, "must be a whole number from 0 to 2^64 - 1", "write for example --seed 1");
  };
  return command.add_reader("--seed", read, when + "of the check's random numbers")
      .placeholder("N")
      .default_text(std::to_string(seed));
}

}  // namespace lapicque::program
