#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

#include "answer.hpp"
#include "vector.hpp"

// Writes the test vectors: `lapicque_vectors FOLDER`.

namespace {

void write(const std::filesystem::path& file, const std::string& text) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream out(file, std::ios::binary);
  out << text;
  if (!out.flush()) throw std::runtime_error("cannot write " + file.string());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: lapicque_vectors FOLDER\n";
    return 2;
  }
  try {
    const std::filesystem::path folder = argv[1];
    const auto vectors = lapicque::vectors::all_vectors();
    std::vector<lapicque::vectors::Answer> answers;
    for (const auto& vector : vectors) {
      answers.push_back(lapicque::vectors::answer(vector));
      const std::filesystem::path stem = folder / vector.family / vector.name;
      write(stem.string() + ".toml", to_toml(vector));
      write(stem.string() + ".spikes.csv", to_csv(vector, answers.back()));
    }
    write(folder / "index.csv", to_index(vectors, answers));
    std::cerr << vectors.size() << " vectors\n";
  } catch (const std::exception& error) {
    std::cerr << "lapicque_vectors: " << error.what() << "\n";
    return 1;
  }
}
