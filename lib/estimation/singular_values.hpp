#pragma once

#include <Eigen/SVD>

// Compiled in one place: it takes the compiler seconds in each file that has a decomposition.
extern template class Eigen::JacobiSVD<Eigen::MatrixXd>;
