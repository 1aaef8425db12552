#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lapicque/files/quantity.hpp"

namespace lapicque::detail {

/// The numbers of which two determine R and tau_m: tau_m = R C = C/g, R = 1/g.
inline constexpr std::array<std::string_view, 4> membrane_keys{"tau", "resistance", "capacitance", "leak_conductance"};

/// Those among the membrane_keys that hold where some are given in the place of others: one instead of itself, or
/// beside a single other one; two instead of any two.
/// @param given  what is given now
/// @param base   what stood there before
/// @return  some of the membrane_keys, in their order
/// @throws InvalidArgument  one is given and is not in `base`: which number of `base` stays is not said then
std::vector<std::string_view> effective_membrane_keys(const std::map<std::string, double, std::less<>>& given,
                                                      const std::vector<std::string_view>& base);

/// What is wrong with a choice of membrane_keys, and how to mend it.
struct MembraneProblem {
  std::string rule;
  std::string mend;
};

/// Empty where these membrane_keys, in their order, determine R and tau_m.
std::optional<MembraneProblem> membrane_problem(const std::vector<std::string_view>& keys);

struct Membrane {
  double resistance;  ///< MOhm
  double tau;         ///< ms
};

/// R and tau_m from the two numbers that are given, in base units: each is given, or the double nearest to the product
/// or quotient. nF x MOhm = ms, nF/uS = ms, ms/nF = MOhm, 1/uS = MOhm.
/// @param values  of two membrane_keys that have no membrane_problem
/// @throws InvalidArgument  a number is not finite or not greater than 0, or what follows from it is beyond the
/// doubles;
///                          its subject() is the key
Membrane membrane(const std::map<std::string_view, double>& values);

}  // namespace lapicque::detail
