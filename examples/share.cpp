// Saves a run with a large artifact to a registry that others can read, and shows the progress.
//   share [REGISTRY]       s3://bucket/prefix, with the settings of the AWS tools; default: erm-registry on this disk
#include <erm/registry.hpp>
#include <erm/s3.hpp>

#include <cstdio>
#include <memory>
#include <string>

namespace {

/// Overwrites the previous progress line: "model.bin   48 of 64 MiB".
void draw_progress(const erm::S3Progress& now) {
  const std::string path(now.path);
  std::fprintf(stderr, "\r%s %4llu of %llu MiB%s", path.substr(path.rfind('/') + 1).c_str(),
               static_cast<unsigned long long>(now.done >> 20), static_cast<unsigned long long>(now.total >> 20),
               now.done == now.total ? "\n" : "");
}

}  // namespace

int main(int count, char** arguments) {
  const std::string registry = count > 1 ? arguments[1] : "erm-registry";
  try {
    erm::ExperimentRun run("share");
    run.log_params({{"layers", 12}, {"width", 512}});
    run.log_metric("accuracy", 0.93);
    run.log_artifact(erm::Bytes(std::size_t{64} << 20, 7), "model", "model.bin");

    erm::SaveOptions save;
    if (registry.rfind("s3://", 0) == 0) {
      erm::S3Options options;
      options.on_progress = draw_progress;
      save.fs = std::make_shared<erm::S3FileSystem>(options);
    }
    const std::string uri = erm::save_run_to_registry(run, registry, save);
    const erm::ExperimentRun same = erm::load_run_from_path(uri, save.fs);
    std::printf("%s: %llu bytes of %s\n", uri.c_str(),
                static_cast<unsigned long long>(same.artifacts().at("model").bytes().size()),
                same.artifacts().at("model").filename().c_str());
  } catch (const erm::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
