#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "answer.hpp"
#include "lapicque/files/experiment.hpp"
#include "lapicque/files/table.hpp"
#include "vector.hpp"

// That the committed test vectors are what their generator writes today, and their digits right.

namespace lapicque::vectors {
namespace {

const std::filesystem::path folder = LAPICQUE_VECTORS;

TEST(VectorFiles, AreWhatTheGeneratorWrites) {
  const Vectors all = all_vectors();
  std::vector<Answer> answers;
  for (const Vector& vector : all) {
    const std::string stem = (folder / vector.family / vector.name).string();
    EXPECT_EQ(read_text(stem + ".toml"), to_toml(vector));
    // From the file, not from the generator: what is checked is what others read.
    const Experiment read = read_experiment(stem + ".toml");
    answers.push_back(answer({vector.family, vector.name, {}, {}, read.neuron, read.current, read.until}));
    EXPECT_EQ(read_text(stem + ".spikes.csv"), to_csv(vector, answers.back()));
  }
  EXPECT_EQ(read_text(folder / "index.csv"), to_index(all, answers));
}

}  // namespace
}  // namespace lapicque::vectors
