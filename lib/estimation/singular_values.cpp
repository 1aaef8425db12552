#include "singular_values.hpp"

template class Eigen::JacobiSVD<Eigen::MatrixXd>;
