#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace lapicque::detail {

/// Who draws with which seed: two that have one in common draw the same numbers, which their author may not have meant.
class Seeds {
 public:
  void note(std::uint64_t seed, const std::string& who) { users_[seed].push_back(who); }

  /// A word on each seed that several have.
  std::vector<std::string> remarks(const std::string& file) const {
    std::vector<std::string> all;
    for (const auto& [seed, who] : users_) {
      if (who.size() < 2) continue;
      std::string names;
      for (std::size_t k = 0; k < who.size(); ++k)
        names += (k == 0 ? "" : k + 1 == who.size() ? " and " : ", ") + who[k];
      all.push_back(file + ": " + names + " have one seed, " + std::to_string(seed) +
                    ", and draw the same numbers; give each its own for independent ones");
    }
    return all;
  }

 private:
  std::map<std::uint64_t, std::vector<std::string>> users_;
};

}  // namespace lapicque::detail
