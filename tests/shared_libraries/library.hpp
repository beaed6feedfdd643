// What each of the two libraries exports.
#pragma once

#include <cstdint>

extern "C" {
void begin_run(const char* registry, const char* experiment);
void log_steps(std::int64_t first, std::int64_t end);
void log_steps_of(const void* metric, std::int64_t first, std::int64_t end);
const void* metric_of_run();
void finish_run();
}
