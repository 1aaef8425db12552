#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "program.hpp"

namespace lapicque::test {
namespace {

using Json = nlohmann::json;

/// The exercises' neuron with two spikes, at 5 + 8 ln 5 ms and 2 + 8 ln 4 ms after that.
const std::string cell =
    "[neuron]\nrest = -70\nreset = -65\nthreshold = -50\nresistance = 10\ntau = 8\nrefractory = 2\n"
    "[run]\nuntil = 40\n[[input]]\nkind = \"step\"\nstart = 5\namplitude = 2.5\n";

const std::string header = "verdict,spikes,stretches,assumptions\n";

class CertificateFile : public testing::Test {
 protected:
  void SetUp() override {
    folder.write("cell.toml", cell);
    const auto run = folder.run({"run", "cell.toml", "--certify", "cert.json"});
    ASSERT_EQ(run.status, 0) << run.error;
    ASSERT_EQ(run.error, "");
    ASSERT_TRUE(run.out.starts_with("spike,time_ms\n1,17.8755")) << run.out;
    certificate = Json::parse(folder.read("cert.json"));
  }

  Result check(const Json& object, const std::string& experiment = "cell.toml") const {
    folder.write("other.json", object.dump());
    return folder.run({"check-certificate", experiment, "other.json"});
  }

  const Folder folder;
  Json certificate;
};

TEST_F(CertificateFile, HasTheSpikesToTwentyPlaces) {
  EXPECT_EQ(certificate.at("format"), "lapicque certificate");
  EXPECT_EQ(certificate.at("until_ms"), "40");
  EXPECT_EQ(certificate.at("width_ms"), "1e-20");
  ASSERT_EQ(certificate.at("spikes").size(), 2U);
  // 5 + 8 ln 5 = 17.875503299472802996806...
  const std::string low = certificate.at("spikes")[0].at("low_ms");
  EXPECT_TRUE(low.starts_with("17.87550329947280299680")) << low;
  EXPECT_EQ(folder.names(), (std::vector<std::string>{"cell.toml", "cert.json"}));
}

TEST_F(CertificateFile, IsValid) {
  const auto result = folder.run({"check-certificate", "cell.toml", "cert.json"});
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.out, header + "valid,2,6,0\n");
  EXPECT_EQ(result.error, "");
  const auto json = folder.run({"check-certificate", "cell.toml", "cert.json", "--format", "json"});
  EXPECT_EQ(Json::parse(json.out).at("verdict"), "valid");
}

TEST_F(CertificateFile, IsNotValidWithASpikeLess) {
  certificate["spikes"].erase(1);
  const auto result = check(certificate);
  EXPECT_EQ(result.status, 1);
  EXPECT_EQ(result.out, header + "invalid,1,6,0\n");
  const std::string from = certificate["stretches"][3]["from_ms"];
  const std::string to = certificate["stretches"][3]["to_ms"];
  EXPECT_EQ(result.error,
            "other.json: not valid: stretches[3] (above, " + from + " to " + to + " ms): there is no such spike\n");
}

TEST_F(CertificateFile, IsNotValidWithAStretchLess) {
  certificate["stretches"].erase(5);
  const auto result = check(certificate);
  EXPECT_EQ(result.status, 1);
  const std::string to = certificate["stretches"][4]["to_ms"];
  EXPECT_EQ(result.error, "other.json: not valid: stretches: the last one ends at " + to +
                              " ms, and the proof is not complete there\n");
}

TEST_F(CertificateFile, IsNotValidForAnotherExperiment) {
  std::string other = cell;
  other.replace(other.find("2.5"), 3, "2.6");
  folder.write("another.toml", other);
  const auto result = check(certificate, "another.toml");
  EXPECT_EQ(result.status, 1);
  EXPECT_EQ(result.out, header + "invalid,2,6,0\n");
  EXPECT_NE(result.error.find("the certificate is for another experiment"), std::string::npos) << result.error;
}

TEST_F(CertificateFile, IsUnusableWhereItIsNone) {
  certificate.erase("stretches");
  const auto result = check(certificate);
  EXPECT_EQ(result.status, 2);
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(result.error, "other.json: stretches is missing\n");
}

// Where the parser by itself would be content.
TEST_F(CertificateFile, IsUnusableWithAKeyTwiceOrMoreAfterANul) {
  std::string text = folder.read("cert.json");
  folder.write("nul.json", text + std::string("\0{}", 3));
  const auto nul = folder.run({"check-certificate", "cell.toml", "nul.json"});
  EXPECT_EQ(nul.status, 2);
  EXPECT_EQ(nul.out, "");
  EXPECT_EQ(nul.error, "nul.json: is not a certificate: it has a NUL byte\n");

  folder.write("twice.json", text.insert(text.find("\"to_ms\""), "\"to_ms\": \"1\", "));
  const auto twice = folder.run({"check-certificate", "cell.toml", "twice.json"});
  EXPECT_EQ(twice.status, 2);
  EXPECT_EQ(twice.out, "");
  EXPECT_EQ(twice.error, "twice.json: stretches[0].to_ms is given twice\n");
}

TEST_F(CertificateFile, IsAsNarrowAsAskedFor) {
  const auto run = folder.run(
      {"run", "cell.toml", "--certify", "fine.json", "--certificate-width", "1e-45ms", "--precision", "fast"});
  ASSERT_EQ(run.status, 0) << run.error;
  const std::string low = Json::parse(folder.read("fine.json")).at("spikes")[0].at("low_ms");
  // 5 + 8 ln 5, ln 5 = 1.60943791243410037460075933322618763952560135426851...
  EXPECT_TRUE(low.starts_with("17.875503299472802996806074665809501116204810834")) << low;
  EXPECT_EQ(folder.run({"check-certificate", "cell.toml", "fine.json"}).status, 0);
}

// Sinusoids a period apart that cancel each other: no digits tell that the jump lands exactly on the threshold.
TEST(Assumptions, AreToldByTheChecker) {
  const Folder folder;
  const std::string sinusoid = "[[input]]\nkind = \"sinusoid\"\nfrequency = 1000\n";
  folder.write("cell.toml", cell.substr(0, cell.find("[[input]]")) + sinusoid + "start = -5\namplitude = 1\n" +
                                sinusoid + "start = -6\namplitude = -1\n" +
                                "[[input]]\nkind = \"pulses\"\ntimes = [3]\njump = 20\n");
  folder.run({"run", "cell.toml", "--certify", "cert.json"});
  const auto result = folder.run({"check-certificate", "cell.toml", "cert.json"});
  EXPECT_EQ(result.status, 0) << result.error;
  EXPECT_TRUE(result.out.ends_with(",1\n")) << result.out;
  EXPECT_EQ(result.error,
            "cert.json: taken for granted: at 3 ms a voltage jump is taken to land on the threshold exactly\n");
}

TEST(Certify, TakesSpikesAtSubnormalTimes) {
  const Folder folder;
  folder.write("cell.toml", cell.substr(0, cell.find("[[input]]")) +
                                "[[input]]\nkind = \"pulses\"\ntimes = [5e-320, 3]\njump = 20\n");
  const auto run = folder.run({"run", "cell.toml", "--certify", "cert.json"});
  EXPECT_EQ(run.status, 0) << run.error;
  EXPECT_EQ(run.out, "spike,time_ms\n1,5e-320\n2,3\n");
  const auto result = folder.run({"check-certificate", "cell.toml", "cert.json"});
  EXPECT_EQ(result.status, 0) << result.error;
  EXPECT_TRUE(result.out.starts_with(header + "valid,2,")) << result.out;
}

TEST(Certify, LeavesNoFileWhereItFails) {
  const Folder folder;
  folder.write("cell.toml", cell +
                                "[[input]]\nkind = \"step\"\nstart = 6\namplitude = 1.7e308\n"
                                "[[input]]\nkind = \"step\"\nstart = 6\namplitude = 1.7e308\n");
  const auto result = folder.run({"run", "cell.toml", "--certify", "cert.json"});
  EXPECT_EQ(result.status, 2);
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(folder.names(), (std::vector<std::string>{"cell.toml"}));
}

}  // namespace
}  // namespace lapicque::test
