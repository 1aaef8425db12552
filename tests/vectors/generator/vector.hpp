#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "lapicque/current.hpp"
#include "lapicque/neuron.hpp"

namespace lapicque::vectors {

/// One experiment of the set.
struct Vector {
  std::string family;  ///< the folder
  std::string name;    ///< of the files, without extension
  std::string tests;   ///< what it tests: no full stop at the end
  std::string wrong;   ///< what a wrong simulator does, as "Wrong: ..." goes on
  Neuron neuron;
  Current current;
  double until;
};

using Vectors = std::vector<Vector>;

/// Collects the vectors of one family, which share what a wrong simulator does unless one says otherwise.
class Family {
 public:
  Family(std::string name, std::string wrong) : name_(std::move(name)), wrong_(std::move(wrong)) {}

  void add(std::string name, std::string tests, const Neuron& neuron, const Current& current, double until,
           const std::string& wrong = {}) {
    vectors_.push_back(
        {name_, std::move(name), std::move(tests), wrong.empty() ? wrong_ : wrong, neuron, current, until});
  }
  Vectors take() { return std::move(vectors_); }

 private:
  std::string name_;
  std::string wrong_;
  Vectors vectors_;
};

Vectors grazing();
Vectors equal_time_constants();
Vectors cancelling();
Vectors refractoriness();
Vectors coincidence();
Vectors landing();
Vectors rheobase_exactly();
Vectors self_firing();
Vectors before_zero();
Vectors late();
Vectors between_grid_points();
Vectors sampled();
Vectors high_frequency();
Vectors literature();
Vectors mixtures();

/// One of the functions above, by the name of the family's folder.
struct FamilyMaker {
  const char* name;
  Vectors (*make)();
};

/// All families, in the order of the index.
std::span<const FamilyMaker> families();

/// The experiment file: two lines of comment, then every key with a number that reads back as the same double.
std::string to_toml(const Vector& vector);

/// The double `ulps` doubles on from x.
double neighbour(double x, int ulps);

}  // namespace lapicque::vectors
