#include "erm-single.hpp"

std::size_t runs_in(const std::string& registry);

std::size_t runs_in(const std::string& registry) { return erm::find_runs(registry).size(); }
