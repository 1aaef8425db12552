#include <arkode/arkode_erkstep.h>
#include <cvode/cvode.h>
#include <nvector/nvector_serial.h>
#include <sundials/sundials_context.h>
#include <sundials/sundials_nonlinearsolver.h>
#include <sunnonlinsol/sunnonlinsol_fixedpoint.h>

#include <array>
#include <memory>
#include <stdexcept>
#include <string>

#include "hybrid.hpp"

namespace lapicque::peers {
namespace {

void require(int flag, const char* call) {
  if (flag >= 0) return;
  throw std::runtime_error(std::string(call) + " returned " + std::to_string(flag));
}

template <typename Handle, typename Free>
auto owned(Handle* handle, Free free, const char* call) {
  if (handle == nullptr) throw std::runtime_error(std::string(call) + " returned nothing");
  return std::unique_ptr<Handle, Free>(handle, free);
}

SUNContext make_context() {
  SUNContext context = nullptr;
  require(SUNContext_Create(nullptr, &context), "SUNContext_Create");
  return context;
}

void free_context(SUNContext context) { SUNContext_Free(&context); }
void free_cvode(void* memory) { CVodeFree(&memory); }
void free_arkode(void* memory) { ERKStepFree(&memory); }
void free_nonlinear(SUNNonlinearSolver solver) { SUNNonlinSolFree(solver); }

int right_hand_side(realtype t, N_Vector y, N_Vector slope, void* equation_of_problem) {
  const auto& equation = *static_cast<const Equation*>(equation_of_problem);
  const double* const from = N_VGetArrayPointer(y);
  double* const to = N_VGetArrayPointer(slope);
  if (equation.has_synapse()) {
    to[0] = equation.slope(t, from[0], from[1]);
    to[1] = equation.synaptic_slope(from[1]);
  } else {
    to[0] = equation.slope(t, from[0], 0);
  }
  return 0;
}

int distance_from_threshold(realtype, N_Vector y, realtype* distance, void* equation_of_problem) {
  *distance = N_VGetArrayPointer(y)[0] - static_cast<const Equation*>(equation_of_problem)->threshold();
  return 0;
}

/// What both have in common: the vector, and the time that it stands at.
class SundialsSolver : public OdeSolver {
 public:
  double time() const override { return time_; }
  State state() const override {
    const double* const y = N_VGetArrayPointer(vector_.get());
    return {y[0], equation_.has_synapse() ? y[1] : 0};
  }

 protected:
  explicit SundialsSolver(const Problem& problem)
      : equation_(problem),
        context_(owned(make_context(), free_context, "SUNContext_Create")),
        vector_(
            owned(N_VNew_Serial(equation_.has_synapse() ? 2 : 1, context_.get()), N_VDestroy_Serial, "N_VNew_Serial")) {
    set({problem.neuron.initial(), 0});
  }

  void set(const State& state) {
    double* const y = N_VGetArrayPointer(vector_.get());
    y[0] = state.potential;
    if (equation_.has_synapse()) y[1] = state.synaptic;
  }

  Equation equation_;
  std::unique_ptr<_SUNContext, decltype(&free_context)> context_;
  std::unique_ptr<_generic_N_Vector, decltype(&N_VDestroy_Serial)> vector_;
  double time_ = 0;
};

constexpr int rising = 1;
constexpr long int most_steps = 1'000'000;  // between two events; the default of 500 is no more than a guard either

class CvodeSolver : public SundialsSolver {
 public:
  CvodeSolver(const Problem& problem, double tolerance)
      : SundialsSolver(problem),
        memory_(owned(CVodeCreate(CV_ADAMS, context_.get()), free_cvode, "CVodeCreate")),
        nonlinear_(owned(SUNNonlinSol_FixedPoint(vector_.get(), 0, context_.get()), free_nonlinear,
                         "SUNNonlinSol_FixedPoint")) {
    void* const memory = memory_.get();
    require(CVodeInit(memory, right_hand_side, 0, vector_.get()), "CVodeInit");
    require(CVodeSStolerances(memory, tolerance, tolerance), "CVodeSStolerances");
    require(CVodeSetUserData(memory, &equation_), "CVodeSetUserData");
    require(CVodeSetNonlinearSolver(memory, nonlinear_.get()), "CVodeSetNonlinearSolver");
    require(CVodeRootInit(memory, 1, distance_from_threshold), "CVodeRootInit");
    int direction = rising;
    require(CVodeSetRootDirection(memory, &direction), "CVodeSetRootDirection");
    require(CVodeSetMaxNumSteps(memory, most_steps), "CVodeSetMaxNumSteps");
  }

  void restart(double time, const State& state) override {
    time_ = time;
    set(state);
    require(CVodeReInit(memory_.get(), time, vector_.get()), "CVodeReInit");
  }

  bool advance(double stop) override {
    require(CVodeSetStopTime(memory_.get(), stop), "CVodeSetStopTime");
    const int flag = CVode(memory_.get(), stop, vector_.get(), &time_, CV_NORMAL);
    require(flag, "CVode");
    return flag == CV_ROOT_RETURN;
  }

 private:
  std::unique_ptr<void, decltype(&free_cvode)> memory_;
  std::unique_ptr<_generic_SUNNonlinearSolver, decltype(&free_nonlinear)> nonlinear_;
};

class ArkodeSolver : public SundialsSolver {
 public:
  ArkodeSolver(const Problem& problem, double tolerance)
      : SundialsSolver(problem),
        memory_(owned(ERKStepCreate(right_hand_side, 0, vector_.get(), context_.get()), free_arkode, "ERKStepCreate")) {
    void* const memory = memory_.get();
    require(ERKStepSStolerances(memory, tolerance, tolerance), "ERKStepSStolerances");
    require(ERKStepSetUserData(memory, &equation_), "ERKStepSetUserData");
    require(ERKStepSetTableNum(memory, ARKODE_DORMAND_PRINCE_7_4_5), "ERKStepSetTableNum");
    require(ERKStepRootInit(memory, 1, distance_from_threshold), "ERKStepRootInit");
    int direction = rising;
    require(ERKStepSetRootDirection(memory, &direction), "ERKStepSetRootDirection");
    require(ERKStepSetMaxNumSteps(memory, most_steps), "ERKStepSetMaxNumSteps");
  }

  // Keeps the step size, which ERKStepReInit would not.
  void restart(double time, const State& state) override {
    time_ = time;
    set(state);
    require(ERKStepReset(memory_.get(), time, vector_.get()), "ERKStepReset");
  }

  bool advance(double stop) override {
    require(ERKStepSetStopTime(memory_.get(), stop), "ERKStepSetStopTime");
    const int flag = ERKStepEvolve(memory_.get(), stop, vector_.get(), &time_, ARK_NORMAL);
    require(flag, "ERKStepEvolve");
    return flag == ARK_ROOT_RETURN;
  }

 private:
  std::unique_ptr<void, decltype(&free_arkode)> memory_;
};

}  // namespace

std::unique_ptr<OdeSolver> cvode_solver(const Problem& problem, double tolerance) {
  return std::make_unique<CvodeSolver>(problem, tolerance);
}

std::unique_ptr<OdeSolver> arkode_solver(const Problem& problem, double tolerance) {
  return std::make_unique<ArkodeSolver>(problem, tolerance);
}

}  // namespace lapicque::peers
