#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <ostream>
#include <string>

#include "answer.hpp"
#include "files/read_text.hpp"
#include "lapicque/files/experiment.hpp"
#include "vector.hpp"

// That the committed test vectors are what their generator writes today, and that their digits are right: found anew
// by certificate and oracle.

namespace lapicque::vectors {

/// How GoogleTest calls a parameter.
static void PrintTo(const FamilyMaker& family, std::ostream* out) {  // NOLINT(readability-identifier-naming)
  *out << family.name;
}

namespace {

const std::filesystem::path folder = LAPICQUE_VECTORS;

/// The rows of the index that belong to a family.
std::string index_rows(const std::string& family) {
  std::ifstream in(folder / "index.csv");
  std::string rows;
  for (std::string line; std::getline(in, line);)
    if (line.starts_with(family + "/")) rows += line + "\n";
  return rows;
}

class VectorFamily : public ::testing::TestWithParam<FamilyMaker> {};

TEST_P(VectorFamily, IsWhatTheGeneratorWrites) {
  std::string rows;
  for (const Vector& vector : GetParam().make()) {
    const std::string stem = (folder / vector.family / vector.name).string();
    EXPECT_EQ(detail::read_text(stem + ".toml"), to_toml(vector));
    // From the file, not from the generator: what is proven is what others read.
    const Experiment read = read_experiment(stem + ".toml");
    const Answer found = answer({vector.family, vector.name, {}, {}, read.neuron, read.current, read.until});
    EXPECT_EQ(detail::read_text(stem + ".spikes.csv"), to_csv(vector, found));
    rows += to_index_row(vector, found);
  }
  EXPECT_EQ(index_rows(GetParam().name), rows);
}

INSTANTIATE_TEST_SUITE_P(All, VectorFamily, ::testing::ValuesIn(families().begin(), families().end()),
                         [](const auto& family) {
                           std::string name = family.param.name;
                           std::erase(name, '-');
                           return name;
                         });

}  // namespace
}  // namespace lapicque::vectors
