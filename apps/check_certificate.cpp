#include <iostream>
#include <string>

#include "commands.hpp"
#include "lapicque/certificates/check.hpp"
#include "lapicque/files/experiment.hpp"
#include "options.hpp"
#include "output.hpp"

namespace lapicque::program {
namespace {

constexpr int answer_is_no = 1;

class CheckCertificate {
 public:
  explicit CheckCertificate(Command command) {
    command.add("FILE", file_, "experiment file (TOML)").required();
    command.add("CERT", certificate_file_, "certificate, as lapicque run --certify writes it").required();
    add_choice(command, "--format", format_, {"csv", "json"}, "how the verdict is printed");
  }

  void operator()() const {
    const Experiment experiment = read_experiment(file_);
    say(experiment.remarks);
    const Certificate certificate = read_certificate(certificate_file_);
    const Verdict verdict = check(experiment.neuron, experiment.current, experiment.until, certificate);
    print(certificate, verdict);
    for (const std::string& assumption : verdict.assumptions) {
      std::cerr << printable(certificate_file_) << ": taken for granted: " << printable(assumption) << '\n';
    }
    if (verdict.valid) return;
    std::cerr << printable(certificate_file_) << ": not valid: " << printable(verdict.fault) << '\n';
    throw ExitStatus{answer_is_no};
  }

 private:
  void print(const Certificate& certificate, const Verdict& verdict) const {
    const std::string word = verdict.valid ? "valid" : "invalid";
    const std::string spikes = std::to_string(certificate.spikes.size());
    const std::string stretches = std::to_string(certificate.stretches.size());
    const std::string assumptions = std::to_string(certificate.assumptions());
    StandardOutput out;
    if (format_ == "json") {
      out << "{\"verdict\": \"" << word << "\", \"spikes\": " << spikes << ", \"stretches\": " << stretches
          << ", \"assumptions\": " << assumptions << "}\n";
    } else {
      out << "verdict,spikes,stretches,assumptions\n"
          << word << "," << spikes << "," << stretches << "," << assumptions << "\n";
    }
    out.flush();
  }

  std::string file_;
  std::string certificate_file_;
  std::string format_;
};

}  // namespace

void add_check_certificate(CommandLine& program) {
  program.add<CheckCertificate>(
      "check-certificate", "verify the proof that run --certify writes",
      std::string(
          "Every claim is verified in interval arithmetic, with nothing of the code that finds spikes. What is wrong\n"
          "goes to standard error, as does what the proof takes for granted.\n"
          "Exit status: 0 valid, 1 not valid, 2 unusable input (a file cannot be read, or is no certificate).\n\n") +
          examples_with_cell_with_step +
          "  $ lapicque run cell.toml --certify cert.json\n"
          "  spike,time_ms\n"
          "  1,17.875503299472804\n"
          "  2,30.965858188431927\n"
          "  $ lapicque check-certificate cell.toml cert.json\n"
          "  verdict,spikes,stretches,assumptions\n"
          "  valid,2,6,0\n");
}

}  // namespace lapicque::program
