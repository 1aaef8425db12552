#include <iostream>

#include "cases.hpp"

int main() { std::cout << lapicque::simulators::outcome_table(); }
