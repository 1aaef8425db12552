#include <cstddef>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>

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
  using namespace lapicque::vectors;
  try {
    const std::filesystem::path folder = argv[1];
    std::string index = index_header();
    std::size_t count = 0;
    for (const FamilyMaker& family : families()) {
      for (const Vector& vector : family.make()) {
        const Answer found = answer(vector);
        const std::string stem = (folder / vector.family / vector.name).string();
        write(stem + ".toml", to_toml(vector));
        write(stem + ".spikes.csv", to_csv(vector, found));
        index += to_index_row(vector, found);
        ++count;
      }
      std::cerr << family.name << "\n";
    }
    write(folder / "index.csv", index);
    std::cerr << count << " vectors\n";
  } catch (const std::exception& error) {
    std::cerr << "lapicque_vectors: " << error.what() << "\n";
    return 1;
  }
}
