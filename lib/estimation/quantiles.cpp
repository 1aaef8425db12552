#include "quantiles.hpp"

#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/fisher_f.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>

namespace lapicque::estimation {

double normal_quantile(double chance) { return quantile(complement(boost::math::normal(), chance)); }

double chi_squared_quantile(double freedom, double chance) {
  return quantile(complement(boost::math::chi_squared(freedom), chance));
}

double students_t_quantile(double freedom, double chance) {
  return quantile(complement(boost::math::students_t(freedom), chance));
}

double fisher_f_quantile(double freedom, double below, double chance) {
  return quantile(complement(boost::math::fisher_f(freedom, below), chance));
}

}  // namespace lapicque::estimation
