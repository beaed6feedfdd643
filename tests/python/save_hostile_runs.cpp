// Saves runs that are hard on a reader, and what the Python package has to make of them:
//   save_hostile_runs REGISTRY EXPECTED.json
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>
#include <vector>

#include "erm/json.hpp"
#include "erm/detail/base/time_text.hpp"
#include "erm/detail/store/metadata.hpp"
#include "erm/edit.hpp"
#include "erm/registry.hpp"
#include "erm/trash.hpp"

namespace {

std::string base64(const erm::Bytes& bytes) {
  static constexpr char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) group = group << 8 | (i + k < bytes.size() ? bytes[i + k] : 0U);
    for (std::size_t k = 0; k < 4; ++k) text += i + k > bytes.size() ? '=' : digits[group >> (18 - 6 * k) & 63];
  }
  return text;
}

/// Text and finite numbers as they are; all else as the text that stands for it.
erm::Json as_python_sees(const erm::Value& value) {
  switch (value.kind()) {
    case erm::Value::Kind::signed_integer:
      return value.get<std::int64_t>();
    case erm::Value::Kind::unsigned_integer:
      return value.get<std::uint64_t>();
    case erm::Value::Kind::floating:
      if (const double number = value.get<double>(); number - number == 0) return number;
      return value.str();
    default:
      return value.str();
  }
}

erm::Json values_as_python_sees(const std::map<std::string, erm::Value>& values) {
  erm::Json out = erm::Json::object();
  for (const auto& [key, value] : values) out[key] = as_python_sees(value);
  return out;
}

class Writer {
 public:
  explicit Writer(std::string registry) : registry_(std::move(registry)) {}

  /// `dicts`: what Python is to see of the run's.
  void save(const erm::ExperimentRun& run, const erm::Json& dicts) {
    const std::filesystem::path uri = erm::save_run_to_registry(run, registry_);
    erm::edit_run(uri.string(), [](erm::RunEdit& edit) { edit.set_tag("edited \"afterwards\"", "\xC3\xBC"); });
    const std::string run_id = uri.generic_string().substr(
        registry_.size() + run.experiment_id().size() + run.variant_id().size() + 3);
    erm::Json wanted = {{"experiment_id", run.experiment_id()}, {"variant_id", run.variant_id()}, {"run_id", run_id}};
    wanted["timestamp_utc"] = erm::detail::time_text(run.timestamp_utc());
    wanted["params"] = values_as_python_sees(run.params());
    wanted["metrics"] = values_as_python_sees(run.metrics());
    wanted["dicts"] = dicts;
    wanted["artifacts"] = erm::Json::object();
    for (const auto& [id, artifact] : run.artifacts())
      wanted["artifacts"][id] = {{"artifact_type", std::string(erm::detail::name_of(artifact.type()))},
                                 {"content", base64(artifact.bytes())}};
    expected["runs"].push_back(wanted);
    std::string& latest = latest_[run.experiment_id() + "|" + run.variant_id()];
    latest = std::max(latest, run_id);
    expected["latest"] = latest_;
  }

  /// Runs that were deleted, alone and with what they lay in, and one that came back.
  void delete_some() {
    const auto save_to = [&](const char* experiment, const char* variant, const char* run_id) {
      erm::RunOptions options;
      options.variant_id = variant;
      options.run_id = run_id;
      erm::ExperimentRun run(experiment, options);
      run.log_text("deleted", "note");
      run.log_metric("loss", 0.5, 1);
      return erm::save_run_to_registry(run, registry_);
    };
    const erm::Json& kept = expected["runs"].front();
    const std::string experiment = kept["experiment_id"], variant = kept["variant_id"];
    erm::delete_run(save_to(experiment.c_str(), variant.c_str(), "zzz deleted"));
    erm::delete_run(save_to(experiment.c_str(), variant.c_str(), "zzz deleted/twice"));
    save_to(experiment.c_str(), "deleted variant", "a");
    erm::delete_variant(registry_, experiment, "deleted variant");
    save_to("deleted experiment", "v", "a");
    save_to("deleted experiment", "w/x", "b/c");
    erm::delete_experiment(registry_, "deleted experiment");
    const std::string run_id = kept["run_id"];
    erm::delete_run(registry_, experiment, variant, run_id);
    erm::restore_run(registry_, experiment, variant, run_id);
    expected["in_trash"] = 5 + 4;  // runs, and the marker files of three variants and an experiment
  }

  erm::Json expected = {{"runs", erm::Json::array()}};

 private:
  std::string registry_;
  std::map<std::string, std::string> latest_;
};

void save_all(Writer& writer) {
  const double infinity = std::numeric_limits<double>::infinity();
  const double not_a_number = std::numeric_limits<double>::quiet_NaN();

  erm::RunOptions options;
  options.variant_id = "v 1/\xC3\xBC\xE2\x9C\x93";
  options.run_id = "run \xF0\x9F\x98\x80 50%#&+,;=@'\"!";
  options.timestamp_utc = erm::TimePoint(std::chrono::microseconds(1795419021000001));
  erm::ExperimentRun values("t\xC3\xAA" "am/house prices", options);
  values.log_params({{"seed", std::numeric_limits<std::uint64_t>::max()},
                     {"least", std::numeric_limits<std::int64_t>::min()},
                     {"lr", 0.1F},
                     {"small", 5e-324},
                     {"large", 1.7976931348623157e308},
                     {"whole", 1.0},
                     {"minus zero", -0.0},
                     {"nan", not_a_number},
                     {"inf", infinity},
                     {"yes", true},
                     {"no", false},
                     {"text", "0.10"},
                     {"empty", ""},
                     {"", "no key"},
                     {"quotes", "\"\\/\b\f\n\r\t\x01\x7F"},
                     {"line ends", "\xE2\x80\xA8\xE2\x80\xA9\xC2\x85"},
                     {"not UTF-8", "a\xFF\xC3"},
                     {"emoji \xF0\x9F\x98\x80", "\xF0\x9F\x98\x80"}});
  values.log_param(std::string("nul\0key", 7), std::string("nul\0value", 9));
  values.log_metric("loss", not_a_number, 1);
  values.log_metric("accuracy", 1, 2);
  values.log_metrics({{"down", -infinity}, {"up", 1e22}, {"ok", true}});
  values.log_features({"age", "\xC3\xBC"});
  values.set_goal("loss", erm::Goal::minimize);
  values.set_tag("candidate");
  values.set_tag("\"team\"/\x01", "a\xFF\n\xF0\x9F\x98\x80");
  values.set_note("# A note\n\n<b>\"quoted\"</b> \xE2\x80\xA8");
  values.set_group("seed sweep 3");
  values.log_dict("nested", {{"a", {{"b", {1, 2, {{"c", nullptr}}}}}}, {"n", nullptr}, {"l", {1, not_a_number}}});
  values.log_dict("scalars", {{"f", 0.5}, {"u", 18446744073709551615U}, {"i", -3}, {"t", "x"}, {"y", true},
                              {"nan", not_a_number}, {"inf", -infinity}});
  values.log_dict("a/b~c", {{"x/y~z", false}, {"", 1}});
  values.log_dict("empty", nullptr);
  writer.save(values, {{"nested", {{"a", R"({"b":[1,2,{"c":null}]})"}, {"n", "null"}, {"l", R"([1,"nan"])"}}},
                       {"scalars", {{"f", 0.5}, {"u", 18446744073709551615U}, {"i", -3}, {"t", "x"}, {"y", "true"},
                                    {"nan", "nan"}, {"inf", "-inf"}}},
                       {"a/b~c", {{"x/y~z", "false"}, {"", 1}}},
                       {"empty", erm::Json::object()}});

  options = {};
  options.timestamp_utc = erm::TimePoint(std::chrono::seconds(1795419021));
  for (int i = 0; i < 3; ++i) {
    erm::ExperimentRun files("files", options);
    int n = 0;
    for (const std::string filename :
         {"model.bin", "model.bin", "Model.bin", "a", "a/b", "a1b", "a?b", "a*b", "[a1]b", "x::y", "simplecache::z", "::",
          "?", "deep/er/[x]/f*.txt", "50%25", "#x", "{a,b}", "~", "$HOME", "blank name .txt", "\xC3\xBC.html",
          "plot.plotly.json", "pixels.png", "photo.JPG", ".hidden", "memory:x", "-"}) {
      const std::string id = std::to_string(n++);
      files.log_artifact(erm::to_bytes("bytes " + id + "/" + std::to_string(i)), id, filename);
    }
    files.log_artifact(erm::Bytes{}, "no bytes", "empty.bin");
    files.log_artifact({0, 255, 13, 10, 26}, "a id/\xF0\x9F\x98\x80 [*]?::", "raw.bin");
    files.log_text("\xC3\xBC", "note");
    writer.save(files, erm::Json::object());
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: save_hostile_runs REGISTRY EXPECTED.json\n", stderr);
    return 2;
  }
  try {
    std::filesystem::remove_all(argv[1]);
    Writer writer(argv[1]);
    save_all(writer);
    writer.delete_some();
    std::ofstream(argv[2]) << writer.expected.dump(1);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
