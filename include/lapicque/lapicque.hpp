#pragma once

// The whole core: everything but files, figures and programs.

#include "lapicque/comparison.hpp"
#include "lapicque/convention.hpp"
#include "lapicque/current.hpp"
#include "lapicque/current_value.hpp"
#include "lapicque/diagnosis.hpp"
#include "lapicque/draws.hpp"
#include "lapicque/error.hpp"
#include "lapicque/excitability.hpp"
#include "lapicque/interval_distribution.hpp"
#include "lapicque/interval_statistics.hpp"
#include "lapicque/neuron.hpp"
#include "lapicque/noise.hpp"
#include "lapicque/noisy_intervals.hpp"
#include "lapicque/open_train.hpp"
#include "lapicque/postsynaptic.hpp"
#include "lapicque/response.hpp"
#include "lapicque/spike_distance.hpp"
#include "lapicque/spike_train.hpp"
#include "lapicque/stepper.hpp"
