#include "rows.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace lapicque::peers {
namespace {

std::vector<std::string> fields(const std::string& line) {
  std::vector<std::string> result;
  std::istringstream rest(line);
  for (std::string field; std::getline(rest, field, ',');) result.push_back(field);
  return result;
}

}  // namespace

std::vector<figures::WorkPrecisionCurve> read_curves(const std::filesystem::path& file, const std::string& problem) {
  enum Column { problem_name, method, setting, measure, ns_per_spike, spread, worst_error, missed, invented, count };
  std::ifstream in(file);
  if (!in) throw std::runtime_error(file.string() + ": cannot be read");
  std::vector<figures::WorkPrecisionCurve> curves;
  std::string line;
  std::getline(in, line);
  for (std::size_t number = 2; std::getline(in, line); ++number) {
    const auto row = fields(line);
    const auto place = [&] { return file.string() + ":" + std::to_string(number); };
    if (row.size() != count) throw std::runtime_error(place() + ": expected " + std::to_string(count) + " fields");
    if (row[problem_name] != problem || row[measure] == "process") continue;
    // lapicque's two settings are methods of their own; those of the others are points on one curve.
    const bool ours = row[method] == "lapicque";
    const std::string name = ours ? row[method] + " " + row[setting] : row[method];
    auto curve = std::find_if(curves.begin(), curves.end(), [&](const auto& known) { return known.method == name; });
    if (curve == curves.end()) curve = curves.insert(curve, {name, ours, {}});
    try {
      curve->points.push_back({std::stod(row[ns_per_spike]) / 1000, std::stod(row[worst_error]),
                               row[missed] != "0" || row[invented] != "0"});
    } catch (const std::logic_error&) {
      throw std::runtime_error(place() + ": expected numbers for time and error");
    }
  }
  return curves;
}

}  // namespace lapicque::peers
