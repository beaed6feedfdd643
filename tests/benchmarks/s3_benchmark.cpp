// How fast registries in object storage are, each figure beside what it is held against, on the server of the
// environment. s3_benchmark.sh starts one, and asks the aws client to do the same work.
//   s3_benchmark small BUCKET LOCAL_REGISTRY    1,000 runs of 4 objects: saved one by one, saved 16 at once, loaded;
//                                               the same runs are saved to a local registry, for the aws client
//   s3_benchmark list BUCKET                    10,000 runs: listed, and the bare pages
//   s3_benchmark find BUCKET                    10,000 runs of one variant and of ten: ten are found with and without a cache
//   s3_benchmark copy LOCAL_REGISTRY TARGET     copies a registry of `small` to a bucket, or from there to a folder
//   s3_benchmark upload BUCKET FILE             a large artifact is saved; prints the memory that it took
//   s3_benchmark download BUCKET FILE           that artifact is copied to a file
#include <atomic>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <unistd.h>

#include "erm/copy.hpp"
#include "erm/find.hpp"
#include "erm/registry.hpp"
#include "erm/s3.hpp"

namespace {

double seconds_of(const std::function<void()>& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

void print(const char* what, double seconds) { std::printf("%-44s %8.3f s\n", what, seconds); }

erm::ExperimentRun small_run(int number) {
  erm::RunOptions options;
  options.run_id = "run-" + std::to_string(10000 + number);
  erm::ExperimentRun run("digits", options);
  for (int i = 0; i < 20; ++i) {
    run.log_param("param" + std::to_string(i), i);
    run.log_metric("metric" + std::to_string(i), 0.5 * i);
  }
  run.log_artifact(erm::Bytes(1024, 'a'), "model", "model.bin");
  run.log_artifact(erm::Bytes(1024, 'b'), "weights", "weights.bin");
  run.log_metric("loss", 0.5, 1);
  return run;
}

std::shared_ptr<erm::S3FileSystem> store(std::size_t max_requests) {
  erm::S3Options options;
  options.max_requests = max_requests;
  return std::make_shared<erm::S3FileSystem>(options);
}

void save_all(const std::vector<erm::ExperimentRun>& runs, const std::string& registry, std::size_t threads,
              const std::shared_ptr<erm::FileSystem>& fs) {
  std::atomic<std::size_t> next{0};
  std::vector<std::thread> savers;
  for (std::size_t i = 0; i < threads; ++i) {
    savers.emplace_back([&] {
      erm::SaveOptions save;
      save.fs = fs;
      for (std::size_t n = next++; n < runs.size(); n = next++) erm::save_run_to_registry(runs[n], registry, save);
    });
  }
  for (std::thread& saver : savers) saver.join();
}

/// A filter over all runs beside the GETs of their metadata alone, 16 at once.
void measure_find(const std::string& bucket, const std::shared_ptr<erm::FileSystem>& fs) {
  const std::string registry = bucket + "/singly";
  erm::FindOptions options;
  options.filter = "params.param3 = 3 and metrics.loss < 1 and not tags.failed";
  options.limit = 10;
  std::vector<std::string> paths;
  for (const std::string& id : erm::list_runs(registry, "digits", "main", fs))
    paths.push_back(registry.substr(5) + "/digits/main/" + id + "/erm_metadata.json");
  double found = 0, bare = 0;
  for (int i = 0; i < 5; ++i) {
    bare += seconds_of([&] { static_cast<void>(fs->read_many(paths)); });
    found += seconds_of([&] {
      if (erm::find_runs(registry, options, fs).size() != 10) throw erm::Error("ten runs should have been found");
    });
  }
  print("the bare GETs of 1,000 runs' metadata", bare / 5);
  print("find ten runs of 1,000 by a filter", found / 5);
  std::printf("  find / bare GETs: %.2f (wanted: 1.3 or less)\n", found / bare);
}

/// Each figure in turns with what it is held against: the machine's other work then hits both.
void measure_small(const std::string& bucket, const std::string& local) {
  constexpr std::size_t rounds = 10;
  std::vector<std::vector<erm::ExperimentRun>> runs(rounds);
  for (int i = 0; i < 1000; ++i) runs[static_cast<std::size_t>(i) % rounds].push_back(small_run(i));
  erm::SaveOptions buffered;
  buffered.durable = false;
  for (const auto& some : runs)
    for (const erm::ExperimentRun& run : some) erm::save_run_to_registry(run, local, buffered);

  const auto one = store(1), many = store(16);
  erm::save_run_to_registry(small_run(-1), bucket + "/singly", {false, true, one});
  erm::save_run_to_registry(small_run(-1), bucket + "/at-once", {false, true, many});
  double singly = 0, at_once = 0;
  for (const auto& some : runs) {
    singly += seconds_of([&] { save_all(some, bucket + "/singly", 1, one); });
    at_once += seconds_of([&] { save_all(some, bucket + "/at-once", 16, many); });
  }
  print("save 1,000 runs, one request at a time", singly);
  print("save 1,000 runs, 16 at once", at_once);
  std::printf("  one at a time / 16 at once: %.2f (wanted: 2 or more)\n", singly / at_once);

  std::vector<std::string> ids;
  for (int i = 0; i < 100; ++i) ids.push_back("run-" + std::to_string(10000 + i));
  double one_by_one = 0, together = 0;
  for (int i = 0; i < 5; ++i) {
    one_by_one += seconds_of([&] {
      for (const std::string& id : ids)
        static_cast<void>(erm::load_run_from_registry(bucket + "/singly", "digits", "main", id, one));
    });
    together += seconds_of(
        [&] { static_cast<void>(erm::load_runs_from_registry(bucket + "/singly", "digits", "main", ids, many)); });
  }
  print("load 100 runs, one by one", one_by_one / 5);
  print("load 100 runs together", together / 5);
  std::printf("  one by one / together: %.2f (wanted: 2 or more)\n", one_by_one / together);
  measure_find(bucket, many);
}

/// The pages of a listing as they come, of which only the token of the next is looked at.
std::size_t bare_pages(const std::string& bucket, const std::string& prefix) {
  namespace s3 = erm::detail::s3;
  const s3::Client client({});
  std::string token;
  std::size_t pages = 0;
  do {
    s3::Exchange page = s3::Client::request("list", "GET", s3::Place(bucket));
    page.query = {{"list-type", "2"}, {"prefix", prefix}};
    if (!token.empty()) page.query.emplace_back("continuation-token", token);
    page = client.run(std::move(page));
    s3::Client::expect_ok(page);
    ++pages;
    const std::string_view text = page.text();
    const std::size_t begin = text.find("<NextContinuationToken>");
    token.clear();
    if (begin != std::string_view::npos)
      token = erm::detail::unescaped_xml(text.substr(begin + 23, text.find('<', begin + 1) - begin - 23));
  } while (!token.empty());
  return pages;
}

void measure_list(const std::string& bucket) {
  const std::string name = bucket.substr(5);
  const auto fs = store(16);
  erm::save_run_to_registry(small_run(0), bucket + "/long", {false, true, fs});
  const erm::detail::BytesContent content(erm::to_bytes("{}"));
  std::vector<erm::NewFile> files;
  for (int i = 1; i < 10000; ++i) {
    const std::string run = name + "/long/digits/main/run-" + std::to_string(10000 + i) + "/";
    for (const char* const file :
         {"artifacts/model.bin", "artifacts/weights.bin", "history/main.csv", "erm_metadata.json"})
      files.push_back({run + file, &content});
  }
  fs->create_many(files);
  double listed = 1e9, bare = 1e9;
  std::size_t found = 0, pages = 0;
  for (int i = 0; i < 3; ++i) {
    bare = std::min(bare, seconds_of([&] { pages = bare_pages(name, "long/digits/main/"); }));
    listed =
        std::min(listed, seconds_of([&] { found = erm::list_runs(bucket + "/long", "digits", "main", fs).size(); }));
  }
  std::printf("%zu runs, %zu pages\n", found, pages);
  print("the bare pages", bare);
  print("list_runs", listed);
  std::printf("  list_runs / bare pages: %.2f (wanted: 1.5 or less)\n", listed / bare);
}

/// Ten of 10,000 runs are found, with a cache and without, beside the bare pages of the listing. `variants` hold the runs.
void measure_cached_find(const std::string& bucket, int variants) {
  const std::string name = bucket.substr(5), experiment = "of-" + std::to_string(variants);
  const auto fs = store(16);
  const auto memory = std::make_shared<erm::MemoryFileSystem>();
  std::vector<erm::NewFile> files;
  std::vector<std::unique_ptr<erm::detail::BytesContent>> contents;
  const erm::detail::BytesContent other(erm::to_bytes("{}"));
  for (int i = 0; i < 10000; ++i) {
    erm::RunOptions options;
    options.variant_id = "variant-" + std::to_string(i % variants);
    options.run_id = "run-" + std::to_string(10000 + i);
    erm::ExperimentRun run(experiment, options);
    for (int k = 0; k < 20; ++k) {
      run.log_param("param" + std::to_string(k), k + i);
      run.log_metric("metric" + std::to_string(k), 0.5 * k * i);
    }
    if (i < variants) {  // with the marker files
      erm::save_run_to_registry(run, bucket + "/registry", {false, true, fs});
      continue;
    }
    erm::save_run_to_path(run, "run", {true, false, memory});
    contents.push_back(std::make_unique<erm::detail::BytesContent>(memory->read("run/erm_metadata.json")));
    const std::string folder = name + "/registry/" + experiment + "/" + options.variant_id + "/" + run.run_id() + "/";
    files.push_back({folder + "erm_metadata.json", contents.back().get()});
    for (const char* const file : {"artifacts/model.bin", "artifacts/weights.bin", "history/main.csv"})
      files.push_back({folder + file, &other});
  }
  print("10,000 runs are written", seconds_of([&] { fs->create_many(files); }));
  erm::FindOptions options;
  options.experiment = experiment;
  options.filter = "params.param3 >= 5000 and metrics.metric1 < 1e6 and not tags.failed";
  options.order_by = "metrics.metric1 desc";
  options.limit = 10;
  const auto find = [&](bool cache) {
    options.cache = cache;
    if (erm::find_runs(bucket + "/registry", options, fs).size() != 10) throw erm::Error("ten runs should have been found");
  };
  print("the first search with a cache", seconds_of([&] { find(true); }));
  double warm = 1e9, cold = 1e9, bare = 1e9;
  for (int i = 0; i < 3; ++i) {
    cold = std::min(cold, seconds_of([&] { find(false); }));
    bare = std::min(bare, seconds_of([&] { bare_pages(name, "registry/" + experiment + "/"); }));
    warm = std::min(warm, seconds_of([&] { find(true); }));
  }
  std::printf("of %d variants:\n", variants);
  print("find ten of 10,000 without a cache", cold);
  print("with a cache, nothing changed", warm);
  print("the bare pages", bare);
  std::printf("  without / with: %.1f (wanted: 20 or more), with / bare pages: %.2f\n", cold / warm, warm / bare);
}

/// The most memory that this process had at any time, in MiB.
double peak_memory() {
  std::ifstream status("/proc/self/status");
  std::string line;
  while (std::getline(status, line))
    if (line.rfind("VmHWM:", 0) == 0) return std::stod(line.substr(6)) / 1024;
  return 0;
}

void measure_copy(const std::string& from, const std::string& to) {
  erm::CopyOptions options;
  options.durable = false;
  erm::CopyReport report;
  print("copy_runs", seconds_of([&] { report = erm::copy_runs(from, to, options); }));
  print("the same again", seconds_of([&] { static_cast<void>(erm::copy_runs(from, to, options)); }));
  std::printf("  %zu runs, %zu left out; memory: %.1f MiB\n", report.copied.size(), report.left_out.size(), peak_memory());
}

void measure_upload(const std::string& bucket, const std::string& file) {
  erm::RunOptions options;
  options.run_id = "large";
  erm::ExperimentRun run("digits", options);
  const double logged = seconds_of([&] { run.log_artifact(std::filesystem::path(file), "model"); });
  print("log the artifact (a copy on the disk)", logged);
  ::sync();  // what the system still writes back is not the upload's
  const double saved = seconds_of([&] { erm::save_run_to_registry(run, bucket + "/large"); });
  print("save the run with it", saved);
  std::printf("  memory: %.1f MiB (wanted: less than 64)\n", peak_memory());
}

void measure_download(const std::string& bucket, const std::string& file) {
  const erm::ExperimentRun run = erm::load_run_from_registry(bucket + "/large", "digits");
  print("copy the artifact to a file", seconds_of([&] { run.artifacts().at("model").save_to(file); }));
  std::printf("  memory: %.1f MiB (wanted: less than 64)\n", peak_memory());
}

}  // namespace

int main(int count, char** arguments) {
  const std::vector<std::string> given(arguments + 1, arguments + count);
  try {
    if (given.size() == 3 && given[0] == "small") {
      measure_small(given[1], given[2]);
    } else if (given.size() == 2 && given[0] == "list") {
      measure_list(given[1]);
    } else if (given.size() == 2 && given[0] == "find") {
      measure_cached_find(given[1], 1);
      measure_cached_find(given[1], 10);
    } else if (given.size() == 3 && given[0] == "copy") {
      measure_copy(given[1], given[2]);
    } else if (given.size() == 3 && given[0] == "upload") {
      measure_upload(given[1], given[2]);
    } else if (given.size() == 3 && given[0] == "download") {
      measure_download(given[1], given[2]);
    } else {
      std::fputs("usage: s3_benchmark small|list|find|copy|upload|download s3://BUCKET [PATH]\n", stderr);
      return 2;
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
